import { powerOf } from '../../src/connectors/kubernetes/powers.ts';
import { mustBeNamed } from '../../src/policy/must-be-named.ts';
import { matchesRbac, type RbacRequest, type RbacRule, type Reach } from '../../src/policy/rbac.ts';
import { assert } from '../../src/std/assert.ts';
import { answerLines } from './json-lines.ts';

/** `{"rules":[PolicyRule…],"q":{…}}` to `{"allowed"}`, `{"power"}` or `{"named"}`, through the matcher that `decide` uses. */
export async function match(): Promise<void> {
  await answerLines(process.stdin, process.stdout, matchLine);
}

/**
 * One line's answer: whether a rule allows the question, or, where that is not what RBAC says because the question asks for a power, the power's name, or
 * because a wildcard does not reach it, the field in which it has to be named. That is the one difference from RBAC; exec, attach and port-forward are had for `create`.
 */
export function matchLine({
  rules,
  q,
}: Readonly<Record<string, unknown>>): { allowed: boolean } | { power: string } | { named: string } {
  if (!Array.isArray(rules) || typeof q !== 'object' || q === null)
    throw new Error('a line needs the list `rules` and the object `q`');
  const request = requestOf(q as Readonly<Record<string, unknown>>);
  const allowed = isAllowed(rules, request, 'named');
  if (allowed === isAllowed(rules, { ...request, power: undefined }, 'wildcard')) return { allowed };
  if (request.power !== undefined) return { power: request.power };
  const named = mustBeNamed(request);
  assert(named !== undefined, 'RBAC is matched to the letter but for what has to be named');
  return { named };
}

function isAllowed(rules: readonly unknown[], request: RbacRequest, reach: Reach): boolean {
  return rules.some((rule) => matchesRbac(ruleOf(rule as Readonly<Record<string, unknown>>), request, reach));
}

/** A PolicyRule in which Go may have written null for an empty list. */
function ruleOf(rule: Readonly<Record<string, unknown>>): RbacRule {
  const list = (key: string) => (rule[key] ?? []) as readonly string[];
  return {
    verbs: list('verbs'),
    apiGroups: list('apiGroups'),
    resources: list('resources'),
    resourceNames: list('resourceNames'),
    nonResourceURLs: list('nonResourceURLs'),
  };
}

/** A question without a resource is of a path. */
function requestOf(q: Readonly<Record<string, unknown>>): RbacRequest {
  const text = (key: string) => (typeof q[key] === 'string' ? q[key] : '');
  const asked = {
    verb: text('verb'),
    apiGroup: text('apiGroup'),
    resource: text('resource'),
    subresource: text('subresource'),
  };
  const isResourceRequest = asked.resource !== '';
  return {
    ...asked,
    isResourceRequest,
    name: text('name'),
    path: text('path'),
    power: isResourceRequest ? powerOf(asked) : undefined,
  };
}
