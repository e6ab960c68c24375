import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '../model/caller.ts';
import { DELETED_LIMITS, DeletedObjects } from './deleted-objects.ts';

const caller = (subject: string) => ({ issuer: 'i', subject }) as Caller;
const object = (resource: string, bytes = 1) => ({ apiGroup: '', resource, namespace: '', bytes: Buffer.alloc(bytes) });
const names = (deleted: DeletedObjects, subject: string, target = 't') =>
  deleted.of(caller(subject), target).map(({ resource }) => resource);

test('T74: what a caller has deleted is kept for that caller and target alone, ten minutes and 64 MiB long', () => {
  let now = 0;
  const deleted = new DeletedObjects({ monotonic: () => now });
  deleted.keep(caller('a'), 't', object('one'));
  deleted.keep(caller('b'), 't', object('other'));
  now = 1;
  deleted.keep(caller('a'), 't', object('two'));
  deepEqual(
    [names(deleted, 'a'), names(deleted, 'b'), names(deleted, 'a', 'u'), names(deleted, 'c')],
    [['two', 'one'], ['other'], [], []],
  );
  now = DELETED_LIMITS.keptMs;
  deepEqual(names(deleted, 'a'), ['two']);
  deleted.keep(caller('a'), 't', object('large', DELETED_LIMITS.bytesMax));
  deepEqual(names(deleted, 'a'), ['large']);
  now += DELETED_LIMITS.keptMs;
  deepEqual(names(deleted, 'a'), []);
});
