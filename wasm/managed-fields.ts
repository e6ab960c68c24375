/*
 * Passes managed fields: names, of which nothing is masked. The keys of the elements of sets and keyed lists are values, though: `v:"…"` and `k:{"name":"…"}` below the name of the
 * list. They are looked at as these.
 */
import { at, blank, closing, isBracket, moveTo, passString, tokenAt } from './cursor';
import { foundInside, foundWhole, putFound } from './found';
import { readKey, telling } from './key';
import { looksSecret } from './outside';
import { plainPlace } from './place';
import { looks, masksTelling } from './plan';
import { placeOf } from './tape';
import { textValue } from './texts';
import { keyedSecret, lookedBytesMin, mayHold, tellingBytesMin, walkBare } from './walk';
import { hasWord } from './words';

export function managedFields(): void {
  const first = blank();
  if (first === 0x22) passString();
  else if (isBracket(first)) namesOfFields();
  else walkBare(plainPlace);
}

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
    if (load<u8>(start + 1) !== 0x3a) continue;
    const end = placeOf(token - 1);
    const kind = load<u8>(start);
    if (kind === 0x66) {
      nameAt = start + 2;
      nameEnd = end;
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
