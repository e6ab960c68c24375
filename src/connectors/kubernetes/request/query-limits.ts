/** The bounds of a query; documented in docs/reference/limits.md. */
export const QUERY_LIMITS = Object.freeze({
  /** How many parameters a query may have; Go, which upstream is written in, drops the whole query above 10,000. */
  parametersMax: 4_096,
});
