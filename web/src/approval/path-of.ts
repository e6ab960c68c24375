import type { ApprovalView } from '../../../src/control/approval-contract.ts';

/** Where a question has a page of its own. */
export function pathOf({ id }: Pick<ApprovalView, 'id'>): string {
  return `/approvals/${encodeURIComponent(id)}`;
}
