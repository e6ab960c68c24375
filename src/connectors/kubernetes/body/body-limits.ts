/** The bounds on what a body may hold; its bytes are bounded where they are read. Each is documented in docs/reference/limits.md. */
export interface BodyLimits {
  /** How deep objects and lists may stand in each other. */
  readonly depthMax: number;
  /** How many values (of lists, of objects, and single ones) a body may hold in all. */
  readonly valuesMax: number;
  /** How large YAML that is not JSON may be: it is read at a twentieth of JSON's speed, and nothing else runs meanwhile. */
  readonly yamlBytesMax: number;
  /** How many operations a JSON patch may have; the API server's own bound is the same. */
  readonly patchOperationsMax: number;
}

/**
 * The deepest kind that clients send, a CustomResourceDefinition, stays below a depth of 64.
 *
 * Source: `maxJSONPatchOperations`, https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/endpoints/handlers/patch.go
 */
export const DEFAULT_BODY_LIMITS: BodyLimits = Object.freeze({
  depthMax: 128,
  valuesMax: 250_000,
  yamlBytesMax: 64 * 1024,
  patchOperationsMax: 10_000,
});
