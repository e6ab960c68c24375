/**
 * A body as an object of a kind: JSON or YAML, checked against the kind's schema. A wrong type is refused; a field that is not known is
 * dropped and told (or refused, where the caller asks for `fieldValidation=Strict`), and a null is no field at all.
 */

import { parseDocument } from 'yaml';
import type { Kind } from './kinds.ts';
import { isObject, type Json, type JsonObject, textAt } from './object.ts';
import { parseProtobuf } from './protobuf.ts';
import { fieldSchema, itemSchema, resolved, type Schema, takesUnknown } from './schema.ts';
import { badRequest, type FieldProblem, invalid, StatusError } from './status.ts';

const protobufType = 'application/vnd.kubernetes.protobuf';
const bodyTypes = ['application/json', 'application/yaml', protobufType];

/** The media type of a body, without its parameters; JSON where none is said. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() || 'application/json';
}

/** 415 with the media types that are taken. */
export function unknownFormat(accepted: readonly string[] = bodyTypes): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new StatusError(415, 'UnsupportedMediaType', message);
}

/**
 * The value in a JSON, YAML or protobuf body.
 *
 * @throws {StatusError} 415 for another media type, 400 where it cannot be parsed
 */
export function parseBody(bytes: Buffer, type: string, kind: string): Json {
  const text = bytes.toString('utf8');
  if (type === 'application/json') {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw badRequest(
        `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${(error as Error).message}`,
      );
    }
  }
  if (type === 'application/yaml') return parseYaml(text);
  if (type === protobufType) return parseProtobuf(bytes);
  throw unknownFormat();
}

/** @throws {StatusError} 400 where it is no YAML */
export function parseYaml(text: string): Json {
  const document = parseDocument(text, { schema: 'core', maxAliasCount: 100 } as Parameters<typeof parseDocument>[1]);
  const [problem] = document.errors;
  if (problem !== undefined) throw badRequest(`error decoding YAML: ${problem.message.split('\n')[0] ?? ''}`);
  return document.toJS({ maxAliasCount: 100 });
}

/**
 * The fields of a value that its schema knows, and the paths of those that it does not.
 *
 * @throws {StatusError} 400 where a value is not of its field's type; for a custom kind 422
 */
export function decoded(value: JsonObject, kind: DecodedKind): Decoded {
  const unknown: string[] = [];
  const mistyped: FieldProblem[] = [];
  const isCustom = kind.custom !== undefined;
  const context = { unknown, mistyped, kind: kind.kind, apiVersion: kind.version, isCustom };
  const clean = decodeValue(value, kind.schema, '', context);
  const name = textAt(value, 'metadata', 'name');
  if (mistyped.length > 0) throw invalid({ group: kind.group, kind: kind.kind, name }, mistyped);
  return { object: clean as JsonObject, unknownFields: unknown };
}

export type DecodedKind = Pick<Kind, 'group' | 'kind' | 'version' | 'schema' | 'custom'>;

export interface Decoded {
  readonly object: JsonObject;
  readonly unknownFields: readonly string[];
}

interface Context {
  readonly unknown: string[];
  /** What a custom kind's schema does not take: told all at once, and not as a body that cannot be read. */
  readonly mistyped: FieldProblem[];
  readonly kind: string;
  readonly apiVersion: string;
  readonly isCustom: boolean;
}

function decodeValue(value: Json, schema: Schema | undefined, path: string, context: Context): Json {
  const whole = resolved(schema);
  if (whole === undefined) return value;
  checkType(value, whole, path, context);
  if (Array.isArray(value)) {
    const items = itemSchema(whole);
    return value.map((each, index) => decodeValue(each, items, `${path}[${index}]`, context));
  }
  if (!isObject(value)) return value;
  const out: Record<string, Json> = {};
  for (const [field, each] of Object.entries(value)) {
    const inner = path === '' ? field : `${path}.${field}`;
    const known = fieldSchema(whole, field);
    if (known === undefined && !takesUnknown(whole)) context.unknown.push(inner);
    else if (each !== null && each !== undefined && !isLeftOut(each, field, known, whole, context)) {
      out[field] = decodeValue(each, known, inner, context);
    }
  }
  return out;
}

/** Empty maps and lists that are not required are no fields of a built-in kind: Go leaves them out. */
function isLeftOut(value: Json, field: string, schema: Schema | undefined, parent: Schema, context: Context): boolean {
  if (context.isCustom || parent.required?.includes(field) === true) return false;
  if (Array.isArray(value)) return value.length === 0;
  const isMap = schema?.additionalProperties !== undefined && schema.properties === undefined;
  return isMap && isObject(value) && Object.keys(value).length === 0;
}

function checkType(value: Json, schema: Schema, path: string, context: Context): void {
  if (schema.oneOf !== undefined || schema['x-kubernetes-int-or-string'] || schema.type === undefined) return;
  const is = Array.isArray(value) ? 'array' : isObject(value) ? 'object' : typeof value;
  const wanted = schema.type === 'integer' ? 'number' : schema.type;
  if (is === wanted && !(schema.type === 'integer' && !Number.isInteger(value))) return;
  if (context.isCustom) {
    const message = `Invalid value: ${JSON.stringify(is)}: ${path} in body must be of type ${schema.type}: ${JSON.stringify(is)}`;
    context.mistyped.push({ reason: 'FieldValueTypeInvalid', field: path, message });
    return;
  }
  const goType =
    { integer: 'int32', number: 'float64', boolean: 'bool', array: 'slice', object: 'struct' }[schema.type] ??
    schema.type;
  const field = path
    .replaceAll(/\[\d+\]/g, '')
    .replace(/\.[^.]*$/, (last) => (schema.type === 'string' && path.startsWith('data.') ? '' : last));
  throw badRequest(
    `${context.kind} in version "${context.apiVersion}" cannot be handled as a ${context.kind}: ` +
      `json: cannot unmarshal ${is === 'boolean' ? 'bool' : is} into Go struct field ${context.kind}.${field} of type ${goType}`,
  );
}
