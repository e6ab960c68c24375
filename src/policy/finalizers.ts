/*
 * Finalizers that a change drops by leaving them out: the one equivalent of a delete that a body alone does not show. What a body says itself (a list that is
 * emptied, a patch of the list) the connector has found already.
 *
 * The API server keeps what an update leaves out of `deletionTimestamp`, and not what it leaves out of `finalizers`; and an apply takes away what the same
 * manager applied before and now leaves out. Both are seen by looking at the live object.
 */
import type { JsonObject, Operation } from '../model/operation.ts';
import type { Facts } from './facts.ts';
import { at, objectsIn, stringsIn } from './json.ts';
import { BROKEN, missing, NO, type Truth, truth } from './truth.ts';

/**
 * Whether the operation leaves out a finalizer that the live object has; missing where that object has not been looked up. No for what is no change of an
 * existing object by a whole body, and where the operation is known to equal a delete by its finalizers already.
 *
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/,
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function leavesOutFinalizers(operation: Operation, { existing }: Facts): Truth {
  const { verb, body, equals } = operation;
  const isApply = verb === 'patch' && body?.patch?.type === 'apply';
  if (body === undefined || !isWhole(operation) || (verb !== 'update' && !isApply)) return NO;
  if (equals.includes('finalizers')) return NO;
  if (verb === 'update' && body.object === undefined) return BROKEN;
  if (existing === undefined || existing === 'unknown') return missing('existing');
  const stored = existing === null ? [] : stringsIn(at(existing, 'metadata', 'finalizers'));
  if (existing === null || stored.length === 0) return NO;
  if (isApply) return truth(hasApplied(existing, operation.options.fieldManager ?? ''));
  const kept = new Set(stringsIn(at(body.object, 'metadata', 'finalizers')));
  return truth(stored.some((finalizer) => !kept.has(finalizer)));
}

/** Whether the body stands for the object with its metadata; other subresources take bodies of their own kinds. */
function isWhole({ isResourceRequest, subresource }: Operation): boolean {
  return isResourceRequest && (subresource === '' || subresource === 'status');
}

/** Whether the manager has applied finalizers of the object before. Source: `ManagedFieldsEntry` of meta/v1 */
function hasApplied(existing: JsonObject, manager: string): boolean {
  return objectsIn(at(existing, 'metadata', 'managedFields')).some(
    (entry) =>
      entry.operation === 'Apply' &&
      entry.manager === manager &&
      at(entry, 'fieldsV1', 'f:metadata', 'f:finalizers') !== undefined,
  );
}
