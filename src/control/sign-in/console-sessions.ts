/*
 * Sessions of browsers: what a cookie stands for. They lie in the store, so that every gateway on it knows them, and each request reads its own: one that was
 * signed out anywhere is over everywhere at once. The cookie holds a secret whose digest alone is kept; no token is.
 */
import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Caller, callerKey } from '../../model/caller.ts';
import { Refusal } from '../../model/refusal.ts';
import type { LoginChanged } from '../../recording/event.ts';
import { newId } from '../../std/ids.ts';
import type { ChangeListener, RowKind, RowWriter, Store } from '../../store/store.ts';
import { fromStore } from '../from-store.ts';
import { type KeptSession, sessionOf, sessionRow } from './session-row.ts';

/** Limits of sessions. */
export const SESSION_LIMITS = Object.freeze({
  /** Sessions of one person; one more ends the oldest. */
  livePerPersonMax: 20,
  /** How exactly it is kept when a person last did something; a tenth of `console.sessionIdleMax` where that is less. */
  activeWithinMs: 60_000,
});

/** A session as its requests see it. */
export interface ConsoleSession {
  readonly id: string;
  /** When the issuer saw the person; absent where it did not say. */
  readonly signedInAt?: number;
  readonly idleEndsAt: number;
  readonly endsAt: number;
  /** What each change brings along, beside the cookie. */
  readonly csrf: string;
}

/** Who presents a cookie. */
export interface Presented {
  readonly caller: Caller;
  readonly session: ConsoleSession;
}

interface Parts {
  readonly store: Store;
  /** How long a session lasts without anything that its person does, and at most. */
  readonly idleMaxMs: number;
  readonly maxMs: number;
  /** Resolves when the event is on the disk. */
  readonly record: (event: LoginChanged) => Promise<void>;
}

type EndedBy = 'person' | 'replaced' | 'kill';

/** Limit: a cookie of another form is not looked up. */
const COOKIE = /^([0-9a-z]{26})\.([\w-]{43})$/;

/** Sessions, as they begin, are found and end. */
export class ConsoleSessions implements ChangeListener {
  readonly #parts: Parts;
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A new session of a person, under a new id and secret: the value of its cookie. Security: never one that was there before (fixation). */
  async begin({ caller, peer, replaces }: Beginning): Promise<string> {
    const { store, maxMs } = this.#parts;
    const secret = randomBytes(32).toString('base64url');
    const now = store.now();
    const session: KeptSession = {
      id: newId(now),
      secretDigest: digestOf(secret),
      who: whoOf(caller),
      ...signedInOf(caller, now),
      activeAt: now,
      endsAt: now + maxMs,
    };
    if (replaces !== undefined) await this.#endPresented(replaces);
    await this.#asked(() =>
      store.exclusively(lockOf(caller), async (rows) => {
        for (const old of await this.#beyond(rows, callerKey(caller))) await this.#end(rows, old, 'replaced');
        await this.#record(session, 'live', peer);
        await rows.put(sessionRow(session, 0));
      }),
    );
    return `${session.id}.${secret}`;
  }

