/**
 * The bytes that a reader sees, without colours (`ESC [ … m`, and the `ESC [ K` behind them) and carriage returns in between, and where each of them stood.
 *
 * Other sequences are left where they are. What a title or the clipboard is set to is text that reaches somebody, so it is looked through like any other.
 * Source: ECMA-48, 5.4 and 8.3.117
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

/** `isLast`: what is cut off at the end stays so, and is no sequence. */
export function visibleOf(raw: Buffer, isLast: boolean): Visible {
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
    const sequence = at === escapeAt ? sequenceBytes(raw, at) : 1;
    const hidden = isLast && at === escapeAt && at + sequence === raw.length && isCutOff(raw, at) ? 0 : sequence;
    if (hidden === 0) {
      places[count] = at;
      bytes[count++] = escapeByte;
      escapeAt = nextOf(raw, escapeByte, ++at);
      continue;
    }
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

/**
 * How long the colour at an escape is, 0 where it is none; one that is cut off goes to the end, and counts as hidden until it can be told.
 *
 * Security: a number has three digits at most, so that no sequence hides what is a value by itself: found by `npm run fuzz -- --target text`.
 */
function sequenceBytes(raw: Buffer, start: number): number {
  const second = raw[start + 1];
  if (second === undefined) return 1;
  if (second !== 0x5b) return 0;
  let digits = 0;
  for (let at = start + 2; at < raw.length && at < start + sequenceBytesMax; at++) {
    const byte = raw[at] as number;
    if (byte === 0x6d || byte === 0x4b) return at + 1 - start;
    digits = byte >= 0x30 && byte <= 0x39 ? digits + 1 : 0;
    if (digits > 3 || (digits === 0 && byte !== 0x3a && byte !== 0x3b)) return 0;
  }
  return raw.length - start < sequenceBytesMax ? raw.length - start : 0;
}

/** Whether the sequence that goes to the end is not at its own. */
function isCutOff(raw: Buffer, start: number): boolean {
  const last = raw[raw.length - 1] as number;
  return raw.length - start < 3 || (last !== 0x6d && last !== 0x4b);
}
