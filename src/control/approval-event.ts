import type { Answer, Approval } from '../approval/approval.ts';
import type { ApprovalChanged } from '../recording/event.ts';

/** The event of a question's change. */
export function approvalEvent(approval: Approval, answer: Answer | undefined, at: number): ApprovalChanged {
  const { id, state, digest, asker, target, shown, seats, attendedBy, grant } = approval;
  return {
    type: 'approval.changed',
    at,
    approval: id,
    state,
    digest,
    asker: { subject: asker.subject, issuer: asker.issuer },
    target,
    operation: shown.operation,
    rules: seats.map(({ rule }) => rule),
    ...(grant === undefined ? { exchange: attendedBy } : { grant }),
    ...(answer === undefined
      ? {}
      : {
          answer: {
            answer: answer.answer,
            subject: answer.by.subject,
            issuer: answer.by.issuer,
            reason: answer.reason,
          },
        }),
  };
}
