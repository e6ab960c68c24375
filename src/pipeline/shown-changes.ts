/*
 * What a write would change, field by field: compared as it is, shown with masks.
 *
 * Security: a value that the request itself brings to a masked place is always told as a change, whether or not it is the one that is there: else whoever may write
 * but not read could ask persons what a value is. What the server counts by itself, and so tells whether anything changed, is left out.
 */
import type { JsonObject, JsonValue, OperationBody } from '../model/operation.ts';
import type { ShownChange } from '../model/shown.ts';

/** A document, and the same with masks. */
export interface Side {
  readonly plain: JsonValue | undefined;
  readonly masked: JsonValue | undefined;
}

/** Counted by the server, and nobody's change. */
const UNTOLD: ReadonlySet<string> = new Set([
  '/metadata/managedFields',
  '/metadata/resourceVersion',
  '/metadata/generation',
]);

/** The fields that differ. `body`: of the request, as its caller wrote it. */
export function shownChanges(before: Side, after: Side, body: OperationBody | undefined): readonly ShownChange[] {
  const brought = broughtBy(body);
  const changes: ShownChange[] = [];
  compare('', before, after);
  return changes;

  function compare(at: string, was: Side, is: Side): void {
    if (UNTOLD.has(at)) return;
    if (isMap(was.plain) && isMap(is.plain)) {
      for (const key of new Set([...Object.keys(was.plain), ...Object.keys(is.plain)]))
        compare(`${at}/${escaped(key)}`, under(was, key), under(is, key));
      return;
    }
    if (Array.isArray(was.plain) && Array.isArray(is.plain)) {
      for (const [index, other] of pairs(was.plain, is.plain))
        compare(`${at}/${index ?? other}`, under(was, other), under(is, index));
      return;
    }
    if (isSame(was.plain, is.plain) && !(isMasked(is) && holds(brought, is.plain))) return;
    changes.push({ at, ...written('before', was), ...written('after', is) });
  }
}

function written<Key extends string>(key: Key, { masked }: Side): { readonly [key in Key]?: string } {
  return masked === undefined ? {} : ({ [key]: JSON.stringify(masked) } as { readonly [key in Key]?: string });
}

/** The places of elements that belong together: by name, where every element has one of its own, else by place. */
function pairs(
  was: readonly JsonValue[],
  is: readonly JsonValue[],
): readonly (readonly [index: number | undefined, other: number | undefined])[] {
  const [old, now] = [namesOf(was), namesOf(is)];
  if (old === undefined || now === undefined)
    return Array.from({ length: Math.max(was.length, is.length) }, (_, at) => [
      at < is.length ? at : undefined,
      at < was.length ? at : undefined,
    ]);
  return [
    ...[...now].map(([name, index]) => [index, old.get(name)] as const),
    ...[...old].filter(([name]) => !now.has(name)).map(([, other]) => [undefined, other] as const),
  ];
}

function namesOf(list: readonly JsonValue[]): ReadonlyMap<string, number> | undefined {
  const names = new Map<string, number>();
  for (const [at, each] of list.entries()) {
    const name = isMap(each) ? each.name : undefined;
    if (typeof name !== 'string' || names.has(name)) return undefined;
    names.set(name, at);
  }
  return names;
}

function under({ plain, masked }: Side, key: string | number | undefined): Side {
  return { plain: inside(plain, key), masked: inside(masked, key) };
}

function inside(value: JsonValue | undefined, key: string | number | undefined): JsonValue | undefined {
  if (key === undefined || typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string | number, JsonValue>>)[key];
}

function isMap(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function isMasked({ plain, masked }: Side): boolean {
  return !isSame(plain, masked);
}

/** Every text and number of a body, and as a Secret keeps it. */
function broughtBy(body: OperationBody | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (value: JsonValue | undefined): void => {
    if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) add(each as JsonValue);
    else if (value !== undefined && value !== null) {
      found.add(String(value));
      found.add(Buffer.from(String(value)).toString('base64'));
    }
  };
  const { object, patch } = body ?? {};
  add(object);
  add(patch?.type === 'json' ? (patch.operations as JsonValue) : patch?.object);
  return found;
}

function holds(brought: ReadonlySet<string>, value: JsonValue | undefined): boolean {
  if (typeof value === 'object' && value !== null)
    return Object.values(value).some((each) => holds(brought, each as JsonValue));
  return value !== undefined && value !== null && brought.has(String(value));
}

/** Source: JSON Pointer, RFC 6901 */
function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
