import type { GrantScope } from './grant-scope.ts';

/** The smallest grant that would let a caller do what nothing allows it, and the request rule that offers it. */
export interface Offered {
  readonly rule: string;
  /** What the rule says to its reader; may be empty. */
  readonly reason: string;
  readonly scope: GrantScope;
  /** The longest that the rule lets it last. */
  readonly forMaxMs: number;
  /** Whether a person has to say yes. */
  readonly isAsked: boolean;
}
