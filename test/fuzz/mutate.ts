/** Random numbers from a seed: the same seed gives the same run. */
export interface Chance {
  /** A whole number from 0 to below `bound`. */
  below(bound: number): number;
}

/** Source: mulberry32, public domain. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  return {
    below(bound) {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
    },
  };
}

/** Limit: inputs grow by duplication; beyond this they are cut. */
const INPUT_BYTES_MAX = 4096;

/** An input made of another by one to four random edits. */
export function mutate(
  input: Buffer,
  others: readonly Buffer[],
  dictionary: readonly Buffer[],
  chance: Chance,
): Buffer {
  let bytes = input;
  for (let edits = 1 + chance.below(4); edits > 0; edits--) bytes = edit(bytes, others, dictionary, chance);
  return bytes.subarray(0, INPUT_BYTES_MAX);
}

function edit(bytes: Buffer, others: readonly Buffer[], dictionary: readonly Buffer[], chance: Chance): Buffer {
  const at = chance.below(bytes.length + 1);
  const end = at + chance.below(Math.min(bytes.length - at, 16) + 1);
  const join = (...parts: Uint8Array[]) => Buffer.concat(parts);
  switch (chance.below(6)) {
    case 0: // another byte
      return join(bytes.subarray(0, at), Buffer.of(chance.below(256)), bytes.subarray(at + 1));
    case 1: // one more byte
      return join(bytes.subarray(0, at), Buffer.of(chance.below(128)), bytes.subarray(at));
    case 2: // a stretch less
      return join(bytes.subarray(0, at), bytes.subarray(end));
    case 3: // a stretch twice
      return join(bytes.subarray(0, end), bytes.subarray(at));
    case 4: // the end of another
      return join(bytes.subarray(0, at), pick(others, chance).subarray(chance.below(16)));
    default: // a word
      return join(bytes.subarray(0, at), pick(dictionary, chance), bytes.subarray(chance.below(2) === 0 ? at : end));
  }
}

function pick(from: readonly Buffer[], chance: Chance): Buffer {
  return from[chance.below(from.length)] ?? Buffer.alloc(0);
}

/** The shortest input found by leaving stretches out that still satisfies `isFailing`. */
export function shrink(input: Buffer, isFailing: (candidate: Buffer) => boolean): Buffer {
  let best = input;
  for (let stretch = Math.ceil(best.length / 2); stretch >= 1; stretch = stretch === 1 ? 0 : Math.ceil(stretch / 2)) {
    for (let at = 0; at < best.length; ) {
      const candidate = Buffer.concat([best.subarray(0, at), best.subarray(at + stretch)]);
      if (isFailing(candidate)) best = candidate;
      else at += stretch;
    }
  }
  return best;
}
