import type { AllowDecision } from '../model/decision.ts';
import type { ExchangeId } from '../std/ids.ts';
import type { Access } from './access.ts';
import type { Approvals } from './approvals.ts';

/** Takes a use of the grant, and the yes of the question, that a decision hangs on: one of each for an exchange, however often it is judged anew. */
export function useOnce(
  access: Access,
  approvals: Pick<Approvals, 'take'>,
  exchange: ExchangeId,
): (decision: AllowDecision) => Promise<void> {
  const taken = new Set<string>();
  const once = async (id: string | undefined, take: (id: string) => Promise<void>) => {
    if (id === undefined || taken.has(id)) return;
    await take(id);
    taken.add(id);
  };
  return async ({ grant, approval }) => {
    if (grant === undefined && approval === undefined) return;
    await once(grant, (id) => access.use(id));
    await once(approval, (id) => approvals.take(id, exchange));
  };
}