  /**
   * Who presents the cookie; where `isActive`, its person did something.
   *
   * @throws {Refusal} SESSION_ENDED, STORE_UNAVAILABLE
   */
  async find(cookie: string, isActive: boolean): Promise<Presented> {
    const { store, idleMaxMs } = this.#parts;
    const [, id = '', secret = ''] = COOKIE.exec(cookie) ?? [];
    const row = id === '' ? undefined : await this.#asked(() => store.get('login', id));
    if (row === undefined) throw ended();
    const { session } = sessionOf(row);
    if (!isSame(digestOf(secret), session.secretDigest) || this.#isOver(session)) throw ended();
    const activeAt = isActive ? await this.#touch(session) : session.activeAt;
    const idleEndsAt = Math.min(activeAt + idleMaxMs, session.endsAt);
    const { endsAt } = session;
    return {
      caller: callerOf(session),
      session: { id, ...signedInOf(session), idleEndsAt, endsAt, csrf: csrfOf(cookie) },
    };
  }

  /** Ends a session. */
  async end(id: string, owner: Pick<Caller, 'issuer' | 'subject'>): Promise<void> {
    await this.#asked(() =>
      this.#parts.store.exclusively(lockOf(owner), async (rows) => {
        const row = await rows.get('login', id);
        if (row !== undefined) await this.#end(rows, sessionOf(row).session, 'person');
      }),
    );
  }

  /** Ends every session of a person, and says how many there were. */
  endAll(owner: Pick<Caller, 'issuer' | 'subject'>): Promise<number> {
    return this.#asked(() =>
      this.#parts.store.exclusively(lockOf(owner), async (rows) => {
        const found = await rows.list('login', { owner: callerKey(owner), limit: ROWS_MAX });
        for (const row of found) await this.#end(rows, sessionOf(row).session, 'person');
        return found.length;
      }),
    );
  }

  /** Ends what a killed subject or person has open, whichever issuer signed it in. */
  async endOf(subject: string): Promise<void> {
    const { store } = this.#parts;
    const found = await this.#asked(() => store.list('login', { state: 'live', limit: ROWS_MAX }));
    const isTheirs = ({ who }: KeptSession) => who.subject === subject || who.person === subject;
    for (const { session } of found.map(sessionOf).filter((each) => isTheirs(each.session)))
      await this.#asked(() => store.exclusively(lockOf(session.who), (rows) => this.#end(rows, session, 'kill')));
  }

  /** Ends what is over by itself, which nobody presents any more: so a person who does not come back leaves nothing behind. */
  async endOver(stopped: AbortSignal): Promise<void> {
    const { store, maxMs } = this.#parts;
    const query = { state: 'live', before: newId(store.now() - maxMs), limit: OVER_AT_ONCE_MAX };
    for (const { id, body } of await this.#asked(() => store.list('login', query))) {
      if (stopped.aborted) return;
      const { who } = body as KeptSession;
      await this.#asked(() =>
        store.exclusively(lockOf(who), async (rows) => {
          const row = await rows.get('login', id);
          if (row !== undefined && this.#isOver(sessionOf(row).session))
            await this.#end(rows, sessionOf(row).session, 'person');
        }),
      );
    }
  }

  /** Calls `over` once the session has ended, until the returned function is called. */
  onEnd(id: string, over: () => void): () => void {
    const all = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, all.add(over));
    return () => {
      all.delete(over);
      if (all.size === 0) this.#listeners.delete(id);
    };
  }

  // What the store tells.

  changed(kind: RowKind, id: string): void {
    if (kind === 'login' && this.#listeners.has(id)) void this.#look(id);
  }

  async readAgain(): Promise<void> {
    for (const id of this.#listeners.keys()) await this.#look(id);
  }

  /** Each request reads its session of the store; streams look again by themselves. */
  lost(): void {}

  /** Security: what cannot be read is over for whoever listens. */
  async #look(id: string): Promise<void> {
    const row = await this.#parts.store.get('login', id).catch(() => undefined);
    if (row === undefined || this.#isOver(sessionOf(row).session))
      for (const over of [...(this.#listeners.get(id) ?? [])]) over();
  }

  #isOver({ activeAt, endsAt }: KeptSession): boolean {
    const now = this.#parts.store.now();
    return now >= endsAt || now >= activeAt + this.#parts.idleMaxMs;
  }

  async #touch(session: KeptSession): Promise<number> {
    const { store, idleMaxMs } = this.#parts;
    const now = store.now();
    if (now - session.activeAt < Math.min(SESSION_LIMITS.activeWithinMs, idleMaxMs / 10)) return session.activeAt;
    return this.#asked(() =>
      store.exclusively(lockOf(session.who), async (rows) => {
        const row = await rows.get('login', session.id);
        // Security: what was signed out meanwhile does not come back.
        if (row === undefined) throw ended();
        await rows.put({ ...sessionRow({ ...sessionOf(row).session, activeAt: now }, row.version), isQuiet: true });
        return now;
      }),
    );
  }

  /** What is over, and the oldest where one more would be too many. */
  async #beyond(rows: RowWriter, owner: string): Promise<readonly KeptSession[]> {
    const all = (await rows.list('login', { owner, limit: ROWS_MAX })).map((row) => sessionOf(row).session);
    const live = all.filter((session) => !this.#isOver(session));
    const kept = new Set(live.slice(0, SESSION_LIMITS.livePerPersonMax - 1));
    return all.filter((session) => !kept.has(session));
  }

  async #endPresented(cookie: string): Promise<void> {
    const { caller, session } = await this.find(cookie, false).catch((error: unknown) => {
      if (error instanceof Refusal && error.code === 'SESSION_ENDED') return { caller: undefined, session: undefined };
      throw error;
    });
    if (caller !== undefined) await this.end(session.id, caller);
  }

  async #end(rows: RowWriter, session: KeptSession, endedBy: EndedBy): Promise<void> {
    await this.#record(session, 'ended', '', this.#isOver(session) ? 'time' : endedBy);
    await rows.delete('login', session.id);
  }

  #record(
    { id, who, endsAt }: KeptSession,
    state: 'live' | 'ended',
    peer: string,
    endedBy?: EndedBy | 'time',
  ): Promise<void> {
    return this.#parts.record({
      type: 'login.changed',
      at: this.#parts.store.now(),
      login: id,
      state,
      person: { subject: who.subject, issuer: who.issuer },
      peer,
      endsAt,
      ...(endedBy === undefined ? {} : { endedBy }),
    });
  }

  #asked<Result>(call: () => Promise<Result>): Promise<Result> {
    return fromStore('the store of sessions does not answer', call);
  }
}

