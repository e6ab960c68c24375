import type { ApprovalView } from '../../../src/control/approval-contract.ts';

/** How long ago at most who says yes signed in, in milliseconds, where a rule that waits asks that; of several, the shortest. */
export function freshMsOf({ rules }: Pick<ApprovalView, 'rules'>): number | undefined {
  const bounds = rules.flatMap(({ missing, freshMs }) => (missing === 0 || freshMs === undefined ? [] : [freshMs]));
  return bounds.length === 0 ? undefined : Math.min(...bounds);
}
