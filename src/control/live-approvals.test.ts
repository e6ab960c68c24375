// How many wait at a gateway, and what becomes of them when it stops.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf } from '../../test/support/operation.ts';
import type { Approval } from '../approval/approval.ts';
import { newApproval } from '../approval/new-approval.ts';
import { Refusal } from '../model/refusal.ts';
import { InFlightShares } from '../pipeline/in-flight-shares.ts';
import type { Store } from '../store/store.ts';
import { LiveApprovals } from './live-approvals.ts';
import type { Questions } from './questions.ts';

const HOUR_MS = 3_600_000;

function question(id: string): Approval {
  return newApproval({
    id,
    request: id,
    asker: { subject: 'ci:dev', issuer: 'demo', groups: [], kind: 'autonomous' },
    target: 'demo',
    namespace: '',
    seats: [],
    shown: { operation: '', asked: '', risk: 'plain', risks: [], mayDiffer: [], missing: [], reason: '' },
    askedAt: 0,
    closesAt: HOUR_MS,
    claimForMs: 1,
  });
}

function approvalsWith(
  limits: { heldMax: number; heldPerCallerMax: number },
  elsewhere?: InFlightShares,
): LiveApprovals {
  return new LiveApprovals({
    store: { now: () => 0, isHeard: () => true } as Store,
    kept: { get: async () => undefined },
    questions: () => assert.fail('nothing is asked') as Questions,
    closePlanned: () => assert.fail('nothing is planned'),
    limits,
    elsewhere,
    monotonic: () => 0,
    onFailure: (what, error) => assert.fail(`${what}: ${error}`),
  });
}

/** One that waits until it is given up, and how that ends. */
function waiting(approvals: LiveApprovals, subject: string, id = 'a') {
  const caller = new AbortController();
  const ended = approvals.wait(question(id), callerOf({ subject }), HOUR_MS, caller.signal).then(
    ({ approval, isStopping }) => (isStopping ? 'stopped' : approval.state),
    (thrown) => (thrown instanceof Refusal ? thrown.code : 'gone'),
  );
  return { ended, leave: () => caller.abort(new Error('gone')) };
}

test('`heldMax` and `heldPerCallerMax`: one more is refused, with when to come back, and who goes makes room', async () => {
  const approvals = approvalsWith({ heldMax: 3, heldPerCallerMax: 2 });
  const [one, two] = [waiting(approvals, 'a'), waiting(approvals, 'a')];
  assert.equal(await waiting(approvals, 'a').ended, 'TOO_MANY_REQUESTS', 'of one caller');
  const three = waiting(approvals, 'b');
  assert.equal(approvals.held, 3);
  const refused = await approvals
    .wait(question('a'), callerOf({ subject: 'c' }), HOUR_MS, new AbortController().signal)
    .catch((thrown: unknown) => thrown);
  assert.ok(refused instanceof Refusal && refused.code === 'TOO_MANY_REQUESTS');
  assert.match(refused.message, /limits\.heldMax/);
  assert.equal(refused.retryAfterSeconds, 5);
  one.leave();
  assert.equal(await one.ended, 'gone');
  const four = waiting(approvals, 'c');
  assert.equal(approvals.held, 3, 'there is room again');
  for (const each of [two, three, four]) each.leave();
  await Promise.all([two.ended, three.ended, four.ended]);
  assert.equal(approvals.held, 0);
});

test('both hold over all workers of a gateway, each caller’s as far as it waits anywhere', async () => {
  const shares: InFlightShares[] = [];
  const worker = (number: number) => {
    const own = new InFlightShares(number, (share) => {
      for (const each of shares) if (each !== own) each.learn(share);
    });
    shares.push(own);
    return approvalsWith({ heldMax: 4, heldPerCallerMax: 3 }, own);
  };
  const [one, two] = [worker(1), worker(2)];
  const all = [waiting(one, 'a'), waiting(two, 'a'), waiting(two, 'a')];
  for (const each of [one, two]) assert.equal(await waiting(each, 'a').ended, 'TOO_MANY_REQUESTS');
  all.push(waiting(one, 'b'));
  for (const each of [one, two]) assert.equal(await waiting(each, 'c').ended, 'TOO_MANY_REQUESTS');
  assert.deepEqual([one.held, two.held], [2, 2]);
  for (const each of all) each.leave();
  await Promise.all(all.map(({ ended }) => ended));
  const again = Array.from({ length: 3 }, () => waiting(one, 'a'));
  assert.equal(one.held, 3, 'there is room again');
  for (const each of again) each.leave();
  await Promise.all(again.map(({ ended }) => ended));
});

test('a stop lets all that wait go at once, and whoever comes later does not wait at all', async () => {
  const approvals = approvalsWith({ heldMax: 10, heldPerCallerMax: 10 });
  const all = [waiting(approvals, 'a', 'x'), waiting(approvals, 'a', 'y'), waiting(approvals, 'b', 'x')];
  approvals.release();
  assert.deepEqual(await Promise.all(all.map(({ ended }) => ended)), ['stopped', 'stopped', 'stopped']);
  assert.equal(await waiting(approvals, 'c').ended, 'stopped');
  assert.equal(approvals.held, 0);
  await approvals.stop();
});

test('who waits is told of an answer, from wherever it came, and of nothing older than was told before', async () => {
  const approvals = approvalsWith({ heldMax: 10, heldPerCallerMax: 10 });
  const one = waiting(approvals, 'a');
  approvals.receive({ approval: question('a'), version: 2 });
  approvals.receive({ approval: { ...question('a'), state: 'rejected' }, version: 1 });
  approvals.receive({ approval: { ...question('a'), state: 'approved' }, version: 3 });
  assert.equal(await one.ended, 'approved');
});
