/*
 * One string put into a YAML text, every other byte left as it is. The text is one that `readYaml` has accepted: one document, no tags, no aliases, and its
 * top an object.
 */
import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';
import { unreadable } from '../body/unreadable.ts';

/**
 * The text with `value` at the place that `path` leads to from the top, at the beginning of the innermost object that is there.
 *
 * @param path at least one key
 * @throws {Refusal} BODY_UNREADABLE something on the way is there and no object, or something empty stands in the place already
 */
export function putYaml(text: string, path: readonly string[], value: string): string {
  let map = parseDocument(text, { schema: 'failsafe', uniqueKeys: false, prettyErrors: false }).contents;
  for (const [depth, key] of path.entries()) {
    if (!isMap(map)) throw unreadable('something on the way to its version is no object');
    const pair = map.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (pair === undefined) return putInto(text, map, entry(path.slice(depth), value));
    map = pair.value as typeof map;
  }
  throw unreadable(`\`${path.join('.')}\` in the YAML is there and empty`, 'leave it out');
}

function entry([key, ...rest]: readonly string[], value: string): string {
  const inner = rest.reduceRight((nested, each) => `{${each}: ${nested}}`, JSON.stringify(value));
  return `${key}: ${inner}`;
}

function putInto(text: string, map: YAMLMap, added: string): string {
  const first = map.items[0]?.key;
  if (map.flow === true) {
    const behind = (map.range?.[0] ?? 0) + 1;
    return `${text.slice(0, behind)}${added}${map.items.length === 0 ? '' : ', '}${text.slice(behind)}`;
  }
  // Before the first key, in its column; what stands before it on its line is indentation.
  const at = isScalar(first) ? (first.range?.[0] ?? 0) : 0;
  const indentation = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  if (indentation.trim() !== '') throw unreadable('its YAML begins a block behind other text', 'send JSON');
  return `${text.slice(0, at)}${added}\n${indentation}${text.slice(at)}`;
}
