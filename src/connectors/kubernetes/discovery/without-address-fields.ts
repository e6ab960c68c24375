import { wireFields } from '../body/protobuf-wire.ts';

/** `k8s` and a zero byte, before the envelope. */
const PREFIX_BYTES = 4;

/** Which fields of a kind are the API server’s addresses, and which hold groups. */
const FIELDS: ReadonlyMap<string, { readonly addresses?: number; readonly groups?: number }> = new Map([
  ['APIVersions', { addresses: 2 }],
  ['APIGroup', { addresses: 4 }],
  ['APIGroupList', { groups: 1 }],
]);

/**
 * A discovery document in protobuf without the API server’s addresses; of another kind, the very bytes.
 *
 * @throws {Refusal} BODY_UNREADABLE it is none
 * Source: https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/apis/meta/v1/generated.proto
 */
export function withoutAddressFields(document: Uint8Array): Uint8Array {
  const envelope = document.subarray(PREFIX_BYTES);
  const fields = FIELDS.get(kindOf(envelope));
  if (fields === undefined) return document;
  const edited = edit(envelope, (number, raw) => {
    if (number !== RAW) return raw;
    return edit(raw, (inner, bytes) => {
      if (inner === fields.addresses) return undefined;
      return inner === fields.groups ? edit(bytes, (at, group) => (at === 4 ? undefined : group)) : bytes;
    });
  });
  return Buffer.concat([document.subarray(0, PREFIX_BYTES), edited]);
}

/** The object is the second field of the envelope; the first is its type, whose second is the kind. */
const TYPE = 1;
const KIND = 2;
const RAW = 2;

function kindOf(envelope: Uint8Array): string {
  for (const { number, bytes } of wireFields(envelope)) {
    if (number !== TYPE) continue;
    for (const field of wireFields(bytes)) if (field.number === KIND) return Buffer.from(field.bytes).toString('utf8');
  }
  return '';
}

/** A message with the bytes of each field edited, or left out. Discovery documents hold texts and messages alone. */
function edit(message: Uint8Array, of: (number: number, bytes: Uint8Array) => Uint8Array | undefined): Buffer {
  const parts: Uint8Array[] = [];
  for (const { number, type, bytes } of wireFields(message)) {
    if (type !== 'bytes') throw new TypeError(`field ${number} of discovery is a number`);
    const edited = of(number, bytes);
    if (edited !== undefined) parts.push(varint(number * 8 + 2), varint(edited.length), edited);
  }
  return Buffer.concat(parts);
}

function varint(number: number): Buffer {
  const bytes: number[] = [];
  let left = number;
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  return Buffer.from([...bytes, left]);
}
