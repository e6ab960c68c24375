import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, JsonValue, Operation } from '../../../model/operation.ts';
import { assert } from '../../../std/assert.ts';
import { isJsonObject } from '../is-json-object.ts';
import type { PinnedRequest } from './pin-request.ts';
import { statedIn } from './stated-in.ts';

/**
 * Holds that a pinned request is read as what was judged, but for its pin: bytes that were put into a text are believed only once they have been read.
 *
 * @throws {Error} it is not
 */
export function assertOnlyPinned(before: Operation, after: Operation, { place, put }: PinnedRequest): void {
  const { body: wasBody, query: wasQuery, options: wereOptions, ...was } = before;
  const { body, query, options, ...is } = after;
  assert(isDeepStrictEqual(is, was), 'a pin changed what is asked');
  assert(isDeepStrictEqual(withoutKeys(query), withoutKeys(wasQuery)), 'a pin changed the query');
  const [{ preconditions: _, ...others }, { preconditions: __, ...wereOthers }] = [options, wereOptions];
  assert(isDeepStrictEqual(others, wereOthers), 'a pin changed the options');
  assert(
    isDeepStrictEqual(bare(body?.object, place.within), bare(wasBody?.object, place.within)),
    'a pin changed the body',
  );
  assert(isDeepStrictEqual(patch(after, place.within), patch(before, place.within)), 'a pin changed the patch');
  const stated = statedIn(after, place);
  assert(put.resourceVersion === '' || stated.resourceVersion === put.resourceVersion, 'a pin is not in its place');
  assert(put.uid === '' || stated.uid === put.uid, 'the uid of a pin is not in its place');
}

const KEYS: ReadonlySet<string> = new Set(['resourceVersion', 'uid']);

function withoutKeys(query: Operation['query']): unknown {
  return [...query].filter(([key]) => !KEYS.has(key));
}

function patch({ body }: Operation, within: readonly string[]): unknown {
  if (body?.patch?.type !== 'json') return bare(body?.patch?.object, within);
  return body.patch.operations.filter((operation) => !isPin(operation));
}

function isPin(operation: JsonValue): boolean {
  return isJsonObject(operation) && operation.op === 'add' && operation.path === '/metadata/resourceVersion';
}

/** The object without a version in its place, nor what held nothing else. */
function bare(object: JsonObject | undefined, [key, ...rest]: readonly string[]): JsonObject {
  const entries = Object.entries(object ?? {}).flatMap(([name, value]): [string, JsonValue][] => {
    if (key === undefined) return KEYS.has(name) ? [] : [[name, value]];
    if (name !== key || !isJsonObject(value)) return [[name, value]];
    const inner = bare(value, rest);
    return Object.keys(inner).length === 0 ? [] : [[name, inner]];
  });
  return Object.fromEntries(entries);
}
