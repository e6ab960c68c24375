import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimedRun } from './claimed-run.ts';

const run = (headers: Record<string, string>) =>
  claimedRun({ headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value]])) });
const SESSION = '6f1c2f0e-4b62-4d0b-9b8a-1c1f1f1f1f1f';

test('what kubectl says of its run is taken as it says it, and nothing else is', () => {
  const said = { 'kubectl-session': SESSION, 'kubectl-command': 'kubectl apply' };
  assert.deepEqual(run(said), { session: SESSION, command: 'kubectl apply' });
  assert.deepEqual(run({ 'kubectl-session': SESSION }), { session: SESSION, command: '' });
  for (const session of ['', 'a b', 'x'.repeat(65), '\u001b]0;'])
    assert.equal(run({ ...said, 'kubectl-session': session }), undefined);
  for (const command of ['\u001b[2J', 'a\u202eb', 'x'.repeat(257)])
    assert.deepEqual(run({ ...said, 'kubectl-command': command }), { session: SESSION, command: '' });
  assert.equal(run({ 'kubectl-command': 'kubectl apply' }), undefined);
});
