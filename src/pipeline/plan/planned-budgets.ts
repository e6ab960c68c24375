import type { PlannedBudget } from '../../model/planned.ts';
import { type Budget, SHARE_PARTS } from '../../policy/budget.ts';
import type { Budgets } from '../budgets.ts';
import { boundsOf } from '../over-budget.ts';
import type { TakenBefore } from './plan-wanted.ts';

/** Budgets of which nothing is taken: what a planned request would take of them stands in `told`, with what its plan takes before it counted in. */
export function plannedBudgets(
  budgets: Budgets,
  before: readonly TakenBefore[],
): { readonly budgets: Budgets; readonly told: readonly PlannedBudget[] } {
  const told: PlannedBudget[] = [];
  const tell = (budget: Budget, { left, takes, part = '' }: { left: number; takes?: number; part?: string }) => {
    const isOver = takes === undefined || takes > left;
    // What only looks on stops nothing.
    if (budget.observed !== true)
      told.push({
        ...{ budget: budget.id, bounds: boundsOf(budget), over: budget.over, left: Math.max(0, left), isOver },
        ofOne: budget.of === 'podShare' ? SHARE_PARTS : 1,
        ...(takes === undefined || !Number.isFinite(takes) ? {} : { takes }),
        ...(part === '' ? {} : { part }),
      });
    return isOver;
  };
  return {
    told,
    budgets: {
      of: (caller, target) => budgets.of(caller, target),
      async take(budget, caller, amount, part = '') {
        const left = (await budgets.room(budget, caller, part)) - takenOf(before, budget, part);
        return !tell(budget, { left, takes: amount, part });
      },
      room: async (budget, caller, part = '') =>
        (await budgets.room(budget, caller, part)) - takenOf(before, budget, part),
      async isOver(budget, caller) {
        const isOver = await budgets.isOver(budget, caller);
        if (isOver) tell(budget, { left: 0 });
        return isOver;
      },
      count() {},
    },
  };
}

function takenOf(before: readonly TakenBefore[], { id }: Budget, part: string): number {
  return before.reduce((sum, each) => sum + (each.budget === id && each.part === part ? each.amount : 0), 0);
}
