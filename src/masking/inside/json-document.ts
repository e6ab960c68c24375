import { type DocumentNode, type MapEntry, plainScalar } from './document-node.ts';
import { INSIDE_LIMITS } from './inside-limits.ts';
import { quoted, quotedText } from './quoted-text.ts';

/**
 * A document of JSON with the places of its values, or several behind each other, as one list; undefined where it is none, or nested deeper than 100. Duplicate keys are all
 * read.
 */
export function jsonDocument(source: string): DocumentNode | undefined {
  const reader = new Reader(source, source.startsWith(byteOrderMark) ? byteOrderMark.length : 0);
  const documents: DocumentNode[] = [];
  do {
    const node = reader.value(0);
    if (node === undefined) return undefined;
    documents.push(node);
  } while (!reader.isAtEnd());
  return documents.length === 1 ? documents[0] : { kind: 'list', items: documents };
}

/** What some editors put before a text. */
export const byteOrderMark = '\xef\xbb\xbf';
const blank = /[ \t\r\n]*/y;
const bare = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

class Reader {
  readonly #source: string;
  #at: number;

  constructor(source: string, from: number) {
    this.#source = source;
    this.#at = from;
  }

  isAtEnd(): boolean {
    this.#take(blank);
    return this.#at === this.#source.length;
  }

  value(depth: number): DocumentNode | undefined {
    if (depth > INSIDE_LIMITS.nestingMax) return undefined;
    this.#take(blank);
    switch (this.#source[this.#at]) {
      case '{':
        return this.#map(depth);
      case '[':
        return this.#list(depth);
      case '"':
        return this.#string();
      default:
        return this.#bare();
    }
  }

  #map(depth: number): DocumentNode | undefined {
    const entries: MapEntry[] = [];
    const isRead = this.#members('}', () => {
      const key = this.#string();
      if (key?.kind !== 'scalar' || !this.#is(':')) return false;
      const node = this.value(depth + 1);
      if (node === undefined) return false;
      entries.push({ key: key.text, node });
      return true;
    });
    return isRead ? { kind: 'map', entries } : undefined;
  }

  #list(depth: number): DocumentNode | undefined {
    const items: DocumentNode[] = [];
    const isRead = this.#members(']', () => {
      const node = this.value(depth + 1);
      if (node !== undefined) items.push(node);
      return node !== undefined;
    });
    return isRead ? { kind: 'list', items } : undefined;
  }

  #members(close: string, member: () => boolean): boolean {
    this.#at++;
    if (this.#is(close)) return true;
    do if (!member()) return false;
    while (this.#is(','));
    return this.#is(close);
  }

  #string(): DocumentNode | undefined {
    this.#take(blank);
    const start = this.#at + 1;
    const end = this.#source[this.#at] === '"' ? closingQuote(this.#source, start) : -1;
    const says = end === -1 ? undefined : quotedText(this.#source, start, end);
    // A string of several lines is YAML's, where a line's end says a blank.
    if (says === undefined || /[\r\n]/.test(this.#source.slice(start, end))) return undefined;
    this.#at = end + 1;
    return { kind: 'scalar', ...says, isBare: false, start, end, whole: quoted, part: quoted };
  }

  #bare(): DocumentNode | undefined {
    const start = this.#at;
    const text = this.#take(bare);
    if (text === undefined) return undefined;
    return plainScalar(text, start, { whole: JSON.stringify, part: quoted, isBare: /^[tfn]/.test(text) });
  }

  #is(character: string): boolean {
    this.#take(blank);
    if (this.#source[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found[0];
  }
}

/** Where a string ends, or -1. */
function closingQuote(source: string, start: number): number {
  let at = source.indexOf('"', start);
  while (at !== -1 && isEscaped(source, at, start)) at = source.indexOf('"', at + 1);
  return at;
}

function isEscaped(source: string, at: number, start: number): boolean {
  let behind = at - 1;
  while (behind >= start && source[behind] === '\\') behind--;
  return (at - behind) % 2 === 0;
}
