/*
 * Tokens of buckets that the workers of one gateway have in common. A worker leases a few at once, so that most requests ask nobody; all workers together never let more
 * through than the one bucket gives. A lease that is not used is lost after a moment, and not kept for a later burst.
 */

/** Buckets that are kept elsewhere, one for each key. */
export interface SharedBuckets {
  /** Takes up to so many whole tokens of this key; how many there were. */
  take(key: string, tokensMax: number): Promise<number>;
  /** Takes as many, or parts of one, and lets the key owe up to `debtMax`; `false` where it would owe more. */
  owe(key: string, tokens: number, debtMax: number): Promise<boolean>;
  /** Takes as many, whatever there are; what the key would owe beyond `debtMax` is forgiven. */
  charge(key: string, tokens: number, debtMax: number): void;
}

interface Limits {
  /** Tokens that are leased at once. */
  readonly leasedMax: number;
  /** Leases at once; of more, those that are over are forgotten, and then all. */
  readonly keysMax: number;
}

/** Limit: how long a lease is good, in milliseconds. */
const LEASED_FOR_MS = 1_000;

interface Lease {
  left: number;
  untilMs: number;
  asking: Promise<number> | undefined;
}

/** Tokens that this worker has leased. Instants are monotonic milliseconds. */
export class LeasedTokens {
  readonly #shared: SharedBuckets;
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #leases = new Map<string, Lease>();

  constructor(shared: SharedBuckets, limits: Limits, now: () => number) {
    this.#shared = shared;
    this.#limits = limits;
    this.#now = now;
  }

  /** Takes one token; `false` where there is none. */
  take(key: string): boolean | Promise<boolean> {
    const lease = this.#leases.get(key);
    if (lease !== undefined && lease.left >= 1 && this.#now() < lease.untilMs) {
      lease.left--;
      return true;
    }
    return this.#leased(key);
  }

  /** See `SharedBuckets`. */
  owe(key: string, tokens: number, debtMax: number): Promise<boolean> {
    return this.#shared.owe(key, tokens, debtMax);
  }

  /** See `SharedBuckets`. */
  charge(key: string, tokens: number, debtMax: number): void {
    this.#shared.charge(key, tokens, debtMax);
  }

  /** Leases that are remembered. */
  get size(): number {
    return this.#leases.size;
  }

  /** All that wait for a lease share its tokens; who gets none asks for the next, until there are none. */
  async #leased(key: string): Promise<boolean> {
    for (;;) {
      const lease = this.#leaseOf(key);
      if (lease.left >= 1 && this.#now() < lease.untilMs) {
        lease.left--;
        return true;
      }
      lease.asking ??= this.#ask(key, lease);
      if ((await lease.asking) === 0) return false;
    }
  }

  async #ask(key: string, lease: Lease): Promise<number> {
    try {
      const taken = await this.#shared.take(key, this.#limits.leasedMax);
      lease.left = taken;
      lease.untilMs = this.#now() + LEASED_FOR_MS;
      return taken;
    } finally {
      lease.asking = undefined;
    }
  }

  #leaseOf(key: string): Lease {
    const found = this.#leases.get(key);
    if (found !== undefined) return found;
    if (this.#leases.size >= this.#limits.keysMax) this.#forget();
    const made: Lease = { left: 0, untilMs: 0, asking: undefined };
    this.#leases.set(key, made);
    return made;
  }

  #forget(): void {
    const now = this.#now();
    for (const [key, { untilMs, asking }] of this.#leases)
      if (asking === undefined && untilMs <= now) this.#leases.delete(key);
    if (this.#leases.size >= this.#limits.keysMax) this.#leases.clear();
  }
}
