/*
 * Writes documents with their masks, as they leave: those in which nothing else is to be done, as in most. What needs a look into a text, or has a path that is not plain, is left to the
 * host, one document at a time.
 */
import { copyShort, isAscii } from './bytes';
import {
  byExchange,
  byField,
  byObject,
  byTarget,
  finishDigests,
  pathBytesMax,
  queueDigest,
  uidBytesMax,
} from './digests';
import { digestOffset, endBytes, foundEnd, foundNumber, foundWhole, kindShift, lengthBits, valueBytes } from './found';
import { ACTION_COUNTS, ACTIONS, ACTIONS_MAX, EXCHANGE } from './layout';
import { writeMask } from './mask-text';
import { stepEscaped, stepIndex } from './place';
import { ensure } from './tape';

const base64Bit: i32 = 1;
const objectBit: i32 = 2;
const targetBit: i32 = 4;
/** Limit: what a mask is longer than the value in whose place it stands. */
const growthMax: i32 = 256;
const indexDigitsMax: i32 = 10;

let outStart: i32 = 0;
let outEnd: i32 = 0;
let written: i32 = 0;

export function maskedAt(): i32 {
  return outStart;
}

export function maskedEnd(): i32 {
  return outEnd;
}

/** Where the last document ends that is written. */
export function maskedTo(): i32 {
  return written;
}

/**
 * Writes documents from `from` on, as far as their records, which begin at `records` and end at `recordsEnd`, are simple ones; behind the last of these. `isComparable`: their
 * masks compare with those of other exchanges, where they have a uid.
 */
export function maskDocuments(from: i32, records: i32, recordsEnd: i32, isComparable: bool, exchange: i32): i32 {
  let values = 0;
  let at = records;
  written = from;
  while (at < recordsEnd) {
    const end = endOfSimple(at, from);
    if (end === 0) break;
    values += queueAll(at, end, isComparable, exchange);
    written = load<i32>(end, 4);
    at = end + endBytes;
  }
  if (at === records || values === 0) {
    // As they came.
    outStart = from;
    outEnd = written;
    return at;
  }
  outStart = (recordsEnd + 15) & ~15;
  finishDigests();
  ensure(outStart + written - from + values * growthMax + growthMax);
  outEnd = writeAll(records, at, from, outStart);
  return at;
}

/** Where the end of a document's record is; 0 where anything in it is not simple. */
function endOfSimple(records: i32, from: i32): i32 {
  let before = from;
  let at = records;
  for (; load<i32>(at) !== foundEnd; at += valueBytes + (load<i32>(at, 16) << 3)) {
    const kind = load<i32>(at);
    if (load<i32>(at, 4) < before || load<i32>(at, 12) >= ACTIONS_MAX) return 0;
    if (kind !== foundNumber && (kind !== foundWhole || !hasSimplePath(at))) return 0;
    before = load<i32>(at, 8);
  }
  const uid = load<i32>(at, 8);
  const uidLength = load<i32>(at, 12) - uid;
  return uid === 0 || (uidLength <= uidBytesMax && isAscii(uid, uidLength)) ? at : 0;
}

function hasSimplePath(record: i32): bool {
  const steps = load<i32>(record, 16);
  let length = 0;
  for (let step = record + valueBytes; step < record + valueBytes + (steps << 3); step += 8) {
    const size = load<i32>(step, 4);
    const kind = size >>> kindShift;
    if (kind === stepEscaped) return false;
    length += 1 + (kind === stepIndex ? indexDigitsMax : size & lengthBits);
    if (length > pathBytesMax || (kind !== stepIndex && !isAscii(load<i32>(step), size & lengthBits))) return false;
  }
  return true;
}

function queueAll(records: i32, end: i32, isComparable: bool, exchange: i32): i32 {
  const uid = isComparable ? load<i32>(end, 8) : 0;
  let values = 0;
  for (let at = records; at < end; at += valueBytes + (load<i32>(at, 16) << 3), values++) {
    const action = load<i32>(at, 12);
    store<i32>(ACTION_COUNTS + (action << 2), load<i32>(ACTION_COUNTS + (action << 2)) + 1);
    if (load<i32>(at) === foundNumber) continue;
    if (uid === 0) queueDigest(at, byExchange, EXCHANGE, exchange);
    else queueDigest(at, compareOf(action), uid, load<i32>(end, 12) - uid);
  }
  return values;
}

function compareOf(action: i32): i32 {
  const bits = load<i32>(ACTIONS + (action << 2));
  return (bits & objectBit) !== 0 ? byObject : (bits & targetBit) !== 0 ? byTarget : byField;
}

function writeAll(records: i32, recordsEnd: i32, from: i32, to: i32): i32 {
  let left = from;
  let out = to;
  let at = records;
  while (at < recordsEnd) {
    if (load<i32>(at) === foundEnd) {
      at += endBytes;
      continue;
    }
    const start = load<i32>(at, 4);
    const end = load<i32>(at, 8);
    copyShort(out, left, start - left);
    out += start - left;
    left = end;
    if (load<i32>(at) === foundNumber) store<u8>(out++, 0x30);
    else {
      const isBase64 = (load<i32>(ACTIONS + (load<i32>(at, 12) << 2)) & base64Bit) !== 0;
      out = writeMask(at + digestOffset, isBase64, start, end - start, out);
    }
    at += valueBytes + (load<i32>(at, 16) << 3);
  }
  memory.copy(out, left, written - left);
  return out + written - left;
}
