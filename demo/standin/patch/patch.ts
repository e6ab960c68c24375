/** A patch of any type, to the object that it asks for. */

import { decoded, mediaType, parseBody, parseYaml, unknownFormat } from '../decode.ts';
import { apiVersionOf, type Kind } from '../kinds.ts';
import type { Manager } from '../managed-fields.ts';
import { isObject, type Json, type JsonObject, type KubeObject, textAt } from '../object.ts';
import { badRequest, invalid, notFound, required, StatusError } from '../status.ts';
import { serverSideApplied } from './apply.ts';
import { jsonPatched } from './json-patch.ts';
import { mergePatched } from './merge-patch.ts';
import { strategicPatched } from './strategic.ts';

export interface PatchRequest {
  readonly kind: Kind;
  readonly name: string;
  readonly live: KubeObject | undefined;
  readonly body: Buffer;
  readonly contentType: string | undefined;
  readonly query: URLSearchParams;
  readonly manager: Manager;
  readonly nowMs: number;
}

export interface Patched {
  readonly object: JsonObject;
  readonly isApply: boolean;
  readonly unknownFields: readonly string[];
}

const types = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

export function isApply(contentType: string | undefined): boolean {
  return mediaType(contentType) === 'application/apply-patch+yaml';
}

/**
 * What the object would be after the patch; an apply may make a new one, the others need a live one.
 *
 * @throws {StatusError} 400, 404, 409, 415, 422
 */
export function patched(request: PatchRequest): Patched {
  const type = mediaType(request.contentType);
  const taken = request.kind.custom === undefined ? types : types.filter((each) => !each.includes('strategic'));
  if (!types.includes(type)) throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  if (!taken.includes(type)) throw unknownFormat(taken);
  if (type === 'application/apply-patch+yaml') return applied(request);
  if (request.query.has('force'))
    throw invalid(patchOptions, [
      { reason: 'FieldValueForbidden', field: 'force', message: 'Forbidden: may not be specified for non-apply patch' },
    ]);
  const { live, kind } = request;
  if (live === undefined) throw notFound({ group: kind.group, kind: kind.resource, name: request.name });
  const patch = parsePatch(request.body, kind);
  const result = resultOf(type, live, patch, kind);
  if (!isObject(result)) throw badRequest('the patched object is no object');
  const { object, unknownFields } = decoded(result, kind);
  return { object, isApply: false, unknownFields };
}

function resultOf(type: string, live: KubeObject, patch: Json, kind: Kind): Json {
  if (type === 'application/json-patch+json') return jsonPatched(live, patch);
  if (!isObject(patch))
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${Array.isArray(patch) ? 'array' : typeof patch} into Go value of type map[string]interface {}`,
    );
  return type === 'application/merge-patch+json'
    ? mergePatched(live, patch)
    : strategicPatched(live, patch, kind.schema);
}

function parsePatch(body: Buffer, kind: Kind): Json {
  // kubectl sends JSON; the API server takes YAML for a patch as well.
  const text = body.toString('utf8');
  if (/^\s*[[{]/.test(text)) return parseBody(body, 'application/json', kind.kind);
  return parseYaml(text);
}

const patchOptions = { group: 'meta.k8s.io', kind: 'PatchOptions' };

function applied(request: PatchRequest): Patched {
  const { kind, query, name, live, manager, nowMs } = request;
  if ((query.get('fieldManager') ?? '') === '')
    throw invalid(patchOptions, [required('fieldManager', 'is required for apply patch')]);
  const parsed = parseYaml(request.body.toString('utf8'));
  if (!isObject(parsed)) throw badRequest('error decoding YAML: the body is no object');
  const given = `${textAt(parsed, 'apiVersion')}, Kind=${textAt(parsed, 'kind')}`;
  if (given !== `${apiVersionOf(kind)}, Kind=${kind.kind}`) {
    throw badRequest(`invalid object type: ${textAt(parsed, 'apiVersion') === '' ? '/, Kind=' : given}`);
  }
  const { object, unknownFields } = decoded(parsed, kind);
  const metadata = isObject(object.metadata) ? object.metadata : {};
  if (textAt(metadata, 'name') === '') {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  }
  const isForced = ['true', '1'].includes(query.get('force') ?? '');
  const wanted: KubeObject = { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata };
  return {
    object: serverSideApplied({ live, applied: wanted, schema: kind.schema, manager, isForced, nowMs }),
    isApply: true,
    unknownFields,
  };
}
