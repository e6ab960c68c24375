import { type KeywordAutomaton, keywordAutomaton } from '../detect/keyword-automaton.ts';
import { nextPlace, type Prefilter, prefilter } from '../detect/prefilter.ts';

/** A backslash before one of these may hide a character of a word, in JSON and in YAML inside of it, or write a control character. */
const escapes = Uint8Array.from({ length: 256 }, (_, byte) => ('uUx/bf'.includes(String.fromCharCode(byte)) ? 1 : 0));
const backslash = 0x5c;

/**
 * Words without which nothing in a document can be secret, put together to be looked for in bytes as they are written: where none of them stands, nothing needs to be
 * read. ASCII letters count as their lower case, and a backslash that may hide a character counts as a word.
 */
export class Words {
  readonly automaton: KeywordAutomaton;
  readonly prefilter: Prefilter;
  /** Whether they may be anywhere: one of them has a single byte, or a character that JSON writes with a backslash. */
  readonly areAnywhere: boolean;
  /** How long the longest of them is. */
  readonly bytesMax: number;

  /** `words`: in lower case, none of them empty. */
  constructor(words: readonly string[]) {
    const bytes = [...new Set(words)].map((word) => Buffer.from(word, 'latin1'));
    this.areAnywhere = bytes.some(
      (word) => word.length < 2 || word.some((byte) => byte < 0x20 || byte === 0x22 || byte === backslash),
    );
    this.bytesMax = bytes.reduce((most, { length }) => Math.max(most, length), 2);
    this.prefilter = prefilter([...words, '\\u', '\\x', '\\/', '\\b', '\\f']);
    this.automaton = keywordAutomaton(bytes, true);
  }

  /** The first place from `from` on, before `end`, where a word begins; `end`, where there is none. */
  next(bytes: Uint8Array, from: number, end: number): number {
    for (let at = from; ; at++) {
      at = nextPlace(this.prefilter, bytes, at, end);
      if (at >= end) return end;
      if (this.#beginsAt(bytes, at, end)) return at;
    }
  }

  #beginsAt(bytes: Uint8Array, from: number, end: number): boolean {
    if (bytes[from] === backslash) return from + 1 < end && escapes[bytes[from + 1] as number] === 1;
    const { classes, shift, next, ends, depths } = this.automaton;
    let state = 0;
    for (let at = from; at < end; at++) {
      state = next[(state << shift) | (classes[bytes[at] as number] as number)] as number;
      if (depths[state] !== at - from + 1) return false;
      if (ends[state] === 1) return true;
    }
    return false;
  }
}
