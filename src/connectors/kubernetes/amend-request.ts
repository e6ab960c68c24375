/*
 * A rule's edits, made to a request: its query rewritten key by key, its body written anew as JSON. What is edited is parsed and judged again like any other
 * request, so nothing here decides anything; and the caller is told of each edit in a Warning header, which kubectl prints.
 */

import type { Amendment } from '../../model/amendment.ts';
import type { JsonObject, JsonValue, Operation } from '../../model/operation.ts';
import { Refusal } from '../../model/refusal.ts';
import type { Request } from '../../model/request.ts';
import { unreachable } from '../../std/unreachable.ts';
import { isJsonObject } from './is-json-object.ts';
import { DONE_ANYWAY } from './request/write-options.ts';
import { withBody } from './with-body.ts';

/**
 * The request with these edits.
 *
 * @throws {Refusal} BODY_UNREADABLE a field of the body is to be edited, and the body is not one whose fields can be; DENIED_BY_RULE
 * it is to be a dry run, and is done whatever it says of that (T79)
 */
export async function amendRequest(
  request: Request,
  operation: Operation,
  edits: readonly Amendment[],
): Promise<Request> {
  if (DONE_ANYWAY.has(operation.power) && edits.some(({ kind }) => kind === 'force-dry-run'))
    throw new Refusal('DENIED_BY_RULE', 'a rule makes a dry run of this, which is done all the same and has none', {
      advice: 'whoever writes the rules leaves it out of the rule with `forceDryRun`',
    });
  const query = edits.reduce(
    amendQuery,
    [...operation.query].flatMap(([key, values]) => values.map((value): Pair => [key, value])),
  );
  const isBodyEdited = edits.some(({ kind }) => !QUERY_EDITS.has(kind));
  const bytes = isBodyEdited ? amendBody(operation, edits) : undefined;
  const warnings = [...request.warnings, ...edits.map((edit) => `amended by a rule of the gateway: ${told(edit)}`)];
  const edited = { ...request, uri: withQuery(request.uri, query), warnings };
  return bytes === undefined ? edited : withBody(edited, editedType(operation), bytes);
}

type Pair = readonly [key: string, value: string];

const QUERY_EDITS: ReadonlySet<string> = new Set(['force-dry-run', 'set-query', 'cap-query']);

function amendQuery(query: Pair[], edit: Amendment): Pair[] {
  const put = (key: string, value: string): Pair[] => [...query.filter(([name]) => name !== key), [key, value]];
  switch (edit.kind) {
    case 'force-dry-run':
      return put('dryRun', 'All');
    case 'set-query':
      return put(edit.key, edit.value);
    case 'cap-query': {
      const given = Number(query.find(([name]) => name === edit.key)?.[1] ?? Number.NaN);
      return given >= 0 && given <= edit.max && given !== 0 ? query : put(edit.key, String(edit.max));
    }
    default:
      return query;
  }
}

function withQuery(uri: string, query: readonly Pair[]): string {
  const path = uri.split('?', 1)[0] as string;
  const text = query.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join('&');
  return text === '' ? path : `${path}?${text}`;
}

/** The media types of patches, which stay what they are; every other body becomes plain JSON. */
const PATCH_TYPES: ReadonlySet<string> = new Set([
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]);

function editedType({ body }: Operation): string {
  return body !== undefined && PATCH_TYPES.has(body.mediaType) ? body.mediaType : 'application/json';
}

function amendBody({ body }: Operation, edits: readonly Amendment[]): Buffer {
  const object =
    body?.object ?? (body?.patch !== undefined && body.patch.type !== 'json' ? body.patch.object : undefined);
  if (body === undefined || object === undefined) throw unreadable('has no body whose fields can be edited');
  if (losesNumbers(body.bytes, body.mediaType)) throw unreadable('holds numbers that would lose digits');
  if (body.patch?.type === 'strategic' && edits.some((edit) => isSteered(object, pathOf(edit))))
    throw unreadable('steers its own merge, by `$patch` or `$retainKeys`, where the edit would stand');
  return Buffer.from(JSON.stringify(edits.reduce(amendObject, object)));
}

/**
 * Whether an object around the place has directives, which would have the server drop what stands beside them.
 *
 * Source: strategic merge patch, https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/util/strategicpatch/patch.go
 */
function isSteered(object: JsonObject, path: readonly string[]): boolean {
  let here: JsonValue | undefined = object;
  for (const key of path) {
    if (!isJsonObject(here)) return false;
    if (Object.hasOwn(here, '$patch') || Object.hasOwn(here, '$retainKeys')) return true;
    here = Object.hasOwn(here, key) ? here[key] : undefined;
  }
  return false;
}

function amendObject(object: JsonObject, edit: Amendment): JsonObject {
  switch (edit.kind) {
    case 'set-field':
    case 'add-label':
    case 'add-annotation':
      return setAt(object, pathOf(edit), edit.value);
    case 'remove-field':
      return removeAt(object, pathOf(edit));
    case 'force-dry-run':
    case 'set-query':
    case 'cap-query':
      return object;
    default:
      return unreachable(edit);
  }
}

/** Where in the body the edit stands; nowhere for one of the query. */
function pathOf(edit: Amendment): readonly string[] {
  switch (edit.kind) {
    case 'set-field':
    case 'remove-field':
      return edit.path;
    case 'add-label':
      return ['metadata', 'labels', edit.key];
    case 'add-annotation':
      return ['metadata', 'annotations', edit.key];
    case 'force-dry-run':
    case 'set-query':
    case 'cap-query':
      return [];
    default:
      return unreachable(edit);
  }
}

function setAt(object: JsonObject, [key, ...rest]: readonly string[], value: JsonValue): JsonObject {
  if (key === undefined) return object;
  const inner = object[key];
  return { ...object, [key]: rest.length === 0 ? value : setAt(isJsonObject(inner) ? inner : {}, rest, value) };
}

function removeAt(object: JsonObject, [key, ...rest]: readonly string[]): JsonObject {
  if (key === undefined || !Object.hasOwn(object, key)) return object;
  const { [key]: inner, ...others } = object;
  return rest.length === 0 ? others : isJsonObject(inner) ? { ...object, [key]: removeAt(inner, rest) } : object;
}

/** Whether written anew the body could differ in a number: an integer beyond 2^53, or a fraction. */
function losesNumbers(bytes: Uint8Array, mediaType: string): boolean {
  if (!mediaType.includes('json')) return false;
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replace(/"(?:[^"\\]|\\.)*"/g, '""');
  return (text.match(/-?\d[\d.eE+-]*/g) ?? []).some((number) => String(Number(number)) !== number);
}

function told(edit: Amendment): string {
  switch (edit.kind) {
    case 'force-dry-run':
      return 'dryRun=All, nothing is stored';
    case 'set-query':
      return `${edit.key}=${edit.value}`;
    case 'cap-query':
      return `${edit.key} at most ${edit.max}`;
    case 'set-field':
      return `${edit.path.join('.')} set`;
    case 'remove-field':
      return `${edit.path.join('.')} removed`;
    case 'add-label':
      return `label ${edit.key} added`;
    case 'add-annotation':
      return `annotation ${edit.key} added`;
    default:
      return unreachable(edit);
  }
}

function unreadable(why: string): Refusal {
  return new Refusal('BODY_UNREADABLE', `a rule amends this request, which ${why}`, {
    advice: 'send the object as JSON, in a create, update or merge patch',
  });
}
