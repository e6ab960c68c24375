import type { JsonObject, JsonValue } from '../../model/operation.ts';

/** A string in a document, and its place from the top. */
export interface Leaf {
  readonly path: readonly string[];
  readonly text: string;
}

/** The strings of a document that `isWanted` takes. */
export function leavesOf(value: JsonValue, isWanted: (text: string) => boolean): readonly Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (inner: JsonValue, path: readonly string[]) => {
    if (typeof inner === 'string') {
      if (isWanted(inner)) leaves.push({ path, text: inner });
    } else if (inner !== null && typeof inner === 'object')
      for (const [key, each] of Object.entries(inner)) visit(each as JsonValue, [...path, key]);
  };
  visit(value, []);
  return leaves;
}

/** What stands at a place; undefined where nothing does. */
export function valueAt(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let here = value;
  for (const key of path) here = childOf(here, key);
  return here;
}

export function childOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
  return (value as JsonObject)[key];
}

/** The document with other values at these places, which are there. */
export function withValues(value: JsonValue, strings: readonly Restored[]): JsonValue {
  const at = new Map(strings.map((put) => [JSON.stringify(put.path), put]));
  const copy = (inner: JsonValue, path: readonly string[]): JsonValue => {
    if (typeof inner === 'string' || inner === 0) {
      const put = at.get(JSON.stringify(path));
      return put === undefined ? inner : put.isNumber === true ? Number(put.value) : put.value;
    }
    if (inner === null || typeof inner !== 'object') return inner;
    if (Array.isArray(inner)) return inner.map((each: JsonValue, index) => copy(each, [...path, String(index)]));
    const made: Record<string, JsonValue> = Object.create(null);
    for (const [key, each] of Object.entries(inner)) made[key] = copy(each as JsonValue, [...path, key]);
    return made;
  };
  return copy(value, []);
}

/** A value that was put back, in the place of its mask: a string, or a number as it is written in JSON. */
export interface Restored {
  readonly path: readonly string[];
  readonly value: string;
  readonly isNumber?: true;
}

/** The places of a document where the number 0 stands, as masked numbers are shown. */
export function zerosOf(value: JsonValue): readonly (readonly string[])[] {
  const zeros: (readonly string[])[] = [];
  const visit = (inner: JsonValue, path: readonly string[]) => {
    if (inner === 0) zeros.push(path);
    else if (inner !== null && typeof inner === 'object')
      for (const [key, each] of Object.entries(inner)) visit(each as JsonValue, [...path, key]);
  };
  visit(value, []);
  return zeros;
}

/** Whether two documents say the same, whatever the order of their keys. */
export function isSame(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [keys, others] = [Object.keys(one), Object.keys(other)];
  return (
    keys.length === others.length &&
    keys.every((key) => Object.hasOwn(other, key) && isSame(childOf(one, key), childOf(other, key)))
  );
}
