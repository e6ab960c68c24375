/*
 * What a change amounts to beside itself, as far as its body says: what could equal a delete is taken to.
 *
 * A new object deletes nothing, so a create has none of these (an eviction is known by its path), but for one: a new autoscaler that may scale to 0. Of the rest:
 *
 * - `scale-to-zero`: `spec.replicas` becomes 0, on any kind; on a `scale` subresource also where it is left out of an update or taken away by a
 *   patch, since there 0 is what that means. A Job's `parallelism: 0` and `suspend: true` end its pods too. So do
 *   the fields by which autoscalers are let down to 0, Kubernetes' own (`minReplicas`, 1.37 and newer) and those of KEDA and others (`minReplicaCount`, …).
 * - `finalizers`: a patch touches `metadata.finalizers`, whatever it puts there; an update has an empty list, or none on an object that is
 *   being deleted. What only the live object shows is left to policy/finalizers.ts: an update that leaves both out, and an apply that leaves out
 *   the finalizers which the same manager applied before.
 * - `deletion-timestamp`: `metadata.deletionTimestamp` is set. Upstream ignores or refuses that today.
 * - `owner-references`: owners are named, one of which may be gone already.
 * - `ttl`: a field of the spec that begins with `ttl` is set, as in Jobs and in most operators' kinds; or `activeDeadlineSeconds`, after which the pods of
 *   a Job, or a pod itself, are ended.
 * - `patch-delete`: `$patch` or `$deleteFromPrimitiveList` anywhere in a patch. `$retainKeys`, which kubectl puts into every apply of a
 *   deployment's strategy, counts only where it could drop metadata or replicas.
 *
 * A patch of a parent counts for what is under it, and `move` and `copy` for all that they could bring.
 */
import type { Equivalent, JsonObject, JsonValue, Patch } from '../../../model/operation.ts';
import { unreachable } from '../../../std/unreachable.ts';
import type { BodyPath } from './agree.ts';
import { DEFAULT_BODY_LIMITS } from './body-limits.ts';
import { holds, overlaps } from './json-pointer.ts';
import { isJsonList, isJsonObject } from './json-value.ts';
import { type JsonPatchOperation, jsonPatchOperations } from './read-patch.ts';

/** What an update or patch equals; empty for every other verb. */
export function bodyEquivalents(
  path: BodyPath,
  object: JsonObject | undefined,
  patch: Patch | undefined,
): readonly Equivalent[] {
  const found = new Set<Equivalent>();
  if (path.verb === 'create' && object !== undefined && isScaledDown(within(object, 'spec')))
    found.add('scale-to-zero');
  if (path.verb === 'update' && object !== undefined) ofUpdate(object, path, found);
  if (path.verb === 'patch' && patch !== undefined) ofPatch(patch, path, found);
  return [...found];
}

function ofUpdate(object: JsonObject, path: BodyPath, found: Set<Equivalent>): void {
  const metadata = within(object, 'metadata');
  ofMetadata(metadata, found);
  const finalizers = metadata.finalizers;
  const isGoing = isSet(metadata.deletionTimestamp);
  if (isEmpty(finalizers) && (isGoing || finalizers !== undefined)) found.add('finalizers');
  const spec = within(object, 'spec');
  if (path.subresource === 'scale' && !isSet(spec.replicas)) found.add('scale-to-zero');
  ofSpec(spec, path, found);
}

function ofPatch(patch: Patch, path: BodyPath, found: Set<Equivalent>): void {
  switch (patch.type) {
    case 'json':
      for (const operation of jsonPatchOperations(patch.operations, DEFAULT_BODY_LIMITS)) {
        if (operation.op !== 'test') ofOperation(operation, path, found);
      }
      return;
    case 'merge':
    case 'strategic':
    case 'apply':
      ofObjectPatch(patch.object, path, found);
      return;
    default:
      unreachable(patch);
  }
}

function ofObjectPatch(object: JsonObject, path: BodyPath, found: Set<Equivalent>): void {
  if (hasDirective(object)) found.add('patch-delete');
  const metadata = within(object, 'metadata');
  ofMetadata(metadata, found);
  const isMetadataReplaced = object.metadata === null || isReplaced(object) || isReplaced(metadata);
  if (isMetadataReplaced || 'finalizers' in metadata || '$deleteFromPrimitiveList/finalizers' in metadata) {
    found.add('finalizers');
  }
  const spec = within(object, 'spec');
  const isTakenAway = object.spec === null || isReplaced(object) || isReplaced(spec) || spec.replicas === null;
  if (path.subresource === 'scale' && isTakenAway) found.add('scale-to-zero');
  ofSpec(spec, path, found);
}

/** Whether a strategic patch may drop what it does not name of an object. */
function isReplaced(object: JsonObject): boolean {
  return '$patch' in object || '$retainKeys' in object;
}

