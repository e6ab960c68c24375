import { gunzipSync } from 'node:zlib';
import { hasMaskForm } from '../form/mask-form.ts';

/** How often base64 and gzip are taken off: a Helm release has base64 twice, gzip, and base64 in its manifest. */
const wrappingsMax = 5;
const unpackedBytesMax = 16 * 1024 * 1024;
const encodedBytesMin = 16;

/** Whether a string holds anything of the form of a mask, in base64 or gzip too, as deep as a Helm release has them. */
export function holdsMask(text: string): boolean {
  // Of text, nothing is gzip: its second byte is none of UTF-8's.
  return hasMaskForm(text) || (isEncoded(text) && isMask(Buffer.from(text, 'base64'), 1));
}

function isMask(bytes: Buffer, wrappings: number): boolean {
  const text = bytes.toString('latin1');
  if (hasMaskForm(text)) return true;
  if (wrappings >= wrappingsMax) return false;
  const unpacked = unwrapped(bytes, text);
  return unpacked !== undefined && isMask(unpacked, wrappings + 1);
}

function isEncoded(text: string): boolean {
  return text.length >= encodedBytesMin && /^[A-Za-z0-9+/_-]+={0,2}\s*$/.test(text);
}

/** What base64 or gzip stand around; undefined where neither does. @throws {RangeError} it unpacks to more than 16 MiB */
function unwrapped(bytes: Buffer, text: string): Buffer | undefined {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      return gunzipSync(bytes, { maxOutputLength: unpackedBytesMax });
    } catch {
      return undefined;
    }
  }
  return isEncoded(text) ? Buffer.from(text, 'base64') : undefined;
}
