import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import { Refusal } from '../model/refusal.ts';
import { type Budget, isBreaker } from '../policy/budget.ts';
import { durationText } from '../std/duration.ts';
import { describe } from './describe.ts';

const WORDS: Readonly<Record<Budget['of'], string>> = {
  deletes: 'deletes',
  changes: 'changes',
  replicas: 'replicas',
  podShare: 'percent of the pods of one workload',
  bytesOut: 'bytes of replies',
  refusals: 'refusals',
  errors: 'failed changes',
};

type Bounds = Pick<Budget, 'id' | 'of' | 'max' | 'perMs'>;

/** Why a budget stops what policy allows: the same as long as it does, since a yes is bound to it. */
export function overBudgetReason(budget: Bounds): string {
  const bounds = boundsOf(budget);
  return isBreaker(budget) ? `it had more than ${bounds}; a person looks first` : `it is over its budget of ${bounds}`;
}

/** As much as it lets its callers do, in words. */
export function boundsOf({ of, max, perMs }: Bounds): string {
  return `${max} ${WORDS[of]} in ${durationText(perMs)}`;
}

/** Told to a caller that has done as much as its budget says. */
export function overBudget(
  { caller, operation }: { readonly caller: Caller; readonly operation: Operation },
  budget: Bounds,
): Refusal {
  const { id, perMs } = budget;
  return new Refusal(
    'BUDGET_EXCEEDED',
    `\`${caller.subject}\` may not ${describe(operation)} now: budget \`${id}\` stops it, since ${overBudgetReason(budget)}`,
    { rule: id, advice: `do less at once, or wait: it begins anew every ${durationText(perMs)}` },
  );
}
