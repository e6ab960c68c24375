import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted } from './counted.ts';

test('one is told in the singular, none and several in the plural', () => {
  assert.deepEqual(
    [0, 1, 2].map((count) => counted(count, 'call')),
    ['0 calls', '1 call', '2 calls'],
  );
  assert.equal(counted(2, 'policy', 'policies'), '2 policies');
});
