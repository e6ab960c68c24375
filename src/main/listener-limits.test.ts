import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configSchema } from '../config/schema.ts';
import { DEFAULT_LISTENER_LIMITS } from '../listener/limits.ts';
import { listenerLimits } from './listener-limits.ts';

const COUNT = { headersCountMax: 100 };

test('what the configuration does not set is the default', () => {
  assert.deepEqual(listenerLimits({ ...COUNT, wire: {}, uriBytesMax: 32 * 1024 }), DEFAULT_LISTENER_LIMITS);
  const wire = { slowReaderTimeoutMs: 1, halfCloseTimeoutMs: undefined };
  assert.deepEqual(listenerLimits({ ...COUNT, wire, uriBytesMax: 1 }), {
    ...DEFAULT_LISTENER_LIMITS,
    slowReaderTimeoutMs: 1,
  });
});

test('the longest request target that is taken, and one over it, can arrive', () => {
  for (const wire of [{}, { headersBytesMax: 1 }])
    assert.equal(listenerLimits({ ...COUNT, wire, uriBytesMax: 1024 * 1024 }).headersBytesMax, 1024 * 1024 + 32 * 1024);
});

test('a request with more headers than are taken, and one over it, can arrive to be refused in words', () => {
  for (const wire of [{}, { headersCountMax: 1 }])
    assert.equal(listenerLimits({ wire, uriBytesMax: 1, headersCountMax: 250 }).headersCountMax, 350);
});

test('every bound of the wire can be set', () => {
  for (const [name, value] of Object.entries(DEFAULT_LISTENER_LIMITS)) {
    const limits = configSchema.shape.limits.parse({ wire: { [name]: value + 1 } });
    assert.equal(
      listenerLimits({ ...limits, uriBytesMax: 1 })[name as keyof typeof DEFAULT_LISTENER_LIMITS],
      value + 1,
      name,
    );
  }
});
