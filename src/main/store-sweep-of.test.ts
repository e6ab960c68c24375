import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileRules } from '../../test/support/compile-rules.ts';
import type { Config } from '../config/load.ts';
import { systemClock } from '../std/clock.ts';
import { newId } from '../std/ids.ts';
import { openStore } from '../store/open-store.ts';
import type { Told } from './observe.ts';
import { storeSweepOf } from './store-sweep-of.ts';

const DAY_MS = 86_400_000;

test('what has ended is kept for `store.keepFor`, and for 90 days where nothing is said; the log says what went', async () => {
  const rules = compileRules([], { unsafe: new Set() });
  for (const [said, kept] of [
    [undefined, 90],
    ['7d', 7],
  ] as const) {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-sweep-'));
    const place = { kind: 'sqlite', file: join(folder, 'db'), keyFile: join(folder, 'key'), isKeyMade: true } as const;
    const store = await openStore(place, { clock: systemClock, feedLostMs: 10_000, onUnsealed() {} });
    const at = (days: number) => store.now() - days * DAY_MS;
    const grants = [kept - 1, kept + 1].map((days) => ({ id: newId(at(days + 1)), endedAt: at(days) }));
    await store.exclusively('k', async (rows) => {
      for (const body of grants)
        await rows.put({ kind: 'grant', id: body.id, version: 0, owner: '', state: 'ended', body });
    });
    const [logged, sessions]: [unknown[], { ended: number }] = [[], { ended: 0 }];
    const sweep = storeSweepOf(store, {
      config: { limits: { unknownFor: '5m' }, ...(said === undefined ? {} : { store: { keepFor: said } }) } as Config,
      told: { log: { info: (what: unknown) => logged.push(what) } } as unknown as Told,
      policy: { rules: () => rules },
      sessions: { endOver: async () => void sessions.ended++ },
      onFailure: (what, error) => assert.fail(`${what}: ${error}`),
    });
    await sweep.look();
    assert.deepEqual(
      (await store.list('grant', { limit: 10 })).map(({ id }) => id),
      [grants[0]?.id],
      `${kept}`,
    );
    assert.deepEqual([logged, sessions.ended], [[{ rows: { grant: 1 } }], 1]);
    await store.close();
    rmSync(folder, { recursive: true });
  }
});
