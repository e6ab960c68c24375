import type { PlanBudget } from './plan-budgets.ts';
import type { PlanCall } from './plan-call.ts';
import type { PlanQuestion } from './plan-questions.ts';

/** What is printed. */
export interface PlanDocument {
  readonly command: readonly string[];
  readonly context: string;
  /** Whether all of it would be done, though persons may be asked. */
  readonly answer: 'yes' | 'no';
  /** Of the command itself. */
  readonly exitCode: number;
  readonly calls: readonly PlanCall[];
  readonly reads: number;
  /** What persons would be asked when the command is run as it is. */
  readonly questions: readonly PlanQuestion[];
  /** What its calls take of budgets together. */
  readonly budgets: readonly PlanBudget[];
}
