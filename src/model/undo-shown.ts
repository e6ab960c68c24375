import type { ShownChange } from './shown.ts';

/** What undoing would do, as who asks is shown it. */
export type UndoShown =
  | { readonly kind: 'none'; readonly why: string }
  | {
      readonly kind: 'some';
      /** In words. */
      readonly operation: string;
      readonly asked: string;
      /** What does not come back. */
      readonly lost: readonly string[];
      /** By the target's own dry run, with masks; absent where that could not be had. */
      readonly changes?: readonly ShownChange[];
      /** What could not be shown, and why. */
      readonly missing: readonly string[];
      /** Of all this, and of the version of the object as it is now. */
      readonly digest: string;
    };

/** What came of it. */
export interface Undone {
  /** The exchange that did it. */
  readonly exchange: string;
  readonly status: number;
  /** What the target or the gateway said; empty where it is done. */
  readonly message: string;
}
