/*
 * The request that makes an object again what it was: an update to the state before, held to the version that is there now; a create of what was deleted; a delete of
 * what was made, of that life alone. What the API server sets by itself is left to it.
 */
import type { JsonObject, JsonValue } from '../../../model/operation.ts';
import type { PreImage } from '../../../model/pre-image.ts';
import type { WayBack } from '../../../model/way-back.ts';
import { isJsonObject } from '../is-json-object.ts';
import { lostBy } from './undoable.ts';

/** `live`: the object as it is now; null: there is none. */
export function wayBack(image: PreImage, live: JsonObject | null): WayBack {
  const { operation, object } = image;
  const lost = lostBy(operation);
  if (object === null) {
    if (live === null) return none('what it made is gone already');
    if (image.madeUid === undefined) return none('it is not known which object it made: its reply was not kept');
    // Security: what was there before, or came later under the same name, is not what it made.
    return uidOf(live) === image.madeUid
      ? removed(image, live, lost)
      : none('another object of this name stands there now');
  }
  if (live === null) return madeAgain(image, object, lost);
  if (uidOf(live) !== uidOf(object)) return none('another object of this name stands there now');
  if (metadataOf(live).deletionTimestamp !== undefined)
    return none('it is still being deleted: its finalizers have to end first');
  if (operation.verb === 'delete') return none('it is still there');
  return operation.subresource === 'scale' ? scaled(image, object, live, lost) : putBack(image, object, live, lost);
}

/** Where the object of a pre-image is. */
export function pathOfImage({ operation }: PreImage): string {
  return `${listPath(operation)}/${encodeURIComponent(operation.name)}`;
}

function removed(image: PreImage, live: JsonObject, lost: readonly string[]): WayBack {
  const { uid, resourceVersion } = metadataOf(live);
  const preconditions = { uid: uid ?? '', resourceVersion: resourceVersion ?? '' };
  return {
    kind: 'request',
    method: 'DELETE',
    path: pathOfImage(image),
    objectPath: pathOfImage(image),
    body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions },
    operation: `delete ${named(image)}`,
    lost,
  };
}

function madeAgain(image: PreImage, object: JsonObject, lost: readonly string[]): WayBack {
  return {
    kind: 'request',
    method: 'POST',
    path: listPath(image.operation),
    objectPath: undefined,
    body: unbound(image.operation.resource, withMetadata(object, OF_ONE_LIFE, {})),
    operation: `create ${named(image)} as it was`,
    lost: [...new Set([...lost, ...lostBy({ ...image.operation, verb: 'delete' })])],
  };
}

function putBack(image: PreImage, object: JsonObject, live: JsonObject, lost: readonly string[]): WayBack {
  const { resourceVersion = '' } = metadataOf(live);
  return {
    kind: 'request',
    method: 'PUT',
    path: pathOfImage(image),
    objectPath: pathOfImage(image),
    body: withMetadata(object, ['managedFields'], { resourceVersion }),
    operation: `update ${named(image)} to what it was`,
    lost,
  };
}

/**
 * What is kept is the object itself, not its Scale: a workload's has the number always, 0 too. Where it has none, its kind counts elsewhere (`specReplicasPath` of a
 * custom resource), and what it was is not known.
 */
function scaled(image: PreImage, object: JsonObject, live: JsonObject, lost: readonly string[]): WayBack {
  const { name, namespace } = image.operation;
  const { resourceVersion = '' } = metadataOf(live);
  const replicas = isJsonObject(object.spec) ? object.spec.replicas : undefined;
  if (typeof replicas !== 'number')
    return none('how many there were is not known: what is kept has no `spec.replicas`');
  return {
    kind: 'request',
    method: 'PUT',
    path: `${pathOfImage(image)}/scale`,
    objectPath: pathOfImage(image),
    body: {
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name, namespace, resourceVersion },
      spec: { replicas },
    },
    operation: `scale ${named(image)} to ${JSON.stringify(replicas)}, as it was`,
    lost,
  };
}

function none(why: string): WayBack {
  return { kind: 'none', why };
}

function named({ operation: { resource, name, namespace } }: PreImage): string {
  return `${resource} \`${name}\`${namespace === '' ? '' : ` in namespace \`${namespace}\``}`;
}

function listPath({ apiPrefix, apiGroup, apiVersion, namespace, resource }: PreImage['operation']): string {
  const version = apiGroup === '' ? apiVersion : `${apiGroup}/${apiVersion}`;
  const within = namespace === '' || resource === 'namespaces' ? '' : `namespaces/${encodeURIComponent(namespace)}/`;
  return `/${apiPrefix}/${version}/${within}${resource}`;
}

function metadataOf(object: JsonObject): JsonObject {
  return isJsonObject(object.metadata) ? object.metadata : {};
}

function uidOf(object: JsonObject): JsonValue {
  return metadataOf(object).uid ?? '';
}

/** What the API server says of one life of an object. */
const OF_ONE_LIFE = [
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'generation',
  'managedFields',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

function withMetadata(object: JsonObject, without: readonly string[], more: JsonObject): JsonObject {
  const { status: _, ...rest } = object;
  const metadata = Object.fromEntries(Object.entries(metadataOf(object)).filter(([key]) => !without.includes(key)));
  return { ...rest, metadata: { ...metadata, ...more } };
}

/** What binds an object to others that are gone: the API server sets it anew. */
function unbound(resource: string, object: JsonObject): JsonObject {
  const spec = isJsonObject(object.spec) ? object.spec : {};
  switch (resource) {
    case 'pods':
      return { ...object, spec: without(spec, 'nodeName') };
    case 'persistentvolumeclaims':
      return { ...object, spec: without(spec, 'volumeName') };
    case 'jobs':
      return spec.manualSelector === true ? object : { ...object, spec: unselected(spec) };
    default:
      return object;
  }
}

function without(object: JsonObject, ...keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** A job's selector, and the labels that it selects, are of one life. */
function unselected(spec: JsonObject): JsonObject {
  const template = isJsonObject(spec.template) ? spec.template : {};
  const metadata = isJsonObject(template.metadata) ? template.metadata : {};
  const labels = isJsonObject(metadata.labels) ? metadata.labels : {};
  const kept = without(labels, 'controller-uid', 'batch.kubernetes.io/controller-uid');
  return { ...without(spec, 'selector'), template: { ...template, metadata: { ...metadata, labels: kept } } };
}
