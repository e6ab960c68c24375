import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeAll } from './close-all.ts';

test('all are closed one after the other, also behind those that cannot be, which are told together', async () => {
  const closed: string[] = [];
  const late = async (name: string) => {
    await new Promise(setImmediate);
    closed.push(name);
  };
  const closing = closeAll([
    () => late('a'),
    () => {
      throw new Error('b is stuck');
    },
    () => closed.push('c'),
    () => closeAll([() => Promise.reject(new Error('d is stuck'))]),
    () => late('e'),
  ]);
  await assert.rejects(closing, { name: 'AggregateError', message: 'Error: b is stuck; Error: d is stuck' });
  assert.deepEqual(closed, ['a', 'c', 'e']);
  await closeAll([]);
});
