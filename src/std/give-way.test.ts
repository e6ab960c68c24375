import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { leftOut } from '../../test/support/left-out.ts';
import { niceness } from '../../test/support/niceness.ts';

if (process.platform !== 'linux') leftOut('threads that give way', 'Linux');
else
  test('a thread that gives way does so alone', async () => {
    const before = niceness();
    const worker = new Worker(new URL('../../test/support/niceness.ts', import.meta.url), { execArgv: [], env: {} });
    const [of] = await once(worker, 'message');
    assert.deepEqual([of, niceness()], [Math.max(before, 5), before]);
  });
