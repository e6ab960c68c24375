import { Machine } from './machine.ts';
import type { Words } from './words.ts';

/** Limits: how many instances of one set of words are kept between uses, and with how much memory each at most. */
const keptMax = 2;
const keptBytesMax = 8 * 1024 * 1024;

const kept = new WeakMap<Words, Machine[]>();

/** What `use` does with an instance. Its memory is written over by the next use, so nothing of it may be kept. */
export function withMachine<T>(words: Words, use: (machine: Machine) => T): T {
  let free = kept.get(words);
  if (free === undefined) {
    free = [];
    kept.set(words, free);
  }
  const machine = free.pop() ?? new Machine(words);
  try {
    return use(machine);
  } finally {
    machine.end();
    if (free.length < keptMax && machine.memory.length <= keptBytesMax) free.push(machine);
  }
}
