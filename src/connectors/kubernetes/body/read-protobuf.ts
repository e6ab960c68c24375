/*
 * Kubernetes' protobuf as the JSON that the API server makes of it.
 *
 * A reader of its own, since what is wanted is not messages but the object as rules see it: the keys, the left-out fields and the special
 * forms (times, quantities, numbers or strings) of the JSON. And since a general reader is lenient where this must not be: a field given
 * twice (the last wins, or both are merged), a field that is not known, a wrong wire type, and text that is not UTF-8 are refused.
 *
 * test/vectors/protobuf.jsonl.gz holds random objects of every kind, with the JSON that the API server's own code reads out of them.
 *
 * Source: https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/runtime/serializer/protobuf/protobuf.go
 */
import type { JsonObject, JsonValue } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import { printable } from '../printable.ts';
import { type ExpectedKind, groupVersion } from './agree.ts';
import type { BodyLimits } from './body-limits.ts';
import { decodeUtf8 } from './decode-utf8.ts';
import { isEmptyValue, scalar } from './protobuf-scalar.ts';
import { type Field, kindMessage, message, PROTOBUF_RELEASES } from './protobuf-schema.ts';
import { SPECIAL_TYPES } from './protobuf-special.ts';
import { packedVarints, type WireField, wireFields } from './protobuf-wire.ts';
import { unreadable } from './unreadable.ts';

/** `k8s` and a zero byte, before the envelope. */
const PREFIX = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/** What a client of a newer release can do: JSON has names, so that nothing in it is unknown here. */
const AS_JSON =
  'send application/json (in client-go: ContentType of its rest.Config), or run a gateway that knows the release';

const EVICTIONS: ReadonlySet<string> = new Set(['policy/v1', 'policy/v1beta1']);

/**
 * The object in a protobuf body, in the form of its JSON.
 *
 * @throws {Refusal} BODY_UNREADABLE; BODY_MISMATCH another kind than the path's; MEDIA_TYPE_UNSUPPORTED a kind without a protobuf form
 * in the releases that are known, such as a custom resource
 */
export function readProtobuf(bytes: Uint8Array, expected: ExpectedKind, limits: BodyLimits): JsonObject {
  const { apiVersion, kind, raw } = readEnvelope(bytes);
  const taken = groupVersion(expected.group, expected.version);
  if (kindMessage(taken, expected.kind) === undefined) {
    const what = `\`${printable(expected.kind)}\` of \`${printable(taken)}\``;
    throw new Refusal(
      'MEDIA_TYPE_UNSUPPORTED',
      `${what} has no protobuf form in ${PROTOBUF_RELEASES}, which are known here`,
      {
        advice: AS_JSON,
      },
    );
  }
  if (kind !== '' && kind !== expected.kind) {
    throw new Refusal(
      'BODY_MISMATCH',
      `the body is of kind \`${printable(kind)}\`, but this path takes \`${expected.kind}\``,
    );
  }
  const version = apiVersion === '' || expected.kind === 'DeleteOptions' ? taken : apiVersion;
  const isOtherEviction = expected.kind === 'Eviction' && EVICTIONS.has(version);
  const name = version === taken || isOtherEviction ? kindMessage(version, expected.kind) : undefined;
  if (name === undefined) {
    throw new Refusal('BODY_MISMATCH', `the body is of \`${printable(apiVersion)}\`, but this path takes \`${taken}\``);
  }
  const object: Record<string, JsonValue> = Object.create(null);
  // As JSON has them: the envelope's, which the message itself has no fields for.
  if (kind !== '') object.kind = kind;
  if (apiVersion !== '') object.apiVersion = apiVersion;
  new ProtobufReader(limits).readInto(object, raw, name, 1);
  return object;
}

interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Uint8Array;
}

/** Source: `Unknown`, https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/runtime/generated.proto */
function readEnvelope(bytes: Uint8Array): Envelope {
  if (!PREFIX.equals(bytes.subarray(0, PREFIX.length))) throw unreadable('the body is not Kubernetes protobuf');
  const parts = singleFields(bytes.subarray(PREFIX.length));
  const type = singleFields(parts.get(1) ?? new Uint8Array(0));
  for (const number of parts.keys()) if (number > 4) throw unreadable('the protobuf envelope has a field that is none');
  for (const number of type.keys()) if (number > 2) throw unreadable('the protobuf envelope has a field that is none');
  for (const number of [3, 4]) {
    // A content encoding or type: the API server overlooks both, another reader may not.
    if ((parts.get(number)?.length ?? 0) > 0) throw unreadable('the protobuf envelope says another encoding');
  }
  return {
    apiVersion: decodeUtf8(type.get(1) ?? new Uint8Array(0)),
    kind: decodeUtf8(type.get(2) ?? new Uint8Array(0)),
    raw: parts.get(2) ?? new Uint8Array(0),
  };
}

function singleFields(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const fields = new Map<number, Uint8Array>();
  for (const field of wireFields(bytes)) {
    if (field.type !== 'bytes') throw wrongType(String(field.number));
    if (fields.has(field.number)) throw twice(String(field.number));
    fields.set(field.number, field.bytes);
  }
  return fields;
}

