/**
 * Many words found in one pass over bytes: Aho and Corasick's automaton as one table, a look-up a byte whatever the number of words.
 *
 * Bytes that no word tells apart share a class, so that the table stays small enough for the processor's cache: about forty classes for the
 * keywords of the built-in detectors. States whose words end there come with the words, longest first.
 *
 * Source: A. Aho, M. Corasick, Efficient string matching, 1975
 */
export interface KeywordAutomaton {
  /** The class of each byte, 0 for those that are in no word. */
  readonly classes: Uint16Array;
  /** How far a state is shifted to make room for a class. */
  readonly shift: number;
  /** The next state of `state << shift | class`; the start is 0. */
  readonly next: Uint32Array;
  /** 1 where words end. */
  readonly ends: Uint8Array;
  /** The places in the list of words of those that end at a state. */
  readonly words: readonly (readonly number[])[];
  /** How many bytes of a word are there at a state: what may yet become one. */
  readonly depths: Uint32Array;
}

/** The automaton of a list of words, none of them empty. With `ignoreCase`, ASCII letters count as their lower case, and so must the words. */
export function keywordAutomaton(words: readonly Uint8Array[], ignoreCase: boolean): KeywordAutomaton {
  const { classes, count } = classesOf(words, ignoreCase);
  const shift = Math.max(1, Math.ceil(Math.log2(count)));
  const statesMax = 1 + words.reduce((sum, word) => sum + word.length, 0);
  const next = new Uint32Array(statesMax << shift);
  const depths = new Uint32Array(statesMax);
  const ending: number[][] = [[]];
  let states = 1;
  words.forEach((word, index) => {
    let state = 0;
    for (const byte of word) {
      const edge = (state << shift) | (classes[byte] as number);
      if (next[edge] === 0) {
        depths[states] = (depths[state] as number) + 1;
        ending[states] = [];
        next[edge] = states++;
      }
      state = next[edge] as number;
    }
    (ending[state] as number[]).push(index);
  });
  closeOver(next, ending, shift, states);
  const ends = Uint8Array.from(ending, (list) => (list.length === 0 ? 0 : 1));
  return { classes, shift, next: next.slice(0, states << shift), ends, words: ending, depths: depths.slice(0, states) };
}

/** Fills in where each state goes by a byte that continues none of its words: where its longest proper suffix goes. */
function closeOver(next: Uint32Array, ending: number[][], shift: number, states: number): void {
  const fails = new Uint32Array(states);
  const queue: number[] = [];
  const width = 1 << shift;
  for (let letter = 0; letter < width; letter++) if (next[letter] !== 0) queue.push(next[letter] as number);
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] as number;
    const fail = fails[state] as number;
    (ending[state] as number[]).push(...(ending[fail] as number[]));
    for (let letter = 0; letter < width; letter++) {
      const edge = (state << shift) | letter;
      const through = next[(fail << shift) | letter] as number;
      if (next[edge] === 0) next[edge] = through;
      else {
        fails[next[edge] as number] = through;
        queue.push(next[edge] as number);
      }
    }
  }
}

function classesOf(words: readonly Uint8Array[], ignoreCase: boolean): { classes: Uint16Array; count: number } {
  const classes = new Uint16Array(256);
  let count = 1;
  for (const word of words) for (const byte of word) if (classes[byte] === 0) classes[byte] = count++;
  if (ignoreCase) for (let upper = 0x41; upper <= 0x5a; upper++) classes[upper] = classes[upper + 0x20] as number;
  return { classes, count };
}
