import { approvalSchema, planAskSchema } from './approval-contract.ts';
import { approvalView } from './approval-view.ts';
import type { KeptQuestions } from './kept-questions.ts';
import type { PlannedQuestions } from './planned-questions.ts';
import type { Route } from './route.ts';

interface Parts {
  readonly questions: Pick<KeptQuestions, 'now'>;
  readonly plannedQuestions: Pick<PlannedQuestions, 'ask'>;
}

/** Limit: what is shown of a plan, closed and in base64, with the terms of its rules. */
const BODY_BYTES_MAX = 2 * 1024 * 1024;

/** The operation by which a planned command is asked about. It needs no role, and gives none: a gateway has closed what is asked about for the caller itself. */
export function planRoute({ questions, plannedQuestions }: Parts): Route {
  return {
    method: 'POST',
    path: '/plans',
    id: 'askAboutPlan',
    summary:
      'Ask persons one question about the held requests of a planned command, beforehand: a yes covers exactly these, each once, for a time. The same plan joins the question that is open.',
    needs: 'caller',
    body: planAskSchema,
    bodyBytesMax: BODY_BYTES_MAX,
    answer: { status: 200, schema: approvalSchema, description: 'The question.' },
    handle: async ({ caller, roles, body }) => {
      const { requests } = body as ReturnType<typeof planAskSchema.parse>;
      const approval = await plannedQuestions.ask(caller, requests);
      return { status: 200, body: approvalView(approval, caller, roles, questions.now(), []) };
    },
  };
}
