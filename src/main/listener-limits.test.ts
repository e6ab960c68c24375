import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LISTENER_LIMITS } from '../listener/limits.ts';
import { listenerLimits } from './listener-limits.ts';

test('what the configuration does not set is the default', () => {
  assert.deepEqual(listenerLimits({ wire: {}, uriBytesMax: 32 * 1024 }), DEFAULT_LISTENER_LIMITS);
  const wire = { slowReaderTimeoutMs: 1, halfCloseTimeoutMs: undefined };
  assert.deepEqual(listenerLimits({ wire, uriBytesMax: 1 }), { ...DEFAULT_LISTENER_LIMITS, slowReaderTimeoutMs: 1 });
});

test('the longest request target that is taken, and one over it, can arrive', () => {
  for (const wire of [{}, { headersBytesMax: 1 }])
    assert.equal(listenerLimits({ wire, uriBytesMax: 1024 * 1024 }).headersBytesMax, 1024 * 1024 + 32 * 1024);
});
