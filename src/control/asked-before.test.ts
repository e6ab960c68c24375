import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Approval } from '../approval/approval.ts';
import { newApproval } from '../approval/new-approval.ts';
import { askedBefore } from './asked-before.ts';

const HOUR_MS = 3_600_000;

function question(id: string, askedAt: number, part: Partial<Approval> = {}): Approval {
  return {
    ...newApproval({
      id,
      request: id,
      asker: { subject: 'ci:dev', issuer: 'ci', groups: [], kind: 'autonomous' },
      target: 'demo',
      namespace: 'shop',
      about: { verb: 'delete', apiGroup: '', resource: 'pods', subresource: '', name: id },
      seats: [],
      shown: { operation: '', asked: '', risk: 'plain', risks: [], mayDiffer: [], missing: [], reason: '' },
      askedAt,
      closesAt: askedAt + HOUR_MS,
      claimForMs: 1,
    }),
    ...part,
  };
}

const yes = (subject: string): Partial<Approval> => ({
  state: 'approved',
  answers: [
    { answer: 'approve', by: { subject, issuer: 'p', groups: [], kind: 'person' }, seats: [], reason: '', at: 0 },
  ],
});

test('how often it asked in the hour before, and how often the like was approved, by whom', () => {
  const now = question('now', 10 * HOUR_MS);
  const about = (part: Partial<NonNullable<Approval['about']>>) => ({
    about: { verb: 'delete', apiGroup: '', resource: 'pods', subresource: '', name: 'x', ...part },
  });
  const others = [
    now,
    question('later', 10 * HOUR_MS + 1, yes('p:lea')),
    question('rejected', 10 * HOUR_MS - 1, { state: 'rejected' }),
    question('alike', 10 * HOUR_MS - 2, yes('p:lea')),
    question('again', 9 * HOUR_MS - 1, yes('p:lea')),
    question('long ago', 1, yes('p:max')),
    question('of another target', 2, { ...yes('p:ned'), target: 'other' }),
    question('of another kind', 3, { ...yes('p:ned'), ...about({ apiGroup: 'metrics.k8s.io' }) }),
    question('of another verb', 4, { ...yes('p:ned'), ...about({ verb: 'create' }) }),
  ];
  const told = { asked: 2, approved: 1, rejected: 1, alike: 3, alikeBy: ['p:lea', 'p:max'] };
  assert.deepEqual(askedBefore(now, others, 200), told);
  assert.deepEqual(askedBefore(now, others, others.length), { ...told, isAtLeast: true });
});
