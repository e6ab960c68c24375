import { toolPasswords } from './tool-passwords.ts';

/** A word of a command in which passwords stand. */
export interface CommandPasswords {
  /** Which one it is. */
  readonly word: number;
  readonly text: string;
  /** Where they stand in it, in bytes, in their order. */
  readonly spans: readonly { readonly start: number; readonly end: number }[];
}

/** Words of a command in which passwords stand that options of its tool tell, or names of passwords. */
export function commandPasswords(words: readonly string[]): readonly CommandPasswords[] {
  const spans = toolPasswords(words);
  if (spans.length === 0) return [];
  let from = 0;
  return words.flatMap((text, word) => {
    const [start, end] = [from, from + text.length];
    from = end + 1;
    const own = spans.filter((span) => span.start >= start && span.end <= end);
    if (own.length === 0) return [];
    const bytesTo = (at: number) => Buffer.byteLength(text.slice(0, at - start));
    return [{ word, text, spans: own.map((span) => ({ start: bytesTo(span.start), end: bytesTo(span.end) })) }];
  });
}
