import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProtobuf } from './protobuf.ts';

const bytes = (number: number, value: Buffer | string): Buffer => {
  const content = Buffer.from(value);
  assert.ok(content.length < 128);
  return Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
};
const envelope = (apiVersion: string, kind: string, raw: Buffer): Buffer =>
  Buffer.concat([Buffer.from('k8s\0'), bytes(1, Buffer.concat([bytes(1, apiVersion), bytes(2, kind)])), bytes(2, raw)]);
const entry = (key: string, value: string): Buffer => Buffer.concat([bytes(1, key), bytes(2, value)]);

test('a ConfigMap is read by the field numbers of its type', () => {
  const raw = Buffer.concat([bytes(1, bytes(1, 'name')), bytes(2, entry('a', '1')), bytes(2, entry('b', '2'))]);
  const object = parseProtobuf(envelope('v1', 'ConfigMap', raw));
  assert.deepEqual(object, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'name' },
    data: { a: '1', b: '2' },
  });
});

test('the data of a Secret are base64, as in JSON', () => {
  const object = parseProtobuf(envelope('v1', 'Secret', bytes(2, entry('k', 'v'))));
  assert.deepEqual(object.data, { k: 'dg==' });
});

test('a field that is not known is passed over', () => {
  const raw = Buffer.concat([bytes(15, 'new'), bytes(1, bytes(1, 'name'))]);
  assert.deepEqual(parseProtobuf(envelope('v1', 'ConfigMap', raw)).metadata, { name: 'name' });
});

const refused: readonly (readonly [what: string, body: Buffer])[] = [
  ['no protobuf', Buffer.from('{}')],
  ['a kind that has none', envelope('example.com/v1', 'Widget', Buffer.alloc(0))],
  ['a length beyond its end', Buffer.concat([Buffer.from('k8s\0'), Buffer.from([0x0a, 0x7f])])],
  ['a wire type that is none', Buffer.concat([Buffer.from('k8s\0'), Buffer.from([0x0b])])],
];
for (const [what, body] of refused) {
  test(`refused: ${what}`, () => assert.throws(() => parseProtobuf(body), { code: 400 }));
}
