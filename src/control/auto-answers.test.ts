import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answered } from '../approval/approval.ts';
import { autoAnswered } from '../approval/auto-answered.ts';
import { newApproval } from '../approval/new-approval.ts';
import { autoAnswers } from './auto-answers.ts';

const party = (subject: string) => ({ subject, issuer: 'i', groups: [], kind: 'person' as const });
const seat = (rule: string) => ({ rule, reason: '', approvers: [], quorum: 2 });
const asked = newApproval({
  id: 'a',
  request: 'r',
  asker: party('ci:dev'),
  target: 'demo',
  namespace: '',
  seats: [seat('p/a'), seat('p/b')],
  shown: { operation: '', asked: '', risk: 'plain', risks: [], mayDiffer: [], missing: [], reason: '' },
  askedAt: 0,
  closesAt: 1_000,
  claimForMs: 100,
});

test('one no of a rule rejects, a yes fills the seats of its rule alone, and persons answer the rest', () => {
  assert.equal(autoAnswered(asked, [], 1), asked);
  const no = autoAnswered(
    asked,
    [
      { rule: 'p/a', answer: 'approve' },
      { rule: 'p/b', answer: 'reject' },
    ],
    1,
  );
  assert.deepEqual([no.state, no.answers.map(({ by }) => by.subject)], ['rejected', ['rule p/b']]);
  const whole = autoAnswered(
    asked,
    [
      { rule: 'p/a', answer: 'approve' },
      { rule: 'p/b', answer: 'approve' },
    ],
    1,
  );
  assert.deepEqual([whole.state, whole.goodUntil], ['approved', 101]);
  const half = autoAnswered(asked, [{ rule: 'p/a', answer: 'approve' }], 1);
  assert.equal(half.state, 'pending');
  const says = (by: string) => ({
    answer: 'approve' as const,
    by: party(by),
    seats: ['p/b'],
    reason: '',
    digest: asked.digest,
  });
  const one = answered(half, says('lea'), 2);
  assert.ok(typeof one !== 'string' && one.state === 'pending', 'the other rule asks two');
  const two = answered(one, says('mia'), 3);
  assert.ok(typeof two !== 'string' && two.state === 'approved');
});

test('a no that cools down is said for so long after a person’s, to the millisecond, and never where none was said', () => {
  const auto = [
    { answer: 'reject' as const, cooldownMs: 1_000 },
    { answer: 'approve' as const, times: { endsAt: 9_000 } },
  ];
  const at = (nowMs: number, noAt?: number) =>
    autoAnswers([{ rule: 'p/a', auto }], nowMs, noAt).map(({ answer }) => answer);
  assert.deepEqual(at(5_000), ['approve']);
  assert.deepEqual(at(5_999, 5_000), ['reject']);
  assert.deepEqual(at(6_000, 5_000), ['approve']);
  assert.deepEqual(at(9_999, 9_000), ['reject']);
  assert.deepEqual(at(10_000, 9_000), []);
});

test('of a rule that answers by itself the first that speaks now counts, and none where none does', () => {
  const night = { windows: [{ days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 22 * 60, toMinute: 6 * 60, timeZone: 'UTC' }] };
  const auto = [
    { answer: 'reject' as const, times: night },
    { answer: 'approve' as const, times: { endsAt: Date.UTC(2026, 1, 1) } },
  ];
  const at = (hour: number, month = 0) =>
    autoAnswers([{ rule: 'p/a', auto }, { rule: 'p/b' }], Date.UTC(2026, month, 5, hour));
  assert.deepEqual(at(23), [{ rule: 'p/a', answer: 'reject' }]);
  assert.deepEqual(at(12), [{ rule: 'p/a', answer: 'approve' }]);
  assert.deepEqual(at(12, 3), []);
});
