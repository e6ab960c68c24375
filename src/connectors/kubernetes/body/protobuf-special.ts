/*
 * The types whose JSON is not that of their fields.
 *
 * Source: MarshalJSON of each, in k8s.io/apimachinery v0.35.4 (pkg/apis/meta/v1/{time,micro_time,duration,helpers}.go, pkg/runtime/extension.go,
 * pkg/api/resource/quantity.go, pkg/util/intstr) and k8s.io/apiextensions-apiserver v0.35.4 (pkg/apis/apiextensions/v1/marshal.go)
 */
import type { JsonValue } from '../../../model/operation.ts';
import type { BodyLimits } from './body-limits.ts';
import { decodeUtf8 } from './decode-utf8.ts';
import { int64, scalar } from './protobuf-scalar.ts';
import { type WireField, type WireType, wireFields } from './protobuf-wire.ts';
import { readJson } from './read-json.ts';
import { unreadable } from './unreadable.ts';

type ReadMessage = (bytes: Uint8Array, name: string) => JsonValue;
type Special = (bytes: Uint8Array, read: ReadMessage, limits: BodyLimits) => JsonValue;

const SCHEMA = 'apiextensions/v1.JSONSchemaProps';

/** By the name that protobuf-fields.json has for them. */
export const SPECIAL_TYPES: ReadonlyMap<string, Special> = new Map<string, Special>([
  ['Time', (bytes) => time(bytes, 0)],
  ['MicroTime', (bytes) => time(bytes, 6)],
  ['Duration', (bytes) => duration(fields(bytes, ['varint'])[0])],
  ['Raw', raw],
  ['Quantity', quantity],
  ['IntOrString', intOrString],
  ['SchemaOrBool', schemaOrBool],
  ['SchemaOrArray', schemaOrArray],
  ['SchemaOrStrings', schemaOrStrings],
]);

/** The fields 1, 2, … of a small message, each at most once and of its wire type. */
function fields(bytes: Uint8Array, types: readonly WireType[]): readonly (WireField | undefined)[] {
  const found: (WireField | undefined)[] = types.map(() => undefined);
  for (const field of wireFields(bytes)) {
    const index = field.number - 1;
    if (field.type !== types[index] || found[index] !== undefined)
      throw unreadable('the protobuf has a field that is none, or twice');
    found[index] = field;
  }
  return found;
}

const SECONDS_MIN = -62_135_596_800n;
const SECONDS_MAX = 253_402_300_799n;

/** RFC 3339 in UTC with so many digits behind the second; null where nothing is set. The API server drops the nanoseconds of a `Time`. */
function time(bytes: Uint8Array, digits: 0 | 6): JsonValue {
  if (bytes.length === 0) return null;
  const [secondsField, nanosField] = fields(bytes, ['varint', 'varint']);
  const seconds = BigInt.asIntN(64, secondsField?.bits ?? 0n);
  const nanos = BigInt.asIntN(64, nanosField?.bits ?? 0n);
  if (seconds < SECONDS_MIN || seconds > SECONDS_MAX || nanos < 0n || nanos > 999_999_999n) {
    throw unreadable('the protobuf has a time out of range');
  }
  // The very first second is how Go writes no time at all.
  if (seconds === SECONDS_MIN && (digits === 0 || nanos < 1000n)) return null;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return digits === 0 ? `${whole}Z` : `${whole}.${(nanos / 1000n).toString().padStart(6, '0')}Z`;
}

/** As Go's `time.Duration` prints itself: `1h15m30.5s`, `1.5ms`, `0s`. */
function duration(field: WireField | undefined): JsonValue {
  const nanos = BigInt.asIntN(64, field?.bits ?? 0n);
  if (nanos === 0n) return '0s';
  const sign = nanos < 0n ? '-' : '';
  const positive = nanos < 0n ? -nanos : nanos;
  if (positive < 1_000n) return `${sign}${positive}ns`;
  if (positive < 1_000_000n) return `${sign}${decimal(positive, 3)}µs`;
  if (positive < 1_000_000_000n) return `${sign}${decimal(positive, 6)}ms`;
  const minutes = positive / 60_000_000_000n;
  const seconds = `${decimal(positive % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return sign + seconds;
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** A number with its point `places` digits from the right, without zeros at its end. */
function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  return fraction === '' ? digits.slice(0, -places) : `${digits.slice(0, -places)}.${fraction}`;
}

/** JSON inside of protobuf. What is not JSON (protobuf or CBOR inside) is refused, since nobody here could judge it. */
function raw(bytes: Uint8Array, _read: ReadMessage, limits: BodyLimits): JsonValue {
  const [field] = fields(bytes, ['bytes']);
  return field === undefined || field.bytes.length === 0 ? null : readJson(decodeUtf8(field.bytes), limits);
}

function quantity(bytes: Uint8Array): JsonValue {
  const [field] = fields(bytes, ['bytes']);
  // No text is 0 in Go, which cannot even read an empty one.
  return field === undefined ? '0' : decodeUtf8(field.bytes);
}

function intOrString(bytes: Uint8Array): JsonValue {
  const [type, integer, text] = fields(bytes, ['varint', 'varint', 'bytes']);
  const kind = type?.bits ?? 0n;
  if (kind > 1n) throw unreadable('the protobuf has a number-or-string that is neither');
  return (kind === 0n ? scalar('int32', integer, 'intVal') : scalar('string', text, 'strVal')) as JsonValue;
}

function schemaOrBool(bytes: Uint8Array, read: ReadMessage): JsonValue {
  const [allows, schema] = fields(bytes, ['varint', 'bytes']);
  if (schema !== undefined) return read(schema.bytes, SCHEMA);
  return int64(allows?.bits ?? 0n) !== 0;
}

function schemaOrArray(bytes: Uint8Array, read: ReadMessage): JsonValue {
  return oneOrMany(bytes, read, (each) => read(each, SCHEMA));
}

function schemaOrStrings(bytes: Uint8Array, read: ReadMessage): JsonValue {
  return oneOrMany(bytes, read, decodeUtf8);
}

/** A schema in field 1, or a list in field 2, which wins. */
function oneOrMany(bytes: Uint8Array, read: ReadMessage, item: (bytes: Uint8Array) => JsonValue): JsonValue {
  let schema: JsonValue = null;
  const list: JsonValue[] = [];
  for (const field of wireFields(bytes)) {
    const isTwice = field.number === 1 && schema !== null;
    if (field.type !== 'bytes' || field.number > 2 || isTwice)
      throw unreadable('the protobuf has a field that is none, or twice');
    if (field.number === 1) schema = read(field.bytes, SCHEMA);
    else list.push(item(field.bytes));
  }
  return list.length > 0 ? list : schema;
}
