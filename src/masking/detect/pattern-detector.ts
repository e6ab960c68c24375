import { byteSet } from './byte-set.ts';
import type { Detector } from './detector.ts';
import type { Look } from './look.ts';
import { type Found, pending } from './matcher.ts';
import { type Instruction, type PatternProgram, patternProgram } from './pattern-program.ts';

/** How many bytes a match of a user's pattern has at most. */
export const patternBytesMax = 256;

/** Bits of RE2's empty-width assertions: at the beginning or end of a line or of the text, at a word's border or not. */
const where = { lineStart: 1, lineEnd: 2, textStart: 4, textEnd: 8, wordBorder: 16, noWordBorder: 32 } as const;
const wordBytes = byteSet('A-Za-z0-9_');

/**
 * A user's pattern as a detector: the longest match from each place where one may begin, of at most 256 bytes, is masked whole.
 *
 * A pattern that begins with fixed characters (`ACME-[0-9]{8}`) costs next to nothing, and a stream holds back only what they begin.
 *
 * @throws {PatternError} it cannot be used; the message says why
 */
export function patternDetector(id: string, pattern: string): Detector {
  const program = patternProgram(pattern);
  return {
    id,
    finds: `matches of \`${pattern}\``,
    example: '',
    nearMiss: '',
    matchers: [
      {
        keywords: keywordsOf(program),
        match: (look, keywordStart, keywordEnd) => run(program, look, keywordStart, keywordEnd),
      },
    ],
  };
}

function keywordsOf({ prefix, first }: PatternProgram): readonly string[] {
  if (prefix.length > 1) return [prefix.toLowerCase()];
  const characters = [...first].flatMap((member, byte) => (member === 1 ? [String.fromCharCode(byte)] : []));
  return [...new Set(characters.map((character) => character.replaceAll(/[A-Z]/g, (upper) => upper.toLowerCase())))];
}

function run({ start, instructions }: PatternProgram, look: Look, from: number, keywordEnd: number): Found {
  let places: readonly number[] = [start];
  let matchedTo = -1;
  for (let at = from; at <= from + patternBytesMax; at++) {
    if (look.isOpen(at)) return pending(keywordEnd);
    const closed = closure(instructions, places, assertionsAt(look, at));
    look.steps += closed.length;
    if (closed.some((place) => (instructions[place] as Instruction).op === 'match')) matchedTo = at;
    const byte = look.at(at);
    if (byte === -1) break;
    places = closed.flatMap((place) => {
      const instruction = instructions[place] as Instruction;
      return instruction.op === 'byte' && instruction.set[byte] === 1 ? [instruction.out] : [];
    });
    if (places.length === 0) break;
  }
  return matchedTo > from ? { kind: 'match', start: from, end: matchedTo, tail: undefined } : undefined;
}

/** Where the program may be without taking a byte. */
function closure(instructions: readonly Instruction[], places: readonly number[], holds: number): readonly number[] {
  const seen = new Set<number>(places);
  for (const place of seen) {
    const instruction = instructions[place] as Instruction;
    if (instruction.op === 'jump') seen.add(instruction.out);
    if (instruction.op === 'either') seen.add(instruction.out).add(instruction.other);
    if (instruction.op === 'at' && (instruction.where & ~holds) === 0) seen.add(instruction.out);
  }
  return [...seen];
}

function assertionsAt(look: Look, at: number): number {
  const before = look.at(at - 1);
  const next = look.at(at);
  const isBorder = (before !== -1 && wordBytes[before] === 1) !== (next !== -1 && wordBytes[next] === 1);
  return (
    (before === -1 ? where.textStart : 0) |
    (before === -1 || before === 0x0a ? where.lineStart : 0) |
    (next === -1 ? where.textEnd : 0) |
    (next === -1 || next === 0x0a ? where.lineEnd : 0) |
    (isBorder ? where.wordBorder : where.noWordBorder)
  );
}
