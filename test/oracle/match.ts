import { powerOf } from '../../src/connectors/kubernetes/powers.ts';
import { matchesRbac, type RbacRequest, type RbacRule } from '../../src/policy/rbac.ts';
import { answerLines } from './json-lines.ts';

/** `{"rules":[PolicyRule…],"q":{…}}` to `{"allowed"}` or `{"power"}`, through the matcher that `decide` uses. */
export async function match(): Promise<void> {
  await answerLines(process.stdin, process.stdout, matchLine);
}

/**
 * One line's answer: whether a rule allows the question, or, where that is not what RBAC says because the question asks for a power, the power's name.
 * That is the one difference from RBAC: a wildcard does not reach a power, and exec, attach and port-forward are had for `create`.
 */
export function matchLine({ rules, q }: Readonly<Record<string, unknown>>): { allowed: boolean } | { power: string } {
  if (!Array.isArray(rules) || typeof q !== 'object' || q === null)
    throw new Error('a line needs the list `rules` and the object `q`');
  const request = requestOf(q as Readonly<Record<string, unknown>>);
  const allowed = isAllowed(rules, request);
  return request.power !== undefined && allowed !== isAllowed(rules, { ...request, power: undefined })
    ? { power: request.power }
    : { allowed };
}

function isAllowed(rules: readonly unknown[], request: RbacRequest): boolean {
  return rules.some((rule) => matchesRbac(ruleOf(rule as Readonly<Record<string, unknown>>), request, 'named'));
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
