import { type DocumentNode, type MapEntry, plainScalar } from './document-node.ts';

const entry = /^[ \t]*(?:export[ \t]+|set[ \t]+)?([^\s=:#!;[\]{}"'`<>]{1,128})[ \t]*[=:][ \t]*/;

/**
 * A file of settings, a line each: `.env`, `.properties`, `.ini`. Undefined where there is none.
 *
 * A value goes to the end of its line, over those that end in a backslash, or to its closing quotation mark, which may stand some lines on.
 */
export function propertiesDocument(source: string): DocumentNode | undefined {
  const entries: MapEntry[] = [];
  let at = 0;
  while (at < source.length) {
    const lineEnd = endOfLine(source, at);
    const found = entry.exec(source.slice(at, lineEnd));
    if (found === null) {
      at = lineEnd + 1;
      continue;
    }
    const start = at + found[0].length;
    const quote = source[start];
    const closing = quote === '"' || quote === "'" ? closingQuote(source, start + 1, quote) : undefined;
    const end = closing ?? unquotedEnd(source, start);
    const from = closing === undefined ? start : start + 1;
    const text = source.slice(from, end).trimEnd();
    entries.push({ key: found[1] as string, node: plainScalar(text, from, { whole: oneLine, part: oneLine }) });
    at = endOfLine(source, end) + 1;
  }
  return entries.length === 0 ? undefined : { kind: 'map', entries };
}

/** Limit: how many bytes a value between quotation marks has at most; what is longer ends with its line. */
const quotedBytesMax = 16 * 1024;

function closingQuote(source: string, from: number, quote: string): number | undefined {
  const bound = Math.min(source.length, from + quotedBytesMax);
  for (let at = from; at < bound; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === quote) return at;
  }
  return undefined;
}

function unquotedEnd(source: string, from: number): number {
  let end = endOfLine(source, from);
  while (end < source.length && /\\\r?$/.test(source.slice(Math.max(from, end - 2), end)))
    end = endOfLine(source, end + 1);
  return end;
}

function endOfLine(source: string, from: number): number {
  const at = source.indexOf('\n', from);
  return at === -1 ? source.length : at;
}

function oneLine(text: string): string {
  return text.replaceAll('\n', '\\n');
}
