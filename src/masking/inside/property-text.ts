import type { Piece } from './document-node.ts';
import { utf8OfCode } from './quoted-text.ts';

/**
 * What a key or value of `.properties` says, and which of its bytes say what. A backslash at the end of a line is gone with the line’s end and the blanks behind it; one
 * before what it does not escape is gone alone.
 *
 * Source: java.util.Properties, `load`
 */
export function propertyText(
  source: string,
  start: number,
  end: number,
): { readonly text: string; readonly pieces: readonly Piece[] } {
  const pieces: Piece[] = [];
  let text = '';
  const add = (says: string, raw: number, rawBytes: number) => {
    pieces.push({ said: text.length, saidBytes: says.length, raw, rawBytes });
    text += says;
  };
  let at = start;
  while (at < end) {
    const next = source.indexOf('\\', at);
    const plainEnd = next === -1 || next >= end ? end : next;
    if (plainEnd > at) add(source.slice(at, plainEnd), at, plainEnd - at);
    at = plainEnd;
    if (at >= end) break;
    escaped.lastIndex = at;
    const [all = '\\', hex, lineEnd, other] = escaped.exec(source) ?? [];
    const bytes = Math.min(all.length, end - at);
    const says =
      hex !== undefined ? utf8OfCode(Number.parseInt(hex, 16)) : other === undefined ? '' : (controls[other] ?? other);
    if (lineEnd !== undefined || says !== '') add(says, at, bytes);
    at += bytes;
  }
  return { text, pieces };
}

const escaped = /\\(?:u+([0-9a-fA-F]{4})|(\r\n?|\n)[ \t\f]*|([^\r\n]))/y;
const controls: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };
