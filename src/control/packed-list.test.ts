import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { packedList } from './packed-list.ts';

const bytesOf = (body: unknown) => Buffer.from(JSON.stringify(body));
const list = {
  items: Array.from({ length: 50 }, (_, id) => ({ id, reason: 'a reason that stands in each' })),
  next: null,
};

test('a list is packed for who takes that, and is the same list', async () => {
  const bytes = bytesOf(list);
  const packed = await packedList(list, bytes, 'br, gzip');
  assert.ok(packed !== undefined && packed.length < bytes.length / 4);
  assert.deepEqual(gunzipSync(packed), bytes);
  assert.equal(await packedList(list, bytes, undefined), undefined);
  assert.equal(await packedList(list, bytes, 'gzip;q=0, identity'), undefined);
});

test('what is no list is not, since it may hold a secret beside what others wrote; nor what is short', async () => {
  const me = { subject: 'p:lea', groups: Array.from({ length: 100 }, () => 'a group of theirs'), csrf: 'secret' };
  assert.equal(await packedList(me, bytesOf(me), 'gzip'), undefined);
  const short = { items: [], next: null };
  assert.equal(await packedList(short, bytesOf(short), 'gzip'), undefined);
});
