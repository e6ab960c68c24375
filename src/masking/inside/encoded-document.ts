import { mayTellEncoded } from '../detect/encoded-text.ts';
import { applyEdits, type Edit } from './edit.ts';
import { packedText } from './packed-text.ts';

/** A text that stands in base64, in either alphabet, in one line or wrapped. */
interface EncodedDocument {
  /** A character for each byte. */
  readonly says: string;
  /** Edits of what it says are one edit of the whole, which is in one line then. */
  readonly edited: (edits: readonly Edit[]) => Edit;
}

/** What a text says that is base64 as a whole, of a text in which a word may tell; 'nothing' where none may, or it is no text; undefined where it is no base64. */
export function encodedDocument(source: string): EncodedDocument | 'nothing' | undefined {
  if (source.length < bytesMin || !wholly.test(source)) return undefined;
  if (!mayTellEncoded(source)) return 'nothing';
  const end = source.trimEnd().length;
  const start = end - source.trimStart().length + (source.length - end);
  const decoded = Buffer.from(source, 'base64');
  const says = decoded.toString('latin1');
  if (control.test(says) || !Buffer.from(decoded.toString('utf8')).equals(decoded)) return 'nothing';
  const form = /[-_]/.test(source) ? 'base64url' : 'base64';
  const characters = source.replaceAll(/\s/g, '');
  const isPadded = characters.endsWith('=') || (form === 'base64' && characters.length % 4 === 0);
  return {
    says,
    edited: (edits) => {
      const text = applyEdits(decoded, edits).toString(form).replaceAll('=', '');
      return { start, end, text: isPadded ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text };
    },
  };
}

/** How base64 of what gzip packed begins. Source: RFC 1952, 2.3.1 */
export const PACKED_BEGINNING = 'H4sI';

/** What gzip packed in a text that is base64 as a whole; undefined where it is none. */
export function packedDocument(source: string): Buffer | 'too-large' | undefined {
  if (!source.includes(PACKED_BEGINNING) || !wholly.test(source)) return undefined;
  return source.trimStart().startsWith(PACKED_BEGINNING) ? packedText(Buffer.from(source, 'base64')) : undefined;
}

/** No name with a value that looks secret is shorter. */
const bytesMin = 20;
const wholly = /^\s*[A-Za-z0-9+/_-]+(?:[ \t]*\r?\n[ \t]*[A-Za-z0-9+/_-]+)*={0,2}\s*$/;
const control = /[\x00-\x08\x0e-\x1f]/;
