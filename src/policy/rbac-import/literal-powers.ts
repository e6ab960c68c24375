import type { Power } from '../../model/operation.ts';
import type { Catalog } from '../analysis/space.ts';
import { matchesRbac } from '../rbac.ts';
import type { RuleBody } from './import-rbac.ts';
import type { RoleRule } from './rbac-objects.ts';

/** Where powers hide, as entries of a role's rule. Source: `powers.ts` of the Kubernetes connector, for those that are requests of their own */
const PLACES: readonly (readonly [apiGroup: string, resource: string, verbs: readonly string[]])[] = [
  ...['pods/exec', 'pods/attach', 'pods/portforward'].map((resource) => ['', resource, ['get', 'create']] as const),
  ...['pods/proxy', 'services/proxy', 'nodes/proxy'].map(
    (resource) => ['', resource, ['get', 'create', 'update', 'patch', 'delete']] as const,
  ),
  ...['pods/ephemeralcontainers', 'namespaces/finalize'].map(
    (resource) => ['', resource, ['update', 'patch']] as const,
  ),
  ...['pods/binding', 'bindings', 'serviceaccounts/token'].map((resource) => ['', resource, ['create']] as const),
  ['certificates.k8s.io', 'certificatesigningrequests/approval', ['update', 'patch']],
  // No power, but nothing that a wildcard reaches either.
  ['', 'secrets', ['create', 'update', 'patch', 'delete', 'deletecollection']],
];

/** Powers that are had for `create` alone. */
const CREATED: ReadonlySet<Power> = new Set(['exec', 'attach', 'portforward']);

export interface LiteralPowers {
  readonly bodies: readonly { readonly body: RuleBody; readonly what: string }[];
  /** What is not taken over, a phrase each. */
  readonly lost: readonly string[];
}

/** The powers and changes of Secrets that a role's rule has by RBAC and would not have here, as rules that name them, or as what is lost. */
export function literalPowers(rule: RoleRule, powerOf: Catalog['powerOf'], hasPowers: boolean): LiteralPowers {
  const bodies: { body: RuleBody; what: string }[] = [];
  const lost: string[] = [];
  for (const [apiGroup, entry, verbs] of PLACES) {
    const [resource = '', subresource = ''] = entry.split('/');
    const asked = {
      isResourceRequest: true,
      apiGroup,
      resource,
      subresource,
      name: rule.resourceNames[0] ?? '',
      path: '',
    };
    const had = verbs.filter((verb) => matchesRbac(rule, { ...asked, verb, power: undefined }, 'wildcard'));
    for (const power of new Set(had.map((verb) => powerOf({ verb, apiGroup, resource, subresource })))) {
      const own = had.filter((verb) => powerOf({ verb, apiGroup, resource, subresource }) === power);
      const missing = own.filter((verb) => !matchesRbac(rule, { ...asked, verb, power }, 'named'));
      if (missing.length === 0) continue;
      const isCreated = power !== undefined && CREATED.has(power);
      if (isCreated && !own.includes('create')) lost.push(`\`get\` of \`${entry}\`, which takes \`create\` here`);
      else if (!hasPowers)
        lost.push(`${power === undefined ? 'changes of ' : ''}\`${entry}\`, which it reaches by a wildcard`);
      else
        bodies.push({
          what: power === undefined ? `changes of \`${entry}\`` : `the power ${power}`,
          body: literalBody(rule, apiGroup, entry, isCreated ? ['create'] : missing),
        });
    }
  }
  return { bodies, lost };
}

function literalBody(
  { resourceNames }: RoleRule,
  apiGroup: string,
  resource: string,
  verbs: readonly string[],
): RuleBody {
  return {
    verbs,
    apiGroups: [apiGroup],
    resources: [resource],
    ...(resourceNames.length === 0 ? {} : { resourceNames }),
  };
}
