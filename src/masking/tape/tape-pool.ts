import { Tape } from './tape.ts';
import type { Words } from './words.ts';

/** Limits: how many tapes are kept between uses, and of how many tokens each at most. */
const keptMax = 4;
const keptTokensMax = 256 * 1024;

const kept: Tape[] = [];

/** What `use` makes of the tape of some bytes. A tape is written over by the next use, so nothing of it may be kept. */
export function withTape<T>(bytes: Uint8Array, words: Words, use: (tape: Tape) => T): T {
  const tape = kept.pop() ?? new Tape();
  try {
    tape.write(bytes, words);
    return use(tape);
  } finally {
    tape.clear();
    if (kept.length < keptMax && tape.places.length <= keptTokensMax) kept.push(tape);
  }
}
