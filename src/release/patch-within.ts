/*
 * Whether a patch of Helm's makes of an object nothing but what its manifest says: each value that it sets stands there, and each that it takes away stood in the manifest
 * before and stands in this one no more. Helm 3 sends the difference of three: the manifest before, this one, and the object.
 *
 * Source: https://github.com/kubernetes/community/blob/main/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */
import type { JsonObject, JsonValue } from '../model/operation.ts';
import { isSameValue, own } from './same-object.ts';

/** `before`: the same object as the manifests before have it; undefined: they have none. */
export function isPatchWithin(
  type: 'merge' | 'strategic',
  patch: JsonObject,
  wanted: JsonObject,
  before: readonly JsonObject[],
): boolean {
  return Object.entries(patch).every(([key, value]) => {
    if (type === 'strategic' && key.startsWith('$')) return isDirective(key, value, wanted);
    const [now, old] = [own(wanted, key), before.map((each) => own(each, key))];
    if (value === null) return now === undefined && old.some((each) => each !== undefined);
    if (now === undefined) return false;
    if (isObject(value)) return isObject(now) && isPatchWithin(type, value, now, old.filter(isObject));
    if (!Array.isArray(value)) return isSameValue(value, now);
    if (!Array.isArray(now)) return false;
    const items = value as readonly JsonValue[];
    if (type === 'merge' || !items.every(isObject)) return isSameValue(items, now);
    const lists = old.flatMap((each) => (Array.isArray(each) ? (each as readonly JsonValue[]) : []));
    return items.every((item) =>
      isItemWithin(item, (now as readonly JsonValue[]).filter(isObject), lists.filter(isObject)),
    );
  });
}

/** An item of a list that is merged by a key: Helm sends the key along. */
function isItemWithin(item: JsonObject, now: readonly JsonObject[], old: readonly JsonObject[]): boolean {
  const { $patch: directive, ...rest } = item;
  if (directive === 'delete') return now.every((each) => !hasAll(each, rest)) && old.some((each) => hasAll(each, rest));
  if (directive !== undefined) return false;
  return now.some((each) =>
    isPatchWithin(
      'strategic',
      rest,
      each,
      old.filter((before) => sharesKey(before, each)),
    ),
  );
}

/** Keys by which lists of Kubernetes are merged. */
const MERGE_KEYS = [
  'name',
  'mountPath',
  'devicePath',
  'containerPort',
  'port',
  'ip',
  'key',
  'type',
  'topologyKey',
  'uid',
];

function sharesKey(one: JsonObject, other: JsonObject): boolean {
  const key = MERGE_KEYS.find((each) => own(one, each) !== undefined && own(other, each) !== undefined);
  return key !== undefined && isSameValue(one[key], other[key]);
}

function hasAll(object: JsonObject, part: JsonObject): boolean {
  return Object.entries(part).every(([key, value]) => isSameValue(own(object, key), value));
}

/** An order, and which keys stay: neither brings anything that is not in the manifest. What deletes by another way is asked about. */
function isDirective(key: string, value: JsonValue, wanted: JsonObject): boolean {
  if (key.startsWith('$setElementOrder/')) return true;
  if (key !== '$retainKeys' || !Array.isArray(value)) return false;
  return Object.keys(wanted).every((each) => (value as readonly JsonValue[]).includes(each));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
