/* Members of an object as they are passed: what the key of one means, and where the next one of its kind is. */
import { at, blank, closing, moveTo, noJson, passBare, passString, take, tokenAt } from './cursor';
import { readKey, roleOf } from './key';
import { keyMeaning } from './outside';
import { placeOf } from './tape';

let keyStart: i32 = 0;
let keyEnd: i32 = 0;
let keyHasEscapes: bool = false;

/** The key of a member, with the colon behind it. */
export function passKey(): i32 {
  if (blank() !== 0x22) noJson();
  keyStart = at() + 1;
  keyHasEscapes = passString();
  keyEnd = at() - 1;
  take(0x3a);
  return keyHasEscapes ? keyMeaning(keyStart, keyEnd, 1) : readKey(keyStart, keyEnd);
}

export function keyStartAt(): i32 {
  return keyStart;
}

export function keyEndAt(): i32 {
  return keyEnd;
}

export function hasKeyEscapes(): bool {
  return keyHasEscapes;
}

/** What the last member was that `nextMember` passed. */
let memberRole: i32 = 0;

export function memberRoleOf(): i32 {
  return memberRole;
}

/** Passes members up to the next one whose value begins with a byte: the token of that value, and where the object ends 0. */
export function nextMember(first: i32): i32 {
  while (blank() !== 0x7d) {
    if (blank() === 0x2c) take(0x2c);
    memberRole = roleOf(passKey());
    const begins = blank();
    const token = tokenAt();
    passValue(begins);
    if (begins === first) return token;
  }
  return 0;
}

function passValue(first: i32): void {
  if (first === 0x22) {
    passString();
  } else if (first === 0x7b || first === 0x5b) {
    const close = closing();
    moveTo(placeOf(close) + 1, close + 1);
  } else passBare();
}
