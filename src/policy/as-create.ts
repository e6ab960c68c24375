import type { Operation } from '../model/operation.ts';

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
