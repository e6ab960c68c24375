import { byteSet } from '../detect/byte-set.ts';
import type { Resume } from '../detect/scanner.ts';
import type { KnownForm, KnownValues } from './known-values.ts';

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
  readonly resume: Resume;
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
 * Finds known values: an automaton over the first bytes of each form, then a plain comparison. Of several that begin at one place the longest counts.
 *
 * A line feed that wraps base64 counts as not there.
 */
export function scanKnown(
  known: KnownValues,
  window: Window,
  from: Resume,
  found: (span: KnownSpan) => void,
): KnownScanned {
  const { classes, shift, next, ends, words, depths } = known.anchors;
  const { bytes, end } = window;
  let { at, state } = from;
  while (at < end) {
    const before = state;
    const byte = bytes[at] as number;
    if (byte === lineFeed && state !== 0 && isWrap(bytes, at)) {
      at++;
      continue;
    }
    state = next[(state << shift) | (classes[byte] as number)] as number;
    at++;
    if (ends[state] === 0) continue;
    const compared = compareAll(known, window, at, words[state] as readonly number[]);
    if (compared === undefined) continue;
    if (compared === 'more') {
      const deepest = depths[state] as number;
      return { resume: { at: at - 1, state: before }, holdFrom: startOf(bytes, at, deepest), rest: undefined };
    }
    found(compared.span);
    at = compared.span.end;
    state = 0;
    if (compared.rest !== undefined) return { resume: { at, state }, holdFrom: at, rest: compared.rest };
  }
  const depth = window.isLast ? 0 : (depths[state] as number);
  return { resume: { at: Math.max(at, end), state }, holdFrom: startOf(bytes, end, depth), rest: undefined };
}

interface Compared {
  readonly span: KnownSpan;
  readonly rest: Buffer | undefined;
}

function compareAll(
  known: KnownValues,
  window: Window,
  anchorEnd: number,
  words: readonly number[],
): Compared | 'more' | undefined {
  let best: Compared | undefined;
  for (const index of words) {
    const form = known.forms[index] as KnownForm;
    const compared = compare(form, window, anchorEnd);
    if (compared === 'more') return 'more';
    if (compared === undefined) continue;
    const isLonger = best === undefined || compared.span.start < best.span.start || compared.span.end > best.span.end;
    if (isLonger) best = compared;
  }
  return best;
}

function compare(form: KnownForm, { bytes, end, isLast }: Window, anchorEnd: number): Compared | 'more' | undefined {
  let at = anchorEnd;
  let matched = form.anchorBytes;
  const decided = Math.min(form.bytes.length, decidedBytesMax);
  for (; matched < form.bytes.length; matched++, at++) {
    while (at < end && bytes[at] === lineFeed && form.bytes[matched] !== lineFeed && isWrap(bytes, at)) at++;
    if (at >= end || bytes[at] !== form.bytes[matched]) break;
  }
  if (matched < decided) return at >= end && !isLast ? 'more' : undefined;
  const isCut = matched < form.bytes.length && at >= end && !isLast;
  if (form.isBase64 && matched === form.bytes.length) {
    const padded = paddingEnd(bytes, at, end);
    if (padded >= end && !isLast && padded < at + 3) return 'more';
    at = padded;
  }
  return {
    span: { start: startOf(bytes, anchorEnd, form.anchorBytes), end: at, mask: form.mask },
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

/** Where the last `count` bytes before a place begin, wraps not counted. */
function startOf(bytes: Uint8Array, before: number, count: number): number {
  let at = before;
  for (let left = count; left > 0 && at > 0; at--) if (bytes[at - 1] !== lineFeed || !isWrap(bytes, at - 1)) left--;
  return at;
}

function isWrap(bytes: Uint8Array, at: number): boolean {
  if (at < wrapBytesMin) return false;
  for (let back = 1; back <= wrapBytesMin; back++) if (base64[bytes[at - back] as number] === 0) return false;
  return true;
}
