import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedSince } from './asked-since.ts';

const HOUR = 3_600_000;
const page = [5, 4, 3, 2].map((hours) => hours * HOUR);
const since = (hours: number, limit = page.length) =>
  askedSince(page, (at) => at, { since: new Date(hours * HOUR).toISOString(), limit });

test('what is older than an instant ends the list, and a full page without any goes on', () => {
  assert.deepEqual(since(3), { items: page.slice(0, 3), isLast: true });
  assert.deepEqual(since(9), { items: [], isLast: true });
  assert.deepEqual(since(2), { items: page, isLast: false });
  assert.deepEqual(since(2, page.length + 1), { items: page, isLast: true });
  assert.deepEqual(
    askedSince(page, (at) => at, { limit: 4 }),
    { items: page, isLast: false },
  );
});
