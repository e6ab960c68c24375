import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineDifference } from './line-difference.ts';

const SIGNS = { before: '-', after: '+', both: ' ' };
const drawn = (before: string, after: string) =>
  lineDifference(before, after).map(({ text, side }) => SIGNS[side] + text);

test('a changed line stands beside what it becomes, with what is around it', () => {
  assert.deepEqual(drawn('a\nb\nc', 'a\nx\nc'), [' a', '-b', '+x', ' c']);
  assert.deepEqual(drawn('a', 'a\nb'), [' a', '+b']);
  assert.deepEqual(drawn('a\nb', 'b'), ['-a', ' b']);
});

test('what is far from a change is left out, once', () => {
  const lines = Array.from({ length: 12 }, (_, index) => String(index));
  assert.deepEqual(drawn(lines.join('\n'), lines.with(6, 'x').join('\n')), [
    ' …',
    ' 4',
    ' 5',
    '-6',
    '+x',
    ' 7',
    ' 8',
    ' …',
  ]);
});

test('texts that are too long are shown whole, one after the other', () => {
  const long = Array(401).fill('a').join('\n');
  assert.equal(lineDifference(long, 'b').length, 402);
});
