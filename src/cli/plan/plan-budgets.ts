import type { PlanCall } from './plan-call.ts';

/** What the calls of a plan take of one budget together. */
export interface PlanBudget {
  readonly budget: string;
  /** What it lets its callers do, in words; absent where only the call is told that it stops. */
  readonly bounds?: string;
  readonly part?: string;
  /** How much is left of it before the plan, and how much its calls would take; absent: nobody can tell. */
  readonly left?: number;
  readonly takes?: number;
  /** The first call that is over it, counted from 1, and what becomes of that; absent: they are within it. */
  readonly overAt?: number;
  readonly over?: 'held' | 'refused';
}

/** Added up over a plan, in the order in which its calls meet them. */
export function planBudgets(calls: readonly PlanCall[]): readonly PlanBudget[] {
  const found = new Map<string, PlanBudget>();
  for (const [i, { budgets = [], refusal }] of calls.entries()) {
    for (const { budget, bounds, part, takes, left, ofOne, isOver, over } of budgets) {
      const key = JSON.stringify([budget, part ?? '']);
      const before = found.get(key) ?? { budget, bounds, ...(part === undefined ? {} : { part }), left: left / ofOne };
      const sum = takes === undefined ? undefined : (before.takes ?? 0) + takes / ofOne;
      const first = isOver && before.overAt === undefined;
      found.set(key, {
        ...before,
        ...(sum === undefined ? {} : { takes: sum }),
        ...(first ? { overAt: i + 1, over: over === 'deny' ? 'refused' : 'held' } : {}),
      });
    }
    if (refusal?.code !== 'BUDGET_EXCEEDED' || refusal.rule === undefined) continue;
    const { rule } = refusal;
    const known = [...found].filter(([, { budget }]) => budget === rule);
    const [key, before] = known.length === 1 ? (known[0] as [string, PlanBudget]) : [JSON.stringify([rule]), undefined];
    if (before?.overAt === undefined)
      found.set(key, { ...(before ?? { budget: rule }), overAt: i + 1, over: 'refused' });
  }
  return [...found.values()];
}
