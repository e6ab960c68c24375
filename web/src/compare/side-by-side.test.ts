import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sideBySide } from './side-by-side.ts';

const rows = (left: string, right: string) =>
  sideBySide(left, right).map((pair) => `${pair.left ?? '-'}|${pair.right ?? '-'}`);

test('what both have stands in one row, and what differs beside each other', () => {
  assert.deepEqual(rows('a\nb\nc', 'a\nB\nc'), ['a|a', 'b|B', 'c|c']);
  assert.deepEqual(rows('a\nc', 'a\nb\nc'), ['a|a', '-|b', 'c|c']);
  assert.deepEqual(rows('a\nb1\nb2\nc', 'a\nB\nc'), ['a|a', 'b1|B', 'b2|-', 'c|c']);
  assert.deepEqual(rows('', 'a'), ['|a']);
});
