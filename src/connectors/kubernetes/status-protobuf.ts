import type { Status, StatusCause } from './status.ts';

/**
 * A `Status` in Kubernetes' protobuf: `k8s`, a zero byte, the envelope, and in it the message.
 *
 * Source: `Unknown`, https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/runtime/generated.proto; `Status`, `StatusDetails` and
 * `StatusCause`, https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/apis/meta/v1/generated.proto
 */
export function statusProtobuf(status: Status): Buffer {
  const { causes, retryAfterSeconds } = status.details;
  const details = [...causes.map((cause) => bytes(4, causeProtobuf(cause))), integer(5, retryAfterSeconds ?? 0)];
  const message = [
    bytes(1, Buffer.alloc(0)),
    text(2, status.status),
    text(3, status.message),
    text(4, status.reason),
    bytes(5, Buffer.concat(details)),
    integer(6, status.code),
  ];
  const type = Buffer.concat([text(1, status.apiVersion), text(2, status.kind)]);
  return Buffer.concat([PREFIX, bytes(1, type), bytes(2, Buffer.concat(message))]);
}

const PREFIX = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

function causeProtobuf({ reason, message }: StatusCause): Buffer {
  return Buffer.concat([text(1, reason), text(2, message)]);
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value));
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(value.length), value]);
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) out.push((rest & 0x7f) | 0x80);
  out.push(rest);
  return Buffer.from(out);
}
