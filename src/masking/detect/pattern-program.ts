/**
 * A user's pattern as a program over bytes: the library parses it (RE2's syntax, which has nothing that goes back) and compiles it; it is run here,
 * since only so can a stream know whether what is there may yet become a match.
 *
 * What is read of the library's compiled form is checked when a pattern is compiled, so that a version that changes it is noticed at start and in the tests.
 */
import { RE2JS, RE2JSException } from 're2js';
import { assert } from '../../std/assert.ts';
import type { ByteSet } from './byte-set.ts';

/** Instructions, as a closed union; `out` and `other` are places in the program. */
export type Instruction =
  | { readonly op: 'match' | 'fail' }
  | { readonly op: 'jump'; readonly out: number }
  | { readonly op: 'either'; readonly out: number; readonly other: number }
  | { readonly op: 'at'; readonly out: number; readonly where: number }
  | { readonly op: 'byte'; readonly out: number; readonly set: ByteSet };

export interface PatternProgram {
  readonly start: number;
  readonly instructions: readonly Instruction[];
  /** What every match begins with; empty where that differs. */
  readonly prefix: string;
  /** The bytes that a match can begin with. */
  readonly first: ByteSet;
}

/** How large a pattern may be, as a program: what it costs for each byte is bounded by it. */
export const patternInstructionsMax = 500;

/**
 * The program of a pattern.
 *
 * @throws {PatternError} it is not RE2's syntax, too large, not ASCII, or matches nothing at all
 */
export function patternProgram(pattern: string): PatternProgram {
  if (!/^[\x20-\x7e]*$/.test(pattern))
    throw new PatternError('a pattern is of ASCII characters: it is matched with bytes');
  const compiled = compile(pattern);
  const instructions: readonly Instruction[] = (compiled.prog.inst as readonly Compiled[]).map(instructionOf);
  if (instructions.length > patternInstructionsMax)
    throw new PatternError(
      `the pattern is too large: ${instructions.length} instructions, more than ${patternInstructionsMax}`,
    );
  const start = compiled.prog.start as number;
  const first = new Uint8Array(256);
  for (const place of reached(instructions, start)) {
    const instruction = instructions[place] as Instruction;
    if (instruction.op === 'match') throw new PatternError('the pattern matches where nothing is');
    if (instruction.op === 'byte')
      for (let byte = 0; byte < 256; byte++) if (instruction.set[byte] === 1) first[byte] = 1;
  }
  const prefix: unknown = compiled.prefix;
  return { start, instructions, first, prefix: typeof prefix === 'string' ? prefix : '' };
}

/** What is wrong with a pattern, for who wrote it: one sentence. */
export class PatternError extends Error {}

function compile(pattern: string) {
  try {
    return RE2JS.compile(pattern).re2();
  } catch (error) {
    if (error instanceof RE2JSException) throw new PatternError(`the pattern is not one of RE2: ${error.message}`);
    throw error;
  }
}

/** The library's own form of an instruction. */
interface Compiled {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  matchRune(rune: number): boolean;
}

function instructionOf(compiled: Compiled): Instruction {
  const { op, out, arg } = compiled;
  switch (op) {
    case 1: // alternatives
    case 2:
      return { op: 'either', out, other: arg };
    case 3: // a group's border
    case 7: // nothing
      return { op: 'jump', out };
    case 4:
      return { op: 'at', out, where: arg };
    case 5:
      return { op: 'fail' };
    case 6:
      return { op: 'match' };
    default:
      assert(op >= 8 && op <= 11, `re2js has an instruction that is not known here: ${op}`);
      return { op: 'byte', out, set: Uint8Array.from({ length: 256 }, (_, byte) => (takes(compiled, byte) ? 1 : 0)) };
  }
}

function takes(compiled: Compiled, byte: number): boolean {
  if (compiled.op === 10) return true;
  return compiled.op === 11 ? byte !== 0x0a : compiled.matchRune(byte);
}

/** Where a program may be without having taken a byte, whatever stands around. */
function reached(instructions: readonly Instruction[], start: number): ReadonlySet<number> {
  const places = new Set<number>([start]);
  for (const place of places) {
    const instruction = instructions[place] as Instruction;
    if (instruction.op === 'jump' || instruction.op === 'at') places.add(instruction.out);
    if (instruction.op === 'either') places.add(instruction.out).add(instruction.other);
  }
  return places;
}
