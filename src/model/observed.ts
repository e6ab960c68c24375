import type { Decision } from './decision.ts';

/** What policy would have answered, where it is tried before it is enforced. */
export interface Observed {
  readonly effect: Decision['effect'];
  /** The rule or guard that would have decided; empty: no rule allows it. */
  readonly rule: string;
}
