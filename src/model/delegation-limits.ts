/** Limits of answering that is handed on; documented in docs/reference/limits.md. */
export const DELEGATION_LIMITS = Object.freeze({
  /** The longest that one lasts. */
  forMs: 7 * 24 * 60 * 60_000,
  /** Those of one giver that last. */
  livePerGiverMax: 10,
  /** Those that one person is named by. */
  livePerReceiverMax: 20,
  /** Those that last, of everybody. */
  liveMax: 2_000,
  /** Those that have ended and are listed beside them, the newest. */
  endedShownMax: 1_000,
});
