import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Budget } from '../../budget.ts';
import { lintBudgets } from './budgets.ts';

const budget: Budget = {
  id: 'p/b',
  source: { file: 'p.yaml', line: 1 },
  callers: [{}],
  targets: ['*'],
  of: 'deletes',
  max: 1,
  perMs: 1_000,
  over: 'hold',
};

test('a budget that holds, and nobody to ask, is warned of; one that refuses, is observed or has an approver is not', () => {
  assert.equal(lintBudgets([budget], [])[0]?.budget.id, 'p/b');
  assert.deepEqual(
    lintBudgets(
      [
        { ...budget, over: 'deny' },
        { ...budget, observed: true },
      ],
      [],
    ),
    [],
  );
  assert.deepEqual(lintBudgets([budget], [{ role: 'approver', callers: [{}] }]), []);
});
