import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Approval } from './approval.ts';
import { fatigue } from './fatigue.ts';
import { newApproval } from './new-approval.ts';

function question(part: Partial<Approval> & { readonly rule?: string; readonly operation?: string }): Approval {
  const { rule = 'p/a', operation = 'patch configmaps `a`', ...rest } = part;
  return {
    ...newApproval({
      id: 'a',
      request: 'r',
      asker: { subject: 'ci:dev', issuer: 'ci', groups: [], kind: 'autonomous' },
      target: 'demo',
      namespace: '',
      seats: [{ rule, reason: '', approvers: [], quorum: 1 }],
      shown: { operation, asked: '', risk: 'plain', risks: [], mayDiffer: [], missing: [], reason: '' },
      askedAt: 0,
      closesAt: 1,
      claimForMs: 1,
    }),
    ...rest,
  };
}

const times = (count: number, part: Parameters<typeof question>[0]) =>
  Array.from({ length: count }, () => question(part));
const yes = { state: 'approved', endedAt: 60_000 } as const;

test('T61: what nobody ever rejects is reported, with what makes the most of it', () => {
  const [report] = fatigue([...times(9, yes), ...times(3, { ...yes, operation: 'delete pods `x` in namespace `y`' })]);
  assert.deepEqual(
    [report?.asked, report?.approved, report?.mostly],
    [
      12,
      12,
      [
        { what: 'patch configmaps', count: 9 },
        { what: 'delete pods', count: 3 },
      ],
    ],
  );
  assert.match(
    report?.proposals.join() ?? '',
    /nobody has rejected any of 12: allow what is alike.*`patch configmaps` alone makes 9/,
  );
});

test('one no is enough to be worth asking, and of few questions nothing is said', () => {
  const noes = fatigue([...times(11, yes), question({ state: 'rejected', endedAt: 1 })]);
  assert.deepEqual(noes[0]?.proposals, []);
  assert.deepEqual(fatigue(times(9, yes))[0]?.proposals, []);
});

test('what nobody answers, and what is answered before it could be read, is said', () => {
  const lost = fatigue([...times(8, { state: 'expired' }), ...times(3, yes)]);
  assert.match(lost[0]?.proposals.join() ?? '', /most were answered by nobody/);
  const quick = fatigue([...times(10, { ...yes, lookedUpAt: 59_000 }), question({ state: 'rejected', endedAt: 1 })]);
  assert.deepEqual([quick[0]?.yesAfterMs, quick[0]?.proposals.length], [1_000, 1]);
  assert.match(quick[0]?.proposals[0] ?? '', /within seconds/);
});

test('each rule has its own, the most asked first, and a question of two counts for both', () => {
  const both = question({
    ...yes,
    seats: ['p/a', 'p/b'].map((rule) => ({ rule, reason: '', approvers: [], quorum: 1 })),
  });
  assert.deepEqual(
    fatigue([both, question({ rule: 'p/b' })]).map(({ rule, asked }) => [rule, asked]),
    [
      ['p/b', 2],
      ['p/a', 1],
    ],
  );
  assert.deepEqual(fatigue([]), []);
});
