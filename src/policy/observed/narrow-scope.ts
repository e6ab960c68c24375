import type { GrantScope } from '../../model/grant-scope.ts';
import { matchesRbac } from '../rbac.ts';
import type { NamespaceMatch, Rule } from '../rule.ts';
import { narrowRule, type Use } from './narrow-rule.ts';

/**
 * The scopes that would have been enough for what a grant's scope was used for; none where it was not used. They permit nothing that the scope does not
 * (test/policy/narrow-laws.test.ts).
 */
export function narrowScope(scope: GrantScope, uses: Iterable<Use>, namesMax: number): readonly GrantScope[] {
  const own = [...uses].filter((use) => isOf(scope, use));
  return narrowRule(asRule(scope), own, namesMax).map(
    ({ verbs = [], apiGroups = [], resources = [], resourceNames = [], namespaces = [] }) => ({
      target: scope.target,
      ...(scope.unmask === true ? { unmask: true as const } : {}),
      verbs,
      apiGroups,
      resources,
      resourceNames,
      namespaces: namespaces.flatMap((match) => ('name' in match ? [match.name] : [])),
    }),
  );
}

function isOf({ namespaces, unmask: _, ...fields }: GrantScope, use: Use): boolean {
  if (!use.isResourceRequest || (namespaces.length > 0 && !namespaces.includes(use.namespace))) return false;
  // A name that is not known any more is one that the scope reaches.
  return matchesRbac(use.name === '' ? { ...fields, resourceNames: [] } : fields, use, 'named');
}

/** The fields of a scope are a rule's own. */
function asRule({ target, namespaces, unmask: _, ...fields }: GrantScope): Rule {
  const places: readonly NamespaceMatch[] = namespaces.map((name) => ({ name }));
  return {
    id: 'scope',
    effect: 'allow',
    source: { file: '', line: 0 },
    reason: '',
    callers: [{}],
    targets: [target],
    ...fields,
    nonResourceURLs: [],
    powers: [],
    serviceAccounts: [],
    mountableSecrets: [],
    equivalents: false,
    amend: [],
    ...(places.length === 0 ? {} : { namespaces: places }),
  };
}
