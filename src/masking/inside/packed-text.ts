import { constants, gunzipSync } from 'node:zlib';
import { INSIDE_LIMITS } from './inside-limits.ts';

/**
 * The text that bytes say in another form than UTF-8, as their reader takes them: packed by gzip, also where the end is missing, or in UTF-16, with its mark or as ASCII is written in it;
 * undefined where they are in none. What unpacks to more than 2 MiB, or than 20 times its length and 2 kB, is `too-large`.
 */
export function packedText(bytes: Buffer): Buffer | 'too-large' | undefined {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return unpacked(bytes);
  const beginning = bytes.toString('latin1', 0, beginningBytes);
  if (littleEndian.test(beginning)) return Buffer.from(bytes.toString('utf16le'), 'utf8');
  if (!bigEndian.test(beginning)) return undefined;
  const pairs = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  return Buffer.from(pairs.swap16().toString('utf16le'), 'utf8');
}

const { documentBytesMax, unpackedTimesMax } = INSIDE_LIMITS;
const alwaysBytes = 2 * 1024;
const beginningBytes = 16;
const littleEndian = /^(?:\xff\xfe|(?:[^\0]\0){8})/;
const bigEndian = /^(?:\xfe\xff|(?:\0[^\0]){8})/;

function unpacked(bytes: Buffer): Buffer | 'too-large' | undefined {
  try {
    return gunzipSync(bytes, {
      maxOutputLength: Math.min(documentBytesMax, unpackedTimesMax * bytes.length + alwaysBytes),
      finishFlush: constants.Z_SYNC_FLUSH,
    });
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : undefined;
  }
}
