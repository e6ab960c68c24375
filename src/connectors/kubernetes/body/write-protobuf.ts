/*
 * An object as a message of Kubernetes' protobuf: strings, booleans, lists and messages, which is all that the status of a review is made of. What is empty is
 * left out, as proto2 reads the same from both.
 *
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
import type { JsonObject, JsonValue } from '../../../model/operation.ts';
import { assert } from '../../../std/assert.ts';
import { isJsonList, isJsonObject } from './json-value.ts';
import { type Field, message } from './protobuf-schema.ts';

/** The bytes of a message by its name in the table of fields; keys that it has no field for are left out. */
export function writeProtobuf(name: string, object: JsonObject): Buffer {
  return Buffer.concat(message(name).fields.flatMap((field) => fieldBytes(field, object[field.key])));
}

function fieldBytes(field: Field, value: JsonValue | undefined): readonly Buffer[] {
  if (value === undefined || value === null || value === false) return [];
  if (isJsonList(value)) return value.map((each) => withTag(field, each));
  return [withTag(field, value)];
}

function withTag({ number, type }: Field, value: JsonValue): Buffer {
  if (type === 'bool') return Buffer.from([...varint(number * 8), value === true ? 1 : 0]);
  assert(typeof value === 'string' || isJsonObject(value), `a ${type} is neither text nor a message`);
  const bytes = typeof value === 'string' ? Buffer.from(value) : writeProtobuf(type, value);
  return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes]);
}

function varint(number: number): readonly number[] {
  const bytes: number[] = [];
  let left = number;
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  return [...bytes, left];
}
