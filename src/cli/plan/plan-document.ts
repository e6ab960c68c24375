import type { PlanCall } from './plan-call.ts';

/** What is printed. */
export interface PlanDocument {
  readonly command: readonly string[];
  readonly context: string;
  /** Whether all of it would be done, though persons may be asked. */
  readonly answer: 'yes' | 'no';
  /** Of the command itself. */
  readonly exitCode: number;
  readonly calls: readonly PlanCall[];
  readonly reads: number;
}
