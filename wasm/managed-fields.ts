/*
 * Passes managed fields: names. The keys of the elements of sets and keyed lists are values, though: `v:"…"` and `k:{"name":"…"}` below the name of the list. They are looked at as these,
 * and where policy masks places of the object, they are masked as what stands there.
 */
import {
  at,
  blank,
  closing,
  isBracket,
  moveTo,
  noJson,
  passBare,
  passString,
  take,
  takeBracket,
  tokenAt,
} from './cursor';
import { foundElement, foundInside, foundWhole, putFound } from './found';
import { holdsValue, numberOfKey, readKey, telling } from './key';
import { looksSecret } from './outside';
import { byKey, elementOf, plainPlace, stepEscaped, stepKey } from './place';
import { hasOwnPlaces, looks, masksTelling } from './plan';
import { placeOf } from './tape';
import { textValue } from './texts';
import { keyedSecret, lookedBytesMin, mayHold, tellingBytesMin, walkBare } from './walk';
import { hasWord } from './words';

/** `root`: the place of the object whose fields they are. */
export function managedFields(root: i32): void {
  const first = blank();
  if (first === 0x22) {
    const start = at() + 1;
    passString();
    lookedAt(start, at() - 1);
  } else if (isBracket(first)) {
    if (root !== plainPlace && hasOwnPlaces()) elementsAtPlaces(root);
    namesOfFields();
  } else walkBare(plainPlace);
}

function elementsAtPlaces(root: i32): void {
  const backTo = at();
  const backToToken = tokenAt();
  fieldsAt(root, 0);
  moveTo(backTo, backToToken);
}

/** What is named below a place of the object; `key`: of the field there. */
function fieldsAt(place: i32, key: i32): void {
  const first = blank();
  if (first === 0x22) {
    passString();
    return;
  }
  if (!isBracket(first)) {
    passBare();
    return;
  }
  if (place === plainPlace) {
    const close = closing();
    return moveTo(placeOf(close) + 1, close + 1);
  }
  const last = first + 2;
  takeBracket(first);
  while (blank() !== last) {
    if (blank() === 0x2c) take(0x2c);
    if (first === 0x7b) memberAt(place, key);
    else fieldsAt(place, key);
  }
  takeBracket(last);
}

function memberAt(place: i32, key: i32): void {
  if (blank() !== 0x22) noJson();
  const start = at() + 1;
  const hasEscapes = passString();
  const end = at() - 1;
  take(0x3a);
  // Of an entry, as `fieldsV1`, and `.`, which is the field itself.
  if (end - start < 2 || load<u8>(start + 1) !== 0x3a) return fieldsAt(place, key);
  if (load<u8>(start) === 0x66) {
    const name = readKey(start + 2, end);
    const kind = hasEscapes ? stepEscaped : stepKey;
    return fieldsAt(byKey(place, hasEscapes ? 0 : numberOfKey(name), start + 2, end, kind), name);
  }
  const element = elementOf(place);
  const isNumbered = load<u8>(start) === 0x69;
  if (element !== plainPlace && !isNumbered)
    putFound(foundElement, start, end, element | ((key & telling) !== 0 ? tellingFlag : 0));
  fieldsAt(element, 0);
}

/** Above the number of a place. */
const tellingFlag: i32 = 0x10000;

function namesOfFields(): void {
  const close = closing();
  const behind = placeOf(close) + 1;
  let nameAt = textValue;
  let nameEnd = textValue;
  let token = hasWord(at(), behind) ? tokenAt() + 1 : close;
  while (token < close) {
    const start = placeOf(token) + 1;
    if (load<u8>(start - 1) !== 0x22) {
      token++;
      continue;
    }
    token += 2;
    const end = placeOf(token - 1);
    if (load<u8>(start + 1) !== 0x3a) {
      lookedAt(start, end); // of whom they are, which whoever writes says freely
      continue;
    }
    const kind = load<u8>(start);
    if (kind === 0x66) {
      nameAt = start + 2;
      nameEnd = end;
      if ((readKey(nameAt, nameEnd) & holdsValue) !== 0) lookedAt(start, end);
    } else if (kind === 0x6b) lookedAt(start, end);
    else if (kind === 0x76) elementOfSet(start, end, nameAt, nameEnd);
  }
  moveTo(behind, close + 1);
}

/** Between `v:"` and `"`, whose quotation marks are written with a backslash. */
function elementOfSet(start: i32, end: i32, nameAt: i32, nameEnd: i32): void {
  const from = start + 4;
  const to = end - 2;
  const isText = load<u8>(start + 2) === 0x5c && load<u8>(start + 3) === 0x22 && to - from >= tellingBytesMin;
  if (isText && looks() && masksTelling() && (readKey(nameAt, nameEnd) & telling) !== 0)
    if (looksSecret(from, to, 1) !== 0) return putFound(foundWhole, from, to, keyedSecret);
  lookedAt(start, end);
}

function lookedAt(start: i32, end: i32): void {
  if (looks() && end - start >= lookedBytesMin && mayHold(start, end)) putFound(foundInside, start, end, 0);
}
