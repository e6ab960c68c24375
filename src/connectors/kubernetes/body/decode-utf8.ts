import { unreadable } from './unreadable.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text of a body. Bytes that are not UTF-8 are refused, since the API server would put U+FFFD in their place and go on; a byte order
 * mark is refused, since some readers skip it and others do not.
 *
 * @throws {Refusal} BODY_UNREADABLE
 */
export function decodeUtf8(bytes: Uint8Array): string {
  let text: string;
  try {
    text = strict.decode(bytes);
  } catch {
    throw unreadable('the body is not UTF-8');
  }
  if (text.charCodeAt(0) === 0xfeff) throw unreadable('the body begins with a byte order mark', 'leave it out');
  return text;
}
