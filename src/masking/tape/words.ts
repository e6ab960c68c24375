/**
 * Words without which nothing in a document can be secret, to be looked for in bytes as they are written: where none of them stands, nothing needs to be
 * read. ASCII letters count as their lower case, and a backslash that may hide a character, or write one that does harm, counts as a word.
 */
export class Words {
  readonly list: readonly Buffer[];
  /** Words that count only where one of `before` stands before them: right before, or with nothing between that is an ASCII letter or digit. */
  readonly behind: { readonly list: readonly Buffer[]; readonly before: readonly Buffer[] };
  /** Whether they may be anywhere: one of them has a single byte, or a character that JSON writes with a backslash. */
  readonly areAnywhere: boolean;

  /** `words`: in lower case, none of them empty. `behind`: the same; what may stand before them ends in an ASCII letter. */
  constructor(words: readonly string[], behind: WordsBehind = { words: [], before: [] }) {
    this.list = [...new Set(words)].map((word) => Buffer.from(word, 'latin1'));
    this.behind = {
      list: behind.words.map((word) => Buffer.from(word, 'latin1')),
      before: behind.before.map((word) => Buffer.from(word, 'latin1')),
    };
    this.areAnywhere = this.list.some(
      (word) => word.length < 2 || word.some((byte) => byte < 0x20 || byte === 0x22 || byte === 0x5c),
    );
  }
}

export interface WordsBehind {
  readonly words: readonly string[];
  readonly before: readonly string[];
}
