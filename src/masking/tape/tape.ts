import type { Words } from './words.ts';

/** How deep objects and lists may be nested; upstream's own readers take no more than 10,000, and write far less. */
export const nestingMax = 1_000;

/**
 * Where in bytes of JSON its strings, objects and lists begin and end, made in one pass; and whether a word stands somewhere, looked for only where it is asked, so that what holds
 * none is stepped over, however long it is, and what is masked whole is not looked into at all.
 *
 * It is no proof that the bytes are JSON: what is stepped over is only known to have its quotation marks and brackets in order.
 */
export class Tape {
  /** Places of quotation marks and brackets outside of strings, in order. */
  places: Uint32Array;
  /** Of a bracket that opens: which token closes it, or 0 where that is not there yet. Of a quotation mark that closes: 1 where there is a backslash in the string. */
  links: Uint32Array;
  count = 0;
  /** Whether brackets that do not belong together, or too many of them, end it early. */
  isBroken = false;
  #bytes: Uint8Array = nothing;
  #words: Words | undefined;
  /** No word begins from here … */
  #clearFrom = 0;
  /** … up to here, … */
  #clearTo = 0;
  /** … where one does. */
  #isAtWord = false;

  constructor(tokens = 0) {
    this.places = new Uint32Array(tokens);
    this.links = new Uint32Array(tokens);
  }

  /** Whether a word begins in a range. Ranges that come one behind or within the other are looked through once. */
  hasWord(start: number, end: number): boolean {
    const words = this.#words;
    if (words === undefined || words.areAnywhere) return true;
    if (start < this.#clearFrom || start > this.#clearTo) {
      this.#clearFrom = start;
      this.#clearTo = start;
      this.#isAtWord = false;
    }
    if (this.#isAtWord) return this.#clearTo < end;
    if (this.#clearTo >= end) return false;
    const until = Math.max(end, this.#clearTo + aheadBytes);
    // A word may end behind the range in which it begins.
    const found = words.next(this.#bytes, this.#clearTo, Math.min(this.#bytes.length, until + words.bytesMax));
    this.#isAtWord = found < until && found < this.#bytes.length;
    this.#clearTo = Math.min(found, until);
    return found < end;
  }

  /** Writes it anew. The bytes are looked at as long as it is in use. */
  write(bytes: Uint8Array, words: Words): void {
    this.#bytes = bytes;
    this.#words = words;
    [this.#clearFrom, this.#clearTo, this.#isAtWord] = [0, 0, false];
    this.#findTokens(bytes);
  }

  /** Keeps nothing of the bytes. */
  clear(): void {
    this.#bytes = nothing;
    this.#words = undefined;
  }

  #findTokens(bytes: Uint8Array): void {
    const end = bytes.length;
    const open = new Uint32Array(nestingMax + 8);
    let depth = 0;
    this.count = 0;
    this.isBroken = false;
    for (let at = 0; at < end; at++) {
      const kind = kinds[bytes[at] as number] as number;
      if (kind === 0) continue;
      if (kind === escapes) {
        at++;
        continue;
      }
      if (this.count + 2 > this.places.length) this.#growTokens();
      const token = this.count++;
      this.places[token] = at;
      this.links[token] = 0;
      if (kind === quotes) {
        let isEscaped = 0;
        for (at++; at < end && bytes[at] !== 0x22; at++)
          if (bytes[at] === 0x5c) {
            isEscaped = 1;
            at++;
          }
        if (at >= end) {
          // Its end is not there yet: nor is anything behind it.
          this.count = token;
          return;
        }
        this.places[this.count] = at;
        this.links[this.count++] = isEscaped;
      } else if (kind === opens) {
        if (depth >= open.length) {
          this.isBroken = true;
          return;
        }
        open[depth++] = token;
      } else if (depth > 0) {
        const opened = open[--depth] as number;
        if ((bytes[this.places[opened] as number] as number) + 2 !== bytes[at]) {
          this.isBroken = true;
          return;
        }
        this.links[opened] = token;
      }
    }
  }

  #growTokens(): void {
    this.places = grown(this.places, tokensMin);
    this.links = grown(this.links, tokensMin);
  }
}

const nothing = new Uint8Array(0);
const tokensMin = 1_024;
/** Short ranges are looked through together with what comes behind them. */
const aheadBytes = 1_024;

function grown(array: Uint32Array, least: number): Uint32Array {
  const larger = new Uint32Array(Math.max(least, 2 * array.length));
  larger.set(array);
  return larger;
}

const quotes = 1;
const opens = 2;
const closes = 3;
const escapes = 4;
const kinds = Uint8Array.from({ length: 256 }, (_, byte) => {
  const at = '"{[}]\\'.indexOf(String.fromCharCode(byte));
  return [0, quotes, opens, opens, closes, closes, escapes][at + 1] as number;
});
