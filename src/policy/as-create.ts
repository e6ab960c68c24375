import type { Decision, HoldDecision } from '../model/decision.ts';
import type { Operation } from '../model/operation.ts';
import type { Facts } from './facts.ts';

/**
 * The create that an operation is where its object does not exist: an apply makes it, and so does an update of some kinds (leases, endpoints, roles).
 * The API server asks its own authorizer for `create` then. Undefined for what creates nothing.
 *
 * Source: `withAuthorization`, https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/endpoints/handlers/create.go
 */
export function asCreate(operation: Operation): Operation | undefined {
  const { isResourceRequest, verb, subresource, body } = operation;
  if (!isResourceRequest || subresource !== '') return undefined;
  const isApply = verb === 'patch' && body?.patch?.type === 'apply';
  return isApply || verb === 'update' ? { ...operation, verb: 'create', equals: [] } : undefined;
}

/** Whether the create is allowed just the same, so that it does not matter whether the object is there. */
export function isCreateFree(created: Decision): boolean {
  return created.effect === 'allow' && created.amend === undefined && created.grant === undefined;
}

/** What stands of the two answers, given the live object: one that is not known to be there is taken not to be. */
export function unlessMissing(decision: Decision, created: Decision, existing: Facts['existing']): Decision {
  if (existing !== undefined && existing !== null && existing !== 'unknown') return decision;
  if (created.effect === 'deny') return { ...created, reason: `it would be created, and ${created.reason}` };
  // Security: what holds the change still holds it, whatever allows the create.
  if (decision.effect !== 'hold') return created;
  return created.effect === 'hold' ? heldByBoth(decision, created) : decision;
}

/** Every rule that holds one of the two, each once. */
function heldByBoth(a: HoldDecision, b: HoldDecision): HoldDecision {
  const holds = [...a.holds, ...b.holds.filter(({ rule }) => !a.holds.some((other) => other.rule === rule))];
  const lifts = [...new Set([...(a.lifts ?? []), ...(b.lifts ?? [])])];
  return { ...a, holds, ...(lifts.length === 0 ? {} : { lifts }) };
}
