import type { Budget } from '../policy/budget.ts';
import type { MatchedCaller } from '../policy/caller-match.ts';

/** How much callers have done of what their budgets count: the data path's port. Nothing here waits where a caller has no budget. */
export interface Budgets {
  /** Those of a caller at a target. */
  of(caller: MatchedCaller, target: string): readonly Budget[];
  /**
   * Takes so much of a budget, of its own for each `part` where one is given: whether there was so much left. What was taken is gone, whatever becomes of the request.
   *
   * @throws {Refusal} STORE_UNAVAILABLE it cannot be known what is left
   */
  take(budget: Budget, caller: MatchedCaller, amount: number, part?: string): Promise<boolean>;
  /** How much is left now; nothing is taken. @throws {Refusal} STORE_UNAVAILABLE */
  room(budget: Budget, caller: MatchedCaller, part?: string): Promise<number>;
  /** Whether what was counted of the caller is over the budget now. @throws {Refusal} STORE_UNAVAILABLE */
  isOver(budget: Budget, caller: MatchedCaller): Promise<boolean>;
  /** Counts what has been done; written a moment later. Never throws. */
  count(budget: Budget, caller: MatchedCaller, amount: number): void;
}

/** Where nobody has one. */
export const noBudgets: Budgets = {
  of: () => [],
  take: async () => true,
  room: async () => Number.POSITIVE_INFINITY,
  isOver: async () => false,
  count() {},
};
