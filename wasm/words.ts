/*
 * Words without which nothing in a document can be secret, looked for in bytes as they are written. ASCII letters count as their lower case, and a backslash that may hide a character
 * of a word counts as one.
 */
import { FILTER, FOLLOWERS, HALVES, HEADS, PAIRS, SHORTS, THREES, WORDS, WORDS_END } from './layout';

/** Short ranges are looked through together with what comes behind them. */
const aheadBytes: i32 = 256;

/** In a word's length: it counts only before another. */
const firstBit: i32 = 0x8000;
/** And: only before a byte in the same string. */
const markedBit: i32 = 0x4000;
/** Limit: how far behind a word that byte may stand; no detector looks further. */
const markBytesMax: i32 = 1_024;
/** Limit: how many bytes that are neither letters nor digits are looked over between such a word and one behind it. */
const betweenBytesMax: i32 = 32;

let mark: i32 = 0x22;

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
 * One word more, which the host has written at `start`, in lower case. A list that is full takes everything for a word. `counting`: 0 wherever it stands; 1 only where one
 * of the words stands behind it that `followerAdded` was told of; 2 only where the byte does that `markIs` was.
 */
export function wordAdded(start: i32, length: i32, kind: i32, counting: i32): void {
  if (length < 2 || length >= markedBit || !isRoomFor(length) || (counting !== 0 && length < 3)) {
    areAnywhere = true;
    return;
  }
  if (length > bytesMax) bytesMax = length;
  halvesAdded(start, length, kind);
  const bit = counting === 0 ? 0 : counting === 1 ? firstBit : markedBit;
  if (length === 2) shortAdded(load<u8>(start), load<u8>(start + 1));
  else if (length === 3) {
    const bytes = load<u32>(start) & 0xffffff;
    if (load<u8>(start) < 0x80) for (let any = 0; any < 256; any++) store<u8>(FILTER + hash4(bytes | (any << 24)), 1);
    listed(threesAt(start), start, length, bit);
  } else {
    const hash = hash4(load<u32>(start));
    store<u8>(FILTER + hash, 1);
    listed(HEADS + (hash << 1), start, length, bit);
  }
}

function shortAdded(first: i32, second: i32): void {
  const pair = PAIRS + (((first << 8) | second) >> 3);
  store<u8>(pair, <i32>load<u8>(pair) | (1 << (second & 7)));
  isShortAt(first);
  if (first >= 0x61 && first <= 0x7a) isShortAt(first & 0xdf);
}

/** A word of two bytes may begin with a byte; so may any that is not ASCII, and an escape. */
function isShortAt(byte: i32): void {
  store<u8>(SHORTS + byte, 1);
}

export function markIs(byte: i32): void {
  mark = byte;
}

