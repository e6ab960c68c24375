import { hash } from 'node:crypto';
import type { Approval } from './approval.ts';

/**
 * The digest of all that is shown of a question and of who has to answer it. T76: an answer names it, so that nobody answers anything else.
 *
 * Security: what is digested has masks in the place of secret values, the digest of the request, which is keyed, and edits as they are closed: so nobody without the key tries values on it.
 */
export function shownDigest(
  approval: Pick<
    Approval,
    'id' | 'request' | 'asker' | 'target' | 'namespace' | 'seats' | 'shown' | 'closesAt' | 'edits'
  >,
): string {
  const { id, request, asker, target, namespace, seats, shown, closesAt, edits } = approval;
  return hash('sha256', JSON.stringify([id, request, asker, target, namespace, seats, shown, closesAt, edits]), 'hex');
}
