import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PreImage } from '../model/pre-image.ts';
import { Refusal } from '../model/refusal.ts';
import { newId } from '../std/ids.ts';
import { KeptPreImages, PRE_IMAGE_LIMITS } from './pre-images.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-pre-images-'));
after(() => rmSync(folder, { recursive: true }));

const KEY = Buffer.alloc(32, 1);
const imageOf = (exchange: string, password = 'hunter2'): PreImage => ({
  exchange,
  target: 'demo',
  at: 1,
  operation: {
    verb: 'patch',
    apiPrefix: 'api',
    apiGroup: '',
    apiVersion: 'v1',
    resource: 'secrets',
    subresource: '',
    namespace: 'shop',
    name: 'db',
  },
  object: { data: { password } },
});

const codeOf = (thrown: unknown) => (thrown instanceof Refusal ? thrown.code : String(thrown));

test('what is kept is read under its key alone, and nothing of it stands on the disk in clear', async () => {
  const kept = new KeptPreImages(join(folder, 'a'), KEY);
  const id = newId(1);
  await kept.keep(imageOf(id, 'canary-in-the-disk'));
  assert.deepEqual(await kept.read(id), imageOf(id, 'canary-in-the-disk'));
  const [file] = readdirSync(join(folder, 'a')) as [string];
  assert.ok(!readFileSync(join(folder, 'a', file)).includes('canary'));
  assert.equal(await kept.read(newId(2)), undefined);
  const other = new KeptPreImages(join(folder, 'a'), Buffer.alloc(32, 2));
  await assert.rejects(other.read(id), (thrown) => codeOf(thrown) === 'RECORDING_UNAVAILABLE');
});

test('one that was changed, or moved to another exchange, does not open; an id that is a path names nothing', async () => {
  const kept = new KeptPreImages(join(folder, 'b'), KEY);
  const [id, other] = [newId(1), newId(2)];
  await kept.keep(imageOf(id));
  renameSync(join(folder, 'b', `${id}.sealed`), join(folder, 'b', `${other}.sealed`));
  await assert.rejects(kept.read(other), (thrown) => codeOf(thrown) === 'RECORDING_UNAVAILABLE');
  await kept.keep(imageOf(id));
  const bytes = readFileSync(join(folder, 'b', `${id}.sealed`));
  bytes[40] = (bytes[40] as number) ^ 1;
  writeFileSync(join(folder, 'b', `${id}.sealed`), bytes);
  await assert.rejects(kept.read(id), (thrown) => codeOf(thrown) === 'RECORDING_UNAVAILABLE');
  await assert.rejects(kept.read('../b'), (thrown) => codeOf(thrown) === 'NOT_FOUND');
});

test('kept anew it is replaced, a folder that cannot be written refuses, and what is old goes', async () => {
  const kept = new KeptPreImages(join(folder, 'c'), KEY);
  const id = newId(1);
  await kept.keep(imageOf(id, 'one'));
  await kept.keep(imageOf(id, 'two'));
  assert.deepEqual((await kept.read(id))?.object, { data: { password: 'two' } });
  writeFileSync(join(folder, 'file'), '');
  const nowhere = new KeptPreImages(join(folder, 'file'), KEY);
  await assert.rejects(nowhere.keep(imageOf(id)), (thrown) => codeOf(thrown) === 'RECORDING_UNAVAILABLE');
  const large = imageOf(id, 'x'.repeat(PRE_IMAGE_LIMITS.objectBytesMax));
  await assert.rejects(kept.keep(large), (thrown) => codeOf(thrown) === 'RECORDING_UNAVAILABLE');
  utimesSync(join(folder, 'c', `${id}.sealed`), 1, 1);
  await kept.sweep(Date.now());
  assert.equal(await kept.read(id), undefined);
});

test('what is old goes, whatever else stands in the folder', async () => {
  const kept = new KeptPreImages(join(folder, 'd'), KEY);
  const id = newId(1);
  await kept.keep(imageOf(id));
  // As at the root of a file system, and one by the name of ours, which is no file and cannot be removed as one.
  const others = ['.lost+found', `${newId(0)}.sealed`].map((name) => join(folder, 'd', name));
  for (const other of others) mkdirSync(other);
  for (const file of [...others, join(folder, 'd', `${id}.sealed`)]) utimesSync(file, 1, 1);
  await kept.sweep(Date.now());
  assert.deepEqual(readdirSync(join(folder, 'd')).length, others.length);
  assert.equal(await kept.read(id), undefined);
});
