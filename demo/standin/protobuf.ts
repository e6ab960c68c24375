/**
 * Kubernetes' protobuf bodies, which kubectl 1.35 sends for some creates: read by the field numbers of the API server's own types. Replies are
 * never protobuf. A field that is not known is passed over, as the API server does; a kind that has no protobuf is refused.
 *
 * Source: k8s.io/apimachinery pkg/runtime/serializer/protobuf
 */

import { kindMessage, message } from '../../src/connectors/kubernetes/body/protobuf-schema.ts';
import type { Json, JsonObject } from './object.ts';
import { badRequest } from './status.ts';

const magic = Buffer.from('k8s\0');

/** The object in a body, with its apiVersion and kind. @throws {StatusError} 400 */
export function parseProtobuf(bytes: Buffer): JsonObject {
  if (!bytes.subarray(0, 4).equals(magic))
    throw badRequest('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  let [apiVersion, kind, raw] = ['', '', Buffer.alloc(0) as Buffer];
  for (const field of fieldsOf(bytes.subarray(4))) {
    if (field.number === 2) raw = field.bytes;
    if (field.number !== 1) continue;
    for (const each of fieldsOf(field.bytes)) {
      if (each.number === 1) apiVersion = each.bytes.toString('utf8');
      if (each.number === 2) kind = each.bytes.toString('utf8');
    }
  }
  const name = kindMessage(apiVersion, kind);
  if (name === undefined) throw badRequest(`no kind "${kind}" is registered for version "${apiVersion}" in protobuf`);
  return { apiVersion, kind, ...messageOf(raw, name) };
}

interface WireField {
  readonly number: number;
  readonly wire: number;
  /** The value of wire type 0. */
  readonly varint: bigint;
  /** The bytes of wire types 1, 2 and 5. */
  readonly bytes: Buffer;
}

const noBytes: Buffer = Buffer.alloc(0);

function* fieldsOf(bytes: Buffer): Generator<WireField> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined) break;
      at += 1;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw badRequest('protobuf: unexpected EOF');
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [number, wire] = [tag >>> 3, tag & 7];
    if (wire === 0) yield { number, wire, varint: varint(), bytes: noBytes };
    else {
      const length = { 1: 8, 2: -1, 5: 4 }[wire];
      if (length === undefined) throw badRequest(`proto: illegal wireType ${wire}`);
      const size = length < 0 ? Number(varint()) : length;
      if (at + size > bytes.length) throw badRequest('protobuf: unexpected EOF');
      yield { number, wire, varint: 0n, bytes: bytes.subarray(at, at + size) };
      at += size;
    }
  }
}

function messageOf(bytes: Buffer, name: string): JsonObject {
  const out: Record<string, Json | undefined> = {};
  const { byNumber } = message(name);
  for (const wire of fieldsOf(bytes)) {
    const field = byNumber.get(wire.number);
    if (field === undefined) continue;
    const shape = field.shape.replace('?', '');
    if (shape === 'inline') Object.assign(out, messageOf(wire.bytes, field.type));
    else if (shape === '[]' || shape === 'list')
      out[field.key] = [...((out[field.key] ?? []) as readonly Json[]), valueIn(wire, field.type)];
    else if (shape === '{}')
      out[field.key] = { ...(out[field.key] as JsonObject | undefined), ...entryOf(wire.bytes, field.type) };
    else {
      const value = valueIn(wire, field.type);
      // Go leaves out what is zero and marked so; a pointer that is set is there whatever it holds.
      const isLeftOut = field.shape === '?value' && (value === '' || value === 0 || value === false || value === null);
      if (!isLeftOut && value !== null) out[field.key] = value;
    }
  }
  return out;
}

function entryOf(bytes: Buffer, type: string): JsonObject {
  let [key, value]: [string, Json] = ['', type === 'string' || type === 'bytes' ? '' : {}];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) key = field.bytes.toString('utf8');
    if (field.number === 2) value = valueIn(field, type);
  }
  return { [key]: value };
}

function valueIn(field: WireField, type: string): Json {
  switch (type) {
    case 'string':
      return field.bytes.toString('utf8');
    case 'bytes':
      return field.bytes.toString('base64');
    case 'bool':
      return field.varint !== 0n;
    case 'int32':
    case 'int64':
      return Number(BigInt.asIntN(64, field.varint));
    case 'double':
      return field.bytes.readDoubleLE();
    case 'Time':
      return timeOf(field.bytes, 0);
    case 'MicroTime':
      return timeOf(field.bytes, 6);
    case 'Quantity':
      return textIn(field.bytes, 1);
    case 'IntOrString':
      return intOrString(field.bytes);
    case 'Raw':
      return rawOf(field.bytes);
    case 'SchemaOrBool':
    case 'SchemaOrArray':
    case 'SchemaOrStrings':
      throw badRequest('the stand-in reads no custom resource definition in protobuf: send JSON');
    default:
      return listOrMessage(field.bytes, type);
  }
}

/** A list that is a message (ExtraValue) is a list in JSON. */
function listOrMessage(bytes: Buffer, type: string): Json {
  const [only] = message(type).fields;
  const value = messageOf(bytes, type);
  return only?.shape === 'list' ? ((value[only.key] ?? []) as Json) : value;
}

function timeOf(bytes: Buffer, digits: number): Json {
  let [seconds, nanos] = [0, 0];
  let isSet = false;
  for (const field of fieldsOf(bytes)) {
    isSet = true;
    if (field.number === 1) seconds = Number(BigInt.asIntN(64, field.varint));
    if (field.number === 2) nanos = Number(field.varint);
  }
  if (!isSet) return null;
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return digits === 0 ? `${whole}Z` : `${whole}.${String(nanos).padStart(9, '0').slice(0, digits)}Z`;
}

function textIn(bytes: Buffer, number: number): string {
  for (const field of fieldsOf(bytes)) if (field.number === number) return field.bytes.toString('utf8');
  return '';
}

function intOrString(bytes: Buffer): Json {
  let [type, number] = [0n, 0];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) type = field.varint;
    if (field.number === 2) number = Number(BigInt.asIntN(64, field.varint));
  }
  return type === 1n ? textIn(bytes, 3) : number;
}

function rawOf(bytes: Buffer): Json {
  const text = textIn(bytes, 1);
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    throw badRequest('protobuf: raw JSON cannot be parsed');
  }
}
