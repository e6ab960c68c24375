/** A conformance spec that passes directly and not through the gateway, by design. */
interface ByDesign {
  /** A part of its name. */
  readonly spec: string;
  readonly why: string;
}

/** All of them; docs/reference/differences.md says each for its users. */
export const BY_DESIGN: readonly ByDesign[] = [];
