import type { JsonObject } from './operation.ts';
import type { Preview } from './shown.ts';

/** A rule that would hold a request, and whom it would ask, in words. */
export interface PlannedHold {
  readonly rule: string;
  readonly reason: string;
  readonly approvers: readonly string[];
  readonly quorum: number;
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
