import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVault } from './vault.ts';

const KEY = Buffer.alloc(32, 7);
const SECRET = Buffer.from('a private key');

test('what is closed opens under the same key for the same place, and shows nothing of itself', () => {
  const vault = createVault(KEY);
  const closed = vault.close(SECRET, 'row a');
  assert.deepEqual(Buffer.from(createVault(KEY).open(closed, 'row a')), SECRET);
  assert.ok(!Buffer.from(closed.slice(2), 'base64url').includes(SECRET));
  assert.notEqual(vault.close(SECRET, 'row a'), closed);
});

test('what was moved, changed, cut or closed under another key does not open', () => {
  const closed = createVault(KEY).close(SECRET, 'row a');
  const changed = Buffer.from(closed.slice(2), 'base64url');
  changed[20] = (changed[20] as number) ^ 1;
  for (const [vault, text, place] of [
    [createVault(KEY), closed, 'row b'],
    [createVault(Buffer.alloc(32, 8)), closed, 'row a'],
    [createVault(KEY), `1.${changed.toString('base64url')}`, 'row a'],
    [createVault(KEY), closed.slice(0, 20), 'row a'],
    [createVault(KEY), `2${closed.slice(1)}`, 'row a'],
    [createVault(KEY), '', 'row a'],
  ] as const)
    assert.throws(() => vault.open(text, place), /does not open/);
});
