import type { Answer, Approval } from '../approval/approval.ts';
import type { ApprovalChanged } from '../recording/event.ts';
import { durationText } from '../std/duration.ts';

function narrowedWords({ goodForMs, edits }: NonNullable<Answer['narrowed']>): readonly string[] {
  return [...(goodForMs === undefined ? [] : [`good for ${durationText(goodForMs)}`]), ...(edits?.words ?? [])];
}

/** The event of a question's change. */
export function approvalEvent(approval: Approval, answer: Answer | undefined, at: number): ApprovalChanged {
  const { id, state, digest, asker, target, shown, seats, attendedBy, grant, restOf, planned } = approval;
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
    ...(planned !== undefined
      ? { requests: planned.length }
      : grant === undefined
        ? { exchange: attendedBy }
        : { grant }),
    ...(restOf === undefined ? {} : { restOf }),
    ...(answer === undefined
      ? {}
      : {
          answer: {
            answer: answer.answer,
            subject: answer.by.subject,
            issuer: answer.by.issuer,
            reason: answer.reason,
            ...(answer.rest === undefined ? {} : { rest: answer.rest }),
            ...(answer.narrowed === undefined ? {} : { narrowed: narrowedWords(answer.narrowed) }),
            ...(answer.inPlaceOf === undefined
              ? {}
              : { inPlaceOf: answer.inPlaceOf.map(({ subject, issuer }) => ({ subject, issuer })) }),
            ...(answer.isBreakGlass === true ? { breakGlass: true } : {}),
            ...(answer.proof === undefined ? {} : { signedBy: answer.proof.id }),
          },
        }),
  };
}
