/* Goes along bytes of JSON and their tape, without a word of what they mean. */
import { areEqual } from './bytes';
import { fail } from './outside';
import { count, isBroken, linkOf, placeOf } from './tape';

/** Why a walk ends: more bytes are needed; it ends early; it is broken or nested too deep; it is not JSON; it is nested too deep. */
export const failsIncomplete: i32 = 0;
export const failsEarly: i32 = 1;
export const failsBroken: i32 = 2;
export const failsNoJson: i32 = 3;
export const failsDeep: i32 = 4;

let end: i32 = 0;
let isLast: bool = false;
/** Where the walk is, and the next token of the tape. */
let place: i32 = 0;
let token: i32 = 0;

export function beginCursor(from: i32, to: i32, last: bool): void {
  place = from;
  end = to;
  isLast = last;
  token = 0;
}

export function at(): i32 {
  return place;
}

export function tokenAt(): i32 {
  return token;
}

export function moveTo(toPlace: i32, toToken: i32): void {
  place = toPlace;
  token = toToken;
}

export function noJson(): void {
  fail(failsNoJson);
}

function outOfBytes(): void {
  fail(isBroken() ? failsBroken : isLast ? failsEarly : failsIncomplete);
}

/** Whether nothing but blanks is left. */
export function isAtEnd(): bool {
  while (place < end && load<u8>(place) <= 0x20) place++;
  return place >= end;
}

/** Whether more than blanks is left; where nothing more can come, what is missing ends the walk. */
export function isMore(): bool {
  if (!isAtEnd()) return true;
  if (isLast || isBroken()) outOfBytes();
  return false;
}

/** Whether the end of the object or list is there that begins here; where it cannot come any more, the walk ends. */
export function isWhole(): bool {
  if (token < count() && linkOf(token) !== 0) return true;
  if (isLast || isBroken()) outOfBytes();
  return false;
}

/** Passes blanks; the byte behind them. */
export function blank(): i32 {
  if (isAtEnd()) outOfBytes();
  return load<u8>(place);
}

/** Passes a byte that is no bracket. */
export function take(byte: i32): void {
  if (blank() !== byte) noJson();
  place++;
}

export function takeBracket(byte: i32): void {
  take(byte);
  token++;
}

/** From a string's first quotation mark to behind its last; whether there are escapes in it. */
export function passString(): bool {
  if (token >= count()) outOfBytes();
  if (placeOf(token) !== place) noJson();
  const hasEscapes = linkOf(token + 1) === 1;
  place = placeOf(token + 1) + 1;
  token += 2;
  return hasEscapes;
}

/** Where the object or list ends that begins here: the token that closes it. */
export function closing(): i32 {
  const close = token < count() ? linkOf(token) : 0;
  if (close === 0) outOfBytes();
  return close;
}

/** Whether the string that begins here is as long, and equal to what stands at an address. */
export function stringSays(text: i32, length: i32): bool {
  if (token + 1 >= count()) return false;
  return placeOf(token + 1) - place - 1 === length && areEqual(place + 1, text, length);
}

/** Passes a number, `true`, `false` or `null`: to the next byte that none of them has; where it began. */
export function passBare(): i32 {
  const start = place;
  while (place < end && isBare(load<u8>(place))) place++;
  if (place === start) noJson();
  if (place >= end && !isLast) {
    place = start;
    fail(failsIncomplete);
  }
  return start;
}

/** Letters, digits, `+`, `-`, `.`. */
function isBare(byte: i32): bool {
  const letter = byte | 0x20;
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (letter >= 0x61 && letter <= 0x7a) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  );
}

export function isBracket(byte: i32): bool {
  const either = byte & 0xdf;
  return either === 0x5b || either === 0x5d;
}
