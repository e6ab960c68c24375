import type { JsonObject } from './operation.ts';
import type { Preview } from './shown.ts';

/** A rule that would hold a request, and whom it would ask, in words. */
export interface PlannedHold {
  readonly rule: string;
  readonly reason: string;
  readonly approvers: readonly string[];
  readonly quorum: number;
}

/** A budget of which a request takes something, or that stops it. */
export interface PlannedBudget {
  readonly budget: string;
  /** What it lets its callers do, in words. */
  readonly bounds: string;
  /** What becomes of what is over it. */
  readonly over: 'hold' | 'deny';
  /** Of what it is counted by itself; absent: it is one count. */
  readonly part?: string;
  /** How much of it the request takes; absent: nobody can tell, or nothing, since what was done before stops it. */
  readonly takes?: number;
  /** How much is left of it, with what the plan takes before. */
  readonly left: number;
  /** How many of these numbers are one of what `bounds` counts. */
  readonly ofOne: number;
  readonly isOver: boolean;
}

/** Of several calls that one yes can cover. */
export interface PlannedIntent {
  /** The same for each of them. */
  readonly id: string;
  /** `helm`: the yes to the first covers the others. `command`: from the second on, a yes can be widened to what comes. */
  readonly kind: 'command' | 'helm';
  /** Of the call that asks for all of them: what its yes covers, one by one. */
  readonly covers?: readonly string[];
}

/** What would become of a request that policy does not refuse; nothing of it was done, and nobody was asked. */
export interface Planned {
  /** In words. */
  readonly operation: string;
  readonly verb: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  /** Empty: upstream gives it, or it is of no one object. */
  readonly name: string;
  readonly path: string;
  readonly isDryRun: boolean;
  /** It changes nothing, and its caller may just ask it. */
  readonly isRead: boolean;
  /** The rule that allows it; empty where it is held. */
  readonly rule: string;
  /** The grant by which that rule allows. */
  readonly grant?: string;
  /** Every rule that would hold it; none: it is allowed. */
  readonly holds: readonly PlannedHold[];
  /** Absent: it takes nothing of any. */
  readonly budgets?: readonly PlannedBudget[];
  /** Absent: a yes to it covers nothing else. */
  readonly intent?: PlannedIntent;
  /** Where its caller asks for that: what asks about it together with others, closed. */
  readonly question?: string;
  /** Why it is asked about by itself; absent: it is not. */
  readonly alone?: string;
  /** What it would do, as far as its caller may look at that; with masks. */
  readonly shown: Preview;
  /** What its client would be answered, with masks; absent: that cannot be foreseen. */
  readonly answer?: PlannedAnswer;
}

/** What would come back: the object as it would be stored, that it would go, that there is none to go, or the target's own no. */
export type PlannedAnswer =
  | { readonly kind: 'stored'; readonly object: JsonObject /** There is none now. */; readonly isNew: boolean }
  | { readonly kind: 'gone' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'rejected'; readonly status: number; readonly reason: string; readonly message: string };
