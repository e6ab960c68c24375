import { wordKinds } from './word-kinds.ts';

/**
 * Words without which nothing in a document can be secret, to be looked for in bytes as they are written: where none of them stands, nothing needs to be
 * read. ASCII letters count as their lower case, and a backslash that may hide a character, or write one that does harm, counts as a word.
 */
export class Words {
  readonly list: readonly Buffer[];
  /** Words that count only where one of `followers` stands behind them: right there, or with nothing between that is an ASCII letter or digit. */
  readonly firsts: readonly Buffer[];
  readonly followers: readonly Buffer[];
  /** Words that count only where a byte, `mark`, stands behind them before a blank, a control byte or a quotation mark does; or a backslash that may hide it. */
  readonly marked: readonly Buffer[];
  readonly mark: number;
  /** The kind of each of the list, then of each of the firsts, then of each that is marked. */
  readonly kinds: readonly number[];
  /** Whether they may be anywhere: one of them has a single byte, or a character that JSON writes with a backslash. */
  readonly areAnywhere: boolean;

  /** `words`: in lower case, none of them empty; so those of `pairs`. */
  constructor(words: readonly string[], { firsts = [], followers = [], marked = [], mark = '"' }: WordPairs = {}) {
    this.list = written(words);
    this.marked = written(marked);
    this.mark = mark.charCodeAt(0);
    this.firsts = written(firsts);
    this.followers = written(followers);
    const all = [...this.list, ...this.firsts, ...this.marked];
    this.kinds = wordKinds(all);
    this.areAnywhere = all.some(
      (word) => word.length < 2 || word.some((byte) => byte < 0x20 || byte === 0x22 || byte === 0x5c),
    );
  }
}

/** What counts together alone. */
export interface WordPairs {
  readonly firsts?: readonly string[];
  readonly followers?: readonly string[];
  readonly marked?: readonly string[];
  readonly mark?: string;
}

function written(words: readonly string[]): readonly Buffer[] {
  return [...new Set(words)].map((word) => Buffer.from(word, 'latin1'));
}
