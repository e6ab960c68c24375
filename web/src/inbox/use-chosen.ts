import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { approvalQuery } from '../api/queries.ts';

/**
 * The question that is shown beside the list, and the way through the list. One that was answered stays shown, so that what becomes of it is seen, until another is
 * chosen.
 */
export function useChosen(inOrder: readonly ApprovalView[], isWide: boolean) {
  const [chosen, choose] = useState<string>();
  const index = inOrder.findIndex(({ id }) => id === chosen);
  const gone = useQuery({ ...approvalQuery(chosen ?? ''), enabled: chosen !== undefined && index < 0 });
  const listed = inOrder[index];
  const current = listed ?? (isWide ? ((chosen === undefined ? undefined : gone.data) ?? inOrder[0]) : undefined);
  const at = current === undefined ? -1 : inOrder.indexOf(current);
  const step = (by: number) => () => choose(inOrder[Math.min(inOrder.length - 1, Math.max(0, at + by))]?.id);
  return { current, choose, step };
}
