import type { PlannedBudget, PlannedHold, PlannedIntent } from '../../model/planned.ts';
import type { Preview } from '../../model/shown.ts';

/** What a plan says of one request of the command. */
export interface PlanCall {
  /** In words; the request line where it could not be read. */
  readonly operation: string;
  readonly verdict: 'allowed' | 'held' | 'refused';
  /** What would come of it: `untried`, of what this plan itself makes or deletes; `rejected` by the target; `unknown`, and the command was told so. Absent where it is refused. */
  readonly outcome?: 'done' | 'untried' | 'rejected' | 'unknown';
  readonly rule?: string;
  readonly grant?: string;
  readonly holds?: readonly PlannedHold[];
  /** As the cluster has it; absent where it is refused. */
  readonly verb?: string;
  /** Budgets that it takes of, with what the plan takes before it. */
  readonly budgets?: readonly PlannedBudget[];
  /** Which calls one yes covers. */
  readonly intent?: PlannedIntent;
  /** With `--ask`: why it is asked about by itself, when the command is run. */
  readonly alone?: string;
  readonly shown?: Preview;
  /** What the gateway refuses it with, and the command that asks for what would allow it. */
  readonly refusal?: {
    readonly code: string;
    readonly message: string;
    readonly rule?: string;
    readonly request?: string;
  };
  readonly exchange?: string;
}

/** Whether the command would get it done, though persons may be asked. */
export function isYes({ verdict, outcome }: PlanCall): boolean {
  return verdict !== 'refused' && outcome !== 'rejected' && outcome !== 'unknown';
}
