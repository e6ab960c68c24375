import type { CallerMatch } from './rule.ts';

/** Who is told of what. */
export interface NotifyRule {
  /** Kinds of notices, with `*`. */
  readonly on: readonly string[];
  /** Absent: whoever it is about. */
  readonly callers?: readonly CallerMatch[];
  /** With `*`; absent: whatever target, and what is about none. */
  readonly targets?: readonly string[];
  /** With `*`; absent: whatever namespace, and what is in none. */
  readonly namespaces?: readonly string[];
  /** Names of notifiers in the configuration. */
  readonly to: readonly string[];
}
