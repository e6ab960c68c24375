/*
 * Roles and bindings as rules of the same meaning: whoever may do something by RBAC may do it by the rules, and nobody else, but for powers and changes of Secrets, which
 * a wildcard never reaches here. What is lost by that, and what else cannot be said, is listed.
 */
import type { Catalog } from '../analysis/space.ts';
import { INNER_PATHS } from '../inner-paths.ts';
import type { CallerMatch } from '../rule.ts';
import { literalPowers } from './literal-powers.ts';
import type { RbacObjects, RbacRole, RbacSubject, RoleRule } from './rbac-objects.ts';
import { boundRole, roleRules } from './role-rules.ts';

/** A rule as a policy document has it. */
export interface ImportedRule {
  readonly id: string;
  readonly effect: 'allow';
  readonly callers: readonly (CallerMatch | { readonly everyone: true })[];
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly namespaces?: readonly string[];
}

export interface Imported {
  readonly rules: readonly { readonly rule: ImportedRule; readonly comment: string }[];
  /** What RBAC allows and the rules do not, one sentence each. */
  readonly leftOut: readonly string[];
}

interface Scope {
  readonly role: RbacRole;
  readonly callers: ImportedRule['callers'];
  /** Undefined for the whole cluster. */
  readonly namespaces: readonly string[] | undefined;
}

/**
 * The rules of all bindings.
 *
 * @param hasPowers whether powers and changes of Secrets that a role reaches by a wildcard become rules that name them
 */
export function importRbac(objects: RbacObjects, powerOf: Catalog['powerOf'], hasPowers: boolean): Imported {
  const leftOut = new Set<string>();
  const ids = new Map<string, number>();
  const rules: { rule: ImportedRule; comment: string }[] = [];
  for (const scope of scopesOf(objects, leftOut)) {
    const named = `${scope.role.kind} \`${scope.role.name}\``;
    for (const rule of roleRules(scope.role, objects.roles)) {
      for (const body of bodiesOf(rule, scope, named, leftOut))
        rules.push({ rule: finish(body, scope, ids), comment: '' });
      const { bodies, lost } = literalPowers(rule, powerOf, hasPowers);
      for (const power of lost) leftOut.add(`${named}: ${power}`);
      for (const { body, what } of bodies)
        rules.push({
          rule: finish(body, scope, ids),
          comment: `${what}, which the role reaches by a wildcard`,
        });
    }
  }
  return { rules, leftOut: [...leftOut].sort() };
}

/** Bindings of one role to the same callers, together. */
function scopesOf({ roles, bindings }: RbacObjects, leftOut: Set<string>): readonly Scope[] {
  const scopes = new Map<string, Scope>();
  for (const binding of bindings) {
    const named = `${binding.kind} \`${binding.namespace === '' ? '' : `${binding.namespace}/`}${binding.name}\``;
    const role = boundRole(binding, roles);
    if (role === undefined) {
      leftOut.add(`${named}: the ${binding.roleKind} \`${binding.roleName}\` is not there, so it binds nothing`);
      continue;
    }
    const callers = binding.subjects.flatMap((subject) => callersOf(subject, binding.namespace, named, leftOut));
    if (callers.length === 0) continue;
    const isCluster = binding.kind === 'ClusterRoleBinding';
    const key = JSON.stringify([role.kind, role.namespace, role.name, isCluster, callers]);
    const before = scopes.get(key)?.namespaces ?? [];
    scopes.set(key, {
      role,
      callers,
      namespaces: isCluster ? undefined : [...new Set([...before, binding.namespace])],
    });
  }
  return [...scopes.values()];
}

function callersOf(
  { kind, name, namespace }: RbacSubject,
  own: string,
  named: string,
  leftOut: Set<string>,
): ImportedRule['callers'] {
  if (kind !== 'Group' && name.includes('*')) {
    leftOut.add(`${named}: \`${name}\` has a \`*\`, which in a rule would be a pattern`);
    return [];
  }
  switch (kind) {
    case 'User':
      return [{ subjects: [name] }];
    case 'ServiceAccount': {
      const home = namespace === '' ? own : namespace;
      return home === '' ? [] : [{ subjects: [`system:serviceaccount:${home}:${name}`] }];
    }
    case 'Group':
      return groupCallers(name, named, leftOut);
    default:
      leftOut.add(`${named}: a subject of kind \`${kind}\` is none that RBAC knows`);
      return [];
  }
}

const ACCOUNTS = 'system:serviceaccounts';

/** Groups that the API server gives by itself; from tokens no group that begins with `system:` is taken. */
function groupCallers(name: string, named: string, leftOut: Set<string>): ImportedRule['callers'] {
  if (name === 'system:authenticated') return [{ everyone: true }];
  if (name === ACCOUNTS) return [{ subjects: ['system:serviceaccount:*'] }];
  if (name.startsWith(`${ACCOUNTS}:`))
    return [{ subjects: [`system:serviceaccount:${name.slice(ACCOUNTS.length + 1)}:*`] }];
  if (!name.startsWith('system:')) return [{ groups: [name] }];
  leftOut.add(
    `${named}: no caller is in the group \`${name}\`, since groups of \`system:\` are never taken from a token`,
  );
  return [];
}

/** What a rule of a role says without callers and namespaces. */
export type RuleBody = Pick<ImportedRule, 'verbs' | 'apiGroups' | 'resources' | 'resourceNames' | 'nonResourceURLs'>;

function bodiesOf(rule: RoleRule, scope: Scope, named: string, leftOut: Set<string>): readonly RuleBody[] {
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule;
  const bodies: RuleBody[] = [];
  if (verbs.length === 0) return bodies;
  if (resources.length > 0 && apiGroups.length > 0)
    bodies.push({ verbs, apiGroups, resources, ...(resourceNames.length === 0 ? {} : { resourceNames }) });
  if (nonResourceURLs.length > 0 && scope.namespaces === undefined) bodies.push({ verbs, nonResourceURLs });
  const inner = nonResourceURLs.filter(
    (url) => url.endsWith('*') && INNER_PATHS.some((path) => path.startsWith(url.slice(0, -1)) || url.startsWith(path)),
  );
  if (inner.length > 0 && scope.namespaces === undefined)
    leftOut.add(
      `${named}: paths under ${INNER_PATHS.join(', ')} by the wildcard ${inner.map((url) => `\`${url}\``).join(', ')}`,
    );
  return bodies;
}

function finish(body: RuleBody, { role, callers, namespaces }: Scope, ids: Map<string, number>): ImportedRule {
  const base = identifier(role.name);
  const count = (ids.get(base) ?? 0) + 1;
  ids.set(base, count);
  return {
    id: `${base}-${count}`,
    effect: 'allow',
    callers,
    ...body,
    ...(namespaces === undefined ? {} : { namespaces }),
  };
}

/** A role's name with what an id may hold, at most 80 long. */
function identifier(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .slice(0, 80)
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return plain === '' ? 'role' : plain;
}
