import { fc } from '../support/property.ts';
import { type Chance, createChance, mutate, shrink } from './mutate.ts';
import type { FuzzTarget } from './target.ts';

/** What a run over one function found. */
export interface Found {
  readonly inputs: number;
  /** How many different answers there were. */
  readonly answers: number;
  readonly finding: { readonly input: Buffer; readonly error: Error } | undefined;
}

/** Limit: inputs kept for their answer. */
const KEPT_MAX = 2000;
/** Limit: one input; a parser that takes longer hangs. */
const INPUT_MS_MAX = 1000;
const BATCH = 200;

/**
 * Feeds a function for some time, or until it throws: the corpus as it is, then structured inputs and mutations of what gave new answers, in
 * turn. What is found is made as short as it goes.
 */
export function fuzz(target: FuzzTarget, run: (input: Buffer) => string, seconds: number, seed: number): Found {
  const chance = createChance(seed);
  const kept: Buffer[] = target.corpus.map((text) => Buffer.from(text, 'latin1'));
  const dictionary = target.dictionary.map((text) => Buffer.from(text, 'latin1'));
  const answers = new Set<string>();
  const endMs = Date.now() + seconds * 1000;
  let inputs = 0;
  const found = (input: Buffer, error: Error): Found => ({ inputs, answers: answers.size, finding: { input, error } });

  let batch: readonly Buffer[] = [...kept];
  while (true) {
    for (const input of batch) {
      inputs++;
      const outcome = attempt(run, input);
      if (outcome instanceof Error) return found(...shortest(run, input, outcome));
      if (!answers.has(outcome) && kept.length < KEPT_MAX) kept.push(input);
      answers.add(outcome);
    }
    if (Date.now() >= endMs) return { inputs, answers: answers.size, finding: undefined };
    batch = nextBatch(target, kept, dictionary, chance);
  }
}

function nextBatch(
  target: FuzzTarget,
  kept: readonly Buffer[],
  dictionary: readonly Buffer[],
  chance: Chance,
): Buffer[] {
  if (target.inputs !== undefined && chance.below(2) === 0) {
    return fc.sample(target.inputs, { numRuns: BATCH, seed: chance.below(0x7fffffff) });
  }
  return Array.from({ length: BATCH }, () =>
    mutate(kept[chance.below(kept.length)] as Buffer, kept, dictionary, chance),
  );
}

function attempt(run: (input: Buffer) => string, input: Buffer): string | Error {
  const startedMs = performance.now();
  try {
    const answer = run(input);
    const tookMs = performance.now() - startedMs;
    return tookMs > INPUT_MS_MAX ? new Error(`took ${Math.round(tookMs)} ms`) : answer;
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}

function shortest(run: (input: Buffer) => string, input: Buffer, error: Error): [Buffer, Error] {
  let last = error;
  const short = shrink(input, (candidate) => {
    const outcome = attempt(run, candidate);
    if (outcome instanceof Error) last = outcome;
    return outcome instanceof Error;
  });
  return [short, last];
}
