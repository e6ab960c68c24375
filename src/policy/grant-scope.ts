import type { GrantScope } from '../model/grant-scope.ts';
import type { Operation } from '../model/operation.ts';
import { matchesRbac } from './rbac.ts';

/** A live grant's scope, and the request rule that it turns into an allow. */
export interface GrantedScope {
  readonly grant: string;
  readonly rule: string;
  readonly scope: GrantScope;
}

/** Whether an operation is within a scope: to the letter, as what permits is read, and without wildcards for powers. */
export function isWithin({ target, namespaces, ...fields }: GrantScope, operation: Operation): boolean {
  if (target !== operation.target || !operation.isResourceRequest) return false;
  if (namespaces.length > 0 && !namespaces.includes(operation.namespace)) return false;
  return matchesRbac(fields, operation, 'named');
}
