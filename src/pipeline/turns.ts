/*
 * Turns at what keeps the process busy: to read a large body takes up to a third of a second in which nobody else is served, and conditions and masks may take as long. So of those that
 * wait one begins in each round of the event loop, callers in turn: whoever sends fifty at once waits for itself, and everybody else's small requests go between.
 *
 * What conditions and masks will take nobody knows before. A caller whose last ones took long waits for turns for a while; those of anybody else, and every small request, wait for none.
 *
 * A turn is only a beginning: nothing is held while something is read from upstream, so nobody who is slow keeps others waiting.
 */

import { type Caller, callerKey } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import { counted } from '../std/counted.ts';

/** Limits of turns; documented in docs/reference/limits.md. */
export const FAIR_TURN_LIMITS = Object.freeze({
  /** A request body of fewer bytes, read within about a millisecond, waits for no turn. */
  turnBytesMin: 32 * 1024,
  /** How long the conditions and masks of a caller wait for turns after they took a millisecond of the processor or more twice within so long. */
  dearForMs: 1_000,
  /** Requests that wait for a turn at once; of more, those of callers that wait already are refused with 429. */
  turnsWaitingMax: 4_000,
  /** How long a body, or a condition, waits for its turn; then the request is refused with 429. */
  turnWaitMaxMs: 20_000,
});

type Limits = Readonly<Record<keyof typeof FAIR_TURN_LIMITS, number>>;

interface Long {
  readonly until: number;
  /** It was not the first time. */
  readonly isDear: boolean;
}

interface Waiting {
  readonly begin: () => void;
}

/** Callers that wait for their turn. Limit: each may wait as often as it may have requests under way. */
export class Turns {
  readonly #limits: Limits;
  readonly #monotonic: () => number;
  /** The caller whose turn was last stands last. */
  readonly #waiting = new Map<string, Waiting[]>();
  /** Callers whose conditions or masks took long lately; whose did last stands last. */
  readonly #long = new Map<string, Long>();
  #count = 0;
  #isBusy = false;

  /** @param monotonic a clock that only goes forward, in milliseconds */
  constructor(monotonic: () => number, limits: Limits = FAIR_TURN_LIMITS) {
    this.#monotonic = monotonic;
    this.#limits = limits;
  }

  /**
   * Resolves when it is the turn of a body that is there whole; `undefined` where it is so now, and where it is a small one.
   *
   * @throws {Refusal} TOO_MANY_REQUESTS too many wait, or, as a rejection, it has waited too long
   */
  ofBody(caller: Caller, bytes: number): Promise<void> | undefined {
    return bytes < this.#limits.turnBytesMin ? undefined : this.#bounded(callerKey(caller));
  }

  /** The same for conditions, where those of this caller took long lately. @throws {Refusal} as `ofBody` */
  ofConditions(caller: Caller): Promise<void> | undefined {
    const key = this.#dear(caller);
    return key === undefined ? undefined : this.#bounded(key);
  }

  /** The same for a part of a reply that is to be masked. Nothing more of the reply is read meanwhile, so it waits as long as it takes. */
  ofMasks(caller: Caller): Promise<void> | undefined {
    const key = this.#dear(caller);
    return key === undefined ? undefined : this.next(key);
  }

  /**
   * Conditions or masks of an exchange of this caller took long. Once is none of its doing: the whole process may have paused in the middle of them, to collect garbage.
   */
  worked(caller: Caller): void {
    const key = callerKey(caller);
    const now = this.#monotonic();
    const isDear = (this.#long.get(key)?.until ?? 0) > now;
    this.#long.delete(key);
    this.#long.set(key, { until: now + this.#limits.dearForMs, isDear });
    for (const [each, { until }] of this.#long) {
      if (until > now) return;
      this.#long.delete(each);
    }
  }

  /** Resolves when it is this caller's turn; `undefined` where it is so now. */
  next(caller: string): Promise<void> | undefined {
    if (!this.#isBusy) {
      this.#begin();
      return undefined;
    }
    return new Promise((resolve) => this.#add(caller, { begin: resolve }));
  }

  #dear(caller: Caller): string | undefined {
    if (this.#long.size === 0) return undefined;
    const key = callerKey(caller);
    const long = this.#long.get(key);
    return long?.isDear === true && long.until > this.#monotonic() ? key : undefined;
  }

  #bounded(caller: string): Promise<void> | undefined {
    if (!this.#isBusy) return this.next(caller);
    const { turnsWaitingMax, turnWaitMaxMs } = this.#limits;
    if (this.#count >= turnsWaitingMax && this.#waiting.has(caller))
      throw tooMany(`${counted(this.#count, 'request waits', 'requests wait')} for a turn, yours among them`);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        begin() {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.#remove(caller, waiting);
        reject(tooMany(`it was not the turn of your request within ${turnWaitMaxMs} ms`));
      }, turnWaitMaxMs);
      this.#add(caller, waiting);
    });
  }

  #add(caller: string, waiting: Waiting): void {
    this.#count++;
    const own = this.#waiting.get(caller);
    if (own === undefined) this.#waiting.set(caller, [waiting]);
    else own.push(waiting);
  }

  #remove(caller: string, waiting: Waiting): void {
    const own = this.#waiting.get(caller) ?? [];
    const left = own.filter((each) => each !== waiting);
    this.#count -= own.length - left.length;
    if (left.length === 0) this.#waiting.delete(caller);
    else this.#waiting.set(caller, left);
  }

  /** What has begun runs to its end, or to where it waits for others, before the next round. */
  #begin(): void {
    this.#isBusy = true;
    setImmediate(() => {
      const first = this.#waiting.entries().next();
      if (first.done === true) {
        this.#isBusy = false;
        return;
      }
      const [caller, own] = first.value;
      this.#waiting.delete(caller);
      const waiting = own.shift();
      if (own.length > 0) this.#waiting.set(caller, own);
      this.#count--;
      this.#begin();
      waiting?.begin();
    });
  }
}

function tooMany(what: string): Refusal {
  return new Refusal('TOO_MANY_REQUESTS', `${what}: the gateway is busy with large bodies, conditions and masks`, {
    advice: 'send fewer large requests at once',
    retryAfterSeconds: 1,
  });
}
