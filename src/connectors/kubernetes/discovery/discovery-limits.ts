/** The bounds of what is known about a target, and how old it can be; documented in docs/reference/limits.md. */
export const DISCOVERY_LIMITS = Object.freeze({
  /** How old an answer about which kinds exist can be; when it is older and the target cannot be asked, nothing is answered. */
  staleMs: 30_000,
  /** The least time between two fetches: a kind that is not known waits for the next one, and a target that failed is not asked sooner. */
  refreshMinMs: 500,
  /** The largest discovery document; that of a cluster with 1,000 custom kinds has about 1 MB. */
  documentBytesMax: 32 * 1024 * 1024,
  /** How many kinds and subresources one target may have. */
  kindsMax: 50_000,
  /** How many group versions are asked for one by one, of a target without the aggregated form. */
  groupVersionsMax: 1_000,
  /** How many of those are asked for at once. */
  requestsMax: 8,
});
