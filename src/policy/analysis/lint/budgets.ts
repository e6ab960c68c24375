import type { Budget } from '../../budget.ts';
import type { Role } from '../../role.ts';

/** A budget that stops in a way that its author hardly means, and what to write instead. */
export interface BudgetAdvice {
  readonly budget: Budget;
  readonly message: string;
  readonly fix: string;
}

/** What is over a budget that holds asks the role `approver`: where nobody has it, nothing passes. */
export function lintBudgets(budgets: readonly Budget[], roles: readonly Role[]): readonly BudgetAdvice[] {
  if (roles.some(({ role }) => role === 'approver')) return [];
  return budgets
    .filter(({ over, observed }) => over === 'hold' && observed !== true)
    .map((budget) => ({
      budget,
      message: 'what is over it asks whoever holds the role `approver`, and no policy gives anybody that role',
      fix: 'add `roles: [{ role: approver, callers: … }]`, or write `over: deny`',
    }));
}
