/*
 * Words without which nothing in a document can be secret, looked for in bytes as they are written. ASCII letters count as their lower case, and a backslash that may hide a character
 * of a word counts as one.
 */
import { BEFORE_HEADS, BYTES, FILTER, HALVES, HEADS, PAIRS, WORDS, WORDS_END } from './layout';

const hashes: i32 = 0x7fff;
/** Short ranges are looked through together with what comes behind them. */
const aheadBytes: i32 = 256;

/** In a word's length: it counts only behind another. */
const behindBit: i32 = 0x8000;
/** Limit: how many bytes that are no letters are looked over between a word and one before it. */
const betweenBytesMax: i32 = 32;

let areAnywhere: bool = false;
/** The list begins behind a place of its own, so that 0 is the end of each chain. */
let listEnd: i32 = WORDS + 8;
let bytesMax: i32 = 2;
let bytesEnd: i32 = 0;
/** No word begins from here … */
let clearFrom: i32 = 0;
/** … up to here, … */
let clearTo: i32 = 0;
/** … where one does. */
let isAtWord: bool = false;

/** Words are looked for no more: one stands anywhere. */
export function wordsAreAnywhere(): void {
  areAnywhere = true;
}

/**
 * One word more, which the host has written at `start`, in lower case. A list that is full takes everything for a word. `isBehind`: it counts only where one of the words stands before it that
 * `wordBeforeAdded` was told of.
 */
export function wordAdded(start: i32, length: i32, isBehind: bool): void {
  if (length < 2 || length >= behindBit || !isRoomFor(length) || (isBehind && length < 3)) {
    areAnywhere = true;
    return;
  }
  if (length > bytesMax) bytesMax = length;
  halvesAdded(start, length);
  const first = <i32>load<u8>(start);
  const second = <i32>load<u8>(start + 1);
  if (length === 2) {
    const pair = (first << 8) | second;
    store<u8>(PAIRS + (pair >> 3), <i32>load<u8>(PAIRS + (pair >> 3)) | (1 << (pair & 7)));
    for (let any = 0; any < 256; any++) store<u8>(FILTER + hash3(first, second, any), 1);
    return;
  }
  const hash = hash3(first, second, load<u8>(start + 2));
  store<u8>(FILTER + hash, 1);
  listed(HEADS + (hash << 1), start, length, isBehind ? behindBit : 0);
}

/** One word more, of at least one byte and its last a letter, behind which others count that do not by themselves. */
export function wordBeforeAdded(start: i32, length: i32): void {
  if (!isRoomFor(length)) areAnywhere = true;
  else listed(BEFORE_HEADS + ((<i32>load<u8>(start + length - 1) & 31) << 1), start, length, 0);
}

function isRoomFor(length: i32): bool {
  return ((listEnd + 7) & ~7) + 4 + length <= WORDS_END;
}

/** Puts a word before the others of its chain. */
function listed(head: i32, start: i32, length: i32, bit: i32): void {
  const at = (listEnd + 7) & ~7;
  store<u16>(at, load<u16>(head));
  store<u16>(at, length | bit, 2);
  memory.copy(at + 4, start, length);
  store<u16>(head, (at - WORDS) >> 3);
  listEnd = at + 4 + length;
}

export function prepareWords(): void {
  halfAdded(0, 0x5c, escapeKind);
  for (let letter = 0; letter < 256; letter++) if (isHiding(letter)) halfAdded(1, letter, escapeKind);
  anyHalf(2, escapeKind);
  for (let any = 0; any < 256; any++) {
    store<u8>(FILTER + hash3(0x5c, 0x75, any), 1);
    store<u8>(FILTER + hash3(0x5c, 0x78, any), 1);
    store<u8>(FILTER + hash3(0x5c, 0x2f, any), 1);
    store<u8>(FILTER + hash3(0x5c, 0x62, any), 1);
    store<u8>(FILTER + hash3(0x5c, 0x66, any), 1);
    store<u8>(FILTER + hash3(0x5c, 0x5c, any), 1);
  }
}

/** Other bytes are looked at. */
export function beginWords(end: i32): void {
  bytesEnd = end;
  clearFrom = 0;
  clearTo = 0;
  isAtWord = false;
}

/** Whether a word begins in a range. Ranges that come one behind or within the other are looked through once. */
export function hasWord(start: i32, end: i32): bool {
  if (areAnywhere) return true;
  if (start < clearFrom || start > clearTo) {
    clearFrom = start;
    clearTo = start;
    isAtWord = false;
  }
  if (isAtWord) return clearTo < end;
  if (clearTo >= end) return false;
  const until = max(end, clearTo + aheadBytes);
  // A word may end behind the range in which it begins.
  const found = next(clearTo, min(bytesEnd, until + bytesMax));
  isAtWord = found < until && found < bytesEnd;
  clearTo = min(found, until);
  return found < end;
}

/** The first place where a word begins; `end`, where there is none. */
function next(from: i32, end: i32): i32 {
  const last = end - 2;
  for (let at = from; at < last; at += 16) {
    let bits = mayBegin(at);
    if (last - at < 16) bits &= (1 << (last - at)) - 1;
    for (; bits !== 0; bits &= bits - 1) {
      const here = at + ctz(bits);
      const hash = hash3(load<u8>(here), load<u8>(here + 1), load<u8>(here + 2));
      if (load<u8>(FILTER + hash) !== 0 && beginsAt(here, end, hash)) return here;
    }
  }
  for (let at = max(from, last); at < end; at++) if (at + 1 < end && beginsShort(at)) return at;
  return end;
}

