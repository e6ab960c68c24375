import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RELEASE_LIMITS } from '../model/rest-limits.ts';
import type { Release } from '../release/release.ts';
import { HeldReleases } from './held-releases.ts';

const release = (characters: number): Release => ({
  ...{ name: 'web', namespace: 'shop', revision: 1, status: 'pending-install', chart: 'web-1', objects: [], hooks: [] },
  ...{ content: { chart: 'large' }, digest: 'd', manifest: 'x'.repeat(characters) },
});

test('releases are kept for their owner alone, for a time, the newest ones, and without what is large in them', () => {
  let now = 0;
  const releases = new HeldReleases({ monotonic: () => now });
  const keep = (command: string, owner = 'dev', characters = 1) =>
    releases.keep({ command, owner, release: release(characters), before: [] });
  const commands = (owner = 'dev') => releases.of(owner).map(({ command }) => command);
  keep('a');
  keep('b');
  keep('c', 'other');
  keep('a');
  assert.deepEqual([commands(), commands('other')], [['a', 'b'], ['c']]);
  assert.deepEqual([releases.of('dev')[0]?.release.content, releases.of('dev')[0]?.release.manifest], [null, '']);
  keep('large', 'dev', RELEASE_LIMITS.keptCharactersMax - 2);
  assert.deepEqual([commands(), commands('other')], [['large', 'a'], ['c']], 'the oldest gives way');
  for (let i = 0; i < RELEASE_LIMITS.keptMax; i++) keep(`n${i}`);
  assert.equal(commands().length, RELEASE_LIMITS.keptMax);
  now = RELEASE_LIMITS.keptMs;
  assert.deepEqual(commands(), []);
});
