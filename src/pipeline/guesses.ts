/*
 * Counts what callers write into places that are masked for them, by caller and object. A write of the value that is there already changes nothing, and the API server
 * tells so in many ways; few writes say little, thousands would find a value that can be guessed.
 *
 * The same values again count once: a controller writes what it wrote before, and learns nothing by it.
 *
 * Where there is a store, gateways that share it count as one, and a restart forgets nothing: a value that this gateway has not counted is counted there first. One that the store
 * cannot take counts here alone.
 */
import { type Caller, callerKey } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import type { Clock } from '../std/clock.ts';

/** The bounds of what is counted. */
export const GUESS_LIMITS = Object.freeze({
  /** How long a count lasts, from its first write. */
  guessesForMs: 3_600_000,
  /** Objects of all callers that are counted; beyond it, those to which least was written are forgotten first. */
  guessedObjectsMax: 20_000,
});

/** Limit: entries that are looked at to make room. */
const lookedAtMax = 64;

interface Counted {
  readonly sinceMs: number;
  readonly digests: Set<string>;
  isTold: boolean;
}

/** What a write comes to. */
export interface Guess {
  readonly isOver: boolean;
  /** Whether it is the first that is refused. */
  readonly isFirstOver: boolean;
  /** When the next may be written, in milliseconds from now. */
  readonly leftMs: number;
}

/** Counts for all gateways on a store. */
export interface SharedGuesses {
  /** Whether a write of other values is one too many within `guessesForMs`; undefined: it could not be counted. */
  take(key: string, digest: string, max: number): Promise<Pick<Guess, 'isOver' | 'leftMs'> | undefined>;
}

export class Guesses {
  /** Where they are counted beside here. */
  shared: SharedGuesses | undefined;
  /** Different values that one caller may write into masked places of one object within an hour. */
  readonly max: number;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #counts = new Map<string, Counted>();

  constructor(max: number, clock: Pick<Clock, 'monotonic'>) {
    this.max = max;
    this.#clock = clock;
  }

  /** Counts a write of the values that `digest` tells apart. */
  async take(
    caller: Caller,
    { target, apiGroup, resource, namespace, name }: Operation,
    digest: string,
  ): Promise<Guess> {
    const key = `${callerKey(caller)} ${target} ${apiGroup}/${resource} ${namespace}/${name}`;
    const nowMs = this.#clock.monotonic();
    const counted = this.#counted(key, nowMs);
    const leftMs = counted.sinceMs + GUESS_LIMITS.guessesForMs - nowMs;
    if (counted.digests.has(digest)) return { isOver: false, isFirstOver: false, leftMs };
    if (counted.digests.size >= this.max) return over(counted, leftMs);
    // Security: it counts here before the store is asked, so that writes at the same time are not one.
    counted.digests.add(digest);
    const shared = await this.shared?.take(key, digest, this.max);
    if (shared?.isOver !== true) return { isOver: false, isFirstOver: false, leftMs };
    counted.digests.delete(digest);
    return over(counted, shared.leftMs);
  }

  #counted(key: string, nowMs: number): Counted {
    const known = this.#counts.get(key);
    if (known !== undefined && nowMs - known.sinceMs < GUESS_LIMITS.guessesForMs) return known;
    this.#counts.delete(key);
    if (this.#counts.size >= GUESS_LIMITS.guessedObjectsMax) this.#makeRoom(nowMs);
    const fresh: Counted = { sinceMs: nowMs, digests: new Set(), isTold: false };
    this.#counts.set(key, fresh);
    return fresh;
  }

  /** Security: whoever writes once to many objects must not have its own count forgotten by it. */
  #makeRoom(nowMs: number): void {
    let [least, leastCount, looked] = ['', Number.POSITIVE_INFINITY, 0];
    for (const [key, { digests, sinceMs }] of this.#counts) {
      const count = nowMs - sinceMs >= GUESS_LIMITS.guessesForMs ? 0 : digests.size;
      if (count < leastCount) [least, leastCount] = [key, count];
      if (leastCount <= 1 || ++looked >= lookedAtMax) break;
    }
    // What was looked at goes to the end, so that others are looked at the next time.
    for (const [key, counted] of [...this.#counts].slice(0, looked)) {
      this.#counts.delete(key);
      this.#counts.set(key, counted);
    }
    this.#counts.delete(least);
  }
}

function over(counted: Counted, leftMs: number): Guess {
  const isFirstOver = !counted.isTold;
  counted.isTold = true;
  return { isOver: true, isFirstOver, leftMs };
}
