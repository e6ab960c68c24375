import type { ApprovalView } from '../../../src/control/approval-contract.ts';

/** A question for tests, with whatever is to be said otherwise. */
export function questionLike(
  part: Partial<Omit<ApprovalView, 'shown'>> & { readonly shown?: Partial<ApprovalView['shown']> } = {},
): ApprovalView {
  const { shown, ...rest } = part;
  return {
    id: 'q1',
    state: 'pending',
    exchange: 'waiting',
    digest: '0'.repeat(64),
    preview: 'shown',
    asker: { subject: 'ci:bot', issuer: 'https://issuer.example', kind: 'autonomous' },
    target: 'prod',
    namespace: 'shop',
    rules: [
      { rule: 'p/r', reason: '', approvers: ['the group `leads`'], quorum: 1, signed: false, missing: 1, later: [] },
    ],
    answers: [],
    words: [],
    askedAt: '2026-01-01T00:00:00.000Z',
    closesAt: '2026-01-01T00:10:00.000Z',
    mayAnswer: true,
    shown: {
      operation: 'patch configmaps `a`',
      asked: 'PATCH /x',
      risk: 'plain',
      risks: [],
      mayDiffer: [],
      missing: [],
      reason: '',
      ...shown,
    },
    ...rest,
  };
}
