import { type Role, type RoleName, reaches } from '../policy/role.ts';
import type { Kill } from './row-body.ts';

/** Whether one of the roles reaches a stop. A caller, a session and all are everywhere: only a role without bounds reaches them. */
export function reachesKill(
  roles: readonly Role[],
  names: readonly RoleName[],
  { what, value }: Pick<Kill, 'what' | 'value'>,
): boolean {
  if (what === 'target') return reaches(roles, names, { target: value, namespaces: [] });
  return roles.some(
    ({ role, targets, namespaces }) => names.includes(role) && targets === undefined && namespaces === undefined,
  );
}
