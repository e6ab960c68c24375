/*
 * Which request rule a scope can be asked for by. What is asked for must be within what one rule says in its fields: whom, where, which verbs, resources and
 * names. What else the rule states (conditions, hours, command lines) holds at each use, on the facts of that use, and is not looked at here.
 */
import type { Caller } from '../model/caller.ts';
import type { GrantScope } from '../model/grant-scope.ts';
import type { Power } from '../model/operation.ts';
import { callerMatcher } from './caller-match.ts';
import { anyGlob } from './glob.ts';
import { matchesRbac } from './rbac.ts';
import type { Rule } from './rule.ts';
import { partsOf, type RuleSet } from './rule-set.ts';

/** A request rule by which a scope can be had, and the scope as it is granted: never more than the rule says now. */
export interface Offer {
  readonly rule: Rule;
  readonly scope: GrantScope;
}

/** The rule that offers a scope to a caller, the one that is named or the first by its id; undefined where none does. */
export function offerFor(rules: RuleSet, caller: Caller, scope: GrantScope, named?: string): Offer | undefined {
  for (const { rule } of partsOf(rules).rules) {
    if (named !== undefined && rule.id !== named) continue;
    if (rule.effect !== 'request' || !callerMatcher(rule.callers)(caller)) continue;
    if (offers(rule, scope)) return { rule, scope: frozenTo(rule, scope) };
  }
  return undefined;
}

/** Whether the scope is within what a request rule says in its fields. */
export function offers(rule: Rule, scope: GrantScope): boolean {
  if (scope.unmask === true && rule.unmask === undefined) return false;
  if (rule.targets.length === 0 || !anyGlob(rule.targets)(scope.target) || !coversNamespaces(rule, scope)) return false;
  return scope.verbs.every((verb) =>
    scope.apiGroups.every((apiGroup) =>
      scope.resources.every((entry) => {
        const [resource = '', subresource = ''] = entry.split('/');
        const power = POWER_OF[entry];
        const asked = { isResourceRequest: true, verb, apiGroup, resource, subresource, path: '', power } as const;
        const names = scope.resourceNames.length === 0 ? [rule.resourceNames[0] ?? ''] : scope.resourceNames;
        return names.every((name) => matchesRbac(rule, { ...asked, name }, 'named'));
      }),
    ),
  );
}

/** A namespace by its labels is looked up at each use. */
function coversNamespaces({ namespaces }: Rule, scope: GrantScope): boolean {
  if (namespaces === undefined) return true;
  if (scope.namespaces.length === 0) return false;
  if (namespaces.some((match) => 'selector' in match)) return true;
  const isNamed = anyGlob(namespaces.flatMap((match) => ('name' in match ? [match.name] : [])));
  return scope.namespaces.every(isNamed);
}

/** Security: the names that the rule says now are the grant's for good, so that a rule that grows later does not widen it. */
function frozenTo(rule: Rule, scope: GrantScope): GrantScope {
  return scope.resourceNames.length > 0 ? scope : { ...scope, resourceNames: rule.resourceNames };
}

/** Resources that are powers, so that a rule's wildcard does not offer them. Source: `powers.ts` of the Kubernetes connector */
const POWER_OF: Readonly<Record<string, Power | undefined>> = {
  'pods/exec': 'exec',
  'pods/attach': 'attach',
  'pods/portforward': 'portforward',
  'pods/proxy': 'pods-proxy',
  'services/proxy': 'services-proxy',
  'nodes/proxy': 'nodes-proxy',
  'pods/ephemeralcontainers': 'ephemeralcontainers',
  'pods/binding': 'binding',
  'namespaces/finalize': 'finalize',
  'certificatesigningrequests/approval': 'approval',
  'serviceaccounts/token': 'token',
};
