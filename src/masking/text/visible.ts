/**
 * The bytes that a reader sees, without the control sequences (colours, movements) and carriage returns in between, and where each of them stood.
 *
 * Only sequences that carry no text are left out: `ESC [`, parameters, one letter. What a title or the clipboard is set to is text that reaches somebody,
 * so it is looked through like any other.
 * Source: ECMA-48, 5.4
 */
export interface Visible {
  readonly bytes: Uint8Array;
  /** Where the visible byte stands in the raw bytes; undefined where all are visible. */
  readonly places: Uint32Array | undefined;
  /** Where a sequence begins that is cut off at the end of the raw bytes; else their end. */
  readonly cutOffAt: number;
}

const escapeByte = 0x1b;
const carriageReturn = 0x0d;
const sequenceBytesMax = 64;

export function visibleOf(raw: Buffer): Visible {
  if (raw.indexOf(escapeByte) === -1 && raw.indexOf(carriageReturn) === -1)
    return { bytes: raw, places: undefined, cutOffAt: raw.length };
  const bytes = new Uint8Array(raw.length);
  const places = new Uint32Array(raw.length);
  let count = 0;
  let cutOffAt = raw.length;
  let escapeAt = nextOf(raw, escapeByte, 0);
  let returnAt = nextOf(raw, carriageReturn, 0);
  for (let at = 0; at < raw.length; ) {
    const plainEnd = Math.min(escapeAt, returnAt);
    bytes.set(raw.subarray(at, plainEnd), count);
    for (; at < plainEnd; at++) places[count++] = at;
    if (at === raw.length) break;
    const hidden = at === escapeAt ? sequenceBytes(raw, at) : 1;
    if (at === escapeAt && at + hidden === raw.length && isCutOff(raw, at)) cutOffAt = at;
    at += hidden;
    if (escapeAt < at) escapeAt = nextOf(raw, escapeByte, at);
    if (returnAt < at) returnAt = nextOf(raw, carriageReturn, at);
  }
  return { bytes: bytes.subarray(0, count), places: places.subarray(0, count), cutOffAt };
}

function nextOf(raw: Buffer, byte: number, from: number): number {
  const at = raw.indexOf(byte, from);
  return at === -1 ? raw.length : at;
}

/** How long the sequence at an escape is; one that is cut off goes to the end, and counts as hidden until it can be told. */
function sequenceBytes(raw: Buffer, start: number): number {
  const second = raw[start + 1];
  if (second === undefined) return 1;
  if (second !== 0x5b) return second >= 0x40 && second <= 0x7e ? 2 : 1;
  let at = start + 2;
  while (at < raw.length && at < start + sequenceBytesMax && (raw[at] as number) >= 0x20 && (raw[at] as number) <= 0x3f)
    at++;
  if (at >= raw.length) return raw.length - start;
  const last = raw[at] as number;
  return last >= 0x40 && last <= 0x7e ? at + 1 - start : 2;
}

/** Whether the sequence that goes to the end is not at its own. */
function isCutOff(raw: Buffer, start: number): boolean {
  const last = raw[raw.length - 1] as number;
  return raw.length - start < 3 ? raw.length - start === 1 || last === 0x5b : last < 0x40 || last > 0x7e;
}
