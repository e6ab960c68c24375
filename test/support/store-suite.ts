import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row, RowKind, Store } from '../../src/store/store.ts';
import { StoreError } from '../../src/store/store.ts';

/** What a database gives the suite. */
export interface StoreUnderTest {
  /** Whether several gateways can be on one database. */
  readonly isShared: boolean;
  /** Opens a store on an empty database of its own; each call of the `open` in it is another gateway on that database. */
  fresh(): Promise<{
    open(keyByte?: number): Promise<Store>;
    /** The same once more, after the ones before have been closed where the database is one gateway's alone. */
    reopen(keyByte?: number): Promise<Store>;
    /** Rows whose seal was not right, as the stores told. */
    readonly unsealed: readonly string[];
    /** Runs a statement past the store, as whoever can write the database. */
    tamper(sql: string): Promise<void>;
    close(): Promise<void>;
  }>;
}

const row = (id: string, part: Partial<Row> = {}) => ({
  kind: 'grant' as RowKind,
  id,
  version: 0,
  owner: 'dev',
  state: 'live',
  body: { n: 1 },
  ...part,
});

/** The laws that every database keeps, under `name`. */
export function storeSuite(name: string, under: StoreUnderTest): void {
  const law = (title: string, body: (world: Awaited<ReturnType<StoreUnderTest['fresh']>>) => Promise<void>) =>
    test(`${name}: ${title}`, async () => {
      const world = await under.fresh();
      try {
        await body(world);
      } finally {
        await world.close();
      }
    });
  rowLaws(law, under.isShared);
  commitLaws(law);
  keyLaws(law);
  changeLaws(law);
}

type World = Awaited<ReturnType<StoreUnderTest['fresh']>>;
type Law = (title: string, body: (world: World) => Promise<void>) => unknown;

function rowLaws(law: Law, isShared: boolean): void {
  law('what was put is read, listed newest first, by owner and state, in pages', async ({ open }) => {
    const store = await open();
    await store.exclusively('k', async (rows) => {
      for (const id of ['a1', 'a2', 'a3']) await rows.put(row(id));
      await rows.put(row('a4', { owner: 'other' }));
      await rows.put(row('a5', { state: 'ended' }));
    });
    const ids = async (query: object) => (await store.list('grant', { limit: 10, ...query })).map(({ id }) => id);
    assert.deepEqual(await store.get('grant', 'a1'), { ...row('a1'), version: 1 });
    assert.equal(await store.get('kill', 'a1'), undefined);
    assert.deepEqual(await ids({}), ['a5', 'a4', 'a3', 'a2', 'a1']);
    assert.deepEqual(await ids({ owner: 'dev' }), ['a5', 'a3', 'a2', 'a1']);
    assert.deepEqual(await ids({ owner: 'dev', state: 'live', limit: 2 }), ['a3', 'a2']);
    assert.deepEqual(await ids({ owner: 'dev', state: 'live', before: 'a2', limit: 2 }), ['a1']);
  });

  law('a row that has changed since it was read is not overwritten, and none is made twice', async ({ open }) => {
    const store = await open();
    const made = await store.exclusively('k', (rows) => rows.put(row('a')));
    await store.exclusively('k', (rows) => rows.put({ ...made, state: 'ended' }));
    const again = (change: Row) => store.exclusively('k', (rows) => rows.put(change));
    await assert.rejects(again({ ...made, state: 'live' }), StoreError);
    await assert.rejects(again(row('a')), StoreError);
    assert.equal((await store.get('grant', 'a'))?.state, 'ended');
  });

  law('nothing of an `exclusively` that throws is there afterwards, and the error is its own', async ({ open }) => {
    const store = await open();
    const own = new RangeError('own');
    const failed = store.exclusively('k', async (rows) => {
      await rows.put(row('a'));
      throw own;
    });
    await assert.rejects(failed, own);
    assert.equal(await store.get('grant', 'a'), undefined);
    await store.exclusively('k', (rows) => rows.put(row('b')));
    assert.equal((await store.get('grant', 'b'))?.version, 1);
  });

  law('of one key, two never run at once: no count is lost', async ({ open }) => {
    const first = await open();
    const stores = [first, isShared ? await open() : first];
    await first.exclusively('k', (rows) => rows.put(row('a', { body: { n: 0 } })));
    const add = (store: Store) =>
      store.exclusively('k', async (rows) => {
        const read = (await rows.get('grant', 'a')) as Row;
        await rows.put({ ...read, body: { n: (read.body as { n: number }).n + 1 } });
      });
    await Promise.all(Array.from({ length: 40 }, (_, i) => add(stores[i % 2] as Store)));
    assert.deepEqual((await stores[1]?.get('grant', 'a'))?.body, { n: 40 });
  });

  law('what another has not committed is not read', async ({ open }) => {
    const store = await open();
    await store.exclusively('k', async (rows) => {
      await rows.put(row('a'));
      assert.equal(await store.get('grant', 'a'), undefined);
    });
  });
}

