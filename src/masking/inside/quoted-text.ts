import type { Piece } from './document-node.ts';

/** What the content of a string in double quotation marks says, and which of its bytes say what; undefined where an escape is none. */
export function quotedText(
  source: string,
  start: number,
  end: number,
): { readonly text: string; readonly pieces: readonly Piece[] } | undefined {
  const pieces: Piece[] = [];
  let text = '';
  let at = start;
  while (at < end) {
    const next = source.indexOf('\\', at);
    const plainEnd = next === -1 || next > end ? end : next;
    if (plainEnd > at) {
      pieces.push({ said: text.length, saidBytes: plainEnd - at, raw: at, rawBytes: plainEnd - at });
      text += source.slice(at, plainEnd);
      at = plainEnd;
      continue;
    }
    const found = escapeAt(source, at, end);
    if (found === undefined) return undefined;
    pieces.push({ said: text.length, saidBytes: found.says.length, raw: at, rawBytes: found.width });
    text += found.says;
    at += found.width;
  }
  if (pieces.length === 0) pieces.push({ said: 0, saidBytes: 0, raw: start, rawBytes: 0 });
  return { text, pieces };
}

/** How a text stands between double quotation marks. */
export function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** JSON's escapes and those that YAML has beside them. Source: YAML 1.2, 5.7 */
const single: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
  a: '\x07',
  e: '\x1b',
  v: '\v',
  ' ': ' ',
  '\t': '\t',
  N: '\xc2\x85',
  _: '\xc2\xa0',
  L: '\xe2\x80\xa8',
  P: '\xe2\x80\xa9',
};
const digitsOf: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function escapeAt(
  source: string,
  at: number,
  end: number,
): { readonly says: string; readonly width: number } | undefined {
  const kind = source[at + 1] ?? '';
  const says = single[kind];
  if (says !== undefined) return at + 2 <= end ? { says, width: 2 } : undefined;
  const code = codeAt(source, at, end);
  if (code === undefined) return undefined;
  const width = 2 + (digitsOf[kind] as number);
  const low = code >= 0xd800 && code < 0xdc00 ? codeAt(source, at + width, end) : undefined;
  if (low !== undefined && low >= 0xdc00 && low < 0xe000)
    return { says: utf8OfCode(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)), width: 2 * width };
  return { says: utf8OfCode(code), width };
}

function codeAt(source: string, at: number, end: number): number | undefined {
  const digits = source[at] === '\\' ? digitsOf[source[at + 1] ?? ''] : undefined;
  if (digits === undefined || at + 2 + digits > end) return undefined;
  const hex = source.slice(at + 2, at + 2 + digits);
  const code = /^[0-9a-fA-F]+$/.test(hex) ? Number.parseInt(hex, 16) : Number.NaN;
  return code <= 0x10ffff ? code : undefined;
}

/** A character as the bytes that say it. */
export function utf8OfCode(code: number): string {
  return Buffer.from(String.fromCodePoint(code), 'utf8').toString('latin1');
}
