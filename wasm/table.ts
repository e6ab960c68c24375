/*
 * Short runs of bytes that come again and again, as keys of Kubernetes' objects do. A record is a hash, a length, a value, a number, and the bytes; slots are addresses of
 * records.
 *
 * Limits: 4,096 of them, of at most 128 bytes each. Who fills a table with others makes what follows slower, and nothing else.
 */
import { areEqual, hashOf } from './bytes';

export const slotCount: i32 = 8_192;
export const sizeMax: i32 = 4_096;
const bytesMax: i32 = 128;
const triesMax: i32 = 16;
const headBytes: i32 = 16;
const recordBytes: i32 = headBytes + bytesMax;

/** The record of equal bytes in a table; 0 where there is none. */
export function find(slots: i32, start: i32, length: i32): i32 {
  if (length > bytesMax) return 0;
  const hash = hashOf(start, length);
  let slot = hash & (slotCount - 1);
  for (let tries = 0; tries < triesMax; tries++) {
    const record = load<i32>(slots + (slot << 2));
    if (record === 0) return 0;
    if (load<i32>(record) === hash && load<i32>(record, 4) === length && areEqual(record + headBytes, start, length))
      return record;
    slot = (slot + 1) & (slotCount - 1);
  }
  return 0;
}

/** Adds what was not found as the `size`th; its record, or 0 where there is no room for it. */
export function add(slots: i32, records: i32, size: i32, start: i32, length: i32, value: i32): i32 {
  if (length > bytesMax || size >= sizeMax) return 0;
  const hash = hashOf(start, length);
  let slot = hash & (slotCount - 1);
  for (let tries = 0; tries < triesMax; tries++) {
    if (load<i32>(slots + (slot << 2)) === 0) {
      const record = records + size * recordBytes;
      store<i32>(record, hash);
      store<i32>(record, length, 4);
      store<i32>(record, value, 8);
      store<i32>(record, size + 1, 12);
      memory.copy(record + headBytes, start, length);
      store<i32>(slots + (slot << 2), record);
      return record;
    }
    slot = (slot + 1) & (slotCount - 1);
  }
  return 0;
}

export function valueIn(record: i32): i32 {
  return load<i32>(record, 8);
}

/** From 1 on, in the order in which they were added. */
export function numberIn(record: i32): i32 {
  return load<i32>(record, 12);
}

export function clear(slots: i32): void {
  memory.fill(slots, 0, slotCount << 2);
}
