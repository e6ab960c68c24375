import type { Operation } from '../model/operation.ts';
import { matchesRbac } from './rbac.ts';

/** What a grant is for, in a rule's own keys. A grant is bound by all of them, and by whatever else its rule states. */
export interface GrantScope {
  /** One target, by name. */
  readonly target: string;
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** None: every name that the rule reaches. */
  readonly resourceNames: readonly string[];
  /** Names, without `*`; none: what the rule reaches, which then names no namespace itself. */
  readonly namespaces: readonly string[];
}

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
