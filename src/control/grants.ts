/*
 * What callers and operators do with grants: each change is in the journal, on the disk, before the store keeps it, and in force here before the answer
 * goes out.
 */

import { createHash } from 'node:crypto';
import { type Approval, withdrawn } from '../approval/approval.ts';
import { ask, type GrantAsk } from '../grant/ask.ts';
import { dueEnd, type EndedBy, ended, type Grant, isFor } from '../grant/grant.ts';
import { askerOf } from '../model/asker-of.ts';
import { type Caller, callerKey } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import type { RuleSet } from '../policy/rule-set.ts';
import type { GrantChanged } from '../recording/event.ts';
import { counted } from '../std/counted.ts';
import { newId } from '../std/ids.ts';
import type { RowWriter, Store } from '../store/store.ts';
import { approvalOf, approvalRow, type KeptApproval } from './approval-rows.ts';
import { fromStore } from './from-store.ts';
import { grantQuestion } from './grant-question.ts';
import type { LiveAccess } from './live-access.ts';
import { grantOf, grantRow, type KeptGrant, LIVE_ROWS_MAX } from './row-body.ts';

/** Limits of asking. */
export const GRANT_LIMITS = Object.freeze({
  /** Questions of one caller that wait for a person. */
  pendingPerCallerMax: 20,
  /** Parts of one grant. */
  partsMax: 20,
  /** How long an idempotency key is good for. */
  keyForMs: 86_400_000,
});

interface Parts {
  readonly store: Store;
  readonly rules: () => RuleSet;
  /** Resolves when the event is on the disk. */
  readonly record: (event: GrantChanged) => Promise<void>;
  readonly access: () => LiveAccess;
  /** Resolves when it is on the disk that the question is so. */
  readonly recordQuestion: (approval: Approval) => Promise<void>;
  readonly onQuestion: (kept: KeptApproval) => void;
}

