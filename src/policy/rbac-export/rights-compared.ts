/*
 * What a credential may beside what it needs: rules of RBAC against rules of RBAC, right by right. A right is one verb on one resource of one group, under one name or every one, or one
 * verb on one path. Wildcards are taken at their word: a `*` that is held is needed only where a `*` is.
 *
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
 */
import type { NeededRule } from './needed-rule.ts';

/** Rights by name, each as `get,list pods of apps named web`. */
export interface ComparedRights {
  /** Needed, and not held. */
  readonly missing: readonly string[];
  /** Held, and not needed. */
  readonly tooMuch: readonly string[];
}

/** What every authenticated identity has in a cluster, whoever it is. Source: the ClusterRoles `system:basic-user`, `system:discovery`, `system:public-info-viewer`, `system:service-account-issuer-discovery`, and from Kubernetes 1.37 on `system:cluster-trust-bundle-discovery` */
export const EVERYBODYS_RIGHTS: readonly NeededRule[] = [
  { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
  {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  },
  { verbs: ['get', 'list', 'watch'], apiGroups: ['certificates.k8s.io'], resources: ['clustertrustbundles'] },
  {
    verbs: ['get', 'head'],
    nonResourceURLs: [
      '/api',
      '/api/*',
      '/apis',
      '/apis/*',
      '/healthz',
      '/livez',
      '/readyz',
      '/openapi',
      '/openapi/*',
      '/openid/v1/jwks',
      '/openid/v1/jwks/',
      '/.well-known/openid-configuration',
      '/.well-known/openid-configuration/',
      '/version',
      '/version/',
    ],
  },
];

/** What of `needed` the rules that are `held` do not give, and what they give that neither `needed` nor `granted` does. */
export function comparedRights(
  needed: readonly NeededRule[],
  held: readonly NeededRule[],
  granted: readonly NeededRule[] = [],
): ComparedRights {
  const all = [...needed, ...granted];
  return {
    missing: told(needed.flatMap(rightsOf).filter((right) => !held.some((rule) => gives(rule, right)))),
    tooMuch: told(held.flatMap(rightsOf).filter((right) => !all.some((rule) => gives(rule, right)))),
  };
}

/** One verb on one thing. */
interface Right {
  readonly verb: string;
  readonly path?: string;
  readonly apiGroup: string;
  readonly resource: string;
  /** Empty: every name. */
  readonly name: string;
}

function rightsOf({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: NeededRule) {
  const names = resourceNames.length === 0 ? [''] : resourceNames;
  return verbs.flatMap((verb): Right[] => [
    ...nonResourceURLs.map((path) => ({ verb, path, apiGroup: '', resource: '', name: '' })),
    ...apiGroups.flatMap((apiGroup) =>
      resources.flatMap((resource) => names.map((name) => ({ verb, apiGroup, resource, name }))),
    ),
  ]);
}

function gives(rule: NeededRule, { verb, path, apiGroup, resource, name }: Right): boolean {
  if (!has(rule.verbs, verb)) return false;
  if (path !== undefined) return (rule.nonResourceURLs ?? []).some((url) => reachesPath(url, path));
  const { resourceNames = [], resources = [] } = rule;
  if (!has(rule.apiGroups ?? [], apiGroup)) return false;
  if (!resources.some((one) => reachesResource(one, resource))) return false;
  return resourceNames.length === 0 || (name !== '' && resourceNames.includes(name));
}

function has(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

/** A lone `*` is everything; one with a subresource behind it, that subresource of everything. */
function reachesResource(held: string, resource: string): boolean {
  if (held === '*' || held === resource) return true;
  const [, subresource] = resource.split('/', 2);
  return held.startsWith('*/') && subresource !== undefined && held.slice(2) === subresource;
}

function reachesPath(held: string, path: string): boolean {
  return held === path || (held.endsWith('*') && path.startsWith(held.slice(0, -1)));
}

/** One text for each thing, its verbs together. */
function told(rights: readonly Right[]): readonly string[] {
  const verbs = new Map<string, Set<string>>();
  for (const right of rights) {
    const what = wordsOf(right);
    verbs.set(what, (verbs.get(what) ?? new Set()).add(right.verb));
  }
  return [...verbs].map(([what, each]) => `${[...each].join(',')} ${what}`);
}

function wordsOf({ path, apiGroup, resource, name }: Right): string {
  if (path !== undefined) return path;
  const group = apiGroup === '' ? '' : ` of ${apiGroup}`;
  return `${resource}${group}${name === '' ? '' : ` named ${name}`}`;
}
