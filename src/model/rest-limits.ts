/** Limits of one yes for the rest of a command; documented in docs/reference/limits.md. */
export const REST_LIMITS = Object.freeze({
  /** How long it covers at most, and how long ago an earlier question may be. */
  forMs: 300_000,
  /** Requests that it covers at most. */
  usesMax: 50,
  /** Earlier questions that are shown. */
  earlierMax: 20,
});
