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
}

/** What a person is shown of what is asked for: all of it, with masks in the place of secret values whoever asks or answers. */
export interface Shown {
  /** In words. */
  readonly operation: string;
  /** The request line, or what a grant would be for. */
  readonly asked: string;
  /** Facts that make it dangerous, the worst first. */
  readonly risks: readonly string[];
  /** The command of an exec, argument by argument. */
  readonly argv?: readonly string[];
  /** The body as a document, whole. */
  readonly body?: string;
  /** What would change in the live object, by the target's own dry run. */
  readonly changes?: readonly ShownChange[];
  /** What goes with it. */
  readonly losses?: readonly ShownLoss[];
  /** What may be another when the same command is run again. */
  readonly mayDiffer: readonly string[];
  /** What could not be shown, and why. */
  readonly missing: readonly string[];
  /** The caller's own words. */
  readonly reason: string;
}
