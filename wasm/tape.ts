/*
 * Where in bytes of JSON its strings, objects and lists begin and end, made in one pass. It is no proof that the bytes are JSON: what is stepped over is only known to have its
 * quotation marks and brackets in order.
 *
 * A token is eight bytes: its place; and of a bracket that opens, which token closes it, or 0 where that is not there yet; of a quotation mark that closes, whether
 * there is a backslash in the string.
 */
import { nextInString } from './bytes';
import { BYTES, KINDS, NESTING_MAX, OPEN } from './layout';
import { fail, failsLarge } from './outside';

const quotes: u8 = 1;
const opens: u8 = 2;
const closes: u8 = 3;
const escapes: u8 = 4;

/** Room behind the bytes that may be read, though nothing is meant by it. */
const beyondBytes: i32 = 64;

let tapeAt: i32 = 0;
let tapeCount: i32 = 0;
let isTapeBroken: bool = false;
let roomEnd: i32 = 0;

export function prepareTape(): void {
  store<u8>(KINDS + 0x22, quotes);
  store<u8>(KINDS + 0x5b, opens);
  store<u8>(KINDS + 0x7b, opens);
  store<u8>(KINDS + 0x5d, closes);
  store<u8>(KINDS + 0x7d, closes);
  store<u8>(KINDS + 0x5c, escapes);
}

/** How many tokens there are. */
export function count(): i32 {
  return tapeCount;
}

/** Whether brackets that do not belong together, or too many of them, end it early. */
export function isBroken(): bool {
  return isTapeBroken;
}

export function placeOf(token: i32): i32 {
  return load<i32>(tapeAt + (token << 3));
}

export function linkOf(token: i32): i32 {
  return load<i32>(tapeAt + (token << 3), 4);
}

/** Behind the last token. */
export function tapeEnd(): i32 {
  return tapeAt + (tapeCount << 3);
}

/** Makes room up to an address; the memory has an end of its own, well before 2^31. */
export function ensure(end: i32): void {
  if (end <= roomEnd) return;
  const pages = (end - (memory.size() << 16) + 0xffff) >> 16;
  if (pages > 0 && memory.grow(pages) < 0) fail(failsLarge);
  roomEnd = memory.size() << 16;
}

/** Writes the tape of as many bytes. */
export function writeTape(length: i32): void {
  const end = BYTES + length;
  tapeAt = (end + beyondBytes + 7) & ~7;
  tapeCount = 0;
  isTapeBroken = false;
  let depth = 0;
  let at = BYTES;
  while (at < end) {
    const kind = load<u8>(KINDS + load<u8>(at));
    if (kind === 0) {
      at++;
      continue;
    }
    if (kind === escapes) {
      at += 2;
      continue;
    }
    const token = tapeAt + (tapeCount << 3);
    if (token + 16 > roomEnd) ensure(token + 0x10000);
    store<i32>(token, at);
    store<i32>(token, 0, 4);
    if (kind === quotes) {
      at = string(at + 1, end, token + 8);
      // Its end is not there yet: nor is anything behind it.
      if (at < 0) return;
      tapeCount += 2;
      continue;
    }
    if (kind === opens) {
      if (depth >= NESTING_MAX + 8) return broken();
      store<i32>(OPEN + (depth++ << 2), tapeCount);
    } else if (depth > 0) {
      const opened = tapeAt + (load<i32>(OPEN + (--depth << 2)) << 3);
      if (load<u8>(load<i32>(opened)) + 2 !== load<u8>(at)) return broken();
      store<i32>(opened, tapeCount, 4);
    }
    tapeCount++;
    at++;
  }
}

/** Behind a string's last quotation mark, whose token is written; less than 0 where it has none yet. */
function string(from: i32, end: i32, token: i32): i32 {
  let at = nextInString(from, end);
  const first = at;
  while (at < end && load<u8>(at) === 0x5c) at = nextInString(at + 2, end);
  if (at >= end) return -1;
  store<i32>(token, at);
  store<i32>(token, i32(at !== first), 4);
  return at + 1;
}

function broken(): void {
  tapeCount++;
  isTapeBroken = true;
}
