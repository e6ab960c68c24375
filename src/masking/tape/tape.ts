import type { Words } from './words.ts';

/** How deep objects and lists may be nested; upstream's own readers take no more than 10,000, and write far less. */
export const nestingMax = 1_000;

/**
 * Where in bytes of JSON its strings, objects and lists begin and end, and where words stand: made in one pass, so that what holds no word is stepped over, however
 * long it is.
 *
 * It is no proof that the bytes are JSON: what is stepped over is only known to have its quotation marks and brackets in order.
 */
export class Tape {
  /** Places of quotation marks and brackets outside of strings, in order. */
  places: Uint32Array;
  /** Of a bracket that opens: which token closes it, or 0 where that is not there yet. Of a quotation mark that closes: 1 where there is a backslash in the string. */
  links: Uint32Array;
  count = 0;
  /** Places of words, in order. */
  words: Uint32Array;
  wordCount = 0;
  /** Whether brackets that do not belong together, or too many of them, end it early. */
  isBroken = false;
  /** The next word that was not passed yet. */
  #word = 0;
  #areAnywhere = false;

  constructor(tokens = 0, words = 0) {
    this.places = new Uint32Array(tokens);
    this.links = new Uint32Array(tokens);
    this.words = new Uint32Array(words);
  }

  /** Whether a word begins in a range, none of whose bytes lie before one that was asked for already. */
  hasWord(start: number, end: number): boolean {
    if (this.#areAnywhere) return true;
    while (this.#word < this.wordCount && (this.words[this.#word] as number) < start) this.#word++;
    return this.#word < this.wordCount && (this.words[this.#word] as number) < end;
  }

  /** Writes it anew. */
  write(bytes: Uint8Array, words: Words): void {
    this.#word = 0;
    this.#areAnywhere = words.areAnywhere;
    this.#findTokens(bytes);
    this.#findWords(bytes, words);
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

  #findWords(bytes: Uint8Array, words: Words): void {
    this.wordCount = 0;
    if (words.areAnywhere) return;
    const end = bytes.length;
    for (let at = words.next(bytes, 0, end); at < end; at = words.next(bytes, at + 1, end)) {
      if (this.wordCount === this.words.length) this.words = grown(this.words, wordsMin);
      this.words[this.wordCount++] = at;
    }
  }

  #growTokens(): void {
    this.places = grown(this.places, tokensMin);
    this.links = grown(this.links, tokensMin);
  }
}

const tokensMin = 1_024;
const wordsMin = 256;

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
