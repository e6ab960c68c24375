import type { Caller } from '../model/caller.ts';
import { callerMatcher } from './caller-match.ts';
import { anyGlob } from './glob.ts';
import type { CallerMatch } from './rule.ts';

/** What a role lets its holders do in the control plane: `auditor` sees, `operator` ends and changes, `approver` answers. */
export type RoleName = 'auditor' | 'operator' | 'approver';

/** A role, as a policy document gives it. */
export interface Role {
  readonly role: RoleName;
  readonly callers: readonly CallerMatch[];
  /** With `*`; absent: every target. */
  readonly targets?: readonly string[];
  /** With `*`; absent: every namespace, and what is in none. */
  readonly namespaces?: readonly string[];
}

/**
 * The roles that a caller holds. Security: `operator` and `approver` are for persons, whatever a policy says: who ends and answers is not who is bound by it (T77).
 */
export function rolesOf(roles: readonly Role[], caller: Caller): readonly Role[] {
  return roles.filter(
    ({ role, callers }) => (role === 'auditor' || caller.kind === 'person') && callerMatcher(callers)(caller),
  );
}

/** Whether one of the roles holds for a place; a place in no namespace, or in every, is reached only by a role that names none. */
export function reaches(
  roles: readonly Role[],
  names: readonly RoleName[],
  place: { readonly target: string; readonly namespaces: readonly string[] },
): boolean {
  return roles.some(
    ({ role, targets, namespaces }) =>
      names.includes(role) &&
      (targets === undefined || anyGlob(targets)(place.target)) &&
      (namespaces === undefined || (place.namespaces.length > 0 && place.namespaces.every(anyGlob(namespaces)))),
  );
}
