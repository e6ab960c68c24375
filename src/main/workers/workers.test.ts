import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergedMetrics } from './merged-metrics.ts';
import { mergedReadiness } from './merged-readiness.ts';
import { WORKER_LIMITS } from './messages.ts';
import { Restarts } from './restarts.ts';

test('metrics of workers stand together, each metric once, with the samples of all', () => {
  const of = (worker: number) => `# HELP a_total A.\n# TYPE a_total counter\na_total{worker="${worker}"} 1\n
# HELP b B, or \\n so.\n# TYPE b gauge\nb{worker="${worker}"} 2\n`;
  assert.equal(
    mergedMetrics([of(1), `${of(2)}\n# HELP c C.\n# TYPE c gauge\nc{worker="2"} 3\n`]),
    `# HELP a_total A.\n# TYPE a_total counter\na_total{worker="1"} 1\na_total{worker="2"} 1\n
# HELP b B, or \\n so.\n# TYPE b gauge\nb{worker="1"} 2\nb{worker="2"} 2\n
# HELP c C.\n# TYPE c gauge\nc{worker="2"} 3\n`,
  );
  assert.equal(mergedMetrics([]), '');
});

test('readiness is one answer over all: what all say stands once, and one that cannot work makes the gateway unready', () => {
  const full = { reasons: ['the journal is broken: EIO'], warnings: ['policy is old'] };
  const well = { reasons: [], warnings: ['policy is old'] };
  assert.deepEqual(
    mergedReadiness(
      [
        { worker: 1, readiness: well },
        { worker: 2, readiness: full },
      ],
      false,
    ),
    { reasons: ['worker 2: the journal is broken: EIO'], warnings: ['policy is old'] },
  );
});

test('a worker that is replaced gets no connection and takes the gateway from nobody; one that is silent does', () => {
  const one = { worker: 1, readiness: { reasons: [] } };
  assert.deepEqual(mergedReadiness([one, { worker: 2, missing: 'does not serve yet' }], false), {
    reasons: [],
    warnings: ['worker 2 has ended, and is started anew'],
  });
  assert.deepEqual(mergedReadiness([one, { worker: 2, missing: 'does not answer' }], false).reasons, [
    'worker 2 does not answer',
  ]);
  assert.deepEqual(mergedReadiness([{ worker: 1, missing: 'does not serve yet' }], false).reasons, [
    'no worker serves',
  ]);
  assert.deepEqual(mergedReadiness([one], true).reasons, ['the gateway is stopping']);
});

test('the first that end are replaced at once, the next after longer and longer, and after a while at once again', () => {
  const restarts = new Restarts();
  const waits = Array.from({ length: 12 }, () => restarts.waitMs(1_000));
  assert.deepEqual(waits.slice(0, 6), [0, 0, 0, 1_000, 2_000, 4_000]);
  assert.equal(Math.max(...waits), WORKER_LIMITS.restartWaitMaxMs);
  assert.equal(restarts.waitMs(1_000 + WORKER_LIMITS.restartWindowMs), 0);
});
