import { type ByteSet, byteSet } from './byte-set.ts';
import type { KeywordMatcher } from './detector.ts';
import { matchRun, pending } from './matcher.ts';

const alphanumeric = byteSet('A-Za-z0-9');

export interface TokenShape {
  /** What the token begins with, as it is written; it is public and stays. */
  readonly prefixes: readonly string[];
  readonly alphabet: string;
  /** The fewest bytes behind the prefix, at most 128. */
  readonly bytesMin: number;
  /** What must be among the first of them. */
  readonly needs?: readonly string[];
  /** Whether the prefix itself is masked with the rest: where it is a part of what identifies. */
  readonly isWhole?: boolean;
}

/** Tokens that a service gives a prefix of its own: the prefix, at the beginning of a word, and at least so many bytes of an alphabet. */
export function token(shape: TokenShape): KeywordMatcher {
  const alphabet = byteSet(shape.alphabet);
  const needs = (shape.needs ?? []).map(byteSet);
  return {
    keywords: shape.prefixes.map((prefix) => prefix.toLowerCase()),
    match: (look, keywordStart, keywordEnd) => {
      if (keywordStart > 0 && alphanumeric[look.at(keywordStart - 1)] === 1) return undefined;
      const written = look.text(keywordStart, keywordEnd);
      if (!shape.prefixes.includes(written)) return undefined;
      const start = shape.isWhole === true ? keywordStart : keywordEnd;
      const known = look.run(alphabet, keywordEnd, shape.bytesMin);
      if (known - keywordEnd < shape.bytesMin) return look.isOpen(known) ? pending(start) : undefined;
      if (!needs.every((set) => holds(look.bytes, set, keywordEnd, known))) return undefined;
      return { ...matchRun(look, known, alphabet), start };
    },
  };
}

function holds(bytes: Uint8Array, set: ByteSet, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (set[bytes[at] as number] === 1) return true;
  return false;
}
