import { hash } from 'node:crypto';
import type { Approval } from './approval.ts';

/** What a question is made of. */
export type NewApproval = Pick<
  Approval,
  'id' | 'request' | 'asker' | 'target' | 'namespace' | 'seats' | 'shown' | 'askedAt' | 'closesAt' | 'claimForMs'
> &
  Pick<Partial<Approval>, 'grant'>;

/**
 * A question that is asked now. T76: its digest is of all that is shown and of who has to answer; an answer names it, so that nobody answers anything else.
 */
export function newApproval(parts: NewApproval): Approval {
  const { id, request, asker, target, namespace, seats, shown, closesAt } = parts;
  const digest = hash('sha256', JSON.stringify([id, request, asker, target, namespace, seats, shown, closesAt]), 'hex');
  return {
    ...parts,
    state: 'pending',
    exchange: 'waiting',
    digest,
    answers: [],
    attendedUntil: closesAt,
    attendedBy: '',
  };
}
