import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countdown, lengthMs, span } from './duration.ts';

test('a countdown never shows more than is left, and ends at nothing', () => {
  const table: readonly (readonly [number, string])[] = [
    [-5_000, '0:00'],
    [0, '0:00'],
    [999, '0:00'],
    [1_000, '0:01'],
    [581_999, '9:41'],
    [3_600_000, '1:00:00'],
    [3_725_000, '1:02:05'],
    [86_400_000, '1 d 0 h'],
    [273_600_000, '3 d 4 h'],
  ];
  assert.deepEqual(
    table.map(([ms]) => countdown(ms)),
    table.map(([, text]) => text),
  );
});

test('a length of time in its largest units', () => {
  const table: readonly (readonly [number, string])[] = [
    [-1, '0 ms'],
    [840, '840 ms'],
    [1_500, '1.5 s'],
    [12_400, '12 s'],
    [240_000, '4 min'],
    [7_200_000, '2 h'],
    [7_800_000, '2 h 10 min'],
    [259_200_000, '3 d'],
  ];
  assert.deepEqual(
    table.map(([ms]) => span(ms)),
    table.map(([, text]) => text),
  );
});

test('a length of time as policies write it', () => {
  assert.deepEqual(['90s', '10m', '12h', '7d'].map(lengthMs), [90_000, 600_000, 43_200_000, 604_800_000]);
  assert.deepEqual(['', '0m', '10', '10 m', '1w', '-1s', '100000s'].map(lengthMs), Array(7).fill(undefined));
});
