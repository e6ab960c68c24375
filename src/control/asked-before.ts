import type { Approval } from '../approval/approval.ts';
import type { ShownBefore } from '../model/shown.ts';

/** How far back it is looked, in milliseconds. */
const HOUR_MS = 3_600_000;

/** What the same caller asked before this question, out of its newest ones. */
export function askedBefore(approval: Approval, newest: readonly Approval[]): ShownBefore {
  const others = newest.filter(({ id, askedAt }) => id !== approval.id && askedAt <= approval.askedAt);
  const lately = others.filter(({ askedAt }) => askedAt > approval.askedAt - HOUR_MS);
  const alike = others.filter(
    ({ state, target, shown }) =>
      state === 'approved' && target === approval.target && kindOf(shown) === kindOf(approval.shown),
  );
  const by = alike.flatMap(({ answers }) =>
    answers.filter(({ answer }) => answer === 'approve').map((answer) => answer.by.subject),
  );
  return {
    asked: lately.length,
    approved: lately.filter(({ state }) => state === 'approved').length,
    rejected: lately.filter(({ state }) => state === 'rejected').length,
    alike: alike.length,
    alikeBy: [...new Set(by)],
  };
}

/** The verb and the kind, as they stand before the first name. */
function kindOf({ operation }: Pick<Approval['shown'], 'operation'>): string {
  return operation.split('`')[0] as string;
}
