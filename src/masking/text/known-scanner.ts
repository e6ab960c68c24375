import { byteSet } from '../detect/byte-set.ts';
import { type KnownForm, type KnownValues, shiftMask } from './known-values.ts';

/** A known value that stands in the text. */
export interface KnownSpan {
  readonly start: number;
  readonly end: number;
  readonly mask: string;
}

/** Bytes that are looked through, and whether more may come. */
export interface Window {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly isLast: boolean;
}

export interface KnownScanned {
  /** From where on the next pass looks. */
  readonly resume: number;
  readonly holdFrom: number;
  /** Of a long value that reaches the end of what is there: the rest of it, which goes on from `resume`. */
  readonly rest: Buffer | undefined;
}

/** Up to where a value is compared before it counts as found; the rest of a longer one goes as far as it is equal. */
const decidedBytesMax = 1024;
const base64 = byteSet('A-Za-z0-9+/_-');
/** From how long a line on its end counts as a wrap, where it is all base64: 76 is MIME's, 64 PEM's. */
const wrapBytesMin = 60;
const lineFeed = 0x0a;

/**
 * Finds known values, the leftmost first, and of several that begin at one place the longest: bytes that no form begins with are stepped over several at
 * a time (Wu and Manber's shifts), the rest is compared. A line feed that wraps base64 counts as not there.
 */
export function scanKnown(
  known: KnownValues,
  window: Window,
  from: number,
  found: (span: KnownSpan) => void,
): KnownScanned {
  const { end } = window;
  let at = from;
  let wrap = nextWrap(window, Math.max(at, 1));
  while (at < end) {
    if (at > wrap) wrap = nextWrap(window, at);
    at = nextCandidate(known, window.bytes, at, end, wrap);
    if (at >= end) break;
    const compared = compareAt(known, window, at);
    if (compared === 'more') return { resume: at, holdFrom: at, rest: undefined };
    if (compared === undefined) {
      at++;
      continue;
    }
    found(compared.span);
    // What follows may begin with the very character that ends it: base64 of two values in a row.
    at = compared.formEnd;
    if (compared.rest !== undefined) return { resume: at, holdFrom: at, rest: compared.rest };
  }
  return { resume: Math.max(at, end), holdFrom: end, rest: undefined };
}

/** The first place where a form may begin; before a wrap and before the end, where its first bytes are not in a row or not there yet, each place may. */
function nextCandidate(
  { shifts, anchorBytes }: KnownValues,
  bytes: Uint8Array,
  from: number,
  end: number,
  wrap: number,
): number {
  const last = Math.min(end, wrap) - anchorBytes;
  const behind = anchorBytes - 3;
  let at = from;
  while (at <= last) {
    const block = at + behind;
    const hash =
      (((bytes[block] as number) << 10) ^ ((bytes[block + 1] as number) << 5) ^ (bytes[block + 2] as number)) &
      shiftMask;
    const shift = shifts[hash] as number;
    if (shift === 0) return at;
    at += shift;
  }
  return Math.min(at, end);
}

/** The first line feed from a place on that wraps base64, else the end. */
function nextWrap({ bytes, end }: Window, from: number): number {
  let at = bytes.indexOf(lineFeed, from);
  while (at !== -1 && at < end && !isWrap(bytes, at)) at = bytes.indexOf(lineFeed, at + 1);
  return at === -1 || at > end ? end : at;
}

interface Compared {
  readonly span: KnownSpan;
  /** The end without padding, and without the character that may hold bits of what follows. */
  readonly formEnd: number;
  readonly rest: Buffer | undefined;
}

/** What begins at a place: the longest of the forms whose first bytes stand there. */
function compareAt(known: KnownValues, window: Window, start: number): Compared | 'more' | undefined {
  const { classes, shift, next, depths, words } = known.anchors;
  const { bytes, end, isLast } = window;
  let state = 0;
  let at = start;
  for (let depth = 0; depth < known.anchorBytes; at++) {
    if (at >= end) return isLast ? undefined : 'more';
    const byte = bytes[at] as number;
    if (byte === lineFeed && depth > 0 && isWrap(bytes, at)) continue;
    state = next[(state << shift) | (classes[byte] as number)] as number;
    if (depths[state] !== ++depth) return undefined;
  }
  let best: Compared | undefined;
  for (const index of words[state] as readonly number[]) {
    const compared = compare(known.forms[index] as KnownForm, known.anchorBytes, window, start, at);
    if (compared === 'more') return 'more';
    if (compared !== undefined && (best === undefined || compared.span.end > best.span.end)) best = compared;
  }
  return best;
}

function compare(
  form: KnownForm,
  anchorBytes: number,
  { bytes, end, isLast }: Window,
  start: number,
  anchorEnd: number,
): Compared | 'more' | undefined {
  let at = anchorEnd;
  let matched = anchorBytes;
  const decided = Math.min(form.bytes.length, decidedBytesMax);
  for (; matched < form.bytes.length; matched++, at++) {
    while (at < end && bytes[at] === lineFeed && form.bytes[matched] !== lineFeed && isWrap(bytes, at)) at++;
    if (at >= end || bytes[at] !== form.bytes[matched]) break;
  }
  if (matched < decided) return at >= end && !isLast ? 'more' : undefined;
  const formEnd = at;
  const isCut = matched < form.bytes.length && at >= end && !isLast;
  if (form.isBase64 && matched === form.bytes.length) {
    const padded = paddingEnd(bytes, at, end);
    if (padded >= end && !isLast && padded < at + 3) return 'more';
    at = padded;
  }
  return {
    span: { start, end: at, mask: form.mask },
    formEnd,
    rest: isCut ? form.bytes.subarray(matched) : undefined,
  };
}

/** Behind base64 of a value one more character holds bits of its last byte; and padding. */
function paddingEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  if (at < end && base64[bytes[at] as number] === 1) at++;
  while (at < end && at < from + 3 && bytes[at] === 0x3d) at++;
  return at;
}

function isWrap(bytes: Uint8Array, at: number): boolean {
  if (at < wrapBytesMin) return false;
  for (let back = 1; back <= wrapBytesMin; back++) if (base64[bytes[at - back] as number] === 0) return false;
  return true;
}
