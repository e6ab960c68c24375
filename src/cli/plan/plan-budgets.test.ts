import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlannedBudget } from '../../model/planned.ts';
import { planBudgets } from './plan-budgets.ts';
import type { PlanCall } from './plan-call.ts';
import { TakenBudgets } from './taken-budgets.ts';

const takes = (left: number, more: Partial<PlannedBudget> = {}): PlannedBudget => ({
  ...{ budget: 'p/b', bounds: '2 changes in 1h', over: 'hold', takes: 1, left, ofOne: 1, isOver: left < 1 },
  ...more,
});
const call = (...budgets: readonly PlannedBudget[]): PlanCall => ({ operation: 'a', verdict: 'allowed', budgets });

test('budgets of a plan: what was left before it, what it takes, and the first call that is over', () => {
  const bounds = '2 changes in 1h';
  assert.deepEqual(planBudgets([call(takes(2)), call(takes(1)), call(takes(0)), call(takes(0))]), [
    { budget: 'p/b', bounds, left: 2, takes: 4, overAt: 3, over: 'held' },
  ]);
  assert.deepEqual(planBudgets([call(takes(2))]), [{ budget: 'p/b', bounds, left: 2, takes: 1 }]);
  const share = { part: 'demo web', ofOne: 1_000_000, takes: 33_333_333 };
  assert.deepEqual(planBudgets([call(takes(50_000_000, share)), call(takes(10, { part: 'demo api' }))]), [
    { budget: 'p/b', bounds, part: 'demo web', left: 50, takes: 33.333333 },
    { budget: 'p/b', bounds, part: 'demo api', left: 10, takes: 1 },
  ]);
  const { takes: _, ...unknown } = takes(1, { isOver: true, over: 'deny' });
  assert.deepEqual(planBudgets([call(unknown)]), [{ budget: 'p/b', bounds, left: 1, overAt: 1, over: 'refused' }]);
  const refused: PlanCall = {
    ...{ operation: 'a', verdict: 'refused' },
    refusal: { code: 'BUDGET_EXCEEDED', message: '', rule: 'p/b' },
  };
  assert.deepEqual(planBudgets([call(takes(1, { over: 'deny' })), refused, refused]), [
    { budget: 'p/b', bounds, left: 1, takes: 1, overAt: 2, over: 'refused' },
  ]);
  assert.deepEqual(planBudgets([refused]), [{ budget: 'p/b', overAt: 1, over: 'refused' }]);
});

test('what a plan takes is told to the gateway with its next call: what is over takes nothing, and the header has an end', () => {
  const taken = new TakenBudgets();
  assert.deepEqual(taken.header(), []);
  taken.add([takes(3), takes(2), takes(0), takes(1, { part: 'demo web' })]);
  const [name, [value = ''] = []] = taken.header()[0] ?? [];
  assert.deepEqual(
    [name, JSON.parse(decodeURIComponent(value))],
    [
      'sallyport-plan-taken',
      [
        ['p/b', '', 2],
        ['p/b', 'demo web', 1],
      ],
    ],
  );
  for (let i = 0; i < 1_000; i++) taken.add([takes(1, { part: `demo a-long-name-of-a-workload ${i}` })]);
  assert.ok((taken.header()[0]?.[1][0]?.length ?? 0) <= 6_000);
});
