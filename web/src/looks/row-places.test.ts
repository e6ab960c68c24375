import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RowPlaces } from './row-places.ts';

/** What is measured, in no order, some of it more than once: row and height. */
const MEASURED = Array.from({ length: 300 }, (_, n) => [(n * 7_919) % 100, ((n * 104_729) % 400) + 1] as const);

test('rows stand where they would if all heights were added up, however often and in whatever order they are measured', () => {
  for (const rows of [1, 64, 100])
    for (const betweenPx of [0, 8]) {
      const places = new RowPlaces({ rowPx: 45, betweenPx, rowsMax: rows });
      const heights = Array.from({ length: rows }, () => 45);
      assertPlaces(places, heights, betweenPx);
      for (const [row, heightPx] of MEASURED.filter(([each]) => each < rows)) {
        assert.equal(places.measure(row, heightPx), heightPx - (heights[row] as number));
        assert.equal(places.measure(row, heightPx), 0);
        heights[row] = heightPx;
        assertPlaces(places, heights, betweenPx);
      }
    }
});

function assertPlaces(places: RowPlaces, heights: readonly number[], betweenPx: number): void {
  let start = 0;
  for (const [row, heightPx] of heights.entries()) {
    const found = [places.startOf(row), places.endOf(row), places.rowAt(start)];
    assert.deepEqual(found, [start, start + heightPx, row]);
    start += heightPx + betweenPx;
    assert.equal(places.rowAt(start - 0.5), row);
  }
  assert.equal(places.startOf(heights.length), start);
  assert.equal(places.rowAt(-1), 0);
  assert.ok(places.rowAt(start) >= heights.length);
}
