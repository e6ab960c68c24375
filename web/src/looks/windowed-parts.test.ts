import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partsOf } from './windowed-parts.ts';

const rows = (indexes: readonly number[], rowPx: number, betweenPx: number, from: number) =>
  indexes.map((index) => {
    const start = from + index * (rowPx + betweenPx);
    return { index, start, end: start + rowPx };
  });

test('what is drawn and what is blank are as high together as the whole list, also where a row far away is kept', () => {
  for (const betweenPx of [0, 8]) {
    const [count, rowPx, from] = [1_000, 40, 300];
    const to = from + count * rowPx + (count - 1) * betweenPx;
    const parts = partsOf(rows([0, 400, 401, 402], rowPx, betweenPx, from), { from, to, betweenPx });
    const heightPx = parts.reduce((sum, part) => sum + ('row' in part ? rowPx : part.gapPx), 0);
    assert.equal(heightPx + (parts.length - 1) * betweenPx, to - from);
    assert.deepEqual(
      parts.map((part) => ('row' in part ? part.row : `after ${part.after}`)),
      [0, 'after 0', 400, 401, 402, 'after 402'],
    );
  }
});

test('rows that follow each other have nothing between them, and the last has nothing after it', () => {
  const parts = partsOf(rows([0, 1, 2], 40, 8, 0), { from: 0, to: 136, betweenPx: 8 });
  assert.deepEqual(parts, [{ row: 0 }, { row: 1 }, { row: 2 }]);
});
