/*
 * How many tokens may fail, from one address and from all: each that is not known costs a signature, and somebody who has none that is valid can make
 * as many as there is time.
 *
 * A token takes its place before it is looked at, and gives it back when it is taken; so what is looked at at once is bounded too. Tokens that are known to be
 * valid never come here: a flood keeps nobody out who was in.
 */
import { Refusal } from '../model/refusal.ts';
import type { Clock } from '../std/clock.ts';
import { TokenBuckets } from '../std/token-buckets.ts';

/** The bounds of failed tokens. */
export const FAILURE_LIMITS = Object.freeze({
  /** Tokens from one address (an IPv6 network of 64 bits) each second, over time, that are looked at and not taken. */
  failuresPerAddressPerSecond: 100,
  /** Such tokens at once, and tokens from one address that are being looked at. */
  failuresPerAddressBurstMax: 1_000,
  /** The same from all addresses together. */
  failuresPerSecond: 500,
  /** Such tokens at once, from all addresses together. */
  failuresBurstMax: 4_000,
  /** Addresses that are remembered; a token from one more is not looked at. */
  addressesMax: 20_000,
});

export type FailureLimits = { readonly [name in keyof typeof FAILURE_LIMITS]: number };

/** Limits how many tokens fail. */
export class FailedTokens {
  readonly #clock: Clock;
  readonly #byAddress: TokenBuckets;
  readonly #all: TokenBuckets;

  constructor(limits: FailureLimits, clock: Clock) {
    this.#clock = clock;
    this.#byAddress = new TokenBuckets({
      perSecond: limits.failuresPerAddressPerSecond,
      burstMax: limits.failuresPerAddressBurstMax,
      keysMax: limits.addressesMax,
    });
    this.#all = new TokenBuckets({
      perSecond: limits.failuresPerSecond,
      burstMax: limits.failuresBurstMax,
      keysMax: 1,
    });
  }

  /**
   * Takes the place of a failure; what is returned gives it back, once it is none.
   *
   * @throws {Refusal} AUTHENTICATION_THROTTLED
   */
  reserve(peer: string): () => void {
    const address = addressKey(peer);
    const nowMs = this.#clock.monotonic();
    if (!this.#byAddress.take(address, nowMs)) throw throttled('from this address');
    if (!this.#all.take('', nowMs)) {
      this.#byAddress.putBack(address, nowMs);
      throw throttled('from all addresses');
    }
    return () => {
      const backAtMs = this.#clock.monotonic();
      this.#byAddress.putBack(address, backAtMs);
      this.#all.putBack('', backAtMs);
    };
  }
}

function throttled(where: string): Refusal {
  return new Refusal(
    'AUTHENTICATION_THROTTLED',
    `too many tokens ${where} were not taken a moment ago, so this one was not looked at`,
    { advice: 'try again in a moment, with a token that a configured issuer made', retryAfterSeconds: 1 },
  );
}

/** One holder of addresses: an IPv4 address, or the IPv6 network of 64 bits that its owner picks addresses from. */
export function addressKey(peer: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(peer)?.[1];
  if (mapped !== undefined || !peer.includes(':')) return mapped ?? peer;
  const [head = '', tail = ''] = peer.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === '' ? [] : tail.split(':');
  while (peer.includes('::') && groups.length + rest.length < 8) groups.push('0');
  return [...groups, ...rest].slice(0, 4).join(':');
}
