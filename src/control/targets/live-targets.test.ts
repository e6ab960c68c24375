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
  const kept = (version: number) => ({ name: 'shop', state: 'live', version }) as KeptTarget;
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
