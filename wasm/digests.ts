/*
 * The digests of values, each of a message that says how far its mask compares, whose value it is, where it stands, and the value: equal to what src/masking/form/mask-key.ts makes.
 *
 * Messages of equal length in blocks wait for each other, four at once; long ones are the host's, whose hashing is the processor's own.
 */
import { copyShort } from './bytes';
import { digestOffset, kindShift, lengthBits, valueBytes } from './found';
import { QUEUE_COUNTS, QUEUED, QUEUES, SCOPE } from './layout';
import { longDigest } from './outside';
import { stepIndex } from './place';
import { hmacs, storeDigest } from './sha256';

const blocksMax: i32 = 8;
const stride: i32 = 512;
const queueBytes: i32 = 4 * stride;
/** Before a message stands the key's own block. */
const keyBlockBytes: i32 = 64;
const headBytes: i32 = 9;
/** Limits: of the path and of the uid of a value whose digest is made here. */
export const pathBytesMax: i32 = 1_024;
export const uidBytesMax: i32 = 256;

/** How far masks compare, as they are told apart in a message. */
export const byField: i32 = 0x66;
export const byObject: i32 = 0x6f;
export const byTarget: i32 = 0x74;
export const byExchange: i32 = 0x78;

/** Puts the digest into a value's record, now or when `finishDigests` returns. `ofWhom`: the uid, or the exchange. */
export function queueDigest(record: i32, compare: i32, ofWhom: i32, ofWhomLength: i32): void {
  const start = load<i32>(record, 4);
  const end = load<i32>(record, 8);
  const scopeLength = writeScope(record, compare, ofWhom, ofWhomLength);
  const length = scopeLength + end - start;
  const blocks = (length + 9 + 63) >> 6;
  if (blocks > blocksMax) return longDigest(SCOPE, scopeLength, start, end, record + digestOffset);
  const count = load<i32>(QUEUE_COUNTS + (blocks << 2));
  const queue = QUEUES + (blocks - 1) * queueBytes;
  const message = queue + count * stride;
  if (blocks < blocksMax) {
    copyShort(message, SCOPE, scopeLength);
    copyShort(message + scopeLength, start, end - start);
    for (let at = length; at < blocks << 6; at += 16) v128.store(message + at, i8x16.splat(0));
  } else {
    // Another message stands right behind it.
    memory.copy(message, SCOPE, scopeLength);
    memory.copy(message + scopeLength, start, end - start);
    memory.fill(message + length, 0, (blocks << 6) - length);
  }
  store<u8>(message + length, 0x80);
  store<i32>(message + (blocks << 6) - 4, bswap<i32>((keyBlockBytes + length) << 3));
  store<i32>(QUEUED + ((((blocks - 1) << 2) + count) << 2), record);
  store<i32>(QUEUE_COUNTS + (blocks << 2), count + 1);
  if (count === 3) digest(blocks);
}

/** Makes the digests that wait. */
export function finishDigests(): void {
  for (let blocks = 1; blocks <= blocksMax; blocks++) if (load<i32>(QUEUE_COUNTS + (blocks << 2)) > 0) digest(blocks);
}

function digest(blocks: i32): void {
  hmacs(QUEUES + (blocks - 1) * queueBytes, stride, blocks);
  const count = load<i32>(QUEUE_COUNTS + (blocks << 2));
  for (let lane = 0; lane < count; lane++)
    storeDigest(lane, load<i32>(QUEUED + ((((blocks - 1) << 2) + lane) << 2)) + digestOffset);
  store<i32>(QUEUE_COUNTS + (blocks << 2), 0);
}

/** How far it compares, how long what follows is, whose it is, and its path; how long that is. */
function writeScope(record: i32, compare: i32, ofWhom: i32, ofWhomLength: i32): i32 {
  store<u8>(SCOPE, compare);
  const whom = compare === byTarget ? 0 : ofWhomLength;
  copyShort(SCOPE + headBytes, ofWhom, whom);
  const pathAt = SCOPE + headBytes + whom;
  const hasPath = compare === byField || compare === byExchange;
  const path = hasPath ? writePath(record, pathAt) : 0;
  store<i32>(SCOPE + 1, whom);
  store<i32>(SCOPE + 5, path);
  return headBytes + whom + path;
}

/** The steps of a value's path, joined by line feeds; how long they are. */
function writePath(record: i32, to: i32): i32 {
  const steps = load<i32>(record, 16);
  let at = to;
  for (let step = 0; step < steps; step++) {
    if (step > 0) store<u8>(at++, 0x0a);
    const from = load<i32>(record + valueBytes + (step << 3));
    const size = load<i32>(record + valueBytes + (step << 3), 4);
    if (size >>> kindShift === stepIndex) at = writeNumber(from, at);
    else {
      copyShort(at, from, size & lengthBits);
      at += size & lengthBits;
    }
  }
  return at - to;
}

function writeNumber(number: i32, to: i32): i32 {
  let end = to + 1;
  for (let rest = number; rest >= 10; rest /= 10) end++;
  let at = end;
  let rest = number;
  do {
    store<u8>(--at, 0x30 + (rest % 10));
    rest /= 10;
  } while (at > to);
  return end;
}
