import type { JsonValue } from '../../../model/operation.ts';
import { decodeUtf8 } from './decode-utf8.ts';
import { exactNumber } from './exact-number.ts';
import type { WireField, WireType } from './protobuf-wire.ts';
import { unreadable } from './unreadable.ts';

const WIRE: Readonly<Record<string, WireType | undefined>> = {
  string: 'bytes',
  bytes: 'bytes',
  bool: 'varint',
  int32: 'varint',
  int64: 'varint',
  double: 'fixed64',
};

/**
 * A scalar in its JSON form, its zero value where it is not on the wire; undefined where the type is no scalar.
 *
 * @throws {Refusal} BODY_UNREADABLE a wire type that the field cannot have, a number out of range, text that is not UTF-8
 */
export function scalar(type: string, given: WireField | undefined, key: string): JsonValue | undefined {
  const wire = WIRE[type];
  if (wire === undefined) return undefined;
  if (given === undefined) return ZERO[type];
  if (given.type !== wire) throw unreadable(`the protobuf has another wire type for \`${key}\` than it must`);
  switch (type) {
    case 'string':
      return decodeUtf8(given.bytes);
    case 'bytes':
      return Buffer.from(given.bytes.buffer, given.bytes.byteOffset, given.bytes.length).toString('base64');
    case 'bool':
      if (given.bits > 1n) throw outOfRange(key);
      return given.bits === 1n;
    case 'double':
      return double(given.bits, key);
    default:
      return integer(type, given.bits, key);
  }
}

const ZERO: Readonly<Record<string, JsonValue>> = {
  string: '',
  // A nil slice of bytes is null in Go's JSON, and left out by omitempty.
  bytes: null,
  bool: false,
  int32: 0,
  int64: 0,
  double: 0,
};

/** Whether `omitempty` leaves a value out. */
export function isEmptyValue(value: JsonValue): boolean {
  return (
    value === '' || value === 0 || value === false || value === null || (Array.isArray(value) && value.length === 0)
  );
}

/** A signed integer of 64 bits; one that no double holds is its text, as in JSON. */
export function int64(bits: bigint): number | string {
  return exactNumber(BigInt.asIntN(64, bits).toString());
}

function integer(type: string, bits: bigint, key: string): number | string {
  const value = BigInt.asIntN(64, bits);
  // The API server cuts a longer one to its low 32 bits.
  if (type === 'int32' && BigInt.asIntN(32, value) !== value) throw outOfRange(key);
  return int64(bits);
}

function double(bits: bigint, key: string): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  const value = view.getFloat64(0);
  if (!Number.isFinite(value)) throw outOfRange(key);
  return value + 0;
}

function outOfRange(key: string): Error {
  return unreadable(`the protobuf has a number out of range in \`${key}\``);
}
