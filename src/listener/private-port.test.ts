import assert from 'node:assert/strict';
import test from 'node:test';
import { startPrivatePort } from './private-port.ts';

test('the private port tells health, readiness with its reasons, and metrics', async () => {
  let reasons: readonly string[] = [];
  const faults: unknown[] = [];
  const port = await startPrivatePort({
    address: '127.0.0.1',
    port: 0,
    readiness: () => {
      if (reasons.includes('bug')) throw new Error('bug');
      return { reasons, warnings: [] };
    },
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'a 1\n' }),
    onFault: (error) => faults.push(error),
  });
  const get = async (path: string, init: RequestInit = {}) => {
    const reply = await fetch(`http://127.0.0.1:${port.port}${path}`, init);
    return `${reply.status} ${await reply.text()}`;
  };
  try {
    assert.equal(await get('/healthz'), '200 ok\n');
    assert.equal(await get('/readyz'), '200 ready\n');
    assert.equal(await get('/metrics'), '200 a 1\n');
    assert.equal(await get('/'), '404 /healthz, /readyz or /metrics\n');
    assert.equal(await get('/healthz', { method: 'POST' }), '405 GET or HEAD\n');
    assert.equal(await get('/healthz', { method: 'HEAD' }), '200 ');
    reasons = ['the journal cannot be written', 'no target answers'];
    assert.equal(await get('/readyz'), '503 not ready\n- the journal cannot be written\n- no target answers\n');
    assert.equal(await get('/healthz'), '200 ok\n');
    reasons = ['bug'];
    assert.equal(await get('/readyz'), '500 failed\n');
    assert.equal(faults.length, 1);
  } finally {
    await port.stop();
  }
});
