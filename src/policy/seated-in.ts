import type { Caller } from '../model/caller.ts';
import type { Approver } from '../model/hold-terms.ts';
import { callerMatcher } from './caller-match.ts';
import type { CallerMatch, Rule } from './rule.ts';
import { partsOf, type RuleSet } from './rule-set.ts';

/**
 * The rules whose questions name the caller as one who answers, in the order of their ids; of a caller that is no person, none. Rules that name nobody are answered by
 * the role `approver`, and those that name a team by a label of the namespace are not known without it: neither is among them.
 */
export function seatedIn(rules: RuleSet, caller: Caller): readonly string[] {
  if (caller.kind !== 'person') return [];
  return partsOf(rules)
    .rules.filter(({ rule }) => callerMatcher(approversOf(rule).filter(isNamed))(caller))
    .map(({ rule }) => rule.id);
}

function approversOf({ hold, request }: Rule): readonly Approver[] {
  const approval = request?.approval ?? 'none';
  if (hold !== undefined) return [...hold.approvers, ...(hold.escalate ?? []).flatMap(({ approvers }) => approvers)];
  return approval === 'none' ? [] : approval.approvers;
}

function isNamed(approver: Approver): approver is Extract<Approver, CallerMatch> {
  return !('namespaceLabel' in approver);
}
