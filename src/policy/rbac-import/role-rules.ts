import { selectorMatches } from '../label-selector.ts';
import type { RbacBinding, RbacRole, RoleRule } from './rbac-objects.ts';

/**
 * The rules that a role comes to: of an aggregated ClusterRole those of all that it selects, as the cluster's controller would write them there, or those that
 * stand in it where none of the selected is known.
 *
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
 */
export function roleRules(role: RbacRole, roles: readonly RbacRole[]): readonly RoleRule[] {
  return collect(role, roles, new Set());
}

function collect(role: RbacRole, roles: readonly RbacRole[], seen: Set<RbacRole>): readonly RoleRule[] {
  if (seen.has(role)) return [];
  seen.add(role);
  const selected = roles.filter(
    (other) =>
      other !== role &&
      other.kind === 'ClusterRole' &&
      role.aggregates.some((selector) => selectorMatches(selector, other.labels)),
  );
  return selected.length === 0 ? role.rules : selected.flatMap((other) => collect(other, roles, seen));
}

/** The role that a binding names; undefined where it is not known. */
export function boundRole(binding: RbacBinding, roles: readonly RbacRole[]): RbacRole | undefined {
  return roles.find(
    (role) =>
      role.kind === binding.roleKind &&
      role.name === binding.roleName &&
      (role.kind === 'ClusterRole' || role.namespace === binding.namespace),
  );
}
