import { byteSet } from './byte-set.ts';
import type { Look } from './look.ts';
import type { Tail } from './matcher.ts';

const base64 = byteSet('A-Za-z0-9+/=_-');
const blanks = byteSet(' \t');
const blanksMax = 24;
/** What a log puts before each line: a time, of so many bytes at most. */
const timeBytes = byteSet('0-9TZ:.+-');
const timeBytesMax = 40;
/** Lines of base64 that go on in the next one have so many bytes: 64 in PEM, 76 in MIME and what `base64` prints. What stands in one line alone is mostly longer. */
const lineBytesMin = 60;
const lineBytesMax = 80;

/**
 * Takes base64 from a place on, also where it is wrapped: over lines' ends, as they are or written out (`\n`), with what indents a line, or a time before it.
 *
 * It ends with the first byte that is none of base64, but for the end of a line as long as wrapped ones are, behind which more of it stands.
 */
export function wrappedBase64(look: Look, from: number): Tail {
  let lineBytes = from - look.runBack(base64, from, lineBytesMax + 1);
  let isOver = true;
  return {
    isOver: () => isOver,
    through: (bytes, begin, end) => {
      isOver = false;
      for (let at = begin; at < end; ) {
        if (base64[bytes[at] as number] === 1) {
          lineBytes++;
          at++;
          continue;
        }
        const isWrap = lineBytes >= lineBytesMin && lineBytes <= lineBytesMax && bytes[at - 1] !== padding;
        const next = isWrap ? behindLineEnd(bytes, at, end) : undefined;
        if (next === 'more') return at;
        isOver = next === undefined;
        if (next === undefined) return at;
        lineBytes = 0;
        at = next;
      }
      return end;
    },
  };
}

const padding = 0x3d;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const backslash = 0x5c;
const letterN = 0x6e;

/** Where base64 goes on in the next line; undefined where it does not, 'more' where that cannot be told yet. */
function behindLineEnd(bytes: Uint8Array, from: number, end: number): number | 'more' | undefined {
  let at = bytes[from] === carriageReturn ? from + 1 : from;
  if (at < end && bytes[at] === backslash) at++;
  if (at >= end) return 'more';
  if (bytes[at] !== (bytes[at - 1] === backslash ? letterN : lineFeed)) return undefined;
  const first = run(blanks, bytes, at + 1, end, blanksMax);
  const timeEnd = run(timeBytes, bytes, first, end, timeBytesMax);
  const behindTime = run(blanks, bytes, timeEnd, end, blanksMax);
  if (behindTime >= end) return 'more';
  const next = behindTime > timeEnd ? behindTime : first;
  return base64[bytes[next] as number] === 1 ? next : undefined;
}

function run(set: Uint8Array, bytes: Uint8Array, from: number, end: number, bytesMax: number): number {
  const to = Math.min(end, from + bytesMax);
  let at = from;
  while (at < to && set[bytes[at] as number] === 1) at++;
  return at;
}
