import type { Approval, Saying } from '../approval/approval.ts';
import { fatigue } from '../approval/fatigue.ts';
import { callerKey } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import {
  answerSchema,
  approvalListQuery,
  approvalReportQuery,
  approvalReportSchema,
  approvalSchema,
  wordSchema,
  yesSchema,
} from './approval-contract.ts';
import { approvalView } from './approval-view.ts';
import { pageOf } from './contract.ts';
import type { LiveApprovals } from './live-approvals.ts';
import type { Questions } from './questions.ts';
import type { Answered, Asked, Route } from './route.ts';
import { maySee, partyOf, seatsFilledBy } from './seats.ts';
import { seen } from './seen.ts';
import { yesParts } from './yes-parts.ts';

interface Parts {
  readonly questions: Questions;
  readonly approvals: Pick<LiveApprovals, 'onApproval'>;
}

const answer = { schema: approvalSchema, description: 'The question; `ETag` is its version.' };

/** The operations on questions. Security: a GET answers nothing (T61). */
export function approvalRoutes({ questions, approvals }: Parts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/approvals',
      id: 'listApprovals',
      summary:
        'Questions that the caller may see: its own, those in which a rule seats it, and those that a role reaches; the newest first.',
      needs: 'caller',
      query: approvalListQuery,
      answer: { status: 200, schema: pageOf(approvalSchema), description: 'A page.' },
      handle: async ({ caller, roles, query }) => {
        const { state, own, after, limit } = query as ReturnType<typeof approvalListQuery.parse>;
        const found = await questions.list({
          ...(own === 'true' ? { owner: callerKey(caller) } : {}),
          ...(state === undefined ? {} : { state }),
          ...(after === undefined ? {} : { before: after }),
          limit,
        });
        const items = found
          .filter(
            ({ approval }) =>
              maySee(caller, roles, approval, questions.now()) && (state === undefined || approval.state === state),
          )
          .map(({ approval }) => approvalView(approval, caller, roles, questions.now()));
        return {
          status: 200,
          body: { items, next: found.length < limit ? null : (found.at(-1)?.approval.id ?? null) },
        };
      },
    },
    {
      method: 'GET',
      path: '/approvals/events',
      id: 'watchApprovals',
      summary: 'Each question as it changes, as server-sent events: those that the caller may see.',
      needs: 'caller',
      answer: { status: 200, schema: 'events', description: 'Events `approval`, each with a question.' },
      handle: async ({ caller, roles }) => ({
        begin: (send) =>
          approvals.onApproval(({ approval }) => {
            if (maySee(caller, roles, approval, questions.now()))
              send('approval', approvalView(approval, caller, roles, questions.now()));
          }),
      }),
    },
    reportRoute(questions),
    {
      method: 'GET',
      path: '/approvals/{id}',
      id: 'getApproval',
      summary: 'One question, with all that is shown of it and the digest of that.',
      needs: 'caller',
      answer: { status: 200, ...answer },
      handle: async (asked) => {
        const { approval, version } = await find(questions, asked);
        return { status: 200, body: approvalView(approval, asked.caller, asked.roles, questions.now()), version };
      },
    },
    sayingRoute(questions),
    answering(questions, 'approve', 'Say yes to what was shown; it is used once, by the very request.'),
    answering(questions, 'reject', 'Say no to what was shown; the caller is told why.'),
  ];
}

/** Security: who may only see a question says nothing about it; what is said stands in a refusal that its caller reads. */
function sayingRoute(questions: Questions): Route {
  return {
    method: 'POST',
    path: '/approvals/{id}/say',
    id: 'sayAboutApproval',
    summary: 'Ask who asks, or answer who answers, while the question waits; it changes nothing of what is answered.',
    needs: 'caller',
    body: wordSchema,
    answer: { status: 200, ...answer },
    handle: async (asked) => {
      const { approval } = await find(questions, asked);
      const { caller, roles } = asked;
      const isAsker = callerKey(caller) === callerKey(approval.asker);
      if (!isAsker && seatsFilledBy(caller, roles, approval, questions.now()).length === 0)
        throw new Refusal('ANSWER_REFUSED', 'only who asks and who may answer say something about a question');
      const { text } = asked.body as { readonly text: string };
      return answered(await questions.say(approval.id, partyOf(caller), text), asked, questions.now());
    },
  };
}

function reportRoute(questions: Questions): Route {
  return {
    method: 'GET',
    path: '/approvals/report',
    id: 'reportApprovals',
    summary:
      'For each rule what became of its questions, and which of them are hardly worth asking; of those that a role reaches.',
    needs: ['auditor', 'operator', 'approver'],
    query: approvalReportQuery,
    answer: { status: 200, schema: approvalReportSchema, description: 'The rules, the most asked first.' },
    handle: async ({ caller, roles, query }) => {
      const { last } = query as ReturnType<typeof approvalReportQuery.parse>;
      const found = (await questions.list({ limit: last })).map(({ approval }) => approval);
      const seen = found.filter((approval) => maySee(caller, roles, approval, questions.now()));
      const items = fatigue(seen).map((each) => ({
        ...each,
        mostly: [...each.mostly],
        proposals: [...each.proposals],
      }));
      return { status: 200, body: { items } };
    },
  };
}

function answering(questions: Questions, said: Saying['answer'], summary: string): Route {
  return {
    method: 'POST',
    path: `/approvals/{id}/${said}`,
    id: `${said}Approval`,
    summary,
    needs: 'caller',
    body: said === 'approve' ? yesSchema : answerSchema,
    answer: { status: 200, ...answer },
    handle: async (asked) => {
      const { approval } = await find(questions, asked);
      const { caller, roles } = asked;
      const { digest, reason, ...more } = asked.body as ReturnType<typeof yesSchema.parse>;
      const saying = {
        answer: said,
        by: partyOf(caller),
        seats: seatsFilledBy(caller, roles, approval, questions.now()),
        reason,
        digest,
        ...yesParts(more),
      };
      return answered(await questions.answer(approval.id, saying), asked, questions.now());
    },
  };
}

function answered(approval: Approval, { caller, roles }: Asked, nowMs: number): Answered {
  return { status: 200, body: approvalView(approval, caller, roles, nowMs) };
}

async function find(questions: Questions, { path, caller, roles }: Asked) {
  const kept = await questions.get(path.id as string);
  return seen(kept, 'approval', ({ approval }) => maySee(caller, roles, approval, questions.now()));
}
