/* How a mask stands in the place of a value: equal to what src/masking/form/mask-form.ts makes. */
import { areEqual, copyShort } from './bytes';
import { SCOPE } from './layout';
import {
  textArmour,
  textArmourBytes,
  textArmourEnd,
  textArmourEndBytes,
  textMaskPrefix,
  textMaskPrefixBytes,
  textPem,
  textPemBase64,
  textPemBase64Bytes,
  textPemBytes,
} from './texts';

/** `a` to `z` and `2` to `7`; and the digits of base64: tables, since what a branch would hang on is as good as random. */
const digits32 = <i32>(
  memory.data<u8>([
    0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x71, 0x72, 0x73,
    0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37,
  ])
);
const digits64 = <i32>(
  memory.data<u8>([
    0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50, 0x51, 0x52, 0x53,
    0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c,
    0x6d, 0x6e, 0x6f, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x30, 0x31, 0x32, 0x33, 0x34,
    0x35, 0x36, 0x37, 0x38, 0x39, 0x2b, 0x2f,
  ])
);
const digits: i32 = 20;
const maskBytes: i32 = 40;
/** What is put together here before it is written in base64: the mask, and what has it in armour. */
const mask: i32 = SCOPE;
const armoured: i32 = SCOPE + 64;

/** Writes the mask of a digest in the place of a value, from `to` on; behind it. */
export function writeMask(digest: i32, isBase64: bool, value: i32, length: i32, to: i32): i32 {
  const isPem = isBase64
    ? length >= textPemBase64Bytes && areEqual(value, textPemBase64, textPemBase64Bytes)
    : length >= textPemBytes && areEqual(value, textPem, textPemBytes);
  if (!isPem && !isBase64) return plain(digest, to);
  plain(digest, mask);
  if (!isPem) return base64(mask, maskBytes, to);
  // A line feed in a string of JSON has a backslash; in base64 it is itself.
  if (!isBase64) return inArmour(to, true);
  return base64(armoured, inArmour(armoured, false) - armoured, to);
}

/** The prefix and 100 bits. */
function plain(digest: i32, to: i32): i32 {
  copyShort(to, textMaskPrefix, textMaskPrefixBytes);
  const high = bswap<u64>(load<u64>(digest));
  const low = bswap<u64>(load<u64>(digest, 8));
  const at = to + textMaskPrefixBytes;
  for (let i = 0; i < 12; i++) store<u8>(at + i, digit32(<i32>(high >> <u64>(59 - 5 * i))));
  store<u8>(at + 12, digit32(((<i32>high) << 1) | <i32>(low >> 63)));
  for (let i = 13; i < digits; i++) store<u8>(at + i, digit32(<i32>(low >> <u64>(123 - 5 * i))));
  return at + digits;
}

function inArmour(to: i32, isEscaped: bool): i32 {
  memory.copy(to, textArmour, textArmourBytes);
  let at = base64(mask, maskBytes, lineFeed(to + textArmourBytes, isEscaped));
  at = lineFeed(at, isEscaped);
  memory.copy(at, textArmourEnd, textArmourEndBytes);
  return lineFeed(at + textArmourEndBytes, isEscaped);
}

function lineFeed(at: i32, isEscaped: bool): i32 {
  if (isEscaped) {
    store<u16>(at, 0x6e5c);
    return at + 2;
  }
  store<u8>(at, 0x0a);
  return at + 1;
}

function base64(from: i32, length: i32, to: i32): i32 {
  let at = to;
  let i = 0;
  for (; i + 3 <= length; i += 3, at += 4) {
    // What stands behind the three bytes is shifted out.
    const bits = bswap<u32>(load<u32>(from + i)) >> 8;
    store<u8>(at, digit64(bits >> 18));
    store<u8>(at, digit64(bits >> 12), 1);
    store<u8>(at, digit64(bits >> 6), 2);
    store<u8>(at, digit64(bits), 3);
  }
  if (i === length) return at;
  const hasTwo = i + 2 === length;
  const bits = ((<u32>load<u8>(from + i)) << 16) | (hasTwo ? (<u32>load<u8>(from + i + 1)) << 8 : 0);
  store<u8>(at, digit64(bits >> 18));
  store<u8>(at, digit64(bits >> 12), 1);
  store<u8>(at, hasTwo ? digit64(bits >> 6) : 0x3d, 2);
  store<u8>(at, 0x3d, 3);
  return at + 4;
}

function digit32(bits: i32): i32 {
  return load<u8>(digits32 + (bits & 31));
}

function digit64(bits: u32): i32 {
  return load<u8>(digits64 + (<i32>bits & 63));
}
