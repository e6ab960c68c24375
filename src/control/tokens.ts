/*
 * Tokens of the gateway's own: a part of what a caller may do itself, for a program that it starts, for an hour at most. Each is in the journal, on the
 * disk, before it is given.
 */

import { SignJWT } from 'jose';
import { actsForAnother } from '../model/acts-for-another.ts';
import { type Caller, callerKey } from '../model/caller.ts';
import type { GrantScope } from '../model/grant-scope.ts';
import { ISSUED_TOKEN_HEADER, ISSUED_TOKEN_ISSUER } from '../model/issued-token-form.ts';
import { Refusal } from '../model/refusal.ts';
import type { TokenChanged } from '../recording/token-changed.ts';
import { newId } from '../std/ids.ts';
import type { RowWriter, Store } from '../store/store.ts';
import { fromStore } from './from-store.ts';
import type { Grants } from './grants.ts';
import { type LiveTokens, runOfToken } from './live-tokens.ts';
import { OWN_TOKEN_LIMITS } from './own-token-limits.ts';
import type { SigningKeys } from './signing-keys.ts';
import { dueTokenEnd, type KeptToken, type TokenEndedBy, tokenOf, tokenRow } from './token-row.ts';

/** What a caller asks a token for. */
export interface TokenAsk {
  readonly task: string;
  readonly targets: readonly string[];
  /** Absent: whatever the giver may on the targets. */
  readonly scopes?: readonly GrantScope[] | undefined;
  readonly forMs: number;
  /** Whether it ends soon after it was last renewed. */
  readonly isLeased: boolean;
}

interface Parts {
  readonly store: Store;
  readonly keys: SigningKeys;
  readonly grants: Grants;
  /** Resolves when the event is on the disk. */
  readonly record: (event: TokenChanged) => Promise<void>;
  readonly live: () => LiveTokens;
}

