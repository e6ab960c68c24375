import { type DocumentNode, type MapEntry, plainScalar, type ScalarNode } from './document-node.ts';
import { propertyText } from './property-text.ts';

/**
 * Where an entry begins: its key, in which a backslash escapes what follows it (a line that ends in one goes on in the next), and what parts it from its value: `=`, `:`, or as in
 * `.properties` blanks alone. A key may stand between quotation marks, as in TOML.
 *
 * Source: java.util.Properties, `load`; TOML 1.0, keys
 */
const entry =
  /[ \t\f]*(?:(?:export|set|setenv|ENV|ARG)[ \t]+)?((?:\\(?:\r\n?|\n)[ \t\f]*|\\[^\r\n]|"(?:\\.|[^"\\\r\n])*"|'[^'\r\n]*'|[^\s=:#!;[\]{}"'`<>\\]){1,128})([ \t\f]*[=:][ \t\f]*|[ \t\f]+)/y;

/**
 * A file of settings, a line each: `.env`, `.properties`, `.ini`, and the plain lines of TOML. Undefined where there is none.
 *
 * A value goes to the end of its line, over those that end in a backslash, or to its closing quotation mark, which may stand some lines on. Keys are read with their escapes; values
 * both with them and without, since their readers differ.
 */
export function propertiesDocument(source: string): DocumentNode | undefined {
  const entries: (MapEntry & { readonly isByBlank: boolean })[] = [];
  let at = 0;
  while (at < source.length) {
    entry.lastIndex = at;
    const found = entry.exec(source);
    if (found === null) {
      at = endOfLine(source, at) + 1;
      continue;
    }
    const [all, key = '', separator = ''] = found;
    const start = at + all.length;
    const quote = /^(?:"(?:"")?|'(?:'')?)/.exec(source.slice(start, start + 3))?.[0];
    const closing = quote === undefined ? undefined : closingQuote(source, start + quote.length, quote);
    const end = closing ?? unquotedEnd(source, start);
    const from = quote === undefined || closing === undefined ? start : start + quote.length;
    const isByBlank = !/[=:]/.test(separator);
    entries.push({ key: propertyText(key, 0, key.length).text, node: valueAt(source, from, end), isByBlank });
    at = endOfLine(source, end) + 1;
  }
  const settings = withoutProse(entries);
  return settings.length === 0 ? undefined : { kind: 'map', entries: settings };
}

/**
 * Security: a blank parts key and value in `.properties`, and words in any sentence. Where as many lines have `=` or `:` as have not, each is a setting; else those alone of which the
 * value is one word.
 */
function withoutProse(entries: readonly (MapEntry & { readonly isByBlank: boolean })[]): readonly MapEntry[] {
  const byBlank = entries.filter(({ isByBlank }) => isByBlank).length;
  if (entries.length >= 2 * byBlank) return entries;
  return entries.filter(({ isByBlank, node }) => !isByBlank || (node.kind === 'scalar' && !/\s/.test(node.text)));
}

function valueAt(source: string, from: number, lineEnd: number): ScalarNode {
  const end = from + source.slice(from, lineEnd).trimEnd().length;
  const written = source.slice(from, end);
  const scalar = plainScalar(written, from, { whole: oneLine, part: oneLine });
  return written.includes('\\') ? { ...scalar, ...propertyText(source, from, end), orText: written } : scalar;
}

/** Limit: how many bytes a value between quotation marks has at most; what is longer ends with its line. */
const quotedBytesMax = 16 * 1024;

function closingQuote(source: string, from: number, quote: string): number | undefined {
  const bound = Math.min(source.length, from + quotedBytesMax);
  for (let at = from; at < bound; at++) {
    if (source[at] === '\\') at++;
    else if (source.startsWith(quote, at)) return at;
  }
  return undefined;
}

function unquotedEnd(source: string, from: number): number {
  let end = endOfLine(source, from);
  while (end < source.length && isContinued(source, from, end)) {
    const next = source[end] === '\r' && source[end + 1] === '\n' ? end + 2 : end + 1;
    end = endOfLine(source, next);
  }
  return end;
}

/** Whether a line goes on in the next: it ends in a backslash that no other one escapes. */
function isContinued(source: string, from: number, lineEnd: number): boolean {
  let at = lineEnd;
  while (at > from && source[at - 1] === '\\') at--;
  return (lineEnd - at) % 2 === 1;
}

/** Where the line ends: before its line feed or carriage return. */
function endOfLine(source: string, from: number): number {
  lineBreak.lastIndex = from;
  return lineBreak.exec(source)?.index ?? source.length;
}

const lineBreak = /[\r\n]/g;

function oneLine(text: string): string {
  return text.replaceAll('\n', '\\n');
}
