/*
 * How far a question has come, as steps that a reader follows: asked, answered, sent, ended. Pure.
 */
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { texts } from '../words/texts.ts';

/** One step: what is said of it, whether it is done, goes on now, is still to come, went wrong, or was done by one alone. */
export interface Step {
  readonly title: string;
  readonly state: 'done' | 'now' | 'ahead' | 'bad' | 'alone';
  readonly at?: string;
}

/** The steps of a question, in order. */
export function stepsOf(approval: ApprovalView): readonly Step[] {
  const words = texts.progress;
  const asked: Step = { title: words.asked, state: 'done', at: approval.askedAt };
  const at = approval.endedAt === undefined ? {} : { at: approval.endedAt };
  switch (approval.state) {
    case 'pending': {
      const missing = Math.max(0, ...approval.rules.map((rule) => rule.missing));
      return [asked, { title: words.waiting(missing), state: 'now' }, { title: words.ahead, state: 'ahead' }];
    }
    case 'rejected':
      return [
        asked,
        { title: words.rejected(approval.answers.at(-1)?.subject ?? ''), state: 'bad', ...at },
        { title: words.neverSent, state: 'done' },
      ];
    case 'expired':
      return [asked, { title: words.expired, state: 'bad', ...at }, { title: words.neverSent, state: 'done' }];
    case 'withdrawn':
      return [asked, { title: words.withdrawn, state: 'bad', ...at }, { title: words.neverSent, state: 'done' }];
    case 'approved':
      return [
        asked,
        {
          ...yesStep(approval.answers),
          ...at,
        },
        afterYes(approval),
      ];
  }
}

function yesStep(answers: ApprovalView['answers']): Step {
  const words = texts.progress;
  const alone = answers.find(({ isBreakGlass }) => isBreakGlass === true);
  if (alone !== undefined) return { title: words.brokenGlass(alone.subject), state: 'alone' };
  const who = answers
    .filter(({ answer }) => answer === 'approve')
    .map(({ subject, inPlaceOf }) => (inPlaceOf === undefined ? subject : words.inPlaceOf(subject, inPlaceOf)));
  return { title: words.approved(who), state: 'done' };
}

function afterYes(approval: ApprovalView): Step {
  const { exchange, status, grant, goodUntil, shown, rest } = approval;
  const words = texts.progress;
  if (shown.planned !== undefined && exchange !== 'gone') {
    const sent = rest?.uses.length ?? 0;
    if (exchange === 'answered') return { title: words.planSent(sent, shown.planned.length), state: 'done' };
    const title = sent === 0 ? words.planToRun : words.planSending(sent, shown.planned.length);
    return { title, state: 'now', ...(goodUntil === undefined ? {} : { at: goodUntil }) };
  }
  if (grant !== undefined) return { title: words.granted, state: 'done' };
  switch (exchange) {
    case 'waiting':
      return { title: words.toBeSent, state: 'now', ...(goodUntil === undefined ? {} : { at: goodUntil }) };
    case 'forwarded':
      return { title: words.sent, state: 'now' };
    case 'answered':
      return { title: words.answered(status), state: status !== undefined && status >= 400 ? 'bad' : 'done' };
    case 'unknown':
      return { title: words.unknown, state: 'bad' };
    case 'gone':
      return { title: words.gone, state: 'bad' };
  }
}
