/*
 * Base64 of a text in which a value stands behind a name that tells: a `.env`, a kubeconfig or a manifest that was encoded whole and stands in a command, a log or a field.
 *
 * Only a word of the name is looked for, as base64 has it at each of the three places where it may lie in what is encoded; around one, the text is decoded and looked at as any
 * other. From the value on all of the base64 goes: what stands behind it cannot be told to be harmless before it has come.
 */
import { byteSet } from './byte-set.ts';
import type { Detector, KeywordMatcher } from './detector.ts';
import { Look } from './look.ts';
import { type Found, matchTail, pending } from './matcher.ts';
import { Scanner } from './scanner.ts';
import { wrappedBase64 } from './wrapped-base64.ts';

/** Without the sign that ends it: what stands before that (`--config=`) is of nothing encoded. */
const base64 = byteSet('A-Za-z0-9+/_-');

/** How much of the base64 is decoded before the word, in which the rest of its name stands, and from it on. */
const beforeBytesMax = 64;
const behindBytesMax = 512;

/** What is looked for of a name: a word in it, or all of it but a first letter that may be small or not. */
const WORDS = ['assw', 'ASSW', 'ecret', 'ECRET', 'oken', 'OKEN', '_key', '_KEY', '-key', 'piKey', 'pikey'] as const;

/**
 * How many characters are left off, at each place, of those that the word alone decides: the more of what is looked for begins in ways of its own, the more of a reply that holds
 * none has to be looked at (`test/masking/word-beginnings.test.ts` has a bound).
 */
const LEFT_OFF: Readonly<Partial<Record<(typeof WORDS)[number], readonly [number, number, number]>>> = {
  ASSW: [1, 0, 1],
  ecret: [0, 1, 1],
  ECRET: [2, 1, 1],
  OKEN: [1, 0, 0],
  _KEY: [0, 0, 1],
  '-key': [1, 0, 0],
  pikey: [0, 0, 1],
};

/** Whether a word that may tell stands in what a text says, where all of it is base64. */
export function mayTellEncoded(text: string): boolean {
  return encodedWords.test(text);
}

/** Finds what the detectors given find in what base64 says. */
export function encodedText(detectors: readonly Pick<Detector, 'id' | 'matchers'>[]): readonly KeywordMatcher[] {
  const scanner = new Scanner(detectors);
  return [0, 1, 2].map((before) => {
    const words = new Map(WORDS.map((word) => [encodedAt(word, before), word]));
    return {
      keywords: [...new Set([...words.keys()].map((encoded) => encoded.toLowerCase()))],
      match: (look, keywordStart, keywordEnd) => {
        const word = words.get(look.text(keywordStart, keywordEnd));
        return word === undefined
          ? undefined
          : valueAround(look, scanner, keywordStart, keywordStart - firstOf(word, before));
      },
    };
  });
}

/** What is looked for of a word, where so many bytes stand before it in what is encoded. */
function encodedAt(word: (typeof WORDS)[number], before: number): string {
  const encoded = Buffer.from(' '.repeat(before) + word).toString('base64');
  return encoded.slice(firstOf(word, before), Math.floor(((before + word.length) * 4) / 3));
}

/** How many characters stand before it, from the four on that say the first of those bytes. */
function firstOf(word: (typeof WORDS)[number], before: number): number {
  return Math.ceil((before * 4) / 3) + (LEFT_OFF[word]?.[before] ?? 0);
}

const encodedWords = new RegExp(
  [0, 1, 2].flatMap((before) => WORDS.map((word) => encodedAt(word, before).replaceAll('+', '\\+'))).join('|'),
);

/** `groupAt`: where the four characters begin in which the word does. */
function valueAround(look: Look, scanner: Scanner, keywordStart: number, groupAt: number): Found {
  const lineStart = look.runBack(base64, groupAt, beforeBytesMax);
  const from = groupAt - ((groupAt - lineStart) & ~3);
  const known = Math.min(look.end, keywordStart + behindBytesMax);
  const judging = wrappedBase64(look, from);
  const end = judging.through(look.bytes, from, known, false);
  look.steps += end - from;
  const isWhole = judging.isOver() || known < look.end || look.isLast;
  const decoded = Buffer.from(look.text(from, end), 'base64');
  const inner = new Look(decoded, decoded.length, isWhole);
  let valueAt: number | undefined;
  const { resume } = scanner.scan(inner, { at: 0, state: 0 }, (_, { start }) => {
    valueAt ??= start;
  });
  look.steps += inner.steps;
  if (valueAt === undefined) {
    const isOpen = resume.at < decoded.length || resume.state !== 0;
    return isOpen && !isWhole ? pending(keywordStart) : undefined;
  }
  const start = Math.max(keywordStart, characterAt(look, from, Math.floor((valueAt * 4) / 3)));
  return matchTail(look, start, start, wrappedBase64(look, start));
}

/** Where the character of base64 stands before which there are so many; line ends do not count. */
function characterAt(look: Look, from: number, count: number): number {
  let left = count;
  for (let at = from; at < look.end; at++) if (base64[look.bytes[at] as number] === 1 && left-- === 0) return at;
  return look.end;
}
