import type { Approval } from '../approval/approval.ts';
import type { Shown, ShownRequest, Unread } from '../model/shown.ts';

/**
 * What who asks a question is shown of it: without what was looked up of what is there, where policy does not let them read all of that. Security: a question is no way round policy.
 * What is said to it, and what they asked and did before, is their own.
 */
export function shownToAsker({ shown, unread, planned = [] }: Pick<Approval, 'shown' | 'unread' | 'planned'>): Shown {
  if (unread === undefined) return shown;
  const { planned: requests, ...own } = shown;
  const less = withoutLook(own, unread);
  return requests === undefined
    ? less
    : { ...less, planned: requests.map((request, i) => withoutLook(request, planned[i]?.unread)) };
}

function withoutLook(shown: ShownRequest, unread: Unread | undefined): ShownRequest {
  if (unread === undefined) return shown;
  const { changes: _, losses, volumes, scale, share, budgets, uses, gains, pod, ...rest } = shown;
  return { ...rest, ...unread };
}
