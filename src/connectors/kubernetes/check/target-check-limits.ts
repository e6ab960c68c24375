/** The bounds of a check. */
export const TARGET_CHECK_LIMITS = Object.freeze({
  /** How long the whole may take. */
  checkTimeoutMs: 20_000,
  /** The largest answer that is read. */
  answerBytesMax: 4 * 1024 * 1024,
  /** Namespaces whose rights are asked for, beside those of the whole cluster. */
  namespacesMax: 20,
  /** Rights that are named in one list. */
  rightsMax: 100,
});
