import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { request } from '../api/request.ts';

export type Saying = 'approve' | 'reject';

/** One answer to exactly what was shown: its digest goes along, so that to anything else it counts for nothing (T76). */
export async function sendAnswer({ id, digest }: ApprovalView, said: Saying, reason: string): Promise<ApprovalView> {
  return request<ApprovalView>(`/approvals/${encodeURIComponent(id)}/${said}`, {
    method: 'POST',
    body: { digest, reason },
  });
}

/** Answers a question; what the gateway says is shown at once, and read again where it did not take the answer. */
export function useAnswer(approval: ApprovalView) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ said, reason }: { readonly said: Saying; readonly reason: string }) =>
      sendAnswer(approval, said, reason),
    onSuccess: (answered) => client.setQueryData(['approval', answered.id], answered),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['approvals'] }),
        client.invalidateQueries({ queryKey: ['approval', approval.id] }),
      ]),
  });
}
