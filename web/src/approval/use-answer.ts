import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import type { ChallengeView } from '../../../src/control/key-contract.ts';
import { signed } from '../api/person-key.ts';
import { ApiProblem } from '../api/problem.ts';
import { request } from '../api/request.ts';
import { texts } from '../words/texts.ts';

export type Saying = 'approve' | 'reject';

/** One answer to exactly what was shown: its digest goes along, so that to anything else it counts for nothing (T76). `more` is what a yes says beside yes. */
export async function sendAnswer(
  approval: ApprovalView,
  said: Saying,
  reason: string,
  more: object = {},
): Promise<ApprovalView> {
  const { id, digest } = approval;
  const path = `/approvals/${encodeURIComponent(id)}`;
  const signature = said === 'approve' && isSigned(approval) ? await signedYes(path, digest) : undefined;
  return request<ApprovalView>(`${path}/${said}`, {
    method: 'POST',
    body: { digest, reason, ...more, ...(signature === undefined ? {} : { signature }) },
  });
}

/** Whether a yes wants a key of who gives it. */
export function isSigned({ rules }: ApprovalView): boolean {
  return rules.some(({ signed: isWanted, missing }) => isWanted && missing > 0);
}

/** A yes to what was shown, signed by the person’s key. */
async function signedYes(path: string, digest: string) {
  const challenge = await request<ChallengeView>(`${path}/challenge`, { method: 'POST', body: { digest } });
  if (challenge.keys.length === 0)
    throw new ApiProblem(403, { code: 'ANSWER_REFUSED', detail: texts.answer.noKey, advice: texts.answer.noKeyAdvice });
  const { nonce, expiresAt } = challenge;
  return { ...(await signed(challenge)), nonce, expiresAt };
}

/** Answers a question; what the gateway says is shown at once, and read again where it did not take the answer. */
export function useAnswer(approval: ApprovalView) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ said, reason, more }: { readonly said: Saying; readonly reason: string; readonly more?: object }) =>
      sendAnswer(approval, said, reason, more),
    onSuccess: (answered) => client.setQueryData(['approval', answered.id], answered),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['approvals'] }),
        client.invalidateQueries({ queryKey: ['approval', approval.id] }),
      ]),
  });
}