/** Tokens, as the control plane changes them. */
export class Tokens {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * A token for a program of the caller's.
   *
   * @throws {Refusal} TOKEN_NOT_GIVEN to who has such a token itself, or as many as it may; STORE_UNAVAILABLE
   */
  async give(giver: Caller, asked: TokenAsk): Promise<{ readonly kept: KeptToken; readonly jwt: string }> {
    // Security: it would be stopped with its giver, and not with whoever acts for them.
    if (actsForAnother(giver))
      throw new Refusal(
        'TOKEN_NOT_GIVEN',
        'whoever acts for somebody, by a token of the gateway’s or by `act`, gives no other token',
      );
    const { store, keys } = this.#parts;
    const owner = callerKey(giver);
    const { kept, jwt } = await this.#reading(async () => {
      const signing = await keys.forSigning();
      return store.exclusively(`caller ${owner}`, async (rows) => {
        await refuseTooMany(rows, owner, store.now());
        const token = tokenFor(giver, asked, store.now());
        const signed = await new SignJWT({})
          .setProtectedHeader({ ...ISSUED_TOKEN_HEADER, kid: signing.kid })
          .setIssuer(ISSUED_TOKEN_ISSUER)
          .setSubject(token.giver.subject)
          .setJti(token.id)
          .setIssuedAt(seconds(token.givenAt))
          .setExpirationTime(seconds(token.endsAt))
          .sign(signing.key);
        await this.#record(token, giver.subject);
        return { kept: tokenOf(await rows.put(tokenRow(token, 0))), jwt: signed };
      });
    });
    this.#parts.live().take(kept);
    return { kept: kept.token, jwt };
  }

  /** The keys that verify tokens. @throws {Refusal} STORE_UNAVAILABLE */
  publicKeys(): ReturnType<SigningKeys['published']> {
    return this.#reading(() => this.#parts.keys.published());
  }

  async get(id: string): Promise<KeptToken | undefined> {
    const row = await this.#reading(() => this.#parts.store.get('token', id));
    return row === undefined ? undefined : tokenOf(row).token;
  }

  /** Tokens by id, the newest first. */
  async list(query: {
    readonly owner?: string;
    readonly state?: string;
    readonly before?: string;
    readonly limit: number;
  }) {
    return (await this.#reading(() => this.#parts.store.list('token', query))).map((row) => tokenOf(row).token);
  }

  /** Lets a leased token live on. @throws {Refusal} NOT_FOUND it has ended; STORE_UNAVAILABLE */
  renew(id: string): Promise<KeptToken> {
    return this.#change(id, async (token, now) => {
      if (token.state === 'ended' || dueTokenEnd(token, now) !== undefined)
        throw new Refusal('NOT_FOUND', 'the token has ended');
      return token.leaseEndsAt === undefined ? token : { ...token, leaseEndsAt: now + OWN_TOKEN_LIMITS.leaseMs };
    });
  }

  /** Ends a token with its streams and the grants that were given to it; one that has ended stays as it ended. @throws {Refusal} NOT_FOUND, STORE_UNAVAILABLE */
  async end(id: string, endedBy: TokenEndedBy, by: string): Promise<KeptToken> {
    const over = await this.#change(id, async (token, now) => {
      if (token.state === 'ended') return token;
      const ended: KeptToken = { ...token, state: 'ended', endedAt: now, endedBy };
      await this.#record(ended, by);
      return ended;
    });
    await this.#endGrants(over, by);
    return over;
  }

  /** Ends all tokens that a subject gave. */
  async endOf(subject: string, endedBy: TokenEndedBy, by: string): Promise<void> {
    const live = await this.list({ state: 'live', limit: LIVE_MAX });
    for (const { id, giver } of live)
      if (giver.subject === subject || giver.person === subject) await this.end(id, endedBy, by);
  }

  async #endGrants({ id, giver }: KeptToken, by: string): Promise<void> {
    const { grants } = this.#parts;
    const run = runOfToken(id);
    for (const state of ['live', 'pending'])
      for (const { grant } of await grants.list({ owner: callerKey(giver), state, limit: 500 }))
        if (grant.run === run) await grants.end(grant.id, 'release', { subject: by, reason: 'its token has ended' });
  }

  async #change(id: string, next: (token: KeptToken, nowMs: number) => Promise<KeptToken>): Promise<KeptToken> {
    const { store } = this.#parts;
    const kept = await this.#reading(() =>
      store.exclusively(`token ${id}`, async (rows) => {
        const row = await rows.get('token', id);
        if (row === undefined) throw new Refusal('NOT_FOUND', `there is no token \`${id}\``);
        const { token, version } = tokenOf(row);
        const changed = await next(token, store.now());
        return changed === token ? tokenOf(row) : tokenOf(await rows.put(tokenRow(changed, version)));
      }),
    );
    this.#parts.live().take(kept);
    return kept.token;
  }

  #record({ id, state, giver, task, targets, scopes, endsAt, endedBy }: KeptToken, by: string): Promise<void> {
    return this.#parts.record({
      type: 'token.changed',
      at: this.#parts.store.now(),
      token: id,
      state,
      giver: { subject: giver.subject, issuer: giver.issuer },
      task,
      targets,
      ...(scopes === undefined ? {} : { scopes }),
      endsAt,
      by,
      ...(endedBy === undefined ? {} : { endedBy }),
    });
  }

  #reading<Result>(call: () => Promise<Result>): Promise<Result> {
    return fromStore('the store of tokens does not answer', call);
  }
}

/** Limit: live tokens that are looked at for a kill. */
const LIVE_MAX = 100_000;

function tokenFor({ subject, issuer, groups, labels, person }: Caller, asked: TokenAsk, now: number): KeptToken {
  return {
    id: newId(now),
    state: 'live',
    giver: { subject, issuer, groups, labels, ...(person === undefined ? {} : { person }) },
    task: asked.task,
    targets: asked.targets,
    ...(asked.scopes === undefined ? {} : { scopes: asked.scopes }),
    givenAt: now,
    endsAt: now + Math.min(asked.forMs, OWN_TOKEN_LIMITS.forMaxMs),
    ...(asked.isLeased ? { leaseEndsAt: now + OWN_TOKEN_LIMITS.leaseMs } : {}),
  };
}

async function refuseTooMany(rows: RowWriter, owner: string, now: number): Promise<void> {
  const { livePerGiverMax } = OWN_TOKEN_LIMITS;
  const live = await rows.list('token', { owner, state: 'live', limit: livePerGiverMax + 1 });
  if (live.filter((row) => dueTokenEnd(tokenOf(row).token, now) === undefined).length < livePerGiverMax) return;
  throw new Refusal(
    'TOKEN_NOT_GIVEN',
    `you have given ${livePerGiverMax} tokens that are in force, as many as you may`,
    {
      advice: 'end one, or wait until one ends',
    },
  );
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
