import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeUid } from './made-uid.ts';

const field = (number: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);

test('the uid of what was made is read in JSON and in protobuf, and what says none has none', () => {
  const metadata = Buffer.concat([field(1, Buffer.from('name')), field(5, Buffer.from('u-1'))]);
  const envelope = Buffer.concat([field(1, Buffer.from('type')), field(2, field(1, metadata))]);
  const rows: readonly (readonly [string, Buffer, string | undefined])[] = [
    ['JSON', Buffer.from('{"metadata":{"uid":"u-1"}}'), 'u-1'],
    ['protobuf', Buffer.concat([Buffer.from('k8s\0'), envelope]), 'u-1'],
    ['protobuf without uid', Buffer.concat([Buffer.from('k8s\0'), field(2, field(1, Buffer.alloc(0)))]), undefined],
    ['protobuf that is cut', Buffer.concat([Buffer.from('k8s\0'), envelope.subarray(0, -3)]), undefined],
    ['no object', Buffer.from('null'), undefined],
    ['a number', Buffer.from('{"metadata":{"uid":1}}'), undefined],
    ['nothing', Buffer.alloc(0), undefined],
  ];
  for (const [row, reply, expected] of rows) assert.equal(madeUid(reply), expected, row);
});
