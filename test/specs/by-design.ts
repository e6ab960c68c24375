/** A conformance spec that passes directly and not through the gateway, by design. */
interface ByDesign {
  /** A part of its name. */
  readonly spec: string;
  readonly why: string;
}

const TWICE = 'a body in which a key is given twice is refused, whatever `fieldValidation` says';

/** All of them; docs/reference/differences.md says each for its users. */
export const BY_DESIGN: readonly ByDesign[] = [
  { spec: 'FieldValidation should detect duplicates in a CR when preserving unknown fields', why: TWICE },
  { spec: 'FieldValidation should detect unknown and duplicate fields of a typed object', why: TWICE },
];
