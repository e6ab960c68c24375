import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { stepsOf } from './progress.ts';
import { questionLike } from './question-like.ts';

const last = (part: Partial<ApprovalView>) => {
  const { title, state } = stepsOf(questionLike(part)).at(-1) ?? { title: '', state: 'bad' };
  return `${state}: ${title}`;
};

test('what became of a question is said by its last step', () => {
  assert.equal(last({}), 'ahead: sent once it is approved');
  assert.equal(last({ state: 'rejected' }), 'done: nothing was sent to the cluster');
  assert.equal(last({ state: 'expired' }), 'done: nothing was sent to the cluster');
  assert.equal(last({ state: 'withdrawn' }), 'done: nothing was sent to the cluster');
  assert.equal(last({ state: 'approved' }), 'now: waits for its caller to send it, until');
  assert.equal(last({ state: 'approved', exchange: 'forwarded' }), 'now: sent to the cluster; its answer is awaited');
  assert.equal(last({ state: 'approved', exchange: 'answered', status: 200 }), 'done: the cluster answered 200');
  assert.equal(last({ state: 'approved', exchange: 'answered', status: 409 }), 'bad: the cluster answered 409');
  assert.match(last({ state: 'approved', exchange: 'unknown' }), /^bad: may have run/);
  assert.match(last({ state: 'approved', exchange: 'gone' }), /^bad: never sent/);
  assert.equal(last({ state: 'approved', grant: 'g1' }), 'done: the grant is given');
  const { shown: one } = questionLike();
  const uses = [{ operation: 'a', exchange: 'x', at: '2026-01-01T00:00:00.000Z' }];
  const rest = { verbs: ['patch'], usesMax: 2, until: '2026-01-01T00:10:00.000Z', uses };
  const planned = { state: 'approved', shown: { planned: [one, one] } } as const;
  assert.equal(last(planned), 'now: waits for its caller to run the command, until');
  assert.equal(last({ ...planned, exchange: 'forwarded', rest }), 'now: 1 of 2 requests sent; others may come, until');
  assert.equal(
    last({ ...planned, exchange: 'answered', rest }),
    'done: 1 of 2 requests sent, each a question of its own',
  );
  assert.match(last({ ...planned, exchange: 'gone' }), /^bad: never sent/);
});

test('a second yes that is missing is said', () => {
  const rules = [{ rule: 'p/r', reason: '', approvers: [], quorum: 2, missing: 2 }];
  assert.equal(stepsOf(questionLike({ rules }))[1]?.title, 'waits for 2 yeses');
});
