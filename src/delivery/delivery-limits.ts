/** Limits of what is sent on from the journal; documented in docs/reference/limits.md. */
export const DELIVERY_LIMITS = Object.freeze({
  /** Records that one receiver is sent at once. */
  recordsMax: 500,
  /** Bytes of records that it is sent at once, but for one that is larger alone. */
  parcelBytesMax: 512 * 1024,
  /** How often it is looked whether the journal has more. */
  lookEveryMs: 1_000,
  /** How long one try may take. */
  sendTimeoutMs: 30_000,
  /** How long after a failed try it is tried again; each time twice as long. */
  retryMs: 1_000,
  /** The longest time between two tries, which go on as long as the gateway runs. */
  retryMaxMs: 60_000,
  /** How long a receiver may take nothing before `/readyz` warns of it. */
  warnAfterMs: 60_000,
});