function commitLaws(law: Law): void {
  law('what is committed after something is there after it, and not at all where that fails', async ({ open }) => {
    const store = await open();
    let recorded = () => {};
    const waits = store.exclusively('k', async (rows) => {
      rows.commitAfter(new Promise<void>((resolve) => (recorded = resolve)));
      return rows.put(row('a'));
    });
    const seen = new Promise((resolve) => setTimeout(resolve, 50)).then(() => store.get('grant', 'a'));
    assert.equal(await seen, undefined);
    recorded();
    assert.deepEqual(await store.get('grant', (await waits).id), { ...row('a'), version: 1 });
    const failing = store.exclusively('l', async (rows) => {
      rows.commitAfter(Promise.reject(new RangeError('not recorded')));
      await rows.put(row('b'));
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
    const beside = store.exclusively('m', (rows) => rows.put(row('c')));
    await assert.rejects(failing, RangeError);
    // In one file the changes of one moment are there together, or not.
    const isThere = await beside.then(
      () => true,
      (error: unknown) => !(error instanceof StoreError),
    );
    assert.deepEqual(
      [await store.get('grant', 'b'), (await store.get('grant', 'c')) !== undefined],
      [undefined, isThere],
    );
    await store.exclusively('l', (rows) => rows.put(row('b')));
  });
}

function keyLaws(law: Law): void {
  law(
    'under a second key too, one waits for whoever has that, and keeps them out until it is over',
    async ({ open }) => {
      const store = await open();
      const order: string[] = [];
      const [isIn, mayEnd] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const first = store.exclusively('second', async () => {
        isIn.resolve();
        await mayEnd.promise;
        order.push('first');
      });
      await isIn.promise;
      let third: Promise<unknown> | undefined;
      const second = store.exclusively('one', async (rows) => {
        await rows.alsoExclusively('second');
        order.push('second');
        third = store.exclusively('second', async () => order.push('third'));
        await rows.put(row('also'));
        order.push('put');
      });
      mayEnd.resolve();
      await Promise.all([first, second]);
      await third;
      assert.deepEqual(order, ['first', 'second', 'put', 'third']);
    },
  );
}

function changeLaws(law: Law): void {
  law('changes are told once they are committed, but quiet ones and those that failed', async ({ open }) => {
    const store = await open();
    const told: string[] = [];
    let readAgain = 0;
    await store.changes({
      changed: (kind, id) => told.push(`${kind} ${id}`),
      readAgain: async () => void readAgain++,
      lost: () => assert.fail('lost'),
    });
    const made = await store.exclusively('k', (rows) => rows.put(row('a')));
    await store.exclusively('k', (rows) => rows.put({ ...made, isQuiet: true }));
    await store
      .exclusively('k', async (rows) => {
        await rows.put(row('b'));
        throw new Error('no');
      })
      .catch(() => {});
    await store.exclusively('k', (rows) => rows.delete('grant', 'a'));
    while (told.length < 2) await new Promise(setImmediate);
    assert.deepEqual(told, ['grant a', 'grant a']);
    assert.equal(readAgain, 1);
    assert.equal(store.isHeard(), true);
  });

  law('a row that was written past the store, changed or moved counts as not there, and is told', async (world) => {
    const store = await world.open();
    const put = (id: string) => store.exclusively('k', (rows) => rows.put(row(id)));
    for (const id of ['a', 'b', 'c', 'd']) await put(id);
    await world.tamper(`UPDATE sallyport_rows SET body = '{"n":2}' WHERE id = 'a'`);
    await world.tamper(`UPDATE sallyport_rows SET owner = 'thief' WHERE id = 'b'`);
    await world.tamper(`UPDATE sallyport_rows SET id = 'e' WHERE id = 'c'`);
    await world.tamper(
      `INSERT INTO sallyport_rows (kind, id, version, owner, state, body, seal) VALUES ('grant', 'f', 1, 'thief', 'live', '{}', '1.x')`,
    );
    assert.deepEqual(
      (await store.list('grant', { limit: 10 })).map(({ id }) => id),
      ['d'],
    );
    assert.equal(await store.get('grant', 'a'), undefined);
    assert.deepEqual([...new Set(world.unsealed)].toSorted(), ['grant a', 'grant b', 'grant e', 'grant f']);
    assert.equal(store.health().unsealed, 5);
  });

  law('a gateway with another key is refused at start', async ({ open, reopen }) => {
    await open(1);
    await assert.rejects(reopen(2), /sealed under another key/);
  });

  law('a store that a newer program made is refused with a sentence', async ({ open, reopen, tamper }) => {
    await open();
    await tamper('UPDATE sallyport_version SET version = 99');
    await assert.rejects(reopen(), /the store has version 99, made by a newer program; this one knows 2/);
  });

  law('its instants do not go back', async ({ open }) => {
    const store = await open();
    const first = store.now();
    assert.ok(first > 1.6e12);
    assert.ok(store.now() >= first);
  });
}
