/*
 * RBAC's own matching of a rule against a request, as the API server evaluates it, with one difference: where `reach` is `named`, an entry with a
 * wildcard reaches no power, and nothing that has to be named. The vectors in test/vectors/rbac were made by Kubernetes' own code and hold this file to it.
 *
 * `pods/*` is no wildcard in RBAC: it is the name of a subresource that does not exist. `* /scale` (without the space) is one.
 *
 * Source: https://github.com/kubernetes/kubernetes/blob/v1.35.4/pkg/apis/rbac/v1/evaluation_helpers.go and `RuleAllows` in
 * plugin/pkg/auth/authorizer/rbac/rbac.go
 */

import type { Power } from '../model/operation.ts';
import { mustBeNamed } from './must-be-named.ts';

/** The fields of a Role's rule. */
export interface RbacRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly powers?: readonly Power[];
}

/** What RBAC looks at in a request. */
export interface RbacRequest {
  readonly isResourceRequest: boolean;
  readonly verb: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  readonly path: string;
  readonly power: Power | undefined;
}

/** Whether wildcards reach powers, and what has to be named: never in what permits, always in what denies. */
export type Reach = 'named' | 'wildcard';

/**
 * True when the rule speaks of the request. Without a power, and with wildcards that reach all, this is RBAC to the letter. A power is reached by an entry of `powers`, or by a rule that names
 * verb, group and resource without a wildcard; exec, attach and port-forward take the verb `create`, whatever HTTP method carries them
 * (T10: a WebSocket exec is a GET, and must not be had for the verb `get`).
 */
export function matchesRbac(rule: RbacRule, request: RbacRequest, reach: Reach): boolean {
  return (
    matchesRbacUnnamed(rule, request, reach) && (!request.isResourceRequest || resourceNameMatches(rule, request.name))
  );
}

/** The same without `resourceNames`. */
export function matchesRbacUnnamed(rule: RbacRule, request: RbacRequest, reach: Reach): boolean {
  if (!request.isResourceRequest) {
    return verbMatches(rule, request.verb, true) && nonResourceUrlMatches(rule, request.path);
  }
  if (request.power === undefined) {
    return resourceFieldsMatch(rule, request, request.verb, true) && (reach === 'wildcard' || isNamed(rule, request));
  }
  if (rule.powers?.includes(request.power)) return true;
  const carried = isCreatePower(request.power) ? 'create' : request.verb;
  if (reach === 'named') return resourceFieldsMatch(rule, request, carried, false);
  return resourceFieldsMatch(rule, request, request.verb, true) || resourceFieldsMatch(rule, request, carried, true);
}

/** Whether the rule names what a wildcard does not reach. */
function isNamed(rule: RbacRule, request: RbacRequest): boolean {
  switch (mustBeNamed(request)) {
    case 'apiGroups':
      return apiGroupMatches(rule, request.apiGroup, false);
    case 'resources':
      return resourceMatches(rule, request.resource, request.subresource, false);
    case undefined:
      return true;
  }
}

/** Powers whose verb is `create`. Source: KEP-4006, which has the API server itself ask for `create` of a WebSocket since 1.35 */
const CREATE_POWERS: ReadonlySet<Power | undefined> = new Set(['exec', 'attach', 'portforward']);

/** Whether rules name the power with the verb `create`, whatever HTTP method carries it. */
export function isCreatePower(power: Power | undefined): boolean {
  return CREATE_POWERS.has(power);
}

function resourceFieldsMatch(rule: RbacRule, request: RbacRequest, verb: string, isWild: boolean): boolean {
  return (
    verbMatches(rule, verb, isWild) &&
    apiGroupMatches(rule, request.apiGroup, isWild) &&
    resourceMatches(rule, request.resource, request.subresource, isWild)
  );
}

function verbMatches(rule: RbacRule, verb: string, isWild: boolean): boolean {
  return has(rule.verbs, verb, isWild);
}

function apiGroupMatches(rule: RbacRule, apiGroup: string, isWild: boolean): boolean {
  return has(rule.apiGroups, apiGroup, isWild);
}

function has(entries: readonly string[] | undefined, value: string, isWild: boolean): boolean {
  if (entries === undefined) return false;
  for (const entry of entries) {
    if (entry === '*' ? isWild : entry === value) return true;
  }
  return false;
}

function resourceMatches(rule: RbacRule, resource: string, subresource: string, isWild: boolean): boolean {
  if (rule.resources === undefined) return false;
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  for (const entry of rule.resources) {
    if (isWild && entry === '*') return true;
    if (entry === combined && (isWild || !entry.startsWith('*'))) return true;
    if (isWild && subresource !== '' && entry === `*/${subresource}`) return true;
  }
  return false;
}

function resourceNameMatches(rule: RbacRule, name: string): boolean {
  return rule.resourceNames === undefined || rule.resourceNames.length === 0 || rule.resourceNames.includes(name);
}

function nonResourceUrlMatches(rule: RbacRule, path: string): boolean {
  return (
    rule.nonResourceURLs?.some(
      (url) => url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, ''))),
    ) ?? false
  );
}
