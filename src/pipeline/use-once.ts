import type { AllowDecision } from '../model/decision.ts';
import type { Access } from './access.ts';

/** Takes a use of the grant that a decision hangs on: one use of each grant for an exchange, however often it is judged anew. */
export function useOnce(access: Access): (decision: AllowDecision) => Promise<void> {
  let taken: string | undefined;
  return async ({ grant }) => {
    if (grant === undefined || grant === taken) return;
    await access.use(grant);
    taken = grant;
  };
}
