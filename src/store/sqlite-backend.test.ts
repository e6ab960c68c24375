import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { storeSuite } from '../../test/support/store-suite.ts';
import { type Clock, systemClock } from '../std/clock.ts';
import { openKeyFile, readKeyFile } from './key-file.ts';
import { openSqlStore } from './sql-store.ts';
import { openSqlite } from './sqlite-backend.ts';
import type { Store } from './store.ts';
import { storeKeys } from './store-keys.ts';

storeSuite('SQLite', {
  isShared: false,
  async fresh() {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'));
    const file = join(folder, 'store.db');
    const stores: Store[] = [];
    const unsealed: string[] = [];
    const world = {
      unsealed,
      async open(keyByte = 1) {
        const keys = storeKeys(Buffer.alloc(32, keyByte));
        const backend = await openSqlite(file, systemClock);
        const opening = openSqlStore(backend, keys, (kind, id) => unsealed.push(`${kind} ${id}`));
        stores.push(
          await opening.catch(async (error: unknown) => Promise.reject(await backend.close().then(() => error))),
        );
        return stores.at(-1) as Store;
      },
      async reopen(keyByte?: number): Promise<Store> {
        for (const store of stores.splice(0)) await store.close();
        return world.open(keyByte);
      },
      async tamper(sql: string) {
        const database = new DatabaseSync(file);
        database.exec(sql);
        database.close();
      },
      async close() {
        await Promise.all(stores.map((store) => store.close()));
        rmSync(folder, { recursive: true });
      },
    };
    return world;
  },
});

function folderFor(t: { after(fn: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('the file is its owner’s alone', async (t) => {
  const file = join(folderFor(t), 'inner', 'store.db');
  const backend = await openSqlite(file, systemClock);
  await backend.close();
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('a clock that is set back does not give time back, one that is set forward takes it', async (t) => {
  const clock = { wall: 1_000_000, mono: 0 };
  const fake: Clock = { now: () => clock.wall, monotonic: () => clock.mono };
  const backend = await openSqlite(join(folderFor(t), 'store.db'), fake);
  assert.equal(backend.now(), 1_000_000);
  clock.wall = 0;
  clock.mono = 500;
  assert.equal(backend.now(), 1_000_500);
  clock.wall = 2_000_000;
  assert.equal(backend.now(), 2_000_000);
  await backend.close();
});

test('a file that is no database is refused with its name', async (t) => {
  const folder = folderFor(t);
  await assert.rejects(openSqlite(folder, systemClock), /the store `.*` cannot be opened/);
});

test('a key is made once, read by its owner alone, and one that is short is refused', (t) => {
  const file = join(folderFor(t), 'store.key');
  const key = openKeyFile(file);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(openKeyFile(file), key);
  assert.deepEqual(readKeyFile(file), key);
  chmodSync(file, 0o600);
  assert.throws(() => readKeyFile(`${file}.none`), /cannot be read: there is no such file or folder/);
});

test('a second gateway on the file is refused, since neither would hear the other', async (t) => {
  const file = join(folderFor(t), 'store.db');
  const backend = await openSqlite(file, systemClock);
  await assert.rejects(openSqlite(file, systemClock), /another gateway has the store `.*`; several share PostgreSQL/);
  await backend.close();
  await (await openSqlite(file, systemClock)).close();
});

test('rows of an owner in a state are found without a look at others’, also in a store that an older program made', async (t) => {
  const file = join(folderFor(t), 'store.db');
  await (await openSqlite(file, systemClock)).close();
  const older = new DatabaseSync(file);
  older.exec('DROP INDEX sallyport_rows_by_owner_state; UPDATE sallyport_version SET version = 1');
  older.close();
  const backend = await openSqlite(file, systemClock);
  const plan = await backend.read(
    'EXPLAIN QUERY PLAN SELECT id FROM sallyport_rows WHERE kind = $1 AND owner = $2 AND state = $3 ORDER BY id DESC LIMIT $4',
    ['approval', 'bot', 'pending', 10],
  );
  await backend.close();
  assert.match(
    String(plan[0]?.detail),
    /USING (?:COVERING )?INDEX sallyport_rows_by_owner_state \(kind=\? AND owner=\? AND state=\?\)/,
  );
  assert.equal(plan.length, 1, 'nothing is sorted');
});

test('transactions that wait at once share a commit, and one that fails takes back its own rows alone', async (t) => {
  const file = join(folderFor(t), 'store.db');
  const backend = await openSqlite(file, systemClock);
  const told: string[] = [];
  await backend.listen({ told: (payload) => told.push(payload), readAgain: async () => {}, lost() {} });
  const before = commitsIn(file);
  const one = (at: number) =>
    backend.transaction(`${at}`, async (run, tell) => {
      await run(
        'INSERT INTO sallyport_rows (kind, id, version, owner, state, body, seal) VALUES ($1, $2, 1, $3, $3, $3, $3)',
        ['grant', `${at}`, ''],
      );
      await tell(`grant ${at}`);
      if (at % 10 === 9) throw new Error(`${at} fails`);
      assert.deepEqual(told, [], 'nobody is told before it is on the disk');
      const [seen] = await run('SELECT count(*) AS count FROM sallyport_rows');
      return Number(seen?.count);
    });
  const settled = await Promise.allSettled(Array.from({ length: 50 }, (_, at) => one(at)));
  const failed = settled.flatMap((each) => (each.status === 'rejected' ? [(each.reason as Error).message] : []));
  assert.deepEqual(failed, ['9 fails', '19 fails', '29 fails', '39 fails', '49 fails']);
  const kept = await backend.read("SELECT id FROM sallyport_rows WHERE kind = 'grant'");
  assert.deepEqual([kept.length, told.length], [45, 45]);
  assert.ok(settled.every((each, at) => each.status === 'rejected' || each.value === at + 1 - Math.floor(at / 10)));
  assert.ok(commitsIn(file) - before < 10, `${commitsIn(file) - before} commits`);
  await backend.close();
});

/** Source: section 1.3.1, the frame's size of the database after a commit, of https://www.sqlite.org/walformat.html */
function commitsIn(file: string): number {
  const wal = readFileSync(`${file}-wal`);
  const frameBytes = 24 + wal.readUInt32BE(8);
  let commits = 0;
  for (let at = 32; at + frameBytes <= wal.length; at += frameBytes) if (wal.readUInt32BE(at + 4) > 0) commits++;
  return commits;
}
