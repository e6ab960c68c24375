import assert from 'node:assert/strict';
import { createServer, connect as dial, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { leftOut } from '../../test/support/left-out.ts';
import { pgbouncerProgram, startPgbouncer } from '../../test/support/pgbouncer.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../../test/support/postgres.ts';
import { listening } from '../../test/support/store-listening.ts';
import { storeSuite } from '../../test/support/store-suite.ts';
import { systemClock } from '../std/clock.ts';
import { migratePostgres, openPostgres } from './postgres-backend.ts';
import { openSqlStore } from './sql-store.ts';
import type { Store } from './store.ts';
import { storeKeys } from './store-keys.ts';

const programs = postgresPrograms();
if (programs === undefined) leftOut('the store on PostgreSQL', 'install PostgreSQL 15 (`apt-get install postgresql`)');
else postgresSuite(programs);

function postgresSuite(folder: string): void {
  let server: Postgres;
  let count = 0;
  before(async () => {
    server = await startPostgres(folder);
  });
  after(() => server.stop());

  const fresh = async (feedLostMs = 10_000) => {
    const database = `store_${++count}`;
    server.create(database);
    const url = server.url(database);
    await migratePostgres({ url, clock: systemClock, feedLostMs }, undefined);
    const stores: Store[] = [];
    const unsealed: string[] = [];
    const world = {
      database,
      url,
      unsealed,
      async open(keyByte = 1, at = url) {
        const backend = await openPostgres({ url: at, clock: systemClock, feedLostMs });
        const opening = openSqlStore(backend, storeKeys(Buffer.alloc(32, keyByte)), (kind, id) =>
          unsealed.push(`${kind} ${id}`),
        );
        stores.push(
          await opening.catch(async (error: unknown) => Promise.reject(await backend.close().then(() => error))),
        );
        return stores.at(-1) as Store;
      },
      reopen(keyByte?: number): Promise<Store> {
        return world.open(keyByte);
      },
      tamper: async (sql: string) => void server.psql(database, sql),
      async close() {
        await Promise.all(stores.map((store) => store.close()));
      },
    };
    return world;
  };

  storeSuite('PostgreSQL', { fresh: () => fresh(), isShared: true });

  const grant = (id: string) => ({ kind: 'grant', id, version: 0, owner: 'dev', state: 'live', body: {} }) as const;

  test('one gateway hears what another changes', async () => {
    const world = await fresh();
    const [a, b] = [await world.open(), await world.open()];
    const { until } = await listening(b);
    await a.exclusively('k', (rows) => rows.put(grant('g1')));
    await until('grant g1');
    assert.equal((await b.get('grant', 'g1'))?.version, 1);
    await world.close();
  });

  test('T60: a listener whose connection is broken reads again what it missed, and goes on', async () => {
    const world = await fresh();
    const store = await world.open();
    const { heard, until } = await listening(store);
    server.psql(
      'postgres',
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN sallyport' AND datname = '${world.database}'`,
    );
    await until('all', 1);
    const at = heard.length;
    await store.exclusively('k', (rows) => rows.put(grant('g2')));
    await until('grant g2', at);
    await world.close();
  });

  test('T60: a gateway that hears nothing for `feedLostMs` says so, and heals by itself', async () => {
    const world = await fresh(2_500);
    const store = await world.open();
    const { heard, until } = await listening(store);
    assert.equal(store.isHeard(), true);
    await server.halt();
    await until('lost');
    assert.equal(store.isHeard(), false);
    await assert.rejects(store.get('grant', 'g'), /the store failed/);
    assert.notEqual(store.health().failure, '');
    const at = heard.length;
    await server.start();
    await until('all', at);
    while (!store.isHeard()) await new Promise(setImmediate);
    assert.equal(await store.get('grant', 'g'), undefined);
    assert.equal(store.health().failure, '');
    await world.close();
  });

  test('a database’s clock that is set back does not give time back, one that is set forward takes it, and the machine’s own says nothing', async () => {
    const { url, database, close } = await fresh();
    // The database's clock, as the test sets it.
    server.psql(
      database,
      `CREATE SCHEMA jump; CREATE TABLE jump.at (ms double precision); INSERT INTO jump.at VALUES (1750000000000);
       CREATE FUNCTION jump.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT to_timestamp(ms / 1000) FROM jump.at';
       ALTER DATABASE ${database} SET search_path = jump, pg_catalog, public`,
    );
    const machine = { at: 0, wall: 5, now: () => machine.wall, monotonic: () => machine.at };
    const backend = await openPostgres({ url, clock: machine, feedLostMs: 10_000 });
    const clockIs = async (ms: number) => {
      server.psql(database, `UPDATE jump.at SET ms = ${ms}`);
      await backend.measureClock();
      return backend.now() - 1_750_000_000_000;
    };
    assert.equal(backend.now(), 1_750_000_000_000);
    machine.at += 1_000;
    machine.wall = 9e15;
    assert.equal(
      backend.now(),
      1_750_000_001_000,
      'it goes on with what passes, whatever the machine’s own clock says',
    );
    assert.equal(await clockIs(1_750_000_061_000), 61_000);
    assert.equal(await clockIs(1_750_000_002_000), 61_000, 'set back');
    machine.at += 30_000;
    assert.equal(await clockIs(1_750_000_032_000), 91_000, 'what ends after a time ends after that time');
    machine.at += 10_000;
    assert.equal(backend.now() - 1_750_000_000_000, 101_000);
    assert.equal(await clockIs(1_750_000_100_500), 101_000, 'a little behind is its pace: nothing goes back');
    machine.at += 1_000;
    assert.equal(backend.now() - 1_750_000_000_000, 101_500, 'and its pace is followed');
    await backend.close();
    await close();
  });

  test('a pooler that takes LISTEN and passes nothing on is found at start', async () => {
    const world = await fresh();
    const target = new URL(world.url);
    const port = Number(target.port);
    const sockets = new Set<Socket>();
    const pooler = createServer((client) => {
      const upstream = dial(port, target.hostname);
      for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}));
      client.pipe(upstream);
      dropNotifications(upstream, client);
    });
    await new Promise<void>((resolve) => pooler.listen(0, '127.0.0.1', resolve));
    target.port = String((pooler.address() as { port: number }).port);
    const store = await world.open(1, target.href);
    const listening = store.changes({ changed() {}, readAgain: async () => {}, lost() {} });
    await assert.rejects(listening, /is not heard \(LISTEN\): a pooler in transaction mode stands before it/);
    await world.close();
    for (const socket of sockets) socket.destroy();
    pooler.close();
  });

  const pgbouncer = pgbouncerProgram();
  if (pgbouncer === undefined) leftOut('pgbouncer before the store', 'install it (`apt-get install pgbouncer`)');
  else pgbouncerTests(pgbouncer);

  function pgbouncerTests(program: string): void {
    test('pgbouncer as it is installed is found at start, with what to set', async () => {
      const world = await fresh();
      const pooler = await startPgbouncer(program, world.url, 'session');
      await assert.rejects(
        world.open(1, pooler.url),
        /a pooler stands before the database; give `store.postgres.urlFile`/,
      );
      await world.close();
      await pooler.stop();
    });

    test('pgbouncer in transaction mode is found at start; in session mode gateways hear each other through it', async () => {
      for (const mode of ['transaction', 'session'] as const) {
        const world = await fresh();
        const pooler = await startPgbouncer(
          program,
          world.url,
          mode,
          'ignore_startup_parameters = statement_timeout\n',
        );
        const store = await world.open(1, pooler.url);
        if (mode === 'transaction') {
          const hearing = store.changes({ changed() {}, readAgain: async () => {}, lost() {} });
          await assert.rejects(hearing, /is not heard \(LISTEN\): a pooler in transaction mode stands before it/);
        } else {
          const { until } = await listening(store);
          const other = await world.open();
          await other.exclusively('k', (rows) => rows.put(grant('g')));
          await until('grant g');
        }
        await world.close();
        await pooler.stop();
      }
    });
  }

  test('the gateway’s own role cannot alter the tables, and a database that was not migrated is refused', async () => {
    const database = `store_${++count}`;
    server.create(database);
    const url = new URL(server.url(database));
    const options = (at: string) => ({ url: at, clock: systemClock, feedLostMs: 10_000 });
    await assert.rejects(openPostgres(options(url.href)), /run `sallyport store migrate`/);
    server.psql('postgres', `CREATE ROLE "gateway-role" LOGIN`);
    assert.deepEqual(await migratePostgres(options(url.href), 'gateway-role'), { from: 0, to: 2 });
    assert.deepEqual(await migratePostgres(options(url.href), 'gateway-role'), { from: 2, to: 2 });
    url.username = 'gateway-role';
    const store = await openSqlStore(await openPostgres(options(url.href)), storeKeys(Buffer.alloc(32)), () => {});
    await store.exclusively('k', (rows) => rows.put(grant('g')));
    await store.close();
    for (const sql of [
      'ALTER TABLE sallyport_rows ADD COLUMN x text',
      'DROP TABLE sallyport_rows',
      'UPDATE sallyport_version SET version = 0',
    ])
      assert.throws(() => server.psql(database, `SET ROLE "gateway-role"; ${sql}`), /must be owner|permission denied/);
    await assert.rejects(migratePostgres(options(url.href), undefined), /permission denied/);
  });

  test('a database that cannot be reached is told in a sentence', async () => {
    const options = { url: 'postgres://owner@127.0.0.1:1/none', clock: systemClock, feedLostMs: 10_000 };
    await assert.rejects(openPostgres(options), /the store failed: .*ECONNREFUSED/);
  });
}

/** Passes on what the server says but its notifications. Source: message formats, https://www.postgresql.org/docs/15/protocol-message-formats.html */
function dropNotifications(from: Socket, to: Socket): void {
  let rest = Buffer.alloc(0);
  from.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5) {
      const length = 1 + rest.readUInt32BE(1);
      if (rest.length < length) return;
      if (rest[0] !== 'A'.charCodeAt(0)) to.write(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  });
  from.on('end', () => to.end());
}
