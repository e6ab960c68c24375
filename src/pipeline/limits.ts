/** The bounds that the data path itself keeps; those of the wire are the listener's. Each is documented in docs/reference/limits.md. */
export interface Limits {
  /** The largest request body that is read; the API server's own bound is the same. */
  readonly bodyBytesMax: number;
  /** How long a body may take to arrive, from the first call that reads it. */
  readonly bodyTimeoutMs: number;
  /** Headers in one request. */
  readonly headersCountMax: number;
  /** The longest request target; the arguments of an exec stand in it. */
  readonly uriBytesMax: number;
}

/** Source: `MaxRequestBodyBytes`, https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/server/config.go */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  bodyBytesMax: 3 * 1024 * 1024,
  bodyTimeoutMs: 30_000,
  headersCountMax: 100,
  uriBytesMax: 32 * 1024,
});
