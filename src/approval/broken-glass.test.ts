import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Approval, answered, missing, type Party, type Saying } from './approval.ts';
import { BREAK_GLASS_LIMITS } from './broken-glass.ts';
import { newApproval } from './new-approval.ts';

const una: Party = { subject: 'p:una', issuer: 'people', groups: [], kind: 'person' };
const seat = (rule: string) => ({ rule, reason: '', approvers: [], quorum: 2 });
const NOW = 1_000_000_000;

function question(part: Partial<Approval> = {}): Approval {
  return {
    ...newApproval({
      id: 'a',
      request: 'r',
      asker: una,
      target: 'demo',
      namespace: '',
      seats: [seat('p/a'), seat('p/b')],
      shown: { operation: '', asked: '', risk: 'plain', risks: [], mayDiffer: [], missing: [], reason: '' },
      askedAt: NOW,
      closesAt: NOW + 600_000,
      claimForMs: 600_000,
    }),
    ...part,
  };
}

const says = (part: Partial<Saying> = {}): Saying => ({
  answer: 'approve',
  by: una,
  seats: [],
  reason: 'nobody answers',
  digest: question().digest,
  signedInAt: NOW - 1,
  breakingGlass: { rules: ['p/a', 'p/b'] },
  ...part,
});

const outcome = (approval: Approval, part: Partial<Saying> = {}) => {
  const next = answered(approval, says(part), NOW + 1);
  return typeof next === 'string' ? next : next.state;
};

test('who asks goes through every seat that waits, for two minutes, and it says that they were alone', () => {
  const next = answered(question(), says(), NOW + 1);
  assert.ok(typeof next !== 'string');
  assert.deepEqual([next.state, missing(next), next.answers[0]?.isBreakGlass], ['approved', [], true]);
  assert.equal(next.goodUntil, NOW + 1 + BREAK_GLASS_LIMITS.goodForMs);
});

test('a plan whose glass is broken covers nothing beyond the two minutes; a release that was begun within them is brought to its end', () => {
  const { shown } = question();
  const rest = { verbs: ['patch'], usesMax: 2, forMs: 600_000, earlier: [], covers: ['a', 'b'] };
  const untilOf = (part: Partial<Approval>) => {
    const next = answered({ ...question({ shown: { ...shown, rest } }), ...part }, says(), NOW + 1);
    return typeof next === 'string' ? next : (next.rest?.until ?? 0) - NOW - 1;
  };
  assert.equal(untilOf({ planned: [{ request: 'x' }, { request: 'y' }] }), BREAK_GLASS_LIMITS.goodForMs);
  assert.equal(untilOf({}), rest.forMs);
});

test('T61, T77: each way in which it is not theirs is refused', () => {
  const rows: readonly (readonly [why: string, Approval, Partial<Saying>, string])[] = [
    ['a rule does not name them', question(), { breakingGlass: { rules: ['p/a'] } }, 'no-glass'],
    ['another asks', question({ asker: { ...una, subject: 'p:max' } }), {}, 'no-glass'],
    ['the like of another issuer asks', question({ asker: { ...una, issuer: 'others' } }), {}, 'no-glass'],
    ['a program of theirs asks', question({ asker: { ...una, kind: 'autonomous' } }), {}, 'no-glass'],
    ['a program answers', question(), { by: { ...una, kind: 'autonomous' } }, 'machine'],
    ['a no', question(), { answer: 'reject' }, 'no-glass'],
    ['more than it', question(), { rest: { usesMax: 1, forMs: 1 } }, 'no-glass'],
    ['less than it', question(), { narrowed: { goodForMs: 1 } }, 'no-glass'],
    ['a grant', question({ grant: 'g' }), {}, 'no-glass'],
    ['a seat wants a signature', question({ seats: [{ ...seat('p/a'), signed: 'files' }] }), {}, 'no-glass'],
    ['no reason', question(), { reason: '   now    ' }, 'no-reason'],
    ['signed in long ago', question(), { signedInAt: NOW - BREAK_GLASS_LIMITS.signedInMs }, 'stale'],
    ['the rule wants it sooner', question({ seats: [{ ...seat('p/a'), freshMs: 2 }] }), {}, 'stale'],
    ['it is still looked up', question({ lookingUntil: NOW + 100 }), {}, 'looking'],
    ['it is closed', question({ closesAt: NOW }), {}, 'closed'],
    ['nobody is asked', question({ seats: [] }), {}, 'no-glass'],
  ];
  for (const [why, approval, part, expected] of rows) assert.equal(outcome(approval, part), expected, why);
  const { signedInAt: _, ...unknown } = says();
  assert.equal(answered(question(), unknown, NOW + 1), 'stale', 'nobody knows when they signed in');
});

test('a seat that others have filled does not have to name who goes through', () => {
  const lea = { ...una, subject: 'p:lea' };
  const seats = [{ ...seat('p/a'), quorum: 1 }, seat('p/b')];
  const { breakingGlass: _, ...plain } = says({ by: lea, seats: ['p/a'] });
  const half = answered(question({ seats }), plain, NOW + 1);
  assert.ok(typeof half !== 'string' && half.state === 'pending');
  assert.equal(outcome(half, { breakingGlass: { rules: ['p/b'] } }), 'approved');
});
