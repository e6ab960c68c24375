import { unreadable } from './unreadable.ts';

/** The four ways in which a field stands on the wire; groups are none of Kubernetes'. */
export type WireType = 'varint' | 'fixed64' | 'bytes';

/** One field as it stands on the wire. */
export interface WireField {
  readonly number: number;
  readonly type: WireType;
  /** Of a varint or fixed64: its 64 bits, unsigned. */
  readonly bits: bigint;
  /** Of bytes. */
  readonly bytes: Uint8Array;
}

const NONE = new Uint8Array(0);
const WIRE_TYPES: readonly (WireType | undefined)[] = ['varint', 'fixed64', 'bytes'];

/**
 * The fields of a message, in the order in which they stand.
 *
 * @throws {Refusal} BODY_UNREADABLE cut off, a number that is none, or a wire type that Kubernetes never uses
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
export function* wireFields(message: Uint8Array): Generator<WireField> {
  let at = 0;
  while (at < message.length) {
    const tag = varint(message, at);
    at = tag.end;
    const number = Number(tag.bits >> 3n);
    const type = WIRE_TYPES[tagType(tag.bits)];
    if (type === undefined || number < 1 || number > 0x1fffffff)
      throw unreadable('the protobuf has a tag that is none');
    if (type === 'varint') {
      const value = varint(message, at);
      at = value.end;
      yield { number, type, bits: value.bits, bytes: NONE };
    } else if (type === 'fixed64') {
      if (at + 8 > message.length) throw cutOff();
      const bits = new DataView(message.buffer, message.byteOffset + at, 8).getBigUint64(0, true);
      at += 8;
      yield { number, type, bits, bytes: NONE };
    } else {
      const length = varint(message, at);
      if (length.bits > BigInt(message.length - length.end)) throw cutOff();
      at = length.end + Number(length.bits);
      yield { number, type, bits: 0n, bytes: message.subarray(length.end, at) };
    }
  }
}

/** The varints that stand packed in bytes. */
export function* packedVarints(bytes: Uint8Array): Generator<bigint> {
  for (let at = 0; at < bytes.length; ) {
    const value = varint(bytes, at);
    yield value.bits;
    at = value.end;
  }
}

function tagType(bits: bigint): number {
  const type = Number(bits & 7n);
  // 5, 32 bits, is the one type beside those of the list that is not a group; no field of Kubernetes has it.
  return type;
}

function varint(bytes: Uint8Array, start: number): { bits: bigint; end: number } {
  let low = 0;
  let at = start;
  // Most are below 2^28, where plain numbers do.
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined) throw cutOff();
    low |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { bits: BigInt(low), end: at };
  }
  let bits = BigInt(low);
  for (let shift = 28n; shift < 70n; shift += 7n) {
    const byte = bytes[at++];
    if (byte === undefined) throw cutOff();
    bits |= BigInt(byte & 0x7f) << shift;
    if (byte >= 0x80) continue;
    if (bits > 0xffff_ffff_ffff_ffffn) break;
    return { bits, end: at };
  }
  throw unreadable('the protobuf has a number of more than 64 bits');
}

function cutOff(): Error {
  return unreadable('the protobuf is cut off');
}
