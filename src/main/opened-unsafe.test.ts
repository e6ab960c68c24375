import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openedUnsafe } from './opened-unsafe.ts';

test('all that is open under `unsafe` is told, a line each', () => {
  const unsafe = {
    openGuards: ['host-path', { id: 'deletions', targets: ['lab'] }],
    openMasks: [],
    observe: undefined,
  };
  assert.deepEqual(openedUnsafe({ unsafe } as never), ['guard host-path', 'guard deletions {"targets":["lab"]}']);
});
