import type { Caller } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';

/** How much one caller may have under way at once, over all targets of this gateway. */
export interface InFlightLimits {
  readonly requestsPerCallerMax: number;
  readonly streamsPerCallerMax: number;
}

/** Counts what each caller has under way, and can break it all off; a caller that has no more is forgotten. */
export class InFlight {
  readonly #limits: InFlightLimits;
  readonly #counts = new Map<string, { requests: number; streams: number }>();
  readonly #underWay = new Set<(reason: Error) => void>();
  readonly #waiting: (() => void)[] = [];

  constructor(limits: InFlightLimits) {
    this.#limits = limits;
  }

  /**
   * Counts an exchange in; the function that comes back counts it out, and does nothing the second time. `breakOff` may be called until then.
   *
   * @throws {Refusal} TOO_MANY_REQUESTS
   */
  enter({ subject, issuer }: Caller, isStream: boolean, breakOff: (reason: Error) => void): () => void {
    const key = JSON.stringify([issuer, subject]);
    const count = this.#counts.get(key) ?? { requests: 0, streams: 0 };
    if (count.requests >= this.#limits.requestsPerCallerMax)
      throw tooMany(this.#limits.requestsPerCallerMax, 'requests');
    if (isStream && count.streams >= this.#limits.streamsPerCallerMax)
      throw tooMany(this.#limits.streamsPerCallerMax, 'streams');
    count.requests++;
    if (isStream) count.streams++;
    this.#counts.set(key, count);
    this.#underWay.add(breakOff);
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#underWay.delete(breakOff);
      if (this.#underWay.size === 0) for (const done of this.#waiting.splice(0)) done();
      count.requests--;
      if (isStream) count.streams--;
      if (count.requests === 0) this.#counts.delete(key);
    };
  }

  /** Breaks off all that is under way, of every caller. */
  breakOff(reason: Error): void {
    for (const each of [...this.#underWay]) each(reason);
  }

  /** Resolves once nothing is under way and the end of each is recorded, or after `timeoutMs`. */
  ended(timeoutMs: number): Promise<void> {
    if (this.#underWay.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
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
