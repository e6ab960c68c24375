/*
 * Where in an object values are masked: patterns of paths, put together as one automaton that is made while it is walked. A place is a set of positions in the
 * patterns; equal sets are one place, and what follows from a key is computed once. So walking costs a look-up for each key, whatever the number of rules.
 */
import type { MaskForm } from '../form/mask-form.ts';
import type { Compare } from '../form/mask-key.ts';

/**
 * What is done at a place and everywhere below: its values are masked, or they stay open though another pattern masks them. `keep`: they are not masked for their place, only
 * for their look; `base64`: what masks them there is in base64.
 */
export type Action =
  | { readonly kind: 'mask'; readonly rule: string; readonly form: MaskForm; readonly compare: Compare }
  | { readonly kind: 'open' }
  | { readonly kind: 'keep' }
  | { readonly kind: 'base64' };

export type MaskAction = Extract<Action, { kind: 'mask' }>;

/** One step of a path: a key, with `*` for any run of characters in it; `**` is any number of steps. */
export type Step = string;

/** A path and what is done there. */
export interface PlacePattern {
  readonly steps: readonly Step[];
  readonly action: Action;
}

/** Limit: keys whose followers are kept at one place; others are computed each time. */
const keptKeysMax = 1_000;
/** Limit: places that are kept at all. */
const keptPlacesMax = 10_000;

/** A place in a document, as far as patterns tell it from others. */
export class Place {
  readonly mask: MaskAction | undefined;
  readonly isOpen: boolean;
  /** Whether nothing is masked by its place here or anywhere below. */
  readonly isPlain: boolean;
  readonly #maker: PlaceMaker;
  readonly #positions: readonly number[];
  readonly #kept = new Map<string, Place>();
  #element: Place | undefined;

  constructor(maker: PlaceMaker, positions: readonly number[], actions: readonly Action[]) {
    this.#maker = maker;
    this.#positions = positions;
    this.isOpen = actions.some(({ kind }) => kind === 'open');
    this.mask = this.isOpen ? undefined : maskOf(actions);
    this.isPlain = positions.length === 0;
  }

  /** Whether an element of a list may be told from another. */
  get hasIndexes(): boolean {
    return this.#maker.hasIndexes;
  }

  /** The place behind a key. */
  key(key: string): Place {
    if (this.isPlain) return this;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const next = this.#maker.behind(this.#positions, key);
    if (this.#kept.size < keptKeysMax) this.#kept.set(key, next);
    return next;
  }

  /** The place of an element of a list. */
  element(index: number): Place {
    if (this.isPlain) return this;
    if (this.#maker.hasIndexes) return this.key(String(index));
    this.#element ??= this.#maker.behind(this.#positions, '0');
    return this.#element;
  }
}

/** Makes places of one set of patterns. */
export class PlaceMaker {
  readonly #patterns: readonly PlacePattern[];
  readonly #tests: readonly (readonly ((key: string) => boolean)[])[];
  readonly #offsets: number[] = [];
  readonly #places = new Map<string, Place>();
  readonly hasIndexes: boolean;

  constructor(patterns: readonly PlacePattern[]) {
    this.#patterns = patterns;
    this.#tests = patterns.map(({ steps }) => steps.map(stepTest));
    this.hasIndexes = patterns.some(({ steps }) => steps.some((step) => /^\d+$/.test(step)));
    let offset = 0;
    for (const { steps } of patterns) {
      this.#offsets.push(offset);
      offset += steps.length + 1;
    }
  }

  /** Where every document begins. */
  start(): Place {
    const positions = new Set<number>();
    for (let pattern = 0; pattern < this.#patterns.length; pattern++) this.#add(positions, pattern, 0);
    return this.#place(positions);
  }

  behind(positions: readonly number[], key: string): Place {
    const next = new Set<number>();
    for (const position of positions) {
      const pattern = this.#patternOf(position);
      const at = position - (this.#offsets[pattern] as number);
      const { steps } = this.#patterns[pattern] as PlacePattern;
      // What is masked or open is so with all that is below.
      if (at === steps.length) next.add(position);
      else if (steps[at] === '**') this.#add(next, pattern, at);
      else if (this.#tests[pattern]?.[at]?.(key) === true) this.#add(next, pattern, at + 1);
    }
    return this.#place(next);
  }

  #add(positions: Set<number>, pattern: number, at: number): void {
    positions.add((this.#offsets[pattern] as number) + at);
    const { steps } = this.#patterns[pattern] as PlacePattern;
    if (steps[at] === '**') this.#add(positions, pattern, at + 1);
  }

  #patternOf(position: number): number {
    let [low, high] = [0, this.#offsets.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#offsets[middle] as number) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #place(positions: ReadonlySet<number>): Place {
    const sorted = [...positions].sort((a, b) => a - b);
    const id = sorted.join();
    const known = this.#places.get(id);
    if (known !== undefined) return known;
    const actions = sorted.flatMap((position) => {
      const pattern = this.#patternOf(position);
      const { steps, action } = this.#patterns[pattern] as PlacePattern;
      return position - (this.#offsets[pattern] as number) === steps.length ? [action] : [];
    });
    const made = new Place(this, sorted, actions);
    if (this.#places.size < keptPlacesMax) this.#places.set(id, made);
    return made;
  }
}

/** The mask of the pattern that stands first. */
function maskOf(actions: readonly Action[]): MaskAction | undefined {
  const mask = actions.find((action) => action.kind === 'mask');
  if (mask === undefined || actions.some(({ kind }) => kind === 'keep')) return undefined;
  return actions.some(({ kind }) => kind === 'base64') ? { ...mask, form: 'base64' } : mask;
}

function stepTest(step: Step): (key: string) => boolean {
  if (step === '**' || step === '*') return () => true;
  if (!step.includes('*')) return (key) => key === step;
  const pieces = step.split('*');
  const [first, last] = [pieces[0] as string, pieces.at(-1) as string];
  return (key) => {
    if (key.length < first.length + last.length || !key.startsWith(first) || !key.endsWith(last)) return false;
    let from = first.length;
    for (const piece of pieces.slice(1, -1)) {
      const at = key.indexOf(piece, from);
      if (at === -1) return false;
      from = at + piece.length;
    }
    return from <= key.length - last.length;
  };
}