class ProtobufReader {
  readonly #limits: BodyLimits;
  #values = 0;
  #fields = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /** Reads a message into an object, which is not empty where the message is inline. */
  readInto(object: Record<string, JsonValue>, bytes: Uint8Array, name: string, depth: number): void {
    if (depth > this.#limits.depthMax)
      throw unreadable(`the body is nested more than ${this.#limits.depthMax} deep (\`limits.bodies.depthMax\`)`);
    const { fields, byNumber } = message(name);
    const found = new Map<number, WireField[]>();
    for (const field of this.#wireFields(bytes)) {
      if (!byNumber.has(field.number))
        throw unreadable(
          `the protobuf has field ${field.number} in ${name}, which ${PROTOBUF_RELEASES} do not have: what it holds cannot be judged here`,
          AS_JSON,
        );
      const before = found.get(field.number);
      if (before === undefined) found.set(field.number, [field]);
      else before.push(field);
    }
    for (const field of fields) this.#readField(object, field, found.get(field.number) ?? [], depth);
  }

  #readField(object: Record<string, JsonValue>, field: Field, given: readonly WireField[], depth: number): void {
    const { shape, key, type } = field;
    const isMany = shape.endsWith('[]') || shape.endsWith('{}');
    if (!isMany && given.length > 1) throw twice(key);
    const [only] = given;
    if (shape === 'inline') {
      this.readInto(object, asBytes(only, key), type, depth);
      return;
    }
    const isValue = shape === 'value' || shape === '?value';
    const isSet = only !== undefined;
    const value = isValue || isSet ? this.#valueOf(field, given, depth) : null;
    const isOmitted = shape.startsWith('?') && (isValue ? isEmptyValue(value) : !isSet);
    if (!isOmitted) object[key] = value;
  }

  #valueOf(field: Field, given: readonly WireField[], depth: number): JsonValue {
    if (field.shape.endsWith('[]')) return this.#list(field, given, depth);
    if (field.shape.endsWith('{}')) return this.#map(field, given, depth);
    return this.#value(field, given[0], depth);
  }

  #list(field: Field, given: readonly WireField[], depth: number): readonly JsonValue[] {
    // Numbers may stand packed or one by one; both are the same list.
    const isNumber = field.type === 'int32' || field.type === 'int64';
    const list: JsonValue[] = [];
    for (const each of given) {
      if (!isNumber || each.type !== 'bytes') list.push(this.#value(field, each, depth));
      else
        for (const bits of packedVarints(each.bytes))
          list.push(this.#value(field, { ...each, type: 'varint', bits }, depth));
    }
    return list;
  }

  #map(field: Field, given: readonly WireField[], depth: number): JsonObject {
    const map: Record<string, JsonValue> = Object.create(null);
    for (const entry of given) {
      let key: string | undefined;
      let value: WireField | undefined;
      for (const part of wireFields(asBytes(entry, field.key))) {
        if (part.number === 1 && key === undefined) key = decodeUtf8(asBytes(part, field.key));
        else if (part.number === 2 && value === undefined) value = part;
        else throw twice(field.key);
      }
      const name = key ?? '';
      if (name in map) throw unreadable(`key \`${printable(name)}\` is given twice in \`${field.key}\``);
      // Bytes that are empty are left out of the entry, and not null in it.
      const isEmptyBytes = value === undefined && field.type === 'bytes';
      map[name] = isEmptyBytes ? '' : this.#value(field, value, depth);
    }
    return map;
  }

  /** The value of one field; its zero value where it is not on the wire. */
  #value(field: Field, given: WireField | undefined, depth: number): JsonValue {
    if (++this.#values > this.#limits.valuesMax) throw tooMany(this.#limits);
    const { type, key } = field;
    const plain = scalar(type, given, key);
    if (plain !== undefined) return plain;
    const special = SPECIAL_TYPES.get(type);
    if (special !== undefined)
      return special(asBytes(given, key), (bytes, name) => this.#object(bytes, name, depth), this.#limits);
    return this.#object(asBytes(given, key), type, depth);
  }

  #object(bytes: Uint8Array, name: string, depth: number): JsonValue {
    const [first] = message(name).fields;
    // A list that is a message: its items stand in field 1.
    if (first?.shape === 'list') {
      const items = [...this.#wireFields(bytes)];
      if (items.some((item) => item.number !== 1)) throw unreadable(`the protobuf has a field in ${name} that is none`);
      return items.map((item) => this.#value(first, item, depth + 1));
    }
    const object: Record<string, JsonValue> = Object.create(null);
    this.readInto(object, bytes, name, depth + 1);
    return object;
  }

  /** Limit: fields are counted as they come, before any of them is kept; each makes a value at least. */
  *#wireFields(bytes: Uint8Array): Generator<WireField> {
    for (const field of wireFields(bytes)) {
      if (++this.#fields > this.#limits.valuesMax) throw tooMany(this.#limits);
      yield field;
    }
  }
}

const NONE = new Uint8Array(0);

function asBytes(field: WireField | undefined, key: string): Uint8Array {
  if (field === undefined) return NONE;
  if (field.type !== 'bytes') throw wrongType(key);
  return field.bytes;
}

function tooMany({ valuesMax }: BodyLimits): Error {
  return unreadable(`the body holds more than ${valuesMax} values (\`limits.bodies.valuesMax\`)`);
}

function wrongType(key: string): Error {
  return unreadable(`the protobuf has another wire type for \`${key}\` than it must`);
}

function twice(key: string): Error {
  return unreadable(`the protobuf has \`${key}\` twice`);
}
