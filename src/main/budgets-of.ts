import { CallerBudgets } from '../control/caller-budgets.ts';
import type { Notice } from '../control/notices/notice.ts';
import { noticeOfTripped } from '../control/notices/notices.ts';
import type { Store } from '../store/store.ts';
import type { Told } from './observe.ts';
import type { PolicyInForce } from './policy-in-force.ts';

interface Parts {
  readonly policy: Pick<PolicyInForce, 'budgets'>;
  readonly told: Told;
  readonly tell: (notice: Notice) => void;
}

/** The budgets of policy, counted in the store; without one, this gateway counts for itself. */
export function budgetsOf(store: Store | undefined, { policy, told, tell }: Parts): CallerBudgets {
  return new CallerBudgets({
    store,
    now: () => told.clock.now(),
    budgets: policy.budgets,
    onTripped: (budget, caller) => tell(noticeOfTripped(budget.id, caller, told.clock.now())),
    onFailure: (what, error) => told.log.error({ error: String(error) }, what),
  });
}
