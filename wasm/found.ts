/*
 * What was found, written for the host behind the tape: four bytes a word. A value is its kind, where it begins and ends, its action or flags, how many steps its path has, room for
 * four words of a digest, and two words for each step. A document is `foundEnd`, where it ends, and where its uid begins and ends.
 */
import { FOUND_BYTES_MAX, PATH } from './layout';
import { fail, failsLarge } from './outside';
import { ensure, tapeEnd } from './tape';

export const foundWhole: i32 = 1;
export const foundInside: i32 = 2;
export const foundApplied: i32 = 3;
export const foundRelease: i32 = 4;
export const foundNumber: i32 = 5;
export const foundShown: i32 = 6;
export const foundEnd: i32 = 7;
export const foundElement: i32 = 8;
export const foundCommand: i32 = 9;

/** Of a value without its steps, and of a document's end. */
export const valueBytes: i32 = 36;
export const endBytes: i32 = 16;
/** Where the digest is in a value. */
export const digestOffset: i32 = 20;

/** Flags of what is looked into. */
export const isBase64Flag: i32 = 1;
export const isMadeSafeFlag: i32 = 2;

let start: i32 = 0;
let at: i32 = 0;
/** Behind the last document that is whole. */
let wholeEnd: i32 = 0;
let steps: i32 = 0;

const stepBytes: i32 = 12;
export const kindShift: i32 = 30;
export const lengthBits: i32 = 0x3fffffff;

export function beginFound(): void {
  start = tapeEnd();
  at = start;
  wholeEnd = start;
}

/** Forgets what was found of a document that is not whole. */
export function beginDocument(): void {
  at = wholeEnd;
  steps = 0;
}

export function foundAt(): i32 {
  return start;
}

export function foundWholeEnd(): i32 {
  return wholeEnd;
}

export function pathLength(): i32 {
  return steps;
}

export function setPathLength(length: i32): void {
  steps = length;
}

/** The step of a depth; the path ends with it. */
export function setStep(depth: i32, from: i32, length: i32, kind: i32, role: i32): void {
  const step = PATH + depth * stepBytes;
  store<i32>(step, from);
  store<i32>(step, length | (kind << kindShift), 4);
  store<i32>(step, role, 8);
  steps = depth + 1;
}

export function roleOfStep(depth: i32): i32 {
  return load<i32>(PATH + depth * stepBytes, 8);
}

export function putFound(kind: i32, from: i32, to: i32, action: i32): void {
  if (at - start > FOUND_BYTES_MAX) fail(failsLarge);
  ensure(at + valueBytes + (steps << 3));
  store<i32>(at, kind);
  store<i32>(at, from, 4);
  store<i32>(at, to, 8);
  store<i32>(at, action, 12);
  store<i32>(at, steps, 16);
  at += valueBytes;
  for (let step = 0; step < steps; step++, at += 8) store<u64>(at, load<u64>(PATH + step * stepBytes));
}

/** A document is whole. Where it is a Secret that is none of Helm's, what is called `release` is a value like others: `releaseAction` is done with it. */
export function endDocument(end: i32, uidStart: i32, uidEnd: i32, releaseAction: i32): void {
  if (releaseAction !== 0)
    for (let one = wholeEnd; one < at; one += valueBytes + (load<i32>(one, 16) << 3))
      if (load<i32>(one) === foundRelease) {
        store<i32>(one, foundWhole);
        store<i32>(one, releaseAction, 12);
      }
  ensure(at + endBytes);
  store<i32>(at, foundEnd);
  store<i32>(at, end, 4);
  store<i32>(at, uidStart, 8);
  store<i32>(at, uidEnd, 12);
  at += endBytes;
  wholeEnd = at;
}
