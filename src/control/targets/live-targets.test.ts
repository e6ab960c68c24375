import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store } from '../../store/store.ts';
import type { KeptTarget } from './kept-target.ts';
import { LiveTargets } from './live-targets.ts';

/** What ends at `shop` when a target of that name is replaced in the store. */
function endedBy(isConfigured: boolean): readonly string[] {
  const ended: string[] = [];
  const targets = new LiveTargets({
    store: { now: () => 0 } as unknown as Store,
    isConfigured: () => isConfigured,
    endAccess: (target, what) => ended.push(`${what} of ${target}`),
    onFailure: (what, error) => assert.fail(`${what}: ${error}`),
  });
  const kept = (version: number) =>
    ({ name: 'shop', state: 'live', version, history: [] as const }) as unknown as KeptTarget;
  targets.take(kept(1));
  targets.take(kept(2));
  return ended;
}

test('a target that is replaced ends its own streams', () => {
  assert.deepEqual(endedBy(false), ['streams of shop']);
});

test('one that the configuration shadows ends none of the target that is served', () => {
  assert.deepEqual(endedBy(true), []);
});

test('one that was removed and added anew while the store was not heard for long is served as it is now', () => {
  const opened: string[] = [];
  const targets = new LiveTargets({
    store: { now: () => 0, vault: {} } as unknown as Store,
    isConfigured: () => false,
    endAccess() {},
    onFailure: (what, error) => assert.fail(`${what}: ${error}`),
  });
  targets.serveWith({ open: ({ spec }) => opened.push(spec.url), close() {} });
  const kept = (version: number, at: number, url: string) =>
    ({ name: 'shop', state: 'live', version, spec: { url }, secrets: {}, history: [{ at }] }) as unknown as KeptTarget;
  targets.take(kept(5, 1_000, 'https://old'));
  targets.take(kept(4, 1_010, 'https://older'));
  assert.deepEqual(opened, ['https://old'], 'an older version is no news, though the clock of who wrote it was ahead');
  targets.take(kept(1, 90_000_000, 'https://new'));
  assert.deepEqual(opened, ['https://old', 'https://new']);
});
