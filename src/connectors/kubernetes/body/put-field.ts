/*
 * One field put into Kubernetes' protobuf, every other byte left as it is but for the lengths of what is around it. The body is one that `readProtobuf` has
 * accepted: each field is there once. A new field stands behind the others of its message, where the order means nothing.
 *
 * Source: https://protobuf.dev/programming-guides/encoding/; `Unknown`,
 * https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/runtime/generated.proto
 */

/** `k8s` and a zero byte, before the envelope; the object is the envelope's second field. */
const PREFIX_BYTES = 4;
const RAW = 2;

/** The body with the bytes of a string or message in its object, at the place that the field numbers lead to. */
export function putField(body: Uint8Array, numbers: readonly number[], value: Uint8Array): Buffer {
  const envelope = put(body.subarray(PREFIX_BYTES), [RAW, ...numbers], value);
  return Buffer.concat([body.subarray(0, PREFIX_BYTES), envelope]);
}

function put(message: Uint8Array, [number, ...rest]: readonly number[], value: Uint8Array): Uint8Array {
  if (number === undefined) return value;
  const found = fieldAt(message, number);
  const inner = put(found === undefined ? new Uint8Array(0) : message.subarray(found.content, found.end), rest, value);
  const field = Buffer.concat([varint(number * 8 + 2), varint(inner.length), inner]);
  if (found === undefined) return Buffer.concat([message, field]);
  return Buffer.concat([message.subarray(0, found.start), field, message.subarray(found.end)]);
}

interface Span {
  readonly start: number;
  /** Where the bytes of a field with a length begin. */
  readonly content: number;
  readonly end: number;
}

function fieldAt(message: Uint8Array, wanted: number): Span | undefined {
  let start = 0;
  while (start < message.length) {
    const tag = readVarint(message, start);
    const value = tag.value % 8 === 1 ? { value: 0, end: tag.end + 8 } : readVarint(message, tag.end);
    const end = tag.value % 8 === 2 ? value.end + value.value : value.end;
    if (Math.floor(tag.value / 8) === wanted) return { start, content: value.end, end };
    start = end;
  }
  return undefined;
}

/** Exact up to 2^53, as every tag and length of a body is; the value of a larger number does not matter here. */
function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  let at = start;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at };
  }
}

function varint(number: number): Buffer {
  const bytes: number[] = [];
  let left = number;
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  return Buffer.from([...bytes, left]);
}
