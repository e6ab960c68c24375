/** How fast, and how much at once. */
export interface BucketLimits {
  /** Tokens that come back each second. */
  readonly perSecond: number;
  /** Tokens of a full bucket. */
  readonly burstMax: number;
  /** Buckets that are not full, at once; a key for which there is no room gets no token. */
  readonly keysMax: number;
}

interface Bucket {
  /** Tokens that are missing. */
  missing: number;
  atMs: number;
}

/** Limit: how often full buckets are looked for, all of them in one go. */
const SWEEP_EVERY_MS = 1_000;

/**
 * Token buckets, one for each key. A bucket that is full again says nothing and is forgotten, at the latest when another key comes after a second; so the
 * memory is bounded by `keysMax`, and in practice by the keys that took a token a moment ago.
 *
 * Instants are monotonic milliseconds, given by whoever asks.
 */
export class TokenBuckets {
  readonly #limits: BucketLimits;
  readonly #buckets = new Map<string, Bucket>();
  #sweptAtMs = Number.NEGATIVE_INFINITY;

  constructor(limits: BucketLimits) {
    this.#limits = limits;
  }

  /** Takes one token of this key; `false` where there is none, and then nothing is taken. */
  take(key: string, nowMs: number): boolean {
    return this.#take(key, nowMs, 1, 0);
  }

  /** Takes as many, or parts of one, and lets the key owe up to `debtMax` beyond an empty bucket; `false` where it would owe more, and then nothing is taken. */
  owe(key: string, nowMs: number, tokens: number, debtMax: number): boolean {
    return this.#take(key, nowMs, tokens, debtMax);
  }

  /** Takes so many, whatever there are; what the key would owe beyond `debtMax` is forgiven. */
  charge(key: string, nowMs: number, tokens: number, debtMax: number): void {
    const bucket = this.#buckets.get(key) ?? this.#begin(key, nowMs);
    if (bucket === undefined) return;
    this.#refill(bucket, nowMs);
    bucket.missing = Math.max(bucket.missing, Math.min(bucket.missing + tokens, this.#limits.burstMax + debtMax));
  }

  /** Takes as many whole tokens as there are, up to `tokensMax`; how many. */
  takeUpTo(key: string, nowMs: number, tokensMax: number): number {
    const bucket = this.#buckets.get(key) ?? this.#begin(key, nowMs);
    if (bucket === undefined) return 0;
    this.#refill(bucket, nowMs);
    const taken = Math.max(0, Math.min(tokensMax, Math.floor(this.#limits.burstMax - bucket.missing)));
    bucket.missing += taken;
    return taken;
  }

  /** Puts a token back that was taken. */
  putBack(key: string, nowMs: number): void {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return;
    this.#refill(bucket, nowMs);
    bucket.missing--;
    if (bucket.missing <= 0) this.#buckets.delete(key);
  }

  /** Buckets in memory. */
  get size(): number {
    return this.#buckets.size;
  }

  #take(key: string, nowMs: number, tokens: number, debtMax: number): boolean {
    const bucket = this.#buckets.get(key) ?? this.#begin(key, nowMs);
    if (bucket === undefined) return false;
    this.#refill(bucket, nowMs);
    if (bucket.missing + tokens > this.#limits.burstMax + debtMax) return false;
    bucket.missing += tokens;
    return true;
  }

  #begin(key: string, nowMs: number): Bucket | undefined {
    if (nowMs - this.#sweptAtMs >= SWEEP_EVERY_MS) this.#sweep(nowMs);
    if (this.#buckets.size >= this.#limits.keysMax) return undefined;
    const bucket = { missing: 0, atMs: nowMs };
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #sweep(nowMs: number): void {
    this.#sweptAtMs = nowMs;
    for (const [key, bucket] of this.#buckets) {
      this.#refill(bucket, nowMs);
      if (bucket.missing === 0) this.#buckets.delete(key);
    }
  }

  #refill(bucket: Bucket, nowMs: number): void {
    bucket.missing = Math.max(0, bucket.missing - ((nowMs - bucket.atMs) * this.#limits.perSecond) / 1000);
    bucket.atMs = nowMs;
  }
}
