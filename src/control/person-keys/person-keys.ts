/*
 * Keys that persons enrol in the store, for rules that say `enrolled`. Security: who has stolen a session has no key yet, so a first key counts after a day, in
 * which it is seen, or once another person who operates the gateway says so; a further one is enrolled with a key that counts.
 */
import { hash, randomBytes } from 'node:crypto';
import { isSamePerson } from '../../approval/approval.ts';
import { type Caller, callerKey } from '../../model/caller.ts';
import { Refusal } from '../../model/refusal.ts';
import type { KeyChanged } from '../../recording/key-changed.ts';
import type { Store } from '../../store/store.ts';
import { fromStore } from '../from-store.ts';
import { partyOf } from '../seats.ts';
import type { ConsoleSession } from '../sign-in/console-sessions.ts';
import { type KeptKey, keyId, keyOf, keyRow } from './kept-key.ts';
import { type Assertion, type Attestation, holds, madeKey, type Site, siteOf } from './webauthn.ts';

/** Limits of keys; documented in docs/reference/limits.md. */
export const KEY_ENROLMENT_LIMITS = Object.freeze({
  /** Keys of one person. */
  keysPerPersonMax: 10,
  /** How old the sign-in may be with which a key is enrolled or removed, in milliseconds. */
  signedInWithinMs: 5 * 60_000,
  /** How long a challenge is good. */
  challengeMs: 5 * 60_000,
  /** After how long a first key counts. */
  firstCountsAfterMs: 24 * 60 * 60_000,
});

interface Parts {
  readonly store: Store;
  /** Resolves when the event is on the disk. */
  readonly record: (event: KeyChanged) => Promise<void>;
  readonly consoleUrl: () => string;
}

/** What a person brings to enrol a key. */
export interface Enrolment {
  readonly state: string;
  readonly name: string;
  readonly made: Attestation;
  /** By a key that counts already. */
  readonly proof?: Assertion | undefined;
}

/** Who removes a key. */
interface Removal {
  readonly caller: Caller;
  readonly session: ConsoleSession | undefined;
  readonly mayRemove: (key: KeptKey) => boolean;
}

/** Keys of persons, as they are enrolled, confirmed and removed. */
export class PersonKeys {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Where keys count. @throws {Refusal} REQUEST_MALFORMED the console has no name */
  site(): Site {
    const site = siteOf(this.#parts.consoleUrl());
    if (site !== undefined) return site;
    throw new Refusal('REQUEST_MALFORMED', 'keys know names, and the console is reached at an address', {
      advice: 'set `console.hostName`',
    });
  }

  async of(owner: Pick<Caller, 'subject' | 'issuer'>): Promise<readonly KeptKey[]> {
    const { keysPerPersonMax } = KEY_ENROLMENT_LIMITS;
    const query = { owner: callerKey(owner), limit: keysPerPersonMax };
    return (await this.#asked(() => this.#parts.store.list('person-key', query))).map(keyOf);
  }

  async all(limit: number): Promise<readonly KeptKey[]> {
    return (await this.#asked(() => this.#parts.store.list('person-key', { limit }))).map(keyOf);
  }

  /** What a browser makes a key for. @throws {Refusal} SIGN_IN_FAILED the sign-in is older than five minutes */
  async challenge(caller: Caller, session: ConsoleSession | undefined) {
    const { store } = this.#parts;
    const { challengeMs } = KEY_ENROLMENT_LIMITS;
    const own = this.#fresh(caller, session);
    const said = {
      owner: callerKey(caller),
      session: own.id,
      until: store.now() + challengeMs,
      nonce: randomBytes(24).toString('base64url'),
    };
    const state = store.vault.close(Buffer.from(JSON.stringify(said)), PLACE);
    const keys = await this.of(caller);
    return { state, challenge: challengeIn(state), keys, counting: this.#counting(keys), site: this.site() };
  }

  /**
   * A new key of the caller's.
   *
   * @throws {Refusal} SIGN_IN_FAILED, ANSWER_REFUSED, GRANT_LIMIT, STORE_UNAVAILABLE
   */
  async enrol(
    caller: Caller,
    session: ConsoleSession | undefined,
    { state, name, made, proof }: Enrolment,
  ): Promise<KeptKey> {
    const { store } = this.#parts;
    const { keysPerPersonMax, firstCountsAfterMs } = KEY_ENROLMENT_LIMITS;
    this.#checkState(state, caller, this.#fresh(caller, session));
    const site = this.site();
    const found = await madeKey(made, challengeIn(state), site);
    if (found === undefined) throw notTaken('the key was not made for this, or its holder was not verified');
    return this.#asked(() =>
      store.exclusively(lockOf(caller), async (rows) => {
        const keys = (await rows.list('person-key', { owner: callerKey(caller), limit: keysPerPersonMax })).map(keyOf);
        if (keys.length >= keysPerPersonMax)
          throw new Refusal('GRANT_LIMIT', `you have ${keysPerPersonMax} keys, as many as you may`, {
            advice: 'remove one',
          });
        const id = keyId(found.credential);
        if ((await rows.get('person-key', id)) !== undefined) throw notTaken('this key is enrolled already');
        const counting = this.#counting(keys);
        if (counting.length > 0 && !(await isProven(proof, challengeIn(`existing ${state}`), counting, site)))
          throw notTaken('a further key is enrolled with one that counts already, and that one did not sign');
        const now = store.now();
        const key: KeptKey = {
          ...{ id, name, ...found, enrolledAt: now, owner: { subject: caller.subject, issuer: caller.issuer } },
          countsFrom: counting.length > 0 ? now : now + firstCountsAfterMs,
          ...(caller.person === undefined ? {} : { person: caller.person }),
        };
        await this.#record(key, 'enrolled', caller);
        await rows.put(keyRow(key, 0));
        return key;
      }),
    );
  }

  /** A second person's yes: the key counts from now on. @throws {Refusal} NOT_FOUND, ANSWER_REFUSED, STORE_UNAVAILABLE */
  async confirm(id: string, by: Caller): Promise<KeptKey> {
    return this.#change(id, async (key, version, rows) => {
      const owner = { ...partyOf(by), ...key.owner, ...(key.person === undefined ? {} : { person: key.person }) };
      if (by.kind !== 'person' || isSamePerson(partyOf(by), key.person === undefined ? without(owner) : owner))
        throw notTaken('another person says that a key counts');
      const next = { ...key, countsFrom: Math.min(key.countsFrom, this.#parts.store.now()), confirmedBy: by.subject };
      await this.#record(next, 'confirmed', by);
      await rows.put(keyRow(next, version));
      return next;
    });
  }

  /**
   * Removes a key; what it signed and was not used yet does not count any more.
   *
   * Security: one's own is removed as it is enrolled, within five minutes of signing in with a browser, and another's with a browser too: else who has stolen a session would take away the keys that a
   * further one must be enrolled with.
   *
   * @throws {Refusal} NOT_FOUND, SIGN_IN_FAILED, STORE_UNAVAILABLE
   */
  async remove(id: string, { caller: by, session, mayRemove }: Removal): Promise<KeptKey> {
    return this.#change(id, async (key, _version, rows) => {
      // Security: what a caller may not see is answered as what is not there.
      if (!mayRemove(key)) throw notThere();
      if (session !== undefined || callerKey(key.owner) === callerKey(by)) this.#fresh(by, session);
      await this.#record(key, 'removed', by);
      await rows.delete('person-key', id);
      return key;
    });
  }

  #counting(keys: readonly KeptKey[]): readonly KeptKey[] {
    return keys.filter(({ countsFrom }) => this.#parts.store.now() >= countsFrom);
  }

  /** Security: with a browser that signed in a moment ago, and so with the person at it. */
  #fresh(caller: Caller, session: ConsoleSession | undefined): ConsoleSession {
    const { signedInWithinMs } = KEY_ENROLMENT_LIMITS;
    if (
      session?.signedInAt !== undefined &&
      caller.kind === 'person' &&
      this.#parts.store.now() - session.signedInAt < signedInWithinMs
    )
      return session;
    throw new Refusal(
      'SIGN_IN_FAILED',
      'a key is enrolled or removed within five minutes of signing in with a browser',
      {
        advice: 'sign in again, and come back here',
      },
    );
  }

