/** RFC 6902, with the API server's refusals. Limit: `operationsMax` operations, as there. */

import { applyPatch, type Operation } from 'rfc6902';
import type { Json, KubeObject } from '../object.ts';
import { badRequest, StatusError } from '../status.ts';

const operationsMax = 10_000;

/** @throws {StatusError} 400 where it is no list of operations, 422 where one cannot be done, 413 where there are too many */
export function jsonPatched(object: KubeObject, patch: Json): KubeObject {
  if (!Array.isArray(patch)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    );
  }
  if (patch.length > operationsMax) {
    const message = `The allowed maximum operations in a JSON patch is ${operationsMax}, got ${patch.length}`;
    throw new StatusError(413, 'RequestEntityTooLarge', message);
  }
  const copy = structuredClone(object);
  const failed = applyPatch(copy, patch as Operation[]).some((error) => error !== null);
  if (failed)
    throw new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  return copy;
}
