/** A value that is to be masked: bytes `start` to `end`, and the id of the detector that says so. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly detector: string;
}