  #checkState(state: string, caller: Caller, { id }: ConsoleSession): void {
    const said = this.#opened(state);
    if (said?.owner !== callerKey(caller) || said.session !== id || this.#parts.store.now() >= said.until)
      throw notTaken('this is not what your browser was given, or it is too old');
  }

  #opened(state: string): { readonly owner: string; readonly session: string; readonly until: number } | undefined {
    try {
      return JSON.parse(Buffer.from(this.#parts.store.vault.open(state, PLACE)).toString());
    } catch {
      return undefined;
    }
  }

  async #change(
    id: string,
    change: (
      key: KeptKey,
      version: number,
      rows: Parameters<Parameters<Store['exclusively']>[1]>[0],
    ) => Promise<KeptKey>,
  ): Promise<KeptKey> {
    const { store } = this.#parts;
    const seen = await this.#asked(() => store.get('person-key', id));
    if (seen === undefined) throw notThere();
    return this.#asked(() =>
      store.exclusively(lockOf(keyOf(seen).owner), async (rows) => {
        const row = await rows.get('person-key', id);
        if (row === undefined) throw notThere();
        return change(keyOf(row), row.version, rows);
      }),
    );
  }

  #record({ id, name, owner }: KeptKey, state: KeyChanged['state'], by: Caller): Promise<void> {
    return this.#parts.record({
      ...{ type: 'key.changed', at: this.#parts.store.now(), key: id, state, name, owner },
      by: { subject: by.subject, issuer: by.issuer },
    });
  }

  #asked<Result>(call: () => Promise<Result>): Promise<Result> {
    return fromStore('the store of keys does not answer', call);
  }
}

/** Reads the keys of a party, as `isStillSigned` asks for them. */
export function keysIn(rows: Pick<Store, 'list'>) {
  return async (owner: Pick<Caller, 'subject' | 'issuer'>): Promise<readonly KeptKey[]> => {
    const query = { owner: callerKey(owner), limit: KEY_ENROLMENT_LIMITS.keysPerPersonMax };
    return (await rows.list('person-key', query)).map(keyOf);
  };
}

const PLACE = 'the enrolment of a key';

function challengeIn(state: string): string {
  return hash('sha256', state, 'base64url');
}

async function isProven(
  proof: Assertion | undefined,
  challenge: string,
  keys: readonly KeptKey[],
  site: Site,
): Promise<boolean> {
  const key = keys.find(({ credential }) => credential === proof?.id);
  return proof !== undefined && key !== undefined && holds(proof, challenge, key, site);
}

function lockOf(owner: Pick<Caller, 'issuer' | 'subject'>): string {
  return `keys ${callerKey(owner)}`;
}

function without<Owner extends { readonly person?: string }>({ person: _, ...owner }: Owner): Omit<Owner, 'person'> {
  return owner;
}

function notThere(): Refusal {
  return new Refusal('NOT_FOUND', 'there is no such key that you may see');
}

function notTaken(why: string): Refusal {
  return new Refusal('ANSWER_REFUSED', why, { advice: 'begin again in the console' });
}