/** A person who has signed in, and from where. */
export interface Beginning {
  readonly caller: Caller;
  readonly peer: string;
  /** The cookie that the browser had when it left for the issuer. */
  readonly replaces: string | undefined;
}

/** Limit: rows that are read at once. */
const ROWS_MAX = 10_000;

/** Limit: sessions that are ended in one turn since their time is over; the others wait for the next. */
const OVER_AT_ONCE_MAX = 500;

function lockOf(owner: Pick<Caller, 'issuer' | 'subject'>): string {
  return `sessions ${callerKey(owner)}`;
}

function whoOf({ subject, issuer, groups, labels, person, run }: Caller): KeptSession['who'] {
  return {
    ...{ subject, issuer, groups, labels },
    ...(person === undefined ? {} : { person }),
    ...(run === undefined ? {} : { run }),
  };
}

/** Never later than now, whatever the issuer's clock says. */
function signedInOf(
  { signedInAt }: { readonly signedInAt?: number },
  nowMs = Number.POSITIVE_INFINITY,
): { readonly signedInAt?: number } {
  return signedInAt === undefined ? {} : { signedInAt: Math.min(signedInAt, nowMs) };
}

/** Security: always a person; only issuers of persons sign anybody in. */
function callerOf(session: KeptSession): Caller {
  const { id, who, endsAt } = session;
  return Object.freeze({
    ...who,
    kind: 'person',
    ...signedInOf(session),
    tokenEndsAt: endsAt,
    tokenDigest: hash('sha256', `session ${id}`, 'base64url'),
  });
}

function digestOf(secret: string): string {
  return hash('sha256', secret, 'base64url');
}

/** What each change of a session brings along. Security: it follows from the cookie alone, and the cookie does not follow from it. */
export function csrfOf(cookie: string): string {
  return createHmac('sha256', cookie).update('csrf').digest('base64url');
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function ended(): Refusal {
  return new Refusal('SESSION_ENDED', 'you are not signed in, or your session has ended', { advice: 'sign in again' });
}
