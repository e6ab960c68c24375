/** The bounds of tracing. */
export const TRACING_LIMITS = Object.freeze({
  /** Spans that wait to be told; more are left out. */
  queuedSpansMax: 4_096,
  /** Spans of one message. */
  batchSpansMax: 512,
  /** How long spans wait for others. */
  batchDelayMs: 2_000,
  /** How long a collector may take. */
  exportTimeoutMs: 5_000,
});
