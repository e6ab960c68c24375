/*
 * How dangerous a question is, from the facts that the gateway gives with it, so that what is worst and has waited longest stands first. Pure.
 */
import type { ApprovalView } from '../../../src/control/approval-contract.ts';

/** From the worst down. */
export type Risk = 'high' | 'raised' | 'plain';

type Facts = Pick<ApprovalView, 'shown' | 'grant'>;

const RANK: Readonly<Record<Risk, number>> = { high: 0, raised: 1, plain: 2 };

/**
 * `high`: a guard would stop it, or something goes with it that does not come back; `raised`: another fact makes it dangerous; `plain`: none does.
 *
 * What only tries (a dry run) is plain, whatever it tries. A fact that is not known here raises: a newer gateway names more of them.
 */
export function riskOf({ shown }: Facts): Risk {
  const { risks, losses = [], operation } = shown;
  if (risks.some((fact) => fact.startsWith('a dry run'))) return 'plain';
  if (losses.length > 0 || risks.some((fact) => /^(the guard |deletes all|amounts to a delete)/.test(fact)))
    return 'high';
  return risks.length > 0 || /^delete/.test(operation) ? 'raised' : 'plain';
}

/** Whether a yes wants a second press. */
export function isRisky(question: Facts): boolean {
  return riskOf(question) !== 'plain';
}

/** The worst first; of one risk, whoever has waited longest. */
export function byRisk(a: ApprovalView, b: ApprovalView): number {
  return RANK[riskOf(a)] - RANK[riskOf(b)] || Date.parse(a.askedAt) - Date.parse(b.askedAt) || (a.id < b.id ? -1 : 1);
}
