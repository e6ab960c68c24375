import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { listening } from '../../test/support/store-listening.ts';
import { storeSuite } from '../../test/support/store-suite.ts';
import { systemClock } from '../std/clock.ts';
import { openSqlStore } from './sql-store.ts';
import { holdStore, openSqlite, type StoreFeed } from './sqlite-backend.ts';
import type { Store } from './store.ts';
import { storeKeys } from './store-keys.ts';

type Hearing = Parameters<StoreFeed['listen']>[0];

/** The way between workers, in one process. */
class Hub {
  readonly hearing = new Set<Hearing>();
  isHeard = true;

  feed(): StoreFeed {
    let own: Hearing | undefined;
    return {
      tell: (payload) => {
        for (const other of this.hearing) if (other !== own) queueMicrotask(() => other.told(payload));
      },
      listen: (listener) => {
        own = listener;
        this.hearing.add(listener);
      },
      isHeard: () => this.isHeard,
    };
  }
}

function workers() {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-workers-'));
  const file = join(folder, 'store.db');
  const hub = new Hub();
  const stores: Store[] = [];
  const unsealed: string[] = [];
  const world = {
    file,
    hub,
    unsealed,
    async open(keyByte = 1) {
      const backend = await openSqlite(file, systemClock, { feed: hub.feed(), feedLostMs: 10_000 });
      const keys = storeKeys(Buffer.alloc(32, keyByte));
      const opening = openSqlStore(backend, keys, (kind, id) => unsealed.push(`${kind} ${id}`));
      stores.push(
        await opening.catch(async (error: unknown) => Promise.reject(await backend.close().then(() => error))),
      );
      return stores.at(-1) as Store;
    },
    reopen: (keyByte?: number): Promise<Store> => world.open(keyByte),
    async tamper(sql: string) {
      const database = new DatabaseSync(file);
      database.exec(sql);
      database.close();
    },
    async close() {
      await Promise.all(stores.map((store) => store.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

storeSuite('SQLite of workers', { isShared: true, fresh: async () => workers() });

const grant = (id: string) => ({ kind: 'grant', id, version: 0, owner: 'dev', state: 'live', body: {} }) as const;

test('T60: what one worker has committed is heard and read at the other; what it takes back is not', async () => {
  const world = workers();
  const [one, other] = [await world.open(), await world.open()];
  const { heard, until } = await listening(other);
  await one
    .exclusively('k', async (rows) => {
      await rows.put(grant('g0'));
      throw new Error('no');
    })
    .catch(() => {});
  await one.exclusively('k', (rows) => rows.put(grant('g1')));
  await until('grant g1');
  assert.equal((await other.get('grant', 'g1'))?.version, 1);
  assert.deepEqual(heard, ['all', 'grant g1']);
  await world.close();
});

test('a worker that writes for long stops no other but from writing, and that one gets its turn', async () => {
  const world = workers();
  const [one, other] = [await world.open(), await world.open()];
  const release = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const long = one.exclusively('k', async (rows) => {
    await rows.put(grant('long'));
    begun.resolve();
    await release.promise;
  });
  await begun.promise;
  const waits = other.exclusively('k', (rows) => rows.put(grant('waits')));
  assert.equal(await other.get('grant', 'long'), undefined);
  release.resolve();
  await Promise.all([long, waits]);
  assert.equal((await one.list('grant', { limit: 10 })).length, 2);
  await world.close();
});

test('when one of the others has ended, all is read again: it may not have told what it had committed', async () => {
  const world = workers();
  const { heard, until } = await listening(await world.open());
  for (const { missed } of world.hub.hearing) missed();
  await until('all', 1);
  assert.deepEqual(heard, ['all', 'all']);
  await world.close();
});

test('a worker that does not hear the others says so at once, and tells it once', async () => {
  const world = workers();
  const store = await world.open();
  const { heard, until } = await listening(store);
  world.hub.isHeard = false;
  assert.equal(store.isHeard(), false);
  await until('lost');
  world.hub.isHeard = true;
  assert.equal(store.isHeard(), true);
  assert.deepEqual(heard, ['all', 'lost']);
  await world.close();
});

test('a file that a gateway has for its workers, or that one of them still has, is refused to another', async () => {
  const world = workers();
  const taken = /another gateway has the store `.*`; several share PostgreSQL/;
  const letGo = holdStore(world.file);
  assert.throws(() => holdStore(world.file), taken);
  await assert.rejects(openSqlite(world.file, systemClock), taken);
  await world.open();
  letGo();
  assert.throws(() => holdStore(world.file), taken);
  await assert.rejects(openSqlite(world.file, systemClock), taken);
  await world.close();
});
