import assert from 'node:assert/strict';
import { createHmac, hash } from 'node:crypto';
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

test('a digest is the same at whoever has the key, and for one purpose alone; who has not the key cannot try values on it', () => {
  const digest = createVault(KEY).digest('hunter2', 'a');
  assert.match(digest, /^[0-9a-f]{64}$/);
  assert.equal(createVault(KEY).digest('hunter2', 'a'), digest);
  const others = [
    createVault(KEY).digest('hunter3', 'a'),
    createVault(KEY).digest('hunter2', 'b'),
    createVault(Buffer.alloc(32, 8)).digest('hunter2', 'a'),
    hash('sha256', 'hunter2', 'hex'),
    createHmac('sha256', KEY).update('hunter2').digest('hex'),
  ];
  assert.equal(new Set([digest, ...others]).size, others.length + 1);
  assert.notEqual(createVault(KEY).digest('ab', 'c'), createVault(KEY).digest('b', 'ca'));
});
