import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stopSignals } from './stop-signals.ts';

const TABLE: readonly (readonly [signals: readonly (readonly [string, number])[], asked: readonly unknown[]])[] = [
  [[['SIGTERM', 0]], ['in order']],
  [
    [
      ['SIGTERM', 0],
      ['SIGTERM', 1],
    ],
    ['in order', 'at once'],
  ],
  [
    [
      ['SIGINT', 0],
      ['SIGINT', 499],
      ['SIGINT', 500],
    ],
    ['in order', undefined, 'at once'],
  ],
  [
    [
      ['SIGTERM', 0],
      ['SIGINT', 1],
    ],
    ['in order', 'at once'],
  ],
];

for (const [signals, asked] of TABLE) {
  test(`${signals.map(([signal, ms]) => `${signal} at ${ms} ms`).join(', ')}: ${asked.join(', ')}`, () => {
    const ask = stopSignals();
    assert.deepEqual(
      signals.map(([signal, ms]) => ask(signal, ms)),
      asked,
    );
  });
}
