import type { Undoing } from '../../connector.ts';
import { madeUid } from './made-uid.ts';
import { objectName, undoable } from './undoable.ts';
import { pathOfImage, wayBack } from './way-back.ts';

/** See `Undoing`. */
export const undo: Undoing = {
  foreseen: undoable,
  imageOf(operation, object) {
    const { verb, apiPrefix, apiGroup, apiVersion, resource, subresource, namespace } = operation;
    const name = objectName(operation);
    return { operation: { verb, apiPrefix, apiGroup, apiVersion, resource, subresource, namespace, name }, object };
  },
  pathOf: pathOfImage,
  wayBack,
  madeUid,
};
