import type { Status, StatusCause } from './status.ts';

/**
 * A `Status` in Kubernetes' protobuf: `k8s`, a zero byte, the envelope, and in it the message.
 *
 * Source: `Unknown`, https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/runtime/generated.proto; `Status`, `StatusDetails` and
 * `StatusCause`, https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/apis/meta/v1/generated.proto
 */
export function statusProtobuf(status: Status): Buffer {
  const { causes, retryAfterSeconds } = status.details;
  const details = [...causes.map((cause) => bytesField(4, causeProtobuf(cause))), integer(5, retryAfterSeconds ?? 0)];
  const message = [
    bytesField(1, Buffer.alloc(0)),
    textField(2, status.status),
    textField(3, status.message),
    textField(4, status.reason),
    bytesField(5, Buffer.concat(details)),
    integer(6, status.code),
  ];
  const type = Buffer.concat([textField(1, status.apiVersion), textField(2, status.kind)]);
  return Buffer.concat([PREFIX, bytesField(1, type), bytesField(2, Buffer.concat(message))]);
}

const PREFIX = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

function causeProtobuf({ reason, message }: StatusCause): Buffer {
  return Buffer.concat([textField(1, reason), textField(2, message)]);
}

/** A field that holds a text. */
export function textField(field: number, value: string): Buffer {
  return bytesField(field, Buffer.from(value));
}

/** A field that holds bytes, or a message. */
export function bytesField(field: number, value: Buffer): Buffer {
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
