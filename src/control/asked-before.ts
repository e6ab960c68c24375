import type { Approval } from '../approval/approval.ts';
import type { ShownBefore } from '../model/shown.ts';

/** How far back it is looked, in milliseconds. */
const HOUR_MS = 3_600_000;

/** What the same caller asked before this question, out of so many of its newest ones at most. */
export function askedBefore(approval: Approval, newest: readonly Approval[], newestMax: number): ShownBefore {
  const others = newest.filter(({ id, askedAt }) => id !== approval.id && askedAt <= approval.askedAt);
  const lately = others.filter(({ askedAt }) => askedAt > approval.askedAt - HOUR_MS);
  const alike = others.filter((other) => other.state === 'approved' && isAlike(other, approval));
  const by = alike.flatMap(({ answers }) =>
    answers.filter(({ answer }) => answer === 'approve').map((answer) => answer.by.subject),
  );
  return {
    asked: lately.length,
    approved: lately.filter(({ state }) => state === 'approved').length,
    rejected: lately.filter(({ state }) => state === 'rejected').length,
    alike: alike.length,
    alikeBy: [...new Set(by)],
    ...(newest.length >= newestMax ? { isAtLeast: true } : {}),
  };
}

/** The same verb on the same kind of the same target. */
function isAlike(a: Approval, b: Approval): boolean {
  if (a.target !== b.target || a.about === undefined || b.about === undefined) return false;
  return (['verb', 'apiGroup', 'resource', 'subresource'] as const).every((key) => a.about?.[key] === b.about?.[key]);
}
