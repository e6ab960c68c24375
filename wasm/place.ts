/*
 * Places in a document, as far as patterns tell them from others: numbers that the host gives. What follows a place by a key is asked once and kept, in a slot that another may
 * take.
 */
import { PLACES, STEPS } from './layout';
import { placeBehind } from './outside';

/** Where nothing is masked for its place, here or below. */
export const plainPlace: i32 = 0;
const openBit: i32 = 1;
const actionShift: i32 = 8;

/** How a step is written: a key; one with escapes; an index, which is a number and stands nowhere. */
export const stepKey: i32 = 0;
export const stepEscaped: i32 = 1;
export const stepIndex: i32 = 2;

const slotBits: i32 = 0x3fff;
/** Stands for any index in the table of steps. */
const anyIndex: i32 = 0x1fff;
const keyShift: i32 = 13;

let hasIndexes: bool = false;

/** What is known of a place: whether it is open, and its action. */
export function describePlace(place: i32, bits: i32): void {
  store<i32>(PLACES + (place << 2), bits);
}

/** Whether any place of the plan that is walked now tells one element of a list from another. */
export function placesHaveIndexes(have: bool): void {
  hasIndexes = have;
}

export function isOpen(place: i32): bool {
  return (load<i32>(PLACES + (place << 2)) & openBit) !== 0;
}

/** What is done with values there; 0: nothing. */
export function actionOf(place: i32): i32 {
  return load<i32>(PLACES + (place << 2)) >> actionShift;
}

/** `number`: of the key, 0 where it has none. */
export function byKey(place: i32, number: i32, start: i32, end: i32, kind: i32): i32 {
  if (place === plainPlace) return plainPlace;
  if (number === 0) return placeBehind(place, start, end, kind);
  const step = (place << keyShift) | number;
  const slot = STEPS + (((place * 31 + number) & slotBits) << 3);
  if (load<i32>(slot) === step) return load<i32>(slot, 4);
  const next = placeBehind(place, start, end, kind);
  store<i32>(slot, step);
  store<i32>(slot, next, 4);
  return next;
}

export function byIndex(place: i32, index: i32): i32 {
  return byKey(place, hasIndexes ? 0 : anyIndex, index, 0, stepIndex);
}

/** Limit: elements of a list that rules tell from others by their number. */
const elementsMax: i32 = 64;
/** Of an element that no rule names by its number. */
const farIndex: i32 = 0x1ffffff;

/** The place of an element of which nobody says which one it is: where rules tell elements apart, the first that they name. */
export function elementOf(place: i32): i32 {
  const any = byIndex(place, farIndex);
  for (let index = 0; hasIndexes && index < elementsMax; index++) {
    const element = byIndex(place, index);
    if (element !== any) return element;
  }
  return any;
}

/** The places have other numbers now. */
export function forgetPlaces(): void {
  memory.fill(STEPS, 0, (slotBits + 1) << 3);
}
