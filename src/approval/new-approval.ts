import type { Approval } from './approval.ts';
import { shownDigest } from './shown-digest.ts';

/** What a question is made of. */
export type NewApproval = Pick<
  Approval,
  'id' | 'request' | 'asker' | 'target' | 'namespace' | 'seats' | 'shown' | 'askedAt' | 'closesAt' | 'claimForMs'
> &
  Pick<
    Partial<Approval>,
    | 'grant'
    | 'lookingUntil'
    | 'lookedUpAt'
    | 'unread'
    | 'command'
    | 'verb'
    | 'about'
    | 'session'
    | 'like'
    | 'places'
    | 'planned'
  >;

/** A question that is asked now. */
export function newApproval(parts: NewApproval): Approval {
  return {
    ...parts,
    state: 'pending',
    exchange: 'waiting',
    digest: shownDigest(parts),
    answers: [],
    attendedUntil: parts.closesAt,
    attendedBy: '',
  };
}
