import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MaskKey } from '../masking/form/mask-key.ts';
import { systemClock } from '../std/clock.ts';
import { openSqlStore } from '../store/sql-store.ts';
import { openSqlite } from '../store/sqlite-backend.ts';
import { storeKeys } from '../store/store-keys.ts';
import { agreeOnMaskKey } from './agree-on-mask-key.ts';
import { openMaskKeys, rotateMaskKey } from './mask-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-mask-keys-'));
after(() => rmSync(folder, { recursive: true }));
let count = 0;
const fresh = () => join(folder, String(++count));

test('a key is made at first start, readable by its owner alone, and stays', () => {
  const config = { dataFolder: fresh(), masks: { retiredKeyFiles: [] } };
  const { key, retired } = openMaskKeys(config);
  assert.equal(statSync(join(config.dataFolder, 'mask.key')).mode & 0o777, 0o600);
  assert.deepEqual([openMaskKeys(config).key.fingerprint, retired], [key.fingerprint, []]);
  assert.deepEqual(readdirSync(config.dataFolder), ['mask.key']);
});

test('a key that is rotated is known as retired, as often as that is done; no key is lost', () => {
  const config = { dataFolder: fresh(), masks: { retiredKeyFiles: [] } };
  const seen = [openMaskKeys(config).key.fingerprint];
  for (let time = 0; time < 3; time++) {
    const { retiredFile } = rotateMaskKey(config);
    assert.equal(statSync(retiredFile).mode & 0o777, 0o600);
    const { key, retired } = openMaskKeys(config);
    assert.deepEqual(retired.map(({ fingerprint }) => fingerprint).sort(), [...seen].sort());
    assert.ok(!seen.includes(key.fingerprint));
    seen.push(key.fingerprint);
  }
});

test('a key of the configuration is rotated where it is; retired ones may be named as well, and one that is in force is not retired', () => {
  const [keyFile, other] = [join(folder, 'shared'), join(folder, 'other')];
  writeFileSync(keyFile, `${'ab'.repeat(32)}\n`);
  writeFileSync(other, `${'cd'.repeat(32)}\n`);
  const config = { dataFolder: fresh(), masks: { keyFile, retiredKeyFiles: [other, keyFile] } };
  assert.deepEqual(
    openMaskKeys(config).retired.map(({ fingerprint }) => fingerprint),
    [new MaskKey(Buffer.alloc(32, 0xcd)).fingerprint],
  );
  const { retiredFile } = rotateMaskKey(config);
  assert.equal(readFileSync(retiredFile, 'utf8').trim(), 'ab'.repeat(32));
  assert.equal(openMaskKeys(config).retired.length, 2);
  writeFileSync(other, 'short');
  assert.throws(() => openMaskKeys(config), /is not 64 hex digits/);
});

test('gateways of one store have one key of masks: a start with another is refused, one that knows theirs as retired replaces it', async () => {
  const backend = await openSqlite(`${fresh()}.db`, systemClock);
  const store = await openSqlStore(backend, storeKeys(Buffer.alloc(32, 1)), () => {});
  const [old, next, foreign] = [1, 2, 3].map((byte) => new MaskKey(Buffer.alloc(32, byte))) as [
    MaskKey,
    MaskKey,
    MaskKey,
  ];
  await agreeOnMaskKey(store, { key: old, retired: [] });
  await agreeOnMaskKey(store, { key: old, retired: [] });
  await assert.rejects(
    agreeOnMaskKey(store, { key: foreign, retired: [] }),
    /is another than theirs: share `masks.keyFile`/,
  );
  await agreeOnMaskKey(store, { key: next, retired: [old] });
  await assert.rejects(agreeOnMaskKey(store, { key: old, retired: [] }), /is one that they have retired/);
  await agreeOnMaskKey(store, { key: next, retired: [] });
  await store.close();
});
