/** Limits of one yes for the rest of a command; documented in docs/reference/limits.md. */
export const REST_LIMITS = Object.freeze({
  /** How long it covers at most, and how long ago an earlier question may be. */
  forMs: 300_000,
  /** Requests that it covers at most. */
  usesMax: 50,
  /** Earlier questions that are shown. */
  earlierMax: 20,
});

/** Limits of one yes for a release of Helm; documented in docs/reference/limits.md. */
export const RELEASE_LIMITS = Object.freeze({
  /** How long it covers what the release says. */
  forMs: 600_000,
  /** Requests that it covers at most. */
  usesMax: 500,
  /** Revisions before it that are looked at, back to the one that is deployed. */
  revisionsMax: 10,
  /** How long a release that was asked about is kept in memory. */
  keptMs: 1_800_000,
  /** Releases that are kept of one gateway, the newest ones. */
  keptMax: 200,
  /** Characters of their manifests, with those before them. */
  keptCharactersMax: 16_000_000,
});

/** Limits of one question about a planned command; documented in docs/reference/limits.md. */
export const PLAN_QUESTION_LIMITS = Object.freeze({
  /** Requests that one question asks about. */
  requestsMax: 50,
  /** Characters of all that is shown of them. */
  shownCharactersMax: 163_840,
  /** How long after a request was planned it can be asked about, in milliseconds. */
  askWithinMs: 600_000,
});
