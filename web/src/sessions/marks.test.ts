import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExchangeRowView } from '../../../src/control/session-contract.ts';
import { MARKS_MAX, marksOf } from './marks.ts';

const call = (index: number, status = 200) =>
  ({
    id: `e-${index}`,
    at: new Date(index * 1000).toISOString(),
    outcome: 'answered',
    status,
    isChange: false,
  }) as ExchangeRowView;

test('few calls are all drawn; of many, none that failed is hidden by those beside it', () => {
  const few = Array.from({ length: MARKS_MAX }, (_, index) => call(index));
  assert.deepEqual(marksOf(few, 0, MARKS_MAX * 1000), few);
  const many = Array.from({ length: 100_000 }, (_, index) => call(index, index === 77_777 ? 500 : 200));
  const marks = marksOf(many, 0, 100_000_000);
  assert.ok(marks.length <= MARKS_MAX, `${marks.length}`);
  assert.ok(marks.some(({ id }) => id === 'e-77777'));
});
