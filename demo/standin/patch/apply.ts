/**
 * Server-side apply: the caller states the fields that it wants, becomes their owner, and what it stated before and no longer does goes,
 * unless another owns it too. A field that another manager owns with another value is a conflict, unless the caller forces it.
 *
 * Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */

import { elementOf, type FieldSet, fieldsOf, listTypeOf, type Path, pathOf, printedPath } from '../field-set.ts';
import { isSameManager, type Manager, minus, type Owned, ownersOf, withOwners } from '../managed-fields.ts';
import { isEqual, isObject, type Json, type JsonObject, type KubeObject, timestamp } from '../object.ts';
import { fieldSchema, itemSchema, type Schema } from '../schema.ts';
import { badRequest, type Cause, StatusError } from '../status.ts';

export interface Apply {
  readonly live: KubeObject | undefined;
  readonly applied: KubeObject;
  readonly schema: Schema | undefined;
  readonly manager: Manager;
  readonly isForced: boolean;
  readonly nowMs: number;
}

/**
 * The object after the apply, with its owners.
 *
 * @throws {StatusError} 409 with a cause for each field that others own, 400 where managedFields are stated
 */
export function serverSideApplied({ live, applied, schema, manager, isForced, nowMs }: Apply): KubeObject {
  if (applied.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  const stated = fieldsOf(applied, schema);
  const owners = ownersOf(live);
  const mine = owners.find((owned) => isSameManager(owned.manager, manager));
  const others = owners.filter((owned) => owned !== mine);
  const liveFields = live === undefined ? new Map<string, Json>() : fieldsOf(live, schema);
  const contested = others.map((owned) => ({ owned, paths: contestedPaths(owned, stated, liveFields) }));
  if (!isForced) refuseConflicts(contested);
  const merged = mergeApplied(
    live ?? { apiVersion: applied.apiVersion, kind: applied.kind, metadata: {} },
    applied,
    schema,
  ) as KubeObject;
  const remaining = contested.map(({ owned, paths }) => ({ ...owned, fields: minus(owned.fields, new Set(paths)) }));
  const elsewhere = new Set(remaining.flatMap((owned) => [...owned.fields]));
  const dropped = [...(mine?.fields ?? [])].filter((key) => !stated.has(key) && !elsewhere.has(key));
  const after = withoutPaths(merged, dropped, new Set([...stated.keys(), ...elsewhere]), schema);
  const fields: FieldSet = new Set(stated.keys());
  const isUnchanged = mine !== undefined && mine.fields.size === fields.size && minus(fields, mine.fields).size === 0;
  const time = isUnchanged && live !== undefined && isEqual(live, after) ? mine.time : timestamp(nowMs);
  return withOwners(after, [...remaining, { manager, apiVersion: applied.apiVersion, time, fields }]);
}

function contestedPaths(
  owned: Owned,
  stated: ReadonlyMap<string, Json>,
  live: ReadonlyMap<string, Json>,
): readonly string[] {
  return [...stated]
    .filter(([key, value]) => owned.fields.has(key) && live.has(key) && !isEqual(live.get(key), value))
    .map(([key]) => key);
}

function refuseConflicts(contested: readonly { owned: Owned; paths: readonly string[] }[]): void {
  const causes: Cause[] = contested.flatMap(({ owned, paths }) =>
    paths.map((key) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${described(owned)}`,
      field: printedPath(pathOf(key)),
    })),
  );
  if (causes.length === 0) return;
  const byManager = contested.filter(({ paths }) => paths.length > 0);
  const [only] = byManager;
  const fields = causes.length === 1 ? causes[0]?.field : undefined;
  const text =
    byManager.length === 1 && only !== undefined && fields !== undefined
      ? `conflict with ${described(only.owned)}: ${fields}`
      : byManager
          .map(
            ({ owned, paths }) =>
              `conflicts with ${described(owned)}:\n${paths.map((key) => `- ${printedPath(pathOf(key))}`).join('\n')}`,
          )
          .join('\n');
  const count = causes.length === 1 ? '1 conflict' : `${causes.length} conflicts`;
  throw new StatusError(409, 'Conflict', `Apply failed with ${count}: ${text}`, { causes });
}

function described(owned: Owned): string {
  const { name, operation, subresource } = owned.manager;
  const sub = subresource === '' ? '' : ` with subresource "${subresource}"`;
  return operation === 'Apply' ? `"${name}"${sub}` : `"${name}"${sub} using ${owned.apiVersion}`;
}

/** The stated value laid over the live one: objects by field, keyed lists by key, sets by member; the rest is replaced. */
function mergeApplied(live: Json | undefined, applied: Json, schema: Schema | undefined): Json {
  if (isObject(applied) && isObject(live) && schema?.['x-kubernetes-map-type'] !== 'atomic') {
    const out: Record<string, Json | undefined> = { ...live };
    for (const [field, each] of Object.entries(applied)) {
      if (each !== undefined) out[field] = mergeApplied(live[field], each, fieldSchema(schema, field));
    }
    return out as JsonObject;
  }
  const listType = listTypeOf(schema);
  if (!Array.isArray(applied) || !Array.isArray(live) || listType.is === 'atomic') return applied;
  const items = itemSchema(schema);
  const keyOf = (item: Json): string => elementOf(item, listType, items);
  const before = new Map((live as readonly Json[]).map((item) => [keyOf(item), item]));
  const mine = (applied as readonly Json[]).map((item) => mergeApplied(before.get(keyOf(item)), item, items));
  const named = new Set((applied as readonly Json[]).map(keyOf));
  return [...mine, ...(live as readonly Json[]).filter((item) => !named.has(keyOf(item)))];
}

/** Takes away what was given up; a map or an item goes only when nothing in it is still owned. */
function withoutPaths(
  object: KubeObject,
  dropped: readonly string[],
  kept: FieldSet,
  schema: Schema | undefined,
): KubeObject {
  const keptPaths = [...kept].map(pathOf);
  const isFree = (path: Path): boolean =>
    !keptPaths.some((other) => path.every((element, index) => other[index] === element));
  const free = dropped.map(pathOf).filter(isFree);
  const byDepth = free.sort((a, b) => b.length - a.length);
  return byDepth.reduce<Json>((value, path) => withoutPath(value, path, schema), object) as KubeObject;
}

function withoutPath(value: Json, path: Path, schema: Schema | undefined): Json {
  const [element = '', ...rest] = path;
  if (isObject(value) && element.startsWith('f:')) {
    const field = element.slice(2);
    const { [field]: inner, ...others } = value;
    if (inner === undefined) return value;
    if (rest.length === 0) return others;
    const after = withoutPath(inner, rest, fieldSchema(schema, field));
    const isEmptied =
      (isObject(after) && Object.keys(after).length === 0) || (Array.isArray(after) && after.length === 0);
    return isEmptied ? others : { ...others, [field]: after };
  }
  if (!Array.isArray(value)) return value;
  const [listType, items] = [listTypeOf(schema), itemSchema(schema)];
  return (value as readonly Json[]).flatMap((item) => {
    if (elementOf(item, listType, items) !== element) return [item];
    return rest.length === 0 ? [] : [withoutPath(item, rest, items)];
  });
}
