/*
 * How fast one caller may ask, over all targets of this gateway. What a body costs to be read and judged goes by its size, so its bytes are counted as requests too:
 * a caller that has used up its rate can owe one largest body, and no more, so that any single one comes through. What its conditions and masks take of the processor is known only
 * afterwards: it is charged then, and its next requests wait for it.
 *
 * What is refused here is counted and not recorded one by one: whoever asks too fast would fill the journal with refusals as well as with answers.
 * The counts are told to the journal at named intervals, so that nothing is lost in silence.
 */
import { type Caller, callerKey } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import type { Clock } from '../std/clock.ts';
import { counted } from '../std/counted.ts';
import { TokenBuckets } from '../std/token-buckets.ts';
import { LeasedTokens, type SharedBuckets } from './leased-tokens.ts';

/** How fast one caller may ask. */
export interface CallerRateLimits {
  readonly requestsPerCallerPerSecond: number;
  readonly requestsPerCallerBurstMax: number;
  readonly callersMax: number;
  readonly bodyBytesPerRequest: number;
  readonly bodyBytesMax: number;
  readonly workMsPerRequest: number;
}

/** What one caller was refused since `since`, in milliseconds since 1970. */
export interface ThrottledCaller {
  readonly caller: Caller;
  readonly since: number;
  readonly requests: number;
}

/** Limit: what a worker leases at once is one of so many parts of what a caller may ask in a second, or at once where that is less. */
const LEASES_PER_SECOND = 20;

/** Holds each caller to its rate; where workers have its buckets in common, over all of them. */
export class CallerRates {
  readonly #limits: CallerRateLimits;
  readonly #clock: Clock;
  readonly #buckets: TokenBuckets;
  readonly #leased: LeasedTokens | undefined;
  #throttled = new Map<string, { readonly caller: Caller; readonly since: number; requests: number }>();

  constructor(limits: CallerRateLimits, clock: Clock, shared?: SharedBuckets) {
    this.#limits = limits;
    this.#clock = clock;
    this.#buckets = new TokenBuckets({
      perSecond: limits.requestsPerCallerPerSecond,
      burstMax: limits.requestsPerCallerBurstMax,
      keysMax: limits.callersMax,
    });
    const atOnce = Math.min(limits.requestsPerCallerPerSecond, limits.requestsPerCallerBurstMax);
    const leases = { leasedMax: Math.max(1, Math.ceil(atOnce / LEASES_PER_SECOND)), keysMax: limits.callersMax };
    this.#leased = shared === undefined ? undefined : new LeasedTokens(shared, leases, () => clock.monotonic());
  }

  /**
   * Counts one request of the caller; a promise where another process has to be asked, which rejects where this would throw.
   *
   * @throws {Refusal} CALLER_THROTTLED it asks too fast, which is counted; TOO_MANY_REQUESTS so many do that this one cannot be counted
   */
  take(caller: Caller): Promise<void> | undefined {
    const key = callerKey(caller);
    const isTaken = this.#leased?.take(key) ?? this.#buckets.take(key, this.#clock.monotonic());
    if (typeof isTaken !== 'boolean') return isTaken.then((isLeased) => this.#orThrottle(caller, key, isLeased));
    this.#orThrottle(caller, key, isTaken);
    return undefined;
  }

  /**
   * Counts bytes of a body of the caller's, before they are read.
   *
   * @throws {Refusal} as `take`
   */
  takeBytes(caller: Caller, bytes: number): Promise<void> | undefined {
    const key = callerKey(caller);
    const { bodyBytesPerRequest, bodyBytesMax } = this.#limits;
    const [tokens, debtMax] = [bytes / bodyBytesPerRequest, bodyBytesMax / bodyBytesPerRequest];
    if (this.#leased !== undefined)
      return this.#leased.owe(key, tokens, debtMax).then((isTaken) => this.#orThrottle(caller, key, isTaken));
    this.#orThrottle(caller, key, this.#buckets.owe(key, this.#clock.monotonic(), tokens, debtMax));
    return undefined;
  }

  /** Charges what conditions and masks took, in milliseconds. Never refuses: what is owed, one whole burst at most, keeps the caller's next requests. */
  worked(caller: Caller, ms: number): void {
    const { workMsPerRequest, requestsPerCallerBurstMax: debtMax } = this.#limits;
    const [key, tokens] = [callerKey(caller), ms / workMsPerRequest];
    if (this.#leased !== undefined) this.#leased.charge(key, tokens, debtMax);
    else this.#buckets.charge(key, this.#clock.monotonic(), tokens, debtMax);
  }

  #orThrottle(caller: Caller, key: string, isTaken: boolean): void {
    if (!isTaken) this.#throttle(caller, key);
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
      `you ask faster than the ${counted(requestsPerCallerPerSecond, 'request')} a second that you may`,
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
    return this.#leased?.size ?? this.#buckets.size;
  }
}
