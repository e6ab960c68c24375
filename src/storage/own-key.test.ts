import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ownKey } from './own-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-key-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a key is made once, by whoever is first, is its owner’s alone, and stays', async () => {
  const file = join(folder, 'new', 'a.key');
  const all = await Promise.all([1, 2, 3, 4].map(() => ownKey(file)));
  const hex = (await ownKey(file)).toString('hex');
  assert.deepEqual([...new Set(all.map((key) => key.toString('hex')))], [hex]);
  assert.equal(hex.length, 64);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(folder, 'new')), ['a.key']);
});

test('a key that others may read, and a file that holds none, are refused', async () => {
  const file = join(folder, 'b.key');
  await ownKey(file);
  chmodSync(file, 0o640);
  await assert.rejects(ownKey(file), /b\.key: others than its owner may read it: `chmod 600` it$/);
  writeFileSync(join(folder, 'c.key'), 'abc\n', { mode: 0o600 });
  await assert.rejects(ownKey(join(folder, 'c.key')), /c\.key: it holds no key of 32 bytes in hex$/);
});
