import { callerMatcher, type MatchedCaller } from './caller-match.ts';
import { anyGlob } from './glob.ts';
import type { CallerMatch } from './rule.ts';

/** What is counted. The first four are counted before a request is sent; of the others, how many there were stops what comes then. */
export type BudgetOf = 'deletes' | 'changes' | 'replicas' | 'podShare' | 'bytesOut' | 'refusals' | 'errors';

/** Shares of pods are counted in so many parts of a percent, so that thirds are whole numbers. */
export const SHARE_PARTS = 1_000_000;

/** As much as a budget has in a time, in what it is counted in. */
export function budgetRoom({ of, max }: Pick<Budget, 'of' | 'max'>): number {
  return of === 'podShare' ? max * SHARE_PARTS : max;
}

/** How much a caller may do in a time, as a policy document writes it. */
export interface Budget {
  /** `<policy>/<budget>`, unique among rules, masks and budgets. */
  readonly id: string;
  readonly source: { readonly file: string; readonly line: number };
  readonly callers: readonly CallerMatch[];
  /** With `*`. */
  readonly targets: readonly string[];
  readonly of: BudgetOf;
  readonly max: number;
  readonly perMs: number;
  /** What becomes of a request that is over it. */
  readonly over: 'hold' | 'deny';
  /** It stops nothing, and what it would have stopped is recorded. Absent: it is enforced. */
  readonly observed?: true;
}

/** Refusals and errors turn what is allowed into what is held, until a person has looked. */
export function isBreaker({ of }: Pick<Budget, 'of'>): boolean {
  return of === 'refusals' || of === 'errors';
}

/** Which budgets a caller has at a target. */
export function budgetMatcher(
  budgets: readonly Budget[],
): (caller: MatchedCaller, target: string) => readonly Budget[] {
  const tests = budgets.map((budget) => ({
    budget,
    isCaller: callerMatcher(budget.callers),
    isTarget: anyGlob(budget.targets),
  }));
  if (tests.length === 0) return () => [];
  return (caller, target) =>
    tests.flatMap(({ budget, isCaller, isTarget }) => (isTarget(target) && isCaller(caller) ? [budget] : []));
}
