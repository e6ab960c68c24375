import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionLike } from './question-like.ts';
import { seatOf } from './seat.ts';

const rule = (...approvers: string[]) =>
  questionLike({ rules: [{ rule: 'p/r', reason: '', approvers, quorum: 1, missing: 1 }] });
const self = { subject: 'p:max', groups: ['leads', 'all'], roles: ['approver'] } as const;

test('which group, name or role lets the reader answer', () => {
  assert.deepEqual(seatOf(rule('the group `leads` or `sre`'), self), ['your group `leads`']);
  assert.deepEqual(seatOf(rule('`p:max`', 'the group `leads`'), self), ['your group `leads`', 'you are named']);
  assert.deepEqual(seatOf(rule('holders of the role `approver`'), self), ['your role `approver`']);
  assert.deepEqual(seatOf(rule('the team that the label `owner` names'), self), []);
});
