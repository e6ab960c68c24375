/*
 * How dangerous a question is, as the gateway says it, so that what is worst and has waited longest stands first. Pure.
 */
import type { ApprovalView } from '../../../src/control/approval-contract.ts';

/** From the worst down. */
export type Risk = ApprovalView['shown']['risk'];

const RANK: Readonly<Record<Risk, number>> = { high: 0, raised: 1, plain: 2 };

/** Whether a yes wants a second press. */
export function isRisky({ shown }: Pick<ApprovalView, 'shown'>): boolean {
  return shown.risk !== 'plain';
}

/** The worst first; of one risk, whoever has waited longest. */
export function byRisk(a: ApprovalView, b: ApprovalView): number {
  return (
    RANK[a.shown.risk] - RANK[b.shown.risk] || Date.parse(a.askedAt) - Date.parse(b.askedAt) || (a.id < b.id ? -1 : 1)
  );
}
