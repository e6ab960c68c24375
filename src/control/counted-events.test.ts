import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begun, ended } from '../../test/support/journal-events.ts';
import { noBudgets } from '../pipeline/budgets.ts';
import type { Budget } from '../policy/budget.ts';
import { CountedEvents } from './counted-events.ts';

test('a refusal counts for a budget of refusals; one of what was only planned counts for none', () => {
  const budget = { id: 'refusals', of: 'refusals' } as Budget;
  const counted: number[] = [];
  const events = new CountedEvents({
    ...noBudgets,
    of: () => [budget],
    count: (_budget, _caller, amount) => void counted.push(amount),
  });
  const DENIED = { kind: 'refused', code: 'DENIED_BY_RULE', status: 403, message: 'no' } as const;
  for (const event of [
    begun(1, { planned: true }),
    ended(1, DENIED),
    begun(2, { planned: true }),
    ended(2, { ...DENIED, code: 'PLANNED' }),
  ])
    events.hear(event);
  assert.deepEqual(counted, []);
  for (const event of [begun(3), ended(3, DENIED)]) events.hear(event);
  assert.deepEqual(counted, [1]);
});
