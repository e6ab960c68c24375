import type { Unsaid } from '../model/foresight.ts';
import type { GrantScope } from '../model/grant-scope.ts';
import type { Operation } from '../model/operation.ts';
import { matchesRbac, matchesRbacUnnamed } from './rbac.ts';
import { and, NO, type Truth, unsaid, YES } from './truth.ts';

/** A live grant's scope, and the request rule that it turns into an allow. */
export interface GrantedScope {
  readonly grant: string;
  readonly rule: string;
  readonly scope: GrantScope;
}

/** Whether an operation is within a scope: to the letter, as what permits is read, and without wildcards for powers. */
export function isWithin(scope: GrantScope, operation: Operation): boolean {
  return within(scope, operation, undefined) === YES;
}

/** The same, of a request of which an access review leaves something open. */
export function within(scope: GrantScope, operation: Operation, open: Unsaid | undefined): Truth {
  const { target, namespaces, resourceNames } = scope;
  // First, since of a caller's grants most are of other names.
  if (open?.name !== true && resourceNames.length > 0 && !resourceNames.includes(operation.name)) return NO;
  if (target !== operation.target || !operation.isResourceRequest) return NO;
  const isThere = namespaces.length === 0 || namespaces.includes(operation.namespace);
  if (!isThere && !(open?.namespace === true && operation.namespace === '')) return NO;
  const place = isThere ? YES : unsaid('namespace');
  if (matchesRbac(scope, operation, 'named')) return place;
  const isNameOpen = open?.name === true && operation.name === '';
  return isNameOpen && matchesRbacUnnamed(scope, operation, 'named') ? and(place, unsaid('name')) : NO;
}
