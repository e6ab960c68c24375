/*
 * How fast one caller may ask, over all targets of this gateway. What a body costs to be read and judged goes by its size, so its bytes are counted as requests too:
 * a caller that has used up its rate can owe one largest body, and no more, so that any single one comes through.
 *
 * What is refused here is counted and not recorded one by one: whoever asks too fast would fill the journal with refusals as well as with answers.
 * The counts are told to the journal at named intervals, so that nothing is lost in silence.
 */
import { type Caller, callerKey } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import type { Clock } from '../std/clock.ts';
import { TokenBuckets } from '../std/token-buckets.ts';

/** How fast one caller may ask. */
export interface CallerRateLimits {
  readonly requestsPerCallerPerSecond: number;
  readonly requestsPerCallerBurstMax: number;
  readonly callersMax: number;
  readonly bodyBytesPerRequest: number;
  readonly bodyBytesMax: number;
}

/** What one caller was refused since `since`, in milliseconds since 1970. */
export interface ThrottledCaller {
  readonly caller: Caller;
  readonly since: number;
  readonly requests: number;
}

/** Holds each caller to its rate. */
export class CallerRates {
  readonly #limits: CallerRateLimits;
  readonly #clock: Clock;
  readonly #buckets: TokenBuckets;
  #throttled = new Map<string, { readonly caller: Caller; readonly since: number; requests: number }>();

  constructor(limits: CallerRateLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#buckets = new TokenBuckets({
      perSecond: limits.requestsPerCallerPerSecond,
      burstMax: limits.requestsPerCallerBurstMax,
      keysMax: limits.callersMax,
    });
  }

  /**
   * Counts one request of the caller.
   *
   * @throws {Refusal} CALLER_THROTTLED it asks too fast, which is counted; TOO_MANY_REQUESTS so many do that this one cannot be counted
   */
  take(caller: Caller): void {
    const key = callerKey(caller);
    if (!this.#buckets.take(key, this.#clock.monotonic())) this.#throttle(caller, key);
  }

  /**
   * Counts bytes of a body of the caller's, before they are read.
   *
   * @throws {Refusal} as `take`
   */
  takeBytes(caller: Caller, bytes: number): void {
    const key = callerKey(caller);
    const { bodyBytesPerRequest, bodyBytesMax } = this.#limits;
    const [tokens, debtMax] = [bytes / bodyBytesPerRequest, bodyBytesMax / bodyBytesPerRequest];
    if (!this.#buckets.owe(key, this.#clock.monotonic(), tokens, debtMax)) this.#throttle(caller, key);
  }

  #throttle(caller: Caller, key: string): never {
    const throttled = this.#throttled.get(key);
    if (throttled !== undefined) throttled.requests++;
    else if (this.#throttled.size < this.#limits.callersMax)
      this.#throttled.set(key, { caller, since: this.#clock.now(), requests: 1 });
    else throw new Refusal('TOO_MANY_REQUESTS', 'too many callers ask too fast at once', { retryAfterSeconds: 1 });
    const { requestsPerCallerPerSecond } = this.#limits;
    throw new Refusal(
      'CALLER_THROTTLED',
      `you ask faster than the ${requestsPerCallerPerSecond} requests a second that you may`,
      // At least one request a second comes back, so a second is long enough but for a caller that owes a large body; it is told the same again.
      { advice: 'ask less often, or watch instead of asking again', retryAfterSeconds: 1 },
    );
  }

  /** Hands over what was refused since the last time, a caller each; what `record` throws at is kept for the next time. */
  tell(record: (throttled: ThrottledCaller) => void): void {
    for (const [key, throttled] of this.#throttled) {
      try {
        record(throttled);
      } catch {
        continue;
      }
      this.#throttled.delete(key);
    }
  }

  /** Callers whose bucket is in memory. */
  get callers(): number {
    return this.#buckets.size;
  }
}
