/** The bounds of what is had from AWS; documented in docs/reference/limits.md. */
export const EKS_LIMITS = Object.freeze({
  /** How long upstream takes a token: EKS counts 15 minutes from its signing, whatever the URL in it says; a minute is kept for clocks that differ. */
  tokenMs: 14 * 60_000,
  /** A token that ends within this time is replaced while it is still used. */
  refreshBeforeMs: 4 * 60_000,
  /** A role's session is asked for this long; AWS allows a chained role an hour. */
  sessionSeconds: 3_600,
  /** A role's session that ends within this time is replaced while it is still used. */
  sessionRefreshBeforeMs: 15 * 60_000,
  /** Credentials that no request has used for so long are forgotten. */
  unusedMs: 30 * 60_000,
  /** How long AWS may take to answer one question. */
  requestTimeoutMs: 10_000,
  /** How often AWS is asked one question before it counts as failed. */
  attemptsMax: 3,
});
