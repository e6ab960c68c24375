/*
 * Whether what rules ask persons is worth asking: who is asked too often stops reading. Out of the newest questions; pure.
 */
import type { Approval } from './approval.ts';

/** What became of one rule's questions, and what could be done about it. */
export interface RuleFatigue {
  readonly rule: string;
  readonly asked: number;
  readonly approved: number;
  readonly rejected: number;
  /** Nobody answered in time. */
  readonly expired: number;
  /** The middle time from when it could be answered to the yes, in milliseconds; absent: no yes. */
  readonly yesAfterMs?: number;
  /** What was asked most often: verb and kind, and how often. */
  readonly mostly: readonly { readonly what: string; readonly count: number }[];
  /** In words; none: nothing stands out. */
  readonly proposals: readonly string[];
}

/** From so many questions of a rule on, something can be said of it. */
const ASKED_MIN = 10;

/** A yes that comes sooner has hardly been read. */
const READ_MS_MIN = 3_000;

/** How many kinds of operations are told. */
const MOSTLY_MAX = 3;

/** The rules, the most asked first. A question that several rules hold counts for each. */
export function fatigue(approvals: readonly Approval[]): readonly RuleFatigue[] {
  const byRule = new Map<string, Approval[]>();
  // What was covered by another yes was asked of nobody.
  for (const approval of approvals.filter(({ restOf }) => restOf === undefined))
    for (const { rule } of approval.seats) {
      const own = byRule.get(rule) ?? [];
      own.push(approval);
      byRule.set(rule, own);
    }
  return [...byRule]
    .map(([rule, own]) => ofRule(rule, own))
    .sort((a, b) => b.asked - a.asked || (a.rule < b.rule ? -1 : 1));
}

function ofRule(rule: string, own: readonly Approval[]): RuleFatigue {
  const count = (state: Approval['state']) => own.filter((approval) => approval.state === state).length;
  const yesAfterMs = middle(
    own
      .filter(({ state }) => state === 'approved')
      .map(({ endedAt = 0, askedAt, lookedUpAt = askedAt }) => endedAt - lookedUpAt),
  );
  const told = {
    rule,
    asked: own.length,
    approved: count('approved'),
    rejected: count('rejected'),
    expired: count('expired'),
    ...(yesAfterMs === undefined ? {} : { yesAfterMs }),
    mostly: mostOf(own),
  };
  return { ...told, proposals: proposalsFor(told) };
}

function proposalsFor({
  asked,
  approved,
  rejected,
  expired,
  yesAfterMs,
  mostly,
}: Omit<RuleFatigue, 'proposals'>): readonly string[] {
  if (asked < ASKED_MIN) return [];
  const [most] = mostly;
  const narrower = most === undefined ? '' : `; \`${most.what}\` alone makes ${most.count} of them`;
  const isNeverRejected = rejected === 0 && approved * 2 > asked;
  return [
    ...(isNeverRejected
      ? [`nobody has rejected any of ${asked}: allow what is alike, or offer it as a grant with \`request\`${narrower}`]
      : []),
    ...(expired * 2 > asked
      ? ['most were answered by nobody: name others as `approvers`, `escalate`, or tell them by `notify`']
      : []),
    ...(yesAfterMs !== undefined && yesAfterMs < READ_MS_MIN
      ? ['a yes comes within seconds of what is shown: it is hardly read; ask for less, or for two persons (`quorum`)']
      : []),
  ];
}

/** The verb and the kind, as they stand before the first name. */
function mostOf(own: readonly Approval[]): RuleFatigue['mostly'] {
  const counts = new Map<string, number>();
  for (const { shown } of own) {
    const what = (shown.operation.split('`')[0] as string).trim();
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts]
    .map(([what, count]) => ({ what, count }))
    .sort((a, b) => b.count - a.count)
    .slice(0, MOSTLY_MAX);
}

function middle(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
