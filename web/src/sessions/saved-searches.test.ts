import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchesOf } from './saved-searches.ts';

test('what was kept is read again; what is none is nothing, and a filter that there is not is dropped', () => {
  const kept = JSON.stringify([
    { name: 'refused', filters: { decision: 'deny', since: '24h', evil: 'x' } },
    { name: 1 },
  ]);
  assert.deepEqual(searchesOf(kept), [{ name: 'refused', filters: { decision: 'deny', since: '24h' } }]);
  for (const text of [null, '', '{', '{}', '[null, 1, {"name":"a"}]']) assert.deepEqual(searchesOf(text), []);
});
