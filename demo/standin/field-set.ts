/**
 * Sets of fields, as managedFields writes them: `f:name` for a field, `k:{"name":"x"}` for an item of a keyed list, `v:"x"` for a member of a
 * set, `.` for the thing itself. In memory a set is a set of paths; FieldsV1 is its tree.
 *
 * Source: sigs.k8s.io/structured-merge-diff, fieldpath
 */

import { isEqual, isObject, type Json, type JsonObject } from './object.ts';
import { fieldSchema, itemSchema, resolved, type Schema } from './schema.ts';

/** Paths, each the JSON of its elements. */
export type FieldSet = ReadonlySet<string>;

export type Path = readonly string[];

export function pathKey(path: Path): string {
  return JSON.stringify(path);
}

export function pathOf(key: string): Path {
  return JSON.parse(key);
}

/** How a list is taken apart: by keys, by value, or not at all. */
export type ListType =
  | { readonly is: 'map'; readonly keys: readonly string[] }
  | { readonly is: 'set' }
  | { readonly is: 'atomic' };

export function listTypeOf(schema: Schema | undefined): ListType {
  const whole = resolved(schema);
  if (whole?.['x-kubernetes-list-type'] === 'map')
    return { is: 'map', keys: whole['x-kubernetes-list-map-keys'] ?? [] };
  return { is: whole?.['x-kubernetes-list-type'] === 'set' ? 'set' : 'atomic' };
}

/** The path element of a list's item. */
export function elementOf(item: Json, listType: ListType, items: Schema | undefined): string {
  if (listType.is !== 'map' || !isObject(item)) return `v:${JSON.stringify(item)}`;
  const key: Record<string, Json> = {};
  for (const field of [...listType.keys].sort()) {
    const value = item[field] ?? (fieldSchema(items, field)?.default as Json | undefined);
    if (value !== undefined) key[field] = value;
  }
  return `k:${JSON.stringify(key)}`;
}

/**
 * Each field of an object, with its value. Where `isBegun` is asked for, maps and lists also stand for themselves (`.`), as they do for the
 * one who first set them by an update; what an empty object of the kind has anyway (a struct that is no pointer, a list that is required) is
 * begun by nobody.
 */
export function fieldsOf(value: JsonObject, schema: Schema | undefined, isBegun = false): ReadonlyMap<string, Json> {
  const found = new Map<string, Json>();
  visitFields(value, resolved(schema), [], { found, isBegun, isThereAnyway: true });
  for (const key of found.keys()) if (isUnmanaged(pathOf(key))) found.delete(key);
  return found;
}

interface Visit {
  readonly found: Map<string, Json>;
  readonly isBegun: boolean;
  /** Whether an empty object of the kind has what is being visited. */
  readonly isThereAnyway: boolean;
}

const unmanaged = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'generation',
  'managedFields',
  'resourceVersion',
];

/** Name, uid and the like belong to nobody. */
function isUnmanaged(path: Path): boolean {
  if (path.length === 1) return path[0] === 'f:apiVersion' || path[0] === 'f:kind' || path[0] === 'f:metadata';
  return path[0] === 'f:metadata' && unmanaged.includes((path[1] ?? '').slice(2));
}

function visitFields(value: JsonObject, schema: Schema | undefined, path: Path, visit: Visit): void {
  const whole = resolved(schema);
  for (const [field, each] of Object.entries(value)) {
    if (each === undefined) continue;
    const inner = [...path, `f:${field}`];
    const known = fieldSchema(whole, field);
    const isNamed = whole?.properties !== undefined && Object.hasOwn(whole.properties, field);
    const isThereAnyway = known?.default !== undefined || whole?.required?.includes(field) === true;
    const isStruct = visit.isThereAnyway && known?.default !== undefined;
    const isNothing = isObject(each) && Object.keys(each).length === 0;
    if (visit.isBegun && isStruct && isNothing) continue;
    visitValue(each, known, inner, !isNamed || (visit.isBegun && !isThereAnyway), {
      ...visit,
      isThereAnyway: isStruct,
    });
  }
}

function visitValue(value: Json, schema: Schema | undefined, path: Path, standsForItself: boolean, visit: Visit): void {
  if (isObject(value) && Object.keys(value).length > 0 && schema?.['x-kubernetes-map-type'] !== 'atomic') {
    if (standsForItself) visit.found.set(pathKey(path), {});
    visitFields(value, schema, path, visit);
    return;
  }
  const listType = listTypeOf(schema);
  if (!Array.isArray(value) || value.length === 0 || listType.is === 'atomic') {
    visit.found.set(pathKey(path), value);
    return;
  }
  if (standsForItself) visit.found.set(pathKey(path), {});
  const items = itemSchema(schema);
  for (const item of value) {
    const inner = [...path, elementOf(item, listType, items)];
    visit.found.set(pathKey(inner), isObject(item) ? {} : item);
    if (isObject(item)) visitFields(item, items, inner, visit);
  }
}

/** The fields that are in `after` and are not the same in `before`. */
export function changedFields(before: ReadonlyMap<string, Json>, after: ReadonlyMap<string, Json>): FieldSet {
  return new Set(
    [...after].filter(([key, value]) => !before.has(key) || !isEqual(before.get(key), value)).map(([key]) => key),
  );
}

export function toFieldsV1(set: FieldSet): JsonObject {
  const root: Tree = new Map();
  for (const key of [...set].sort()) {
    let node = root;
    for (const element of pathOf(key)) {
      const next = node.get(element) ?? new Map();
      node.set(element, next);
      node = next;
    }
    node.set('.', new Map());
  }
  return treeJson(root);
}

type Tree = Map<string, Tree>;

function treeJson(tree: Tree): JsonObject {
  const isLeaf = tree.size === 1 && tree.has('.');
  if (isLeaf) return {};
  return Object.fromEntries(
    [...tree].sort(([a], [b]) => (a < b ? -1 : 1)).map(([element, inner]) => [element, treeJson(inner)]),
  );
}

export function fromFieldsV1(fields: JsonObject, path: Path = [], set: Set<string> = new Set()): FieldSet {
  const entries = Object.entries(fields);
  if (entries.length === 0 && path.length > 0) set.add(pathKey(path));
  for (const [element, inner] of entries) {
    if (element === '.') set.add(pathKey(path));
    else if (isObject(inner)) fromFieldsV1(inner, [...path, element], set);
  }
  return set;
}

/** A path as the API server prints it in a conflict: `.spec.template.spec.containers[name="web"].image`. */
export function printedPath(path: Path): string {
  return path
    .map((element) => {
      const rest = element.slice(2);
      if (element.startsWith('f:')) return `.${rest}`;
      if (element.startsWith('v:')) return `[=${rest}]`;
      const keys = Object.entries(JSON.parse(rest) as JsonObject).map(
        ([field, value]) => `${field}=${JSON.stringify(value)}`,
      );
      return `[${keys.join(',')}]`;
    })
    .join('');
}
