/** Limits of looking up what a held request would do; documented in docs/reference/limits.md. */
export const LOOK_LIMITS = Object.freeze({
  /** How long one read or dry run may take. */
  timeoutMs: 5_000,
  /** Reads of one look. */
  readsMax: 300,
  /** Reads at once. */
  atOnceMax: 8,
  /** The largest answer that is read. */
  answerBytesMax: 8 * 1024 * 1024,
  /** Objects in a page of a list. */
  pageObjects: 500,
  /** Objects of one list that are read. */
  objectsMax: 5_000,
  /** Names that are told of one kind. */
  namesMax: 8,
  /** Volumes, budgets and bindings that are told. */
  toldMax: 50,
});
