/* Looks at sixteen bytes at once. Behind the bytes that are walked memory goes on, so what is read beyond their end is there, and not minded. */

/** Longer runs are copied by the call. */
const shortMax: i32 = 512;
const quote = i8x16.splat(0x22);
const backslash = i8x16.splat(0x5c);

/** The first quotation mark or backslash from a place on; `end` or beyond, where there is none. */
export function nextInString(from: i32, end: i32): i32 {
  for (let at = from; at < end; at += 16) {
    const bytes = v128.load(at);
    const bits = i8x16.bitmask(v128.or(i8x16.eq(bytes, quote), i8x16.eq(bytes, backslash)));
    if (bits !== 0) return at + ctz(bits);
  }
  return end;
}

/** Whether as many bytes are equal at two places. */
export function areEqual(one: i32, other: i32, length: i32): bool {
  let at = 0;
  for (; at + 8 <= length; at += 8) if (load<u64>(one + at) !== load<u64>(other + at)) return false;
  return at === length || ((load<u64>(one + at) ^ load<u64>(other + at)) & tailOf(length - at)) === 0;
}

/**
 * Copies a few bytes, sixteen at once: faster than `memory.copy`, which is a call. Up to fifteen bytes behind them are written over, so what comes behind is written later, or means nothing.
 */
export function copyShort(to: i32, from: i32, length: i32): void {
  if (length > shortMax) return memory.copy(to, from, length);
  for (let i = 0; i < length; i += 16) v128.store(to + i, v128.load(from + i));
}

/** Whether bytes are ASCII. */
export function isAscii(start: i32, length: i32): bool {
  let i = 0;
  for (; i + 16 <= length; i += 16) if (i8x16.bitmask(v128.load(start + i)) !== 0) return false;
  return (i8x16.bitmask(v128.load(start + i)) & ((1 << (length - i)) - 1)) === 0;
}

/** A hash of some bytes: for tables alone, whoever knows it may make bytes that share one. */
export function hashOf(start: i32, length: i32): i32 {
  let hash: u64 = length;
  let at = 0;
  for (; at + 8 <= length; at += 8) hash = mixed(hash, load<u64>(start + at));
  if (at < length) hash = mixed(hash, load<u64>(start + at) & tailOf(length - at));
  return <i32>(hash ^ (hash >> 32));
}

function mixed(hash: u64, bytes: u64): u64 {
  const made = (hash ^ bytes) * 0x9e3779b97f4a7c15;
  return made ^ (made >> 29);
}

/** The bits of the first few bytes of eight, fewer than eight of them. */
function tailOf(length: i32): u64 {
  return ((<u64>1) << (<u64>(length << 3))) - 1;
}