const FINALIZERS = ['metadata', 'finalizers'];
const OWNERS = ['metadata', 'ownerReferences'];
const DELETION = ['metadata', 'deletionTimestamp'];
const REPLICAS = ['spec', 'replicas'];
const SPEC = ['spec'];

function ofOperation(operation: JsonPatchOperation, path: BodyPath, found: Set<Equivalent>): void {
  const { op, from, value } = operation;
  const touched = op === 'move' && from !== undefined ? [operation.path, from] : [operation.path];
  if (touched.some((place) => overlaps(place, FINALIZERS))) found.add('finalizers');
  if (path.subresource === 'scale' && (op === 'remove' || op === 'move')) {
    if (touched.some((place) => holds(place, REPLICAS))) found.add('scale-to-zero');
  }
  if (op === 'remove') return;
  if (value === undefined) {
    ofUnseen(operation.path, path, found);
    return;
  }
  // The value, put where it will stand in an object that is otherwise empty.
  const object = operation.path.reduceRight<JsonValue>((inner, key) => ({ __proto__: null, [key]: inner }), value);
  if (!isJsonObject(object)) return;
  ofMetadata(within(object, 'metadata'), found);
  ofSpec(within(object, 'spec'), path, found);
  const isSpecWritten = holds(operation.path, SPEC);
  if (path.subresource === 'scale' && isSpecWritten && !isSet(within(object, 'spec').replicas)) {
    found.add('scale-to-zero');
  }
}

/** `move` and `copy` bring a value that is not in the patch. */
function ofUnseen(place: readonly string[], path: BodyPath, found: Set<Equivalent>): void {
  if (overlaps(place, OWNERS)) found.add('owner-references');
  if (overlaps(place, DELETION)) found.add('deletion-timestamp');
  if (path.subresource === 'status') return;
  const isSpec = overlaps(place, SPEC);
  const key = place[1];
  if (isSpec && (key === undefined || key === 'replicas' || isScaleField(key) || isJobField(key, path)))
    found.add('scale-to-zero');
  if (isSpec && (key === undefined || isTtl(key) || key === 'jobTemplate')) found.add('ttl');
}

function ofMetadata(metadata: JsonObject, found: Set<Equivalent>): void {
  if (isSet(metadata.deletionTimestamp)) found.add('deletion-timestamp');
  if (!isEmpty(metadata.ownerReferences)) found.add('owner-references');
}

function ofSpec(spec: JsonObject, path: BodyPath, found: Set<Equivalent>): void {
  // What a status subresource is sent of the spec goes nowhere.
  if (path.subresource === 'status') return;
  if (isZero(spec.replicas) || isScaledDown(spec)) found.add('scale-to-zero');
  if (isJobField('parallelism', path) && (isZero(spec.parallelism) || spec.suspend === true)) {
    found.add('scale-to-zero');
  }
  const jobSpec = within(within(spec, 'jobTemplate'), 'spec');
  const isTtlSet = (each: JsonObject) => Object.keys(each).some((key) => isTtl(key) && isSet(each[key]));
  if (isTtlSet(spec) || isTtlSet(jobSpec)) found.add('ttl');
}

/** Bounds of autoscalers. Source: `minReplicas` of autoscaling/v2, `minReplicaCount` and `idleReplicaCount` of KEDA's ScaledObject */
function isScaleField(key: string): boolean {
  return /^(min|max|idle)Replica(s|Count)$/.test(key);
}

function isScaledDown(spec: JsonObject): boolean {
  return Object.keys(spec).some((key) => isScaleField(key) && isZero(spec[key]));
}

function isJobField(key: string, path: BodyPath): boolean {
  const isJob = path.apiGroup === 'batch' && path.resource === 'jobs';
  return isJob && (key === 'parallelism' || key === 'suspend');
}

function isTtl(key: string): boolean {
  return /^ttl/i.test(key) || key === 'activeDeadlineSeconds';
}

function isZero(value: JsonValue | undefined): boolean {
  return value === 0 || (typeof value === 'string' && value.trim() !== '' && Number(value) === 0);
}

function isSet(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null;
}

function isEmpty(value: JsonValue | undefined): boolean {
  return !isSet(value) || (isJsonList(value) && value.length === 0);
}

/** An object inside an object; one without keys where there is none. */
function within(object: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return isJsonObject(value) ? value : EMPTY;
}

const EMPTY: JsonObject = Object.freeze(Object.create(null));

/** Limit: the reader has bounded the depth. */
function hasDirective(value: JsonValue): boolean {
  if (isJsonList(value)) return value.some(hasDirective);
  if (!isJsonObject(value)) return false;
  return Object.keys(value).some(
    (key) => key === '$patch' || key.startsWith('$deleteFromPrimitiveList/') || hasDirective(value[key] as JsonValue),
  );
}
