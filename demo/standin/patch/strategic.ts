/**
 * Strategic merge patch: a merge patch that knows how lists are keyed. Keys and strategies are those of the kind's own schema, so that
 * containers merge by name and tolerations are replaced, as the API server does it.
 *
 * Source: k8s.io/apimachinery pkg/util/strategicpatch
 */

import { isEqual, isObject, type Json, type JsonObject } from '../object.ts';
import { fieldSchema, itemSchema, type Schema } from '../schema.ts';
import { badRequest } from '../status.ts';

const elementOrder = '$setElementOrder/';
const deleteFromList = '$deleteFromPrimitiveList/';

/** @throws {StatusError} 400 for a directive that cannot be read */
export function strategicPatched(target: JsonObject, patch: JsonObject, schema: Schema | undefined): JsonObject {
  if (patch.$patch === 'replace') return plain(patch);
  if (patch.$patch === 'delete') return {};
  if (patch.$patch !== undefined && patch.$patch !== 'merge')
    throw badRequest(`unknown patch type "${patch.$patch}" found in the patch`);
  const out: Record<string, Json | undefined> = { ...target };
  retainKeys(out, patch);
  for (const [field, each] of Object.entries(patch)) {
    if (field === '$patch' || field === '$retainKeys' || field.startsWith(elementOrder) || each === undefined) continue;
    if (field.startsWith(deleteFromList)) removeMembers(out, field.slice(deleteFromList.length), each);
    else if (each === null) delete out[field];
    else out[field] = merged(out[field], each, fieldSchema(schema, field), patch[`${elementOrder}${field}`]);
  }
  for (const [field, each] of Object.entries(patch)) {
    const name = field.slice(elementOrder.length);
    if (field.startsWith(elementOrder) && patch[name] === undefined && Array.isArray(each)) {
      const list = (Array.isArray(out[name]) ? out[name] : []) as readonly Json[];
      out[name] = ordered(list, each, list, mergeKeyOf(fieldSchema(schema, name)));
    }
  }
  return out;
}

function merged(target: Json | undefined, patch: Json, schema: Schema | undefined, order: Json | undefined): Json {
  if (isObject(patch)) {
    if (strategies(schema).includes('replace') && patch.$patch === undefined) return plain(patch);
    const result = strategicPatched(isObject(target) ? target : {}, patch, schema);
    return result;
  }
  if (!Array.isArray(patch)) return patch;
  if (!strategies(schema).includes('merge')) return patch.map(plainValue);
  const key = mergeKeyOf(schema);
  const present = Array.isArray(target) ? target : [];
  const list = key === undefined ? mergedSet(present, patch) : mergedByKey(present, patch, key, schema);
  const inOrder = ordered(list, patch, present, key);
  return Array.isArray(order) ? ordered(inOrder, order, present, key) : inOrder;
}

function mergedSet(target: readonly Json[], patch: readonly Json[]): readonly Json[] {
  return [...target, ...patch.filter((each) => !target.some((have) => isEqual(have, each)))];
}

function mergedByKey(
  target: readonly Json[],
  patch: readonly Json[],
  key: string,
  schema: Schema | undefined,
): readonly Json[] {
  if (patch.some((each) => isObject(each) && each.$patch === 'replace')) {
    return patch.filter((each) => !(isObject(each) && each.$patch === 'replace')).map(plainValue);
  }
  let out = [...target];
  for (const item of patch) {
    if (!isObject(item)) throw badRequest('invalid JSON document');
    const value = item[key];
    if (value === undefined)
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    const isSame = (each: Json): boolean => isObject(each) && isEqual(each[key], value);
    if (item.$patch === 'delete') {
      out = out.filter((each) => !isSame(each));
      continue;
    }
    const index = out.findIndex(isSame);
    const before = out[index];
    const after = strategicPatched(isObject(before) ? before : {}, item, itemSchema(schema));
    if (index < 0) out.push(after);
    else out[index] = after;
  }
  return out;
}

/** The items that an order names, in that order, and the others among them where they stood on the server. */
function ordered(
  list: readonly Json[],
  order: readonly Json[],
  server: readonly Json[],
  key: string | undefined,
): readonly Json[] {
  const keyOf = (each: Json): Json | undefined => (key !== undefined && isObject(each) ? each[key] : each);
  const rankIn = (all: readonly Json[], each: Json): number =>
    all.findIndex((other) => isEqual(keyOf(other), keyOf(each)));
  const named = list.filter((each) => rankIn(order, each) >= 0).sort((a, b) => rankIn(order, a) - rankIn(order, b));
  const others = list.filter((each) => rankIn(order, each) < 0);
  const out: Json[] = [];
  for (let [at, next] = [0, 0]; at < others.length || next < named.length; ) {
    const [other, mine] = [others[at], named[next]];
    const isOthersTurn =
      other !== undefined && (mine === undefined || isBefore(rankIn(server, other), rankIn(server, mine)));
    if (isOthersTurn) at += 1;
    else next += 1;
    out.push((isOthersTurn ? other : mine) as Json);
  }
  return out;
}

function isBefore(rank: number, other: number): boolean {
  return rank >= 0 && other >= 0 && rank < other;
}

function removeMembers(out: Record<string, Json | undefined>, field: string, members: Json): void {
  const list = out[field];
  if (!Array.isArray(list) || !Array.isArray(members)) return;
  out[field] = list.filter((each: Json) => !members.some((member: Json) => isEqual(member, each)));
}

function retainKeys(out: Record<string, Json | undefined>, patch: JsonObject): void {
  const keys = patch.$retainKeys;
  if (!Array.isArray(keys)) return;
  for (const field of Object.keys(out)) if (!keys.includes(field)) delete out[field];
}

function strategies(schema: Schema | undefined): readonly string[] {
  return schema?.['x-kubernetes-patch-strategy']?.split(',') ?? [];
}

function mergeKeyOf(schema: Schema | undefined): string | undefined {
  return schema?.['x-kubernetes-patch-merge-key'];
}

/** A value of the patch without its directives and nulls. */
function plain(patch: JsonObject): JsonObject {
  const kept = Object.entries(patch).filter(
    ([field, each]) => !field.startsWith('$') && each !== null && each !== undefined,
  );
  return Object.fromEntries(kept.map(([field, each]) => [field, plainValue(each as Json)]));
}

function plainValue(value: Json): Json {
  if (Array.isArray(value)) return value.map(plainValue);
  return isObject(value) ? plain(value) : value;
}
