/*
 * All strings, parted by patterns into the classes that the patterns can tell apart, each with a shortest string that stands for it.
 *
 * Found by walking the patterns' automata together from the empty string: the strings that lead to one state have all that follows in common, so every
 * class that is not empty is met. What was rejected: to intersect patterns as text, which is right for `a*` and wrong for `a*` and `*a`, whose
 * strings outside `a*a` are exactly one.
 */

/** Bits of classes, the first class in bit 0. */
export type ClassSet = bigint;

/** A pattern: characters as they are, null for any run of characters. */
export type Pattern = readonly (string | null)[];

/** Classes of strings, none of which a pattern divides. */
export interface Partition {
  /** A string of each class. */
  readonly witnesses: readonly string[];
  /** The classes that a pattern matches, by the pattern's key. */
  readonly sets: ReadonlyMap<string, ClassSet>;
  /** Every class. */
  readonly full: ClassSet;
}

/** The patterns cannot be told apart within the bounds kept here. */
export class TooComplexError extends Error {
  override readonly name = 'TooComplexError';
}

/** Limit: states of the joint automaton; a set of patterns with more is not analysed. */
const STATES_MAX = 100_000;

/** `*` is any run of characters. */
export function globPattern(text: string): Pattern {
  return [...text].map((character) => (character === '*' ? null : character));
}

/** A text, whatever characters it has. */
export function literalPattern(text: string): Pattern {
  return [...text];
}

/** The key of a pattern in `Partition.sets`. */
export function patternKey(pattern: Pattern): string {
  return JSON.stringify(pattern);
}

/** Where one pattern's automaton stands: positions in it. */
type Positions = readonly number[];

interface State {
  readonly text: string;
  /** For each pattern with a wildcard. */
  readonly globs: readonly Positions[];
  /** Patterns without one, that the text so far is the beginning of. */
  readonly literals: readonly string[];
}

/**
 * The classes of all strings under the patterns.
 *
 * @throws {TooComplexError} more than 100,000 states
 */
export function partition(patterns: readonly Pattern[]): Partition {
  const unique = new Map(patterns.map((pattern) => [patternKey(pattern), pattern]));
  const globs = [...unique.values()].filter((pattern) => pattern.includes(null));
  const literals = [...unique.values()].filter((pattern) => !pattern.includes(null)).map((pattern) => pattern.join(''));
  const alphabet = alphabetOf([...unique.values()]);
  const classes = new Map<string, { witness: string; keys: string[] }>();
  const start: State = { text: '', globs: globs.map((glob) => closure(glob, [0])), literals };
  const queue = [start];
  const seen = new Set([stateKey(start)]);
  for (let i = 0; i < queue.length; i++) {
    const state = queue[i] as State;
    const keys = matching(globs, state);
    if (!classes.has(keys.join())) classes.set(keys.join(), { witness: state.text, keys });
    for (const character of alphabet) {
      const next = step(globs, state, character);
      const key = stateKey(next);
      if (seen.has(key)) continue;
      if (seen.size >= STATES_MAX) throw new TooComplexError(`more than ${STATES_MAX} states to tell patterns apart`);
      seen.add(key);
      queue.push(next);
    }
  }
  return collect([...classes.values()], [...unique.keys()]);
}

function collect(classes: readonly { witness: string; keys: readonly string[] }[], keys: readonly string[]): Partition {
  const sets = new Map<string, ClassSet>(keys.map((key) => [key, 0n]));
  classes.forEach((each, i) => {
    for (const key of each.keys) sets.set(key, (sets.get(key) as ClassSet) | (1n << BigInt(i)));
  });
  return { witnesses: classes.map(({ witness }) => witness), sets, full: (1n << BigInt(classes.length)) - 1n };
}

function matching(globs: readonly Pattern[], { text, globs: positions, literals }: State): string[] {
  const keys = globs.flatMap((glob, i) =>
    (positions[i] as Positions).includes(glob.length) ? [patternKey(glob)] : [],
  );
  return literals.includes(text) ? [...keys, patternKey(literalPattern(text))] : keys;
}

function step(globs: readonly Pattern[], state: State, character: string): State {
  const text = state.text + character;
  return {
    text,
    globs: globs.map((glob, i) => advance(glob, state.globs[i] as Positions, character)),
    literals: state.literals.filter((literal) => literal.startsWith(text)),
  };
}

function advance(pattern: Pattern, positions: Positions, character: string): Positions {
  const next = positions.flatMap((at) => (pattern[at] === null ? [at] : pattern[at] === character ? [at + 1] : []));
  return closure(pattern, next);
}

/** With the positions behind wildcards that match nothing; in order, each once. */
function closure(pattern: Pattern, positions: Positions): Positions {
  const all = new Set<number>();
  for (let at of positions) {
    all.add(at);
    while (pattern[at] === null) all.add(++at);
  }
  return [...all].sort((a, b) => a - b);
}

/** Two texts are in one state when nothing that may follow tells them apart. */
function stateKey({ text, globs, literals }: State): string {
  return `${globs.map((positions) => positions.join('.')).join('/')}${literals.length === 0 ? '' : `|${text}`}`;
}

/** Every character of the patterns, and one of all others. */
function alphabetOf(patterns: readonly Pattern[]): readonly string[] {
  const used = new Set(patterns.flat().filter((character) => character !== null));
  const other = [...'xyzabcdefghijklmnopqrstuvw0123456789'].find((character) => !used.has(character)) ?? '\u2026';
  return [...used, other];
}
