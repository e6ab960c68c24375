/** Where time comes from; deciding code never reads it, it is given instants. */
export interface Clock {
  /** Milliseconds since 1970, as people and tokens count. */
  now(): number;
  /** Milliseconds that only go forward, for measuring; no relation to `now`. */
  monotonic(): number;
}

/** The machine's own clock. */
export const systemClock: Clock = { now: Date.now, monotonic: () => performance.now() };
