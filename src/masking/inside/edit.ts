/** Bytes `start` to `end` become `text`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The bytes with edits made, which are in order and do not overlap. */
export function applyEdits(bytes: Buffer, edits: readonly Edit[]): Buffer {
  const out: Buffer[] = [];
  let left = 0;
  for (const { start, end, text } of edits) {
    out.push(bytes.subarray(left, start), Buffer.from(text, 'utf8'));
    left = end;
  }
  out.push(bytes.subarray(left));
  return Buffer.concat(out);
}