/**
 * At which of sixteen places a word may begin, a bit each: where the halves of three bytes are those of a word of one of eight kinds.
 * Source: Teddy, of Hyperscan
 */
function mayBegin(at: i32): i32 {
  const kinds = v128.and(v128.and(kindsOf(at, HALVES), kindsOf(at + 1, HALVES + 32)), kindsOf(at + 2, HALVES + 64));
  return i8x16.bitmask(i8x16.ne(kinds, i8x16.splat(0)));
}

function kindsOf(at: i32, halves: i32): v128 {
  const bytes = v128.load(at);
  const lower = v128.swizzle(v128.load(halves), v128.and(bytes, i8x16.splat(0x0f)));
  return v128.and(lower, v128.swizzle(v128.load(halves + 16), i8x16.shr_u(bytes, 4)));
}

/** Words of a kind begin alike. */
const kinds: i32 = 8;
const escapeKind: i32 = 1 << (0x5c & (kinds - 1));

function halvesAdded(start: i32, length: i32): void {
  const kind = 1 << (<i32>load<u8>(start) & (kinds - 1));
  for (let position = 0; position < 3; position++) {
    if (position >= length) anyHalf(position, kind);
    else halfAdded(position, load<u8>(start + position), kind);
  }
}

function halfAdded(position: i32, byte: i32, kind: i32): void {
  const halves = HALVES + (position << 5);
  addKind(halves + (byte & 15), kind);
  addKind(halves + 16 + (byte >> 4), kind);
  if (byte >= 0x61 && byte <= 0x7a) addKind(halves + 16 + ((byte & 0xdf) >> 4), kind);
}

function anyHalf(position: i32, kind: i32): void {
  for (let half = 0; half < 32; half++) addKind(HALVES + (position << 5) + half, kind);
}

function addKind(at: i32, kind: i32): void {
  store<u8>(at, <i32>load<u8>(at) | kind);
}

function hash2(first: i32, second: i32): i32 {
  return ((first | 0x20) << 5) ^ (second | 0x20);
}

function hash3(first: i32, second: i32, third: i32): i32 {
  return ((hash2(first, second) << 5) ^ (third | 0x20)) & hashes;
}

function beginsAt(at: i32, end: i32, hash: i32): bool {
  for (let node = <i32>load<u16>(HEADS + (hash << 1)); node !== 0; ) {
    const word = WORDS + (node << 3);
    const length = <i32>load<u16>(word, 2) & ~behindBit;
    if (at + length <= end && says(at, word + 4, length))
      if ((<i32>load<u16>(word, 2) & behindBit) === 0 || isBehindOther(at)) return true;
    node = <i32>load<u16>(word);
  }
  return beginsShort(at);
}

/**
 * Whether a word stands before a place that others count behind: right before it, or with what is no letter or digit between. A letter behind a backslash is none: it may be that of a line feed.
 *
 * Security: what cannot be told is taken for one: where more stands between than `betweenBytesMax`, or a byte that is not ASCII, whose lower case could be a letter.
 */
function isBehindOther(place: i32): bool {
  for (let end = place; end > BYTES; ) {
    const byte = load<u8>(end - 1);
    if (byte >= 0x80 || place - end > betweenBytesMax) return true;
    if (!isAlphanumeric(byte)) end--;
    else if (end - 1 > BYTES && load<u8>(end - 2) === 0x5c) end -= 2;
    else return endsOther(end, byte);
  }
  return false;
}

function endsOther(end: i32, last: i32): bool {
  for (let node = <i32>load<u16>(BEFORE_HEADS + ((last & 31) << 1)); node !== 0; ) {
    const word = WORDS + (node << 3);
    if (mayEnd(end, word + 4, load<u16>(word, 2))) return true;
    node = <i32>load<u16>(word);
  }
  return false;
}

/** Whether a word ends there, or could behind a byte that is not ASCII. */
function mayEnd(end: i32, word: i32, length: i32): bool {
  for (let i = 1; i <= length && end - i >= BYTES; i++) {
    const byte = load<u8>(end - i);
    if (byte >= 0x80) return true;
    if (lower(byte) !== load<u8>(word + length - i)) return false;
    if (i === length) return true;
  }
  return false;
}

function isAlphanumeric(byte: i32): bool {
  const letter = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x7a);
}

/** Whether a word of two bytes stands here, or a backslash that may hide a character or write one that does harm. */
function beginsShort(at: i32): bool {
  const first = load<u8>(at);
  const second = load<u8>(at + 1);
  if (first === 0x5c) return isHiding(second);
  const pair = (lower(first) << 8) | lower(second);
  return (<i32>load<u8>(PAIRS + (pair >> 3)) & (1 << (pair & 7))) !== 0;
}

/** Behind a backslash: `u`, `U`, `x`, `/`, `b`, `f`, and a backslash, which in a document within may stand in the middle of a word (`pa\\ssword`). */
function isHiding(byte: i32): bool {
  return (
    byte === 0x75 || byte === 0x55 || byte === 0x78 || byte === 0x2f || byte === 0x62 || byte === 0x66 || byte === 0x5c
  );
}

function says(at: i32, word: i32, length: i32): bool {
  for (let i = 0; i < length; i++) if (lower(load<u8>(at + i)) !== load<u8>(word + i)) return false;
  return true;
}

function lower(byte: i32): i32 {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