/** Grants, as the control plane changes them. */
export class Grants {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * The grant that is asked for: live where its rules give it at once, else pending. The same key with the same question answers with the same grant; without a
   * key, a question that waits already is not asked twice.
   *
   * @throws {Refusal} GRANT_NOT_OFFERED, GRANT_LIMIT, KEY_REUSED, STORE_UNAVAILABLE
   */
  async ask(caller: Caller, asked: GrantAsk, key: string | undefined): Promise<KeptGrant> {
    const { store, rules } = this.#parts;
    const owner = callerKey(caller);
    const answerId = key === undefined ? undefined : answerIdOf(caller, key);
    let told: KeptApproval | undefined;
    const kept = await this.#inStore(`caller ${owner}`, async (rows) => {
      const answered = answerId === undefined ? undefined : await this.#answered(rows, answerId, asked, caller);
      if (answered !== undefined) return answered;
      const now = store.now();
      const { grant, livePerCallerMax, asks } = ask(rules(), caller, asked, newId(now), now);
      const own = await this.#own(rows, owner, now);
      const waiting = own.find((other) => key === undefined && isSameQuestion(other.grant, grant));
      if (waiting !== undefined) return waiting;
      refuseTooMany(own, grant, livePerCallerMax);
      await this.record(grant, caller.subject, asked.reason);
      const question = asks.length === 0 ? undefined : grantQuestion(grant, caller, asks);
      if (question !== undefined) {
        await this.#parts.recordQuestion(question);
        told = approvalOf(await rows.put(approvalRow({ approval: question, version: 0 })));
      }
      const made = grantOf(await rows.put(grantRow({ grant, version: 0 })));
      if (answerId !== undefined) await this.#keepAnswer(rows, answerId, owner, asked, grant.id, now);
      return made;
    });
    this.#parts.access().take(kept);
    if (told !== undefined) this.#parts.onQuestion(told);
    return kept;
  }

  /** Grants by id, the newest first. */
  async list(query: {
    readonly owner?: string;
    readonly state?: string;
    readonly before?: string;
    readonly limit: number;
  }): Promise<readonly KeptGrant[]> {
    return (await this.#reading(() => this.#parts.store.list('grant', query))).map(grantOf);
  }

  async get(id: string): Promise<KeptGrant | undefined> {
    const row = await this.#reading(() => this.#parts.store.get('grant', id));
    return row === undefined ? undefined : grantOf(row);
  }

  /**
   * Ends a grant; one that has ended stays as it ended. `version`: only if it still is that one.
   *
   * @throws {Refusal} NOT_FOUND, VERSION_CHANGED, STORE_UNAVAILABLE
   */
  async end(
    id: string,
    by: EndedBy,
    who?: { readonly subject: string; readonly reason: string },
    version?: number,
  ): Promise<KeptGrant> {
    return this.#end(id, () => by, who, version);
  }

  /** `why` says what ends it, of the grant as it is kept; undefined: nothing. */
  async #end(
    id: string,
    why: (grant: Grant) => EndedBy | undefined,
    who?: { readonly subject: string; readonly reason: string },
    version?: number,
  ): Promise<KeptGrant> {
    let told: KeptApproval | undefined;
    const kept = await this.#inStore(`grant ${id}`, async (rows) => {
      const row = await rows.get('grant', id);
      if (row === undefined) throw new Refusal('NOT_FOUND', `there is no grant \`${id}\``);
      if (version !== undefined && row.version !== version)
        throw new Refusal('VERSION_CHANGED', `grant \`${id}\` has version ${row.version} now`);
      const { grant } = grantOf(row);
      const by = why(grant);
      const over = by === undefined ? grant : ended(grant, by, this.#parts.store.now(), who);
      if (by === undefined || over === grant) return grantOf(row);
      await this.record(over, who?.subject ?? '', who?.reason ?? '');
      if (grant.state === 'pending') told = await this.#closeQuestion(rows, id, by);
      return grantOf(await rows.put(grantRow({ grant: over, version: row.version })));
    });
    this.#parts.access().take(kept);
    if (told !== undefined) this.#parts.onQuestion(told);
    return kept;
  }

  /** Ends what ended by itself, as a gateway saw it; not for idleness where another has seen it used since. */
  async endDue(id: string, by: EndedBy, seenUsedAt: number): Promise<void> {
    await this.#end(id, (grant) => (by === 'idle' && (grant.usedAt ?? 0) > seenUsedAt ? undefined : by));
  }

  /** T60: ends what lives by the yes of whom an operator stops. @throws {Refusal} STORE_UNAVAILABLE */
  async endGivenBy(name: string, by: string): Promise<void> {
    for (const { grant } of await this.list({ state: 'live', limit: LIVE_ROWS_MAX }))
      if (grant.givenBy?.includes(name) === true)
        await this.end(grant.id, 'kill', { subject: by, reason: 'whoever said yes to it was stopped' });
  }

  /** The question about a grant is over with it. */
  async #closeQuestion(rows: RowWriter, id: string, by: EndedBy): Promise<KeptApproval | undefined> {
    const row = await rows.get('approval', id);
    if (row === undefined) return undefined;
    const { approval, version } = approvalOf(row);
    const closed = withdrawn(approval, by === 'unanswered' ? 'expired' : 'withdrawn', this.#parts.store.now());
    if (closed === approval) return undefined;
    await this.#parts.recordQuestion(closed);
    return approvalOf(await rows.put(approvalRow({ approval: closed, version })));
  }

  async #own(rows: RowWriter, owner: string, now: number): Promise<readonly KeptGrant[]> {
    const lists = await Promise.all(
      ['live', 'pending'].map((state) => rows.list('grant', { owner, state, limit: 500 })),
    );
    return lists
      .flat()
      .map(grantOf)
      .filter(({ grant }) => dueEnd(grant, now) === undefined);
  }

  async #answered(rows: RowWriter, answerId: string, asked: GrantAsk, caller: Caller): Promise<KeptGrant | undefined> {
    const row = await rows.get('answer', answerId);
    if (row === undefined) return undefined;
    const { digest, grant, at } = row.body as { digest: string; grant: string; at: number };
    if (this.#parts.store.now() - at > GRANT_LIMITS.keyForMs) {
      await rows.delete('answer', row.id);
      return undefined;
    }
    if (digest !== digestOf(asked)) throw keyReused('with another request');
    const found = await rows.get('grant', grant);
    if (found === undefined) return undefined;
    const kept = grantOf(found);
    // Security: what is bound to another run would be of no use to this one.
    if (!isFor(kept.grant, caller)) throw keyReused('from another run');
    return kept;
  }

  async #keepAnswer(rows: RowWriter, id: string, owner: string, asked: GrantAsk, grant: string, at: number) {
    // By its state it is found where the grant goes, with which it goes.
    const row = { kind: 'answer', id, version: 0, owner, state: grant } as const;
    await rows.put({ ...row, body: { digest: digestOf(asked), grant, at }, isQuiet: true });
  }

  /** Writes a grant as it is to be into the journal. */
  async record(grant: Grant, by: string, reason: string): Promise<void> {
    await this.#parts.record({
      type: 'grant.changed',
      at: this.#parts.store.now(),
      grant: grant.id,
      state: grant.state,
      holder: grant.holder,
      by,
      reason,
      ...(grant.endedBy === undefined ? {} : { endedBy: grant.endedBy }),
      parts: grant.parts.map(({ rule, scope }) => ({ rule, ...scope })),
      ...(grant.endsAt === undefined ? {} : { endsAt: grant.endsAt }),
      ...(grant.usesMax === undefined ? {} : { usesMax: grant.usesMax }),
    });
  }

  #inStore<Result>(key: string, work: (rows: RowWriter) => Promise<Result>): Promise<Result> {
    return this.#reading(() => this.#parts.store.exclusively(key, work));
  }

  #reading<Result>(call: () => Promise<Result>): Promise<Result> {
    return fromStore('the store of grants does not answer', call);
  }
}

