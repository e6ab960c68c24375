// What ended long ago leaves the store of a gateway that runs, by its own timer.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SWEEP_LIMITS } from '../../src/control/store-sweep.ts';
import { systemClock } from '../../src/std/clock.ts';
import { newId } from '../../src/std/ids.ts';
import { openStore } from '../../src/store/open-store.ts';
import { startSmallWorld } from '../support/small-world.ts';

const DAY_MS = 86_400_000;

test('a gateway that runs removes what ended before `store.keepFor`, a turn after its start, and keeps what ended later', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-sweep-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [file, keyFile] = [join(folder, 'store.db'), join(folder, 'store.key')];
  const open = () =>
    openStore(
      { kind: 'sqlite', file, keyFile, isKeyMade: true },
      { clock: systemClock, feedLostMs: 10_000, onUnsealed: (kind) => assert.fail(kind) },
    );
  const before = await open();
  const [old, late] = [3, 1].map((days) => {
    const endedAt = before.now() - days * DAY_MS;
    return { kind: 'token', id: newId(endedAt), version: 0, owner: '', state: 'ended', body: { endedAt } } as const;
  });
  await before.exclusively('k', async (rows) => {
    for (const row of [old, late]) if (row !== undefined) await rows.put(row);
  });
  await before.close();

  t.mock.timers.enable({ apis: ['setInterval'] });
  const world = await startSmallWorld({
    config: `console: { port: 0 }\nstore: { sqlite: { file: "${file}" }, keyFile: "${keyFile}", keepFor: 2d }\n`,
  });
  const hasSwept = () => world.log().includes('what ended long ago is gone from the store');
  assert.equal(hasSwept(), false);
  t.mock.timers.tick(SWEEP_LIMITS.turnMs);
  while (!hasSwept()) await new Promise(setImmediate);
  await world.stop();

  const after = await open();
  assert.deepEqual(
    (await after.list('token', { limit: 10 })).map(({ id }) => id),
    [late?.id],
  );
  await after.close();
});
