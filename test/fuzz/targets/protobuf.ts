import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { ExpectedKind } from '../../../src/connectors/kubernetes/body/agree.ts';
import { DEFAULT_BODY_LIMITS } from '../../../src/connectors/kubernetes/body/body-limits.ts';
import { wireFields } from '../../../src/connectors/kubernetes/body/protobuf-wire.ts';
import { readProtobuf } from '../../../src/connectors/kubernetes/body/read-protobuf.ts';
import type { JsonObject } from '../../../src/model/operation.ts';
import { Refusal } from '../../../src/model/refusal.ts';
import type { FuzzTarget } from '../target.ts';

/** Pods, which have every shape that a field can have. */
const POD: ExpectedKind = { kind: 'Pod', group: '', version: 'v1', isNamespaced: true };

const SEEDS = gunzipSync(readFileSync(new URL('../../vectors/protobuf.jsonl.gz', import.meta.url)))
  .toString()
  .split('\n')
  .filter((line) => line.includes('"kind":"v1/Pod"'))
  .map((line) => Buffer.from((JSON.parse(line) as { protobuf: string }).protobuf, 'base64'));

/** Protobuf bodies: no field of the envelope or the object counts twice, and no byte is overlooked. */
export const target: FuzzTarget = {
  name: 'protobuf',
  corpus: [
    'k8s\0\x0a\x09\x0a\x02v1\x12\x03Pod\x12\x07\x0a\x05\x0a\x03web',
    ...SEEDS.map((bytes) => bytes.toString('latin1')),
  ],
  dictionary: [
    '\x0a\x03web',
    '\x0a\x05\x0a\x03web',
    '\x12\x00',
    '\x0a\x00',
    '\xff\xff\xff\xff\x0f',
    '\x80\x00',
    '\x08\x01',
    '\x09',
    'k8s\0',
  ],
  check: (input) => laws(input, (bytes) => readProtobuf(bytes, POD, DEFAULT_BODY_LIMITS)),
  canary: (input) => laws(input, takeLast),
};

function laws(input: Buffer, read: (bytes: Buffer) => JsonObject): string {
  try {
    const object = read(input);
    const numbers = [...wireFields(envelopeOf(input))].map((field) => field.number);
    assert.equal(new Set(numbers).size, numbers.length, 'a field counts twice');
    assert.equal(object['metadata'] !== undefined, true, 'a pod without metadata');
    return Object.keys(object['spec'] ?? {})
      .sort()
      .join()
      .slice(0, 200);
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.message.replaceAll(/`[^`]*`|[0-9]+/g, '');
    throw thrown;
  }
}

/** The message inside the envelope. */
function envelopeOf(input: Buffer): Uint8Array {
  return [...wireFields(input.subarray(4))].findLast(({ number }) => number === 2)?.bytes ?? new Uint8Array(0);
}

/** The bug: of a field given twice the last one wins, as in most readers of protobuf. */
function takeLast(bytes: Buffer): JsonObject {
  const last = new Map([...wireFields(envelopeOf(bytes))].map((field) => [field.number, field]));
  if (!last.has(1)) throw new Refusal('BODY_UNREADABLE', 'no metadata');
  return { metadata: {} };
}
