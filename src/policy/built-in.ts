import type { Operation } from '../model/operation.ts';

/** The rules that stand without being written: what every authenticated caller may do, unless a rule denies it. */
export type BuiltIn = 'builtin:discovery' | 'builtin:self-review';

/**
 * The built-in rule that allows an operation, if one does.
 *
 * Discovery, OpenAPI and `/version` are open because clients that are refused there print noise in place of our sentence; `healthPaths` are what the
 * configuration adds. The reviews of oneself only ask what one may do.
 *
 * Source: role `system:discovery` and `system:basic-user`, https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
export function builtInRule(operation: Operation, healthPaths: ReadonlySet<string>): BuiltIn | undefined {
  if (!operation.isResourceRequest) return isDiscovery(operation, healthPaths) ? 'builtin:discovery' : undefined;
  return isSelfReview(operation) ? 'builtin:self-review' : undefined;
}

const DISCOVERY_PATH = /^\/(api|apis|openapi)(\/.*)?$|^\/version\/?$/;

function isDiscovery({ verb, path }: Operation, healthPaths: ReadonlySet<string>): boolean {
  return (verb === 'get' || verb === 'head') && (DISCOVERY_PATH.test(path) || healthPaths.has(path));
}

const SELF_REVIEWS: ReadonlySet<string> = new Set([
  'authorization.k8s.io selfsubjectaccessreviews',
  'authorization.k8s.io selfsubjectrulesreviews',
  'authentication.k8s.io selfsubjectreviews',
]);

function isSelfReview({ verb, apiGroup, resource, subresource }: Operation): boolean {
  return verb === 'create' && subresource === '' && SELF_REVIEWS.has(`${apiGroup} ${resource}`);
}
