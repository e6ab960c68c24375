/** One field that would change. Values are JSON, with masks; absent where there is none. */
export interface ShownChange {
  /** As a JSON pointer. */
  readonly at: string;
  readonly before?: string;
  readonly after?: string;
}

/** Objects of one kind that go with what is deleted. */
export interface ShownLoss {
  readonly kind: string;
  readonly count: number;
  /** Some of them by name. */
  readonly names: readonly string[];
  /** Of pods: how many of them run. */
  readonly running?: number;
}

/** A claim that goes, and what becomes of the data of its volume. */
export interface ShownVolume {
  readonly claim: string;
  /** As the volume has it: `Delete`, `Retain` or `Recycle`; empty: it has no volume, or that could not be looked up. */
  readonly reclaims: string;
}

/** How many disruptions a budget allows now. */
export interface ShownBudget {
  readonly name: string;
  readonly allows: number;
}

/** Workloads of one kind that take what is written. */
export interface ShownUse {
  readonly kind: string;
  readonly names: readonly string[];
  readonly count: number;
  /** How: `volume`, `variable`, `image pull`. */
  readonly as: readonly string[];
}

/** Who would be able to do what they are not given now by the same object. */
export interface ShownGain {
  readonly who: readonly string[];
  readonly may: readonly string[];
}

/** The pod that a program would run in. */
export interface ShownPod {
  readonly serviceAccount: string;
  readonly node: string;
  readonly container: string;
  readonly image: string;
  /** What its pod has that reaches beyond it, in words. */
  readonly privileges: readonly string[];
}

/** What a caller did in its session before it asked, on the same target, as this gateway has recorded it. */
export interface ShownSession {
  /** When it began; absent: it has just begun. */
  readonly since?: string;
  readonly requests: number;
  /** Of these, those that ask for a change of what is stored. */
  readonly changes: number;
  readonly refused: number;
  readonly failed: number;
  /** The last changes in the same namespace, the newest first, and what became of each; others are counted alone. */
  readonly last: readonly string[];
}

/** How many of the pods of one workload are taken away at once. */
export interface ShownShare {
  readonly workload: string;
  readonly taken: number;
  /** As many as are wanted. */
  readonly replicas: number;
  /** As many as are ready now; absent: that is not known. */
  readonly ready?: number;
}

/** What was asked before, by the same caller. */
export interface ShownBefore {
  /** Within the hour before. */
  readonly asked: number;
  readonly approved: number;
  readonly rejected: number;
  /** Questions about the same operation on the same kind that were approved, of its newest ones, and by whom. */
  readonly alike: number;
  readonly alikeBy: readonly string[];
  /** Only so many of its newest questions were looked at: there may be more of each. */
  readonly isAtLeast?: true;
  /** Absent: it is not known which session it is of, or that could not be looked up. */
  readonly session?: ShownSession;
  /** Why what it did in its session is not told; absent: it is, or there is none. */
  readonly noSession?: string;
}

/** What a yes can be widened to: the rest of the command that asks, on the same target and in the same namespace, under the same rules and token. */
export interface ShownRest {
  /** Those of its questions so far; a delete is never one. */
  readonly verbs: readonly string[];
  /** The most requests, the one that is asked about not counted. */
  readonly usesMax: number;
  readonly forMs: number;
  /** What the same command asked before, in words, the newest first. */
  readonly earlier: readonly string[];
  /** What is covered, one by one, where that is known beforehand: the yes then covers it by itself. */
  readonly covers?: readonly string[];
}

/** How dangerous it is, by the facts that `risks` names. */
export type Risk = 'high' | 'raised' | 'plain';

/** What came of looking up what a request would do. */
export interface Preview {
  /** What would change in the live object, by the target’s own dry run. */
  readonly changes?: readonly ShownChange[];
  /** What goes with it. */
  readonly losses?: readonly ShownLoss[];
  readonly volumes?: readonly ShownVolume[];
  /** Replicas. */
  readonly scale?: { readonly from: number; readonly to: number };
  /** Absent: none are, or it is not known of how many. */
  readonly share?: ShownShare;
  readonly budgets?: readonly ShownBudget[];
  readonly uses?: readonly ShownUse[];
  readonly gains?: readonly ShownGain[];
  readonly pod?: ShownPod;
  readonly before?: ShownBefore;
  /** Facts that make it dangerous, and were looked up. */
  readonly risks: readonly string[];
  /** What could not be shown, and why. */
  readonly missing: readonly string[];
}

/** What a request would do, for who answers. */
export interface LookedUp extends Preview {
  /** Whether policy lets its caller read all of that itself, so that it is shown it too; absent: it does not. */
  readonly isOwnToRead?: true;
}

/** What who asks is shown in the place of the same of others, where it may not read itself what was looked up: what was known without that. */
export type Unread = Pick<ShownRequest, 'risk' | 'risks' | 'missing'>;

/** What a person is shown of what is asked for: all of it, with masks in the place of secret values whoever asks or answers. */
export interface Shown extends ShownRequest {
  /** Of a question about several planned requests: each of them, whole, in the order of their command. */
  readonly planned?: readonly ShownRequest[];
}

/** What is shown of one request, or of a grant. */
export interface ShownRequest extends Preview {
  /** In words. */
  readonly operation: string;
  /** The request line, or what a grant would be for. */
  readonly asked: string;
  /** Facts that make it dangerous, the worst first. */
  readonly risks: readonly string[];
  readonly risk: Risk;
  /** The command of an exec, argument by argument. */
  readonly argv?: readonly string[];
  /** The body as a document, whole. */
  readonly body?: string;
  /** What may be another when the same command is run again. */
  readonly mayDiffer: readonly string[];
  /** Whether there will be a way back, in words; absent: it changes nothing. */
  readonly undo?: string;
  /** What a yes makes of it before it is sent, in words; absent: nothing. */
  readonly amended?: readonly string[];
  /** Absent: a yes is for this request alone. */
  readonly rest?: ShownRest;
  /** What a program's token was given for, in the words of who gave it; absent: it is no such token. */
  readonly task?: string;
  /** The caller's own words: the command that it says it runs. */
  readonly reason: string;
}
