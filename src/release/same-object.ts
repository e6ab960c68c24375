import type { JsonObject, JsonValue } from '../model/operation.ts';
import type { Release } from './release.ts';

/** Which object of a release something is about. */
export interface ObjectPlace {
  readonly apiGroup: string;
  readonly kind: string;
  /** Empty: it is in none. */
  readonly namespace: string;
  readonly name: string;
}

/** The object of a release at a place; undefined where it says nothing of one, or of two. */
export function objectAtPlace(
  objects: readonly JsonObject[],
  { namespace: own }: Pick<Release, 'namespace'>,
  place: ObjectPlace,
): JsonObject | undefined {
  const found = objects.filter((object) => isAt(object, own, place));
  return found.length === 1 ? found[0] : undefined;
}

function isAt(object: JsonObject, own: string, { apiGroup, kind, namespace, name }: ObjectPlace): boolean {
  const metadata = object.metadata as JsonObject;
  const stated = metadata.namespace;
  const isThere = namespace === '' || (stated === undefined || stated === '' ? own : stated) === namespace;
  return isThere && object.kind === kind && metadata.name === name && groupOf(object) === apiGroup;
}

/** The group that an object says it is of. */
export function groupOf({ apiVersion }: JsonObject): string {
  return typeof apiVersion === 'string' && apiVersion.includes('/') ? (apiVersion.split('/')[0] as string) : '';
}

/**
 * What Helm writes of an object of a manifest: with the namespace in which it is, and what says whose it is.
 *
 * Source: `setMetadataVisitor`, helm.sh/helm/v4/pkg/action/validate.go
 */
export function asWritten(
  object: JsonObject,
  { name, namespace }: Pick<Release, 'name' | 'namespace'>,
  at: string,
): JsonObject {
  const metadata = object.metadata as JsonObject;
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(at === '' ? {} : { namespace: at }),
      labels: { ...asMap(metadata.labels), 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        ...asMap(metadata.annotations),
        'meta.helm.sh/release-name': name,
        'meta.helm.sh/release-namespace': namespace,
      },
    },
  };
}

function asMap(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** Whether two values are one, whatever the order of keys; what is null is as if it were not there. What is empty is not: `egress: [{}]` opens what `egress: []` closes. */
export function isSameValue(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (isNothing(one) || isNothing(other)) return isNothing(one) && isNothing(other);
  if (typeof one !== 'object' || typeof other !== 'object') return one === other;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item: JsonValue, i) => isSameValue(item, other[i] as JsonValue));
  }
  const [a, b] = [one as JsonObject, other as JsonObject];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => isSameValue(own(a, key), own(b, key)));
}

/** A key of an object’s own. */
export function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isNothing(value: JsonValue | undefined): value is null | undefined {
  return value === undefined || value === null;
}
