import type { Caller } from '../model/caller.ts';
import { callerMatcher } from './caller-match.ts';
import { type Role, rolesOf } from './role.ts';
import type { CallerMatch } from './rule.ts';
import { partsOf, type RuleSet } from './rule-set.ts';

/**
 * The rules that seat a person, by themselves or by the role `approver` somewhere, and let them hand that on. What a label of a namespace names is not known without
 * the namespace: there whoever is of a team by its prefix may, and it counts where the label names theirs.
 */
export function delegableBy(rules: RuleSet, roles: readonly Role[], giver: Caller): readonly string[] {
  if (giver.kind !== 'person') return [];
  const isApprover = rolesOf(roles, giver).some(({ role }) => role === 'approver');
  return partsOf(rules)
    .rules.filter(({ rule: { hold } }) => {
      if (hold?.delegate !== true) return false;
      const named = [...hold.approvers, ...(hold.escalate ?? []).flatMap(({ approvers }) => approvers)];
      if (hold.approvers.length === 0 && isApprover) return true;
      return named.some((one) =>
        'namespaceLabel' in one
          ? one.groupPrefix !== '' && giver.groups.some((group) => group.startsWith(one.groupPrefix))
          : callerMatcher([one as CallerMatch])(giver),
      );
    })
    .map(({ rule }) => rule.id);
}