function refuseTooMany(own: readonly KeptGrant[], grant: Grant, livePerCallerMax: ReadonlyMap<string, number>): void {
  for (const [rule, max] of livePerCallerMax) {
    const live = own.filter((other) => other.grant.parts.some((part) => part.rule === rule));
    if (live.length >= max)
      throw new Refusal(
        'GRANT_LIMIT',
        `you have ${counted(live.length, 'grant')} of rule \`${rule}\`, as many as you may`,
        {
          advice: `give one back: \`sallyport grants release ${live[0]?.grant.id}\``,
        },
      );
  }
  const pending = own.filter((other) => other.grant.state === 'pending').length;
  if (grant.state === 'pending' && pending >= GRANT_LIMITS.pendingPerCallerMax)
    throw new Refusal(
      'GRANT_LIMIT',
      `you have ${counted(pending, 'question that waits', 'questions that wait')} for a person, as many as you may`,
    );
}

function keyReused(how: string): Refusal {
  const message = `this idempotency key came ${how} before`;
  return new Refusal('KEY_REUSED', message, { advice: 'use a new key for each request' });
}

function isSameQuestion(a: Grant, b: Grant): boolean {
  const question = ({ parts, forMs, usesMax, run, actors, reason }: Grant) =>
    JSON.stringify([parts, forMs, usesMax, run, actors, reason]);
  return a.state === 'pending' && b.state === 'pending' && question(a) === question(b);
}

/** Security: a key is of who asks; that of a program of theirs, or of who acts for them, is another row. Test: `T60: a key is of who asks`. */
function answerIdOf(caller: Caller, key: string): string {
  return createHash('sha256')
    .update(JSON.stringify([...askerOf(caller), key]))
    .digest('base64url');
}

function digestOf(asked: GrantAsk): string {
  return createHash('sha256').update(JSON.stringify(asked)).digest('base64url');
}
