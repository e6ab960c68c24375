import type { Caller } from '../model/caller.ts';
import { SESSION_IDLE_MAX_MS } from '../recording/summarize-sessions.ts';
import { type Clock, systemClock } from '../std/clock.ts';
import { newSessionId, type SessionId } from '../std/ids.ts';

/** The bounds of sessions; each is documented in docs/reference/journal.md. */
export interface SessionLimits {
  /** After this time without an exchange, the next one begins a new session. */
  readonly idleMaxMs: number;
  /** Sessions held in memory; beyond it the one that was idle longest is forgotten, so its next exchange begins a new one. */
  readonly sessionsMax: number;
}

export const DEFAULT_SESSION_LIMITS: SessionLimits = Object.freeze({
  idleMaxMs: SESSION_IDLE_MAX_MS,
  sessionsMax: 100_000,
});

interface Session {
  readonly id: SessionId;
  lastAt: number;
}

/** Tells which session an exchange belongs to: one caller, with one token, on one target, without a long pause. */
export class Sessions {
  /** The session that was used last stands last. */
  readonly #sessions = new Map<string, Session>();
  readonly #limits: SessionLimits;
  readonly #clock: Clock;

  constructor(limits: SessionLimits = DEFAULT_SESSION_LIMITS, clock: Clock = systemClock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** The session of an exchange that begins now. A token that was renewed is another one, and so is its session. */
  of(caller: Pick<Caller, 'subject' | 'issuer' | 'tokenDigest'>, target: string): SessionId {
    const now = this.#clock.now();
    const key = JSON.stringify([caller.tokenDigest, caller.subject, caller.issuer, target]);
    const found = this.#sessions.get(key);
    this.#sessions.delete(key);
    const session =
      found !== undefined && now - found.lastAt <= this.#limits.idleMaxMs
        ? found
        : { id: newSessionId(now), lastAt: now };
    session.lastAt = now;
    this.#sessions.set(key, session);
    this.#forget(now);
    return session.id;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Limit: the two that were idle longest are looked at, so that the map shrinks while it is used, at a cost that does not grow. */
  #forget(now: number): void {
    let looked = 0;
    for (const [key, session] of this.#sessions) {
      const isOver = now - session.lastAt > this.#limits.idleMaxMs || this.#sessions.size > this.#limits.sessionsMax;
      if (!isOver || looked++ === 2) return;
      this.#sessions.delete(key);
    }
  }
}
