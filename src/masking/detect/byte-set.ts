/** A set of bytes: 1 at each member's place. */
export type ByteSet = Uint8Array;

/** The set that a specification as inside a regular expression's brackets names: single characters and ranges, `A-Za-z0-9_-`; ASCII only. */
export function byteSet(specification: string): ByteSet {
  const set = new Uint8Array(256);
  for (let at = 0; at < specification.length; at++) {
    const from = specification.charCodeAt(at);
    const isRange = specification[at + 1] === '-' && at + 2 < specification.length;
    const to = isRange ? specification.charCodeAt(at + 2) : from;
    for (let byte = from; byte <= to; byte++) set[byte] = 1;
    if (isRange) at += 2;
  }
  return set;
}
