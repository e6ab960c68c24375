/** Limits of the gateway's own tokens. */
export const OWN_TOKEN_LIMITS = Object.freeze({
  /** How long one lasts at most. */
  forMaxMs: 3_600_000,
  /** Live ones of one giver. */
  livePerGiverMax: 50,
  /** How long a leased one lasts after it was last renewed. */
  leaseMs: 30_000,
});
