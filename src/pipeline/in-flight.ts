import type { Caller } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';

/** How much one caller may have under way at once, over all targets of this gateway. */
export interface InFlightLimits {
  readonly requestsPerCallerMax: number;
  readonly streamsPerCallerMax: number;
}

/** An exchange that is counted in. */
export interface Place {
  /** Counts it as a stream too. @throws {Refusal} TOO_MANY_REQUESTS */
  stream(): void;
  /** Counts it out; does nothing the second time. */
  leave(): void;
}

interface UnderWay {
  readonly breakOff: (reason: Error) => void;
  /** Where it stands among all that is under way. */
  index: number;
}

/** Counts what each caller has under way, and can break it all off; a caller that has no more is forgotten. */
export class InFlight {
  readonly #limits: InFlightLimits;
  readonly #counts = new Map<string, { requests: number; streams: number }>();
  /**
   * In no order: what leaves is replaced by the last. No Set, though it would read better: a Set that much goes through leaves its outgrown tables
   * behind, each pointing to the next, and through one that has grown old the collector keeps every exchange that was ever in them until its next
   * full run. That cost a sixth of a small exchange.
   */
  readonly #underWay: UnderWay[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor(limits: InFlightLimits) {
    this.#limits = limits;
  }

  /**
   * Counts an exchange in; `breakOff` may be called until it leaves.
   *
   * @throws {Refusal} TOO_MANY_REQUESTS
   */
  enter({ subject, issuer }: Caller, breakOff: (reason: Error) => void): Place {
    const key = JSON.stringify([issuer, subject]);
    const { requestsPerCallerMax, streamsPerCallerMax } = this.#limits;
    const count = this.#counts.get(key) ?? { requests: 0, streams: 0 };
    if (count.requests >= requestsPerCallerMax) throw tooMany(requestsPerCallerMax, 'requests');
    count.requests++;
    this.#counts.set(key, count);
    const underWay: UnderWay = { breakOff, index: this.#underWay.length };
    this.#underWay.push(underWay);
    let isIn = true;
    let isStream = false;
    return {
      stream() {
        if (!isIn || isStream) return;
        if (count.streams >= streamsPerCallerMax) throw tooMany(streamsPerCallerMax, 'streams');
        isStream = true;
        count.streams++;
      },
      leave: () => {
        if (!isIn) return;
        isIn = false;
        this.#remove(underWay);
        if (this.#underWay.length === 0) for (const done of this.#waiting.splice(0)) done();
        count.requests--;
        if (isStream) count.streams--;
        if (count.requests === 0) this.#counts.delete(key);
      },
    };
  }

  /** Breaks off all that is under way, of every caller. */
  breakOff(reason: Error): void {
    for (const { breakOff } of [...this.#underWay]) breakOff(reason);
  }

  /** Resolves once nothing is under way and the end of each is recorded, or after `timeoutMs`. */
  ended(timeoutMs: number): Promise<void> {
    if (this.#underWay.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #remove({ index }: UnderWay): void {
    const last = this.#underWay.pop() as UnderWay;
    if (last.index === index) return;
    last.index = index;
    this.#underWay[index] = last;
  }

  get callers(): number {
    return this.#counts.size;
  }
}

function tooMany(max: number, what: string): Refusal {
  return new Refusal('TOO_MANY_REQUESTS', `you have ${max} ${what} in flight, as many as you may`, {
    advice: 'wait for some of them to end',
    retryAfterSeconds: 1,
  });
}
