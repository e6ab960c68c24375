import type { JsonValue } from '../../model/operation.ts';
import { childOf, isSame } from './leaves.ts';

/**
 * The place in the stored object that a place of a written one is: the same, but that an element of a list is found by its `name`, else by what it says as
 * shown, else by its index. Clients send pieces of lists, and put elements before others.
 */
export function counterpart(
  path: readonly string[],
  written: JsonValue,
  shown: JsonValue | undefined,
): readonly string[] | undefined {
  const found: string[] = [];
  let [here, there]: [JsonValue | undefined, JsonValue | undefined] = [written, shown];
  for (const key of path) {
    const to: string | undefined =
      Array.isArray(here) && Array.isArray(there) ? elementOf(here, Number(key), there) : key;
    if (to === undefined) return undefined;
    found.push(to);
    [here, there] = [childOf(here, key), childOf(there, to)];
  }
  return found;
}

function elementOf(written: readonly JsonValue[], index: number, shown: readonly JsonValue[]): string | undefined {
  const element = written[index];
  const name = childOf(element, 'name');
  if (typeof name === 'string') {
    if (childOf(shown[index], 'name') === name) return String(index);
    const at = shown.findIndex((other) => childOf(other, 'name') === name);
    return at === -1 ? undefined : String(at);
  }
  if (isSame(element, shown[index])) return String(index);
  const at = shown.findIndex((other) => isSame(element, other));
  return String(at === -1 ? index : at);
}
