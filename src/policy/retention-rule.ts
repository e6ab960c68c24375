import type { CallerMatch } from './rule.ts';

/** How long what fits is kept. */
export interface RetentionRule {
  /** The policy, and the rule's place in it. */
  readonly id: string;
  /** Absent: whoever it is of, and what is of nobody. */
  readonly callers?: readonly CallerMatch[];
  /** With `*`. */
  readonly targets?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly string[];
  readonly decisions?: readonly ('allow' | 'deny' | 'hold')[];
  /** Types of events, with `*`; absent: exchanges. */
  readonly events?: readonly string[];
  /** Instants between which it began. */
  readonly fromMs?: number;
  readonly untilMs?: number;
  /** `bodies`: what passed is let go, and the events stay. */
  readonly of: 'all' | 'bodies';
  /** Absent: age alone lets nothing go. */
  readonly keepForMs?: number;
  /** Of what fits, counted as it was written, from the newest on. */
  readonly keepBytesMax?: number;
  /** Where the disk is nearly full, it may go before its time. */
  readonly mayGoEarly: boolean;
  /** What fits is kept, whatever other rules say. */
  readonly legalHold: boolean;
  /** Where segments that hold it are copied. */
  readonly place?: string;
}
