import { type Approval, missing } from './approval.ts';

/** What a rule says by itself. */
export interface RuleSays {
  readonly rule: string;
  readonly answer: 'approve' | 'reject';
  /** Why, where there is more to say than that the rule does. */
  readonly reason?: string;
}

/**
 * A new question with what its rules answer by themselves: one no rejects it, a yes fills all seats of its rule, and what is still missing waits for persons. Each is
 * kept as the rule's own answer.
 */
export function autoAnswered(approval: Approval, says: readonly RuleSays[], nowMs: number): Approval {
  if (says.length === 0) return approval;
  const answers = says.map(({ rule, answer, reason = 'answered by the rule itself' }) => ({
    answer,
    by: { subject: `rule ${rule}`, issuer: '', groups: [], kind: 'autonomous' as const },
    seats: [rule],
    reason,
    at: nowMs,
    isAuto: true as const,
  }));
  const no = answers.filter(({ answer }) => answer === 'reject');
  const { lookingUntil: _, ...closed } = approval;
  if (no.length > 0) return { ...closed, answers: no, state: 'rejected', exchange: 'gone', endedAt: nowMs };
  const next = { ...approval, answers };
  if (missing(next).length > 0) return next;
  return { ...closed, answers, state: 'approved', endedAt: nowMs, goodUntil: nowMs + approval.claimForMs };
}