/** One word more that stands behind those that do not count by themselves; the host has written it at `start`, in lower case. */
export function followerAdded(start: i32, length: i32): void {
  if (!isRoomFor(length)) areAnywhere = true;
  else listed(FOLLOWERS, start, length, 0);
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
  isShortAt(0x5c);
  for (let byte = 0x80; byte < 256; byte++) isShortAt(byte);
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

/**
 * The first place where a word begins; `end`, where there is none. Sixteen places are looked at at once: a word may begin where the halves of three bytes are those of a word of one of
 * sixteen kinds, eight of which are held in the bits of a byte.
 *
 * Source: Teddy, of Hyperscan
 */
function next(from: i32, end: i32): i32 {
  const last = end - 2;
  const lower0 = v128.load(HALVES);
  const upper0 = v128.load(HALVES, 16);
  const lower1 = v128.load(HALVES, 32);
  const upper1 = v128.load(HALVES, 48);
  const lower2 = v128.load(HALVES, 64);
  const upper2 = v128.load(HALVES, 80);
  const lower3 = v128.load(HALVES, 96);
  const upper3 = v128.load(HALVES, 112);
  const lower4 = v128.load(HALVES, 128);
  const upper4 = v128.load(HALVES, 144);
  const lower5 = v128.load(HALVES, 160);
  const upper5 = v128.load(HALVES, 176);
  const low = i8x16.splat(0x0f);
  for (let at = from; at < last; at += 16) {
    const first = v128.load(at);
    const second = v128.load(at, 1);
    const third = v128.load(at, 2);
    const firstLow = v128.and(first, low);
    const secondLow = v128.and(second, low);
    const thirdLow = v128.and(third, low);
    const firstHigh = i8x16.shr_u(first, 4);
    const secondHigh = i8x16.shr_u(second, 4);
    const thirdHigh = i8x16.shr_u(third, 4);
    const some = v128.and(
      v128.and(
        v128.and(v128.swizzle(lower0, firstLow), v128.swizzle(upper0, firstHigh)),
        v128.and(v128.swizzle(lower1, secondLow), v128.swizzle(upper1, secondHigh)),
      ),
      v128.and(v128.swizzle(lower2, thirdLow), v128.swizzle(upper2, thirdHigh)),
    );
    const others = v128.and(
      v128.and(
        v128.and(v128.swizzle(lower3, firstLow), v128.swizzle(upper3, firstHigh)),
        v128.and(v128.swizzle(lower4, secondLow), v128.swizzle(upper4, secondHigh)),
      ),
      v128.and(v128.swizzle(lower5, thirdLow), v128.swizzle(upper5, thirdHigh)),
    );
    let bits = i8x16.bitmask(i8x16.ne(v128.or(some, others), i8x16.splat(0)));
    if (last - at < 16) bits &= (1 << (last - at)) - 1;
    for (; bits !== 0; bits &= bits - 1) {
      const here = at + ctz(bits);
      const hash = hash4(load<u32>(here));
      if (load<u8>(FILTER + hash) === 0 && load<u8>(SHORTS + load<u8>(here)) === 0) continue;
      if (beginsAt(here, end, hash)) return here;
    }
  }
  for (let at = max(from, last); at < end; at++) if (at + 1 < end && beginsShort(at)) return at;
  return end;
}

/** The kind of backslashes; those of words are below. */
const escapeKind: i32 = 15;
/** Behind the halves of the first eight kinds stand those of the others. */
const eightKinds: i32 = 96;

function halvesAdded(start: i32, length: i32, kind: i32): void {
  for (let position = 0; position < 3; position++) {
    if (position >= length) anyHalf(position, kind);
    else halfAdded(position, load<u8>(start + position), kind);
  }
}

function halfAdded(position: i32, byte: i32, kind: i32): void {
  const halves = halvesOf(position, kind);
  addKind(halves + (byte & 15), kind);
  addKind(halves + 16 + (byte >> 4), kind);
  if (byte >= 0x61 && byte <= 0x7a) addKind(halves + 16 + ((byte & 0xdf) >> 4), kind);
}

function anyHalf(position: i32, kind: i32): void {
  for (let half = 0; half < 32; half++) addKind(halvesOf(position, kind) + half, kind);
}

function halvesOf(position: i32, kind: i32): i32 {
  return HALVES + (position << 5) + (kind >= 8 ? eightKinds : 0);
}

function addKind(at: i32, kind: i32): void {
  store<u8>(at, <i32>load<u8>(at) | (1 << (kind & 7)));
}

/** Of four bytes. */
function hash4(bytes: u32): i32 {
  return <i32>(((bytes | 0x20202020) * 0x9e3779b1) >>> 17);
}

/** Where the chain of the words of three bytes begins that may stand at a place. */
function threesAt(at: i32): i32 {
  const bytes = (load<u32>(at) & 0xffffff) | 0x20202020;
  return THREES + ((<i32>((bytes * 0x9e3779b1) >>> 20)) << 1);
}

function beginsAt(at: i32, end: i32, hash: i32): bool {
  return isInChain(HEADS + (hash << 1), at, end) || isInChain(threesAt(at), at, end) || beginsShort(at);
}

function isInChain(head: i32, at: i32, end: i32): bool {
  for (let node = <i32>load<u16>(head); node !== 0; ) {
    const word = WORDS + (node << 3);
    const bits = <i32>load<u16>(word, 2);
    const length = bits & ~(firstBit | markedBit);
    if (at + length <= end && says(at, word + 4, length)) {
      if ((bits & firstBit) !== 0) {
        if (isFollowed(at + length)) return true;
      } else if ((bits & markedBit) === 0 || isMarked(at + length)) return true;
    }
    node = <i32>load<u16>(word);
  }
  return false;
}

/**
 * Whether a word follows behind a place: right there, or behind what is neither letter nor digit, as escapes are (`\n`).
 *
 * Security: what cannot be told is taken for one: where more stands between than `betweenBytesMax`, or a byte that is not ASCII, whose lower case could be a letter.
 */
function isFollowed(place: i32): bool {
  for (let at = place; at < bytesEnd; ) {
    if (isFollower(at)) return true;
    const byte = load<u8>(at);
    if (byte >= 0x80 || at - place > betweenBytesMax) return true;
    if (isAlphanumeric(byte)) return false;
    at++;
    // Its letter may be one of an escape, or none, as a reader takes it.
    if (byte === 0x5c && !isFollower(at)) at++;
  }
  return false;
}

/** Whether the byte stands behind a place before a blank, a control byte or a quotation mark does. A backslash that may hide it counts as the byte. */
function isMarked(place: i32): bool {
  const end = min(bytesEnd, place + markBytesMax);
  const marks = i8x16.splat(<i8>mark);
  for (let at = place; at < end; at += 16) {
    const bytes = v128.load(at);
    const ends = v128.or(i8x16.le_u(bytes, i8x16.splat(0x20)), i8x16.eq(bytes, i8x16.splat(0x22)));
    const says = v128.or(i8x16.eq(bytes, marks), i8x16.eq(bytes, i8x16.splat(0x5c)));
    const bits = i8x16.bitmask(v128.or(ends, says));
    if (bits !== 0) return mayMark(at + ctz(bits), end);
  }
  return false;
}

function mayMark(at: i32, end: i32): bool {
  if (at >= end) return false;
  const byte = load<u8>(at);
  if (byte !== 0x5c) return byte === mark;
  const written = at + 1 < bytesEnd ? load<u8>(at + 1) : 0;
  return written !== 0x6e && written !== 0x72 && written !== 0x74 && written !== 0x22;
}

function isFollower(at: i32): bool {
  for (let node = <i32>load<u16>(FOLLOWERS); node !== 0; ) {
    const word = WORDS + (node << 3);
    const length = <i32>load<u16>(word, 2);
    if (at + length <= bytesEnd && says(at, word + 4, length)) return true;
    node = <i32>load<u16>(word);
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
