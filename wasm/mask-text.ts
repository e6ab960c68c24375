/* How a mask stands in the place of a value: equal to what src/masking/form/mask-form.ts makes. */
import { areEqual } from './bytes';
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
  memory.copy(to, textMaskPrefix, textMaskPrefixBytes);
  const high = bswap<u64>(load<u64>(digest));
  const low = bswap<u64>(load<u64>(digest, 8));
  const at = to + textMaskPrefixBytes;
  for (let i = 0; i < 12; i++) store<u8>(at + i, digit(<i32>(high >> <u64>(59 - 5 * i)) & 31));
  store<u8>(at + 12, digit(((<i32>(high & 15)) << 1) | <i32>(low >> 63)));
  for (let i = 13; i < digits; i++) store<u8>(at + i, digit(<i32>(low >> <u64>(123 - 5 * i)) & 31));
  return at + digits;
}

/** A digit of base32 in lower case. */
function digit(value: i32): i32 {
  return value < 26 ? 0x61 + value : 0x18 + value;
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
  for (let i = 0; i < length; i += 3, at += 4) {
    const second = i + 1 < length ? <i32>load<u8>(from + i + 1) : 0;
    const third = i + 2 < length ? <i32>load<u8>(from + i + 2) : 0;
    const bits = ((<i32>load<u8>(from + i)) << 16) | (second << 8) | third;
    store<u8>(at, digit64(bits >> 18));
    store<u8>(at + 1, digit64((bits >> 12) & 63));
    store<u8>(at + 2, i + 1 < length ? digit64((bits >> 6) & 63) : 0x3d);
    store<u8>(at + 3, i + 2 < length ? digit64(bits & 63) : 0x3d);
  }
  return at;
}

function digit64(value: i32): i32 {
  if (value < 26) return 0x41 + value;
  if (value < 52) return 0x47 + value;
  if (value < 62) return value - 4;
  return value === 62 ? 0x2b : 0x2f;
}
