import { TokenBuckets } from '../std/token-buckets.ts';

/** The bounds of the log's lines about single requests: anybody can make such requests without end. */
export const LOG_LIMITS = Object.freeze({
  /** Lines about requests from one address, each second, over time; what is left out is counted, and told every `countsEveryMs`. */
  linesPerAddressPerSecond: 1,
  /** Such lines at once. */
  linesPerAddressBurstMax: 20,
  /** Lines about requests from all addresses, each second, over time. */
  linesPerSecond: 20,
  /** Such lines at once. */
  linesBurstMax: 200,
  /** Addresses that are remembered; a request from one more is counted. */
  addressesMax: 1_000,
  /** How often counts are told: of lines that were left out, and of requests whose callers asked too fast. */
  countsEveryMs: 10_000,
});

/** Says which requests get a line of their own in the log, and counts the others by their code. */
export class LogLimit {
  readonly #byAddress = new TokenBuckets({
    perSecond: LOG_LIMITS.linesPerAddressPerSecond,
    burstMax: LOG_LIMITS.linesPerAddressBurstMax,
    keysMax: LOG_LIMITS.addressesMax,
  });
  readonly #all = new TokenBuckets({
    perSecond: LOG_LIMITS.linesPerSecond,
    burstMax: LOG_LIMITS.linesBurstMax,
    keysMax: 1,
  });
  #leftOut: Record<string, number> = {};

  /** Whether a request from `peer` gets a line now; where it does not, it is counted. */
  takesLine(peer: string, code: string, nowMs: number): boolean {
    if (this.#byAddress.take(peer, nowMs) && this.#all.take('', nowMs)) return true;
    this.#leftOut[code] = (this.#leftOut[code] ?? 0) + 1;
    return false;
  }

  /** How many were left out since the last time, by code; `undefined` where there were none. */
  takeLeftOut(): Readonly<Record<string, number>> | undefined {
    const leftOut = this.#leftOut;
    this.#leftOut = {};
    return Object.keys(leftOut).length === 0 ? undefined : leftOut;
  }
}
