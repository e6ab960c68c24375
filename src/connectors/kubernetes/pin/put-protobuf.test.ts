import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { JsonObject } from '../../../model/operation.ts';
import { DEFAULT_BODY_LIMITS } from '../body/body-limits.ts';
import { readProtobuf } from '../body/read-protobuf.ts';
import { putProtobuf } from './put-protobuf.ts';

interface Vector {
  readonly kind: string;
  readonly protobuf: string;
}

const file = join(import.meta.dirname, '../../../../test/vectors/protobuf.jsonl.gz');
const vectors = gunzipSync(readFileSync(file))
  .toString('utf8')
  .split('\n')
  .filter((line) => line.includes('"protobuf"'))
  .map((line) => JSON.parse(line) as Vector);

function read(kind: string, bytes: Uint8Array): JsonObject {
  const [name = '', version = '', group = ''] = kind.split('/').reverse();
  const expected = { kind: name, version, group, isNamespaced: true };
  return JSON.parse(JSON.stringify(readProtobuf(bytes, expected, DEFAULT_BODY_LIMITS)));
}

/** The object with a version in its place. */
function held(object: JsonObject, [key, ...rest]: readonly string[], value: string): JsonObject {
  const inner = object[key as string];
  return { ...object, [key as string]: rest.length === 0 ? value : held((inner ?? {}) as JsonObject, rest, value) };
}

const PLACES: Readonly<Record<string, readonly string[]>> = {
  'v1/DeleteOptions': ['preconditions'],
  'policy/v1/Eviction': ['deleteOptions', 'preconditions'],
};

test('T50: objects of every kind in protobuf are read as they were, but for the pin', () => {
  assert.ok(vectors.length > 300);
  let count = 0;
  for (const { kind, protobuf } of vectors) {
    const before = Buffer.from(protobuf, 'base64');
    const place = PLACES[kind] ?? ['metadata'];
    const object = read(kind, before);
    // Kinds without metadata are never held to a version; lists have metadata of another form.
    if (place[0] === 'metadata' && (object.metadata === undefined || kind.endsWith('List'))) continue;
    for (const [key, value] of [
      ['resourceVersion', '9223372036854775807'],
      ['uid', 'ü'.repeat(200)],
    ] as const) {
      const after = putProtobuf(before, [...place, key], value);
      assert.deepEqual(read(kind, after), held(object, [...place, key], value), `${kind} ${protobuf}`);
    }
    count++;
  }
  assert.ok(count > 200, `${count} objects`);
});

test('T50: what is put twice is there once', () => {
  const { kind, protobuf } = vectors.find((vector) => vector.kind.endsWith('/ConfigMap')) as Vector;
  const path = ['metadata', 'resourceVersion'];
  const once = putProtobuf(Buffer.from(protobuf, 'base64'), path, '7');
  assert.deepEqual(putProtobuf(putProtobuf(once, path, '123456'), path, '7'), once);
  assert.equal((read(kind, once).metadata as JsonObject).resourceVersion, '7');
});
