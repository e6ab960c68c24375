/* What callers have done, in both stores: however many gateways count, none lets more through in a window than the budget says. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { leftOut } from '../../test/support/left-out.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../../test/support/postgres.ts';
import { type Budget, SHARE_PARTS } from '../policy/budget.ts';
import { systemClock } from '../std/clock.ts';
import { openSqlStore } from '../store/sql-store.ts';
import { openSqlite } from '../store/sqlite-backend.ts';
import type { Store } from '../store/store.ts';
import { storeKeys } from '../store/store-keys.ts';
import { sweepBudgets } from './budget-rows.ts';
import { BUDGET_LIMITS, CallerBudgets } from './caller-budgets.ts';

const KEYS = () => storeKeys(Buffer.alloc(32, 1));
const clock = { at: 1_750_000_000_000, now: () => clock.at, monotonic: () => clock.at };

const budgetOf = (id: string, part: Partial<Budget> = {}): Budget => ({
  id,
  source: { file: 'p.yaml', line: 1 },
  callers: [{}],
  targets: ['*'],
  of: 'changes',
  max: 50,
  perMs: 86_400_000,
  over: 'deny',
  ...part,
});

const dev = { subject: 'ci:dev', issuer: 'ci' };
const eve = { subject: 'ci:eve', issuer: 'ci' };

/** What one gateway counts. */
function gatewayOn(store: Store | undefined, budgets: readonly Budget[], tripped: string[] = []): CallerBudgets {
  return new CallerBudgets({
    store,
    now: clock.now,
    budgets: () => budgets,
    onTripped: ({ id }, { subject }) => void tripped.push(`${id} ${subject}`),
    onFailure: (what, error) => assert.fail(`${what}: ${error}`),
  });
}

function laws(name: string, world: () => { readonly stores: readonly (Store | undefined)[] }): void {
  test(`${name}: gateways that lease shares let no more through together than the budget says, and lose none where one takes all`, async () => {
    const budget = budgetOf(`${name}/all`);
    const gateways = world().stores.map((store) => gatewayOn(store, [budget]));
    const taken = await Promise.all(
      Array.from({ length: 200 }, (_, i) => (gateways[i % gateways.length] as CallerBudgets).take(budget, dev, 1)),
    );
    const through = taken.filter(Boolean).length;
    assert.ok(through <= 50 && through >= 38, `${through}`);
    const alone = budgetOf(`${name}/alone`);
    const [one] = gateways as [CallerBudgets];
    let count = 0;
    while (await one.take(alone, dev, 1)) count++;
    assert.equal(count, 50);
    for (const gateway of gateways) assert.equal(await gateway.room(budgetOf(`${name}/looked`), dev), 50);
    assert.equal(await one.take(budgetOf(`${name}/looked`), dev, 49), true, 'looking takes nothing');
    assert.equal(await one.room(budgetOf(`${name}/looked`), dev), 1);
    assert.equal(await one.take(alone, eve, 50), true, 'each caller has its own');
    assert.equal(await one.take(alone, eve, 1), false);
    assert.equal(await one.take(budgetOf(`${name}/big`), dev, 51), false, 'what is more than all of it takes nothing');
    assert.equal(await one.take(budgetOf(`${name}/big`), dev, 50), true);
  });

  test(`${name}: shares of pods are counted for each workload, over all gateways: as many thirds as fit, and not one more`, async () => {
    const gateways = world().stores.map((store) => gatewayOn(store, []));
    const one = Math.floor((100 * SHARE_PARTS) / 3);
    const through = async (max: number, part: string) => {
      const budget = budgetOf(`${name}/share-${max}`, { of: 'podShare', max });
      const tried = Array.from({ length: 6 }, (_, i) => i);
      const taken: boolean[] = [];
      for (const i of tried)
        taken.push(await (gateways[i % gateways.length] as CallerBudgets).take(budget, dev, one, part));
      return taken.filter(Boolean).length;
    };
    assert.equal(await through(33, 'demo deployments shop web'), 0);
    assert.equal(await through(34, 'demo deployments shop web'), 1);
    assert.equal(await through(66, 'demo deployments shop web'), 1);
    assert.equal(await through(67, 'demo deployments shop web'), 2);
    assert.equal(await through(100, 'demo deployments shop web'), 3);
    assert.equal(await through(100, 'demo deployments shop api'), 3, 'another workload has its own');
  });

  test(`${name}: what was counted stays over until a person has looked, at every gateway, and is told once`, async () => {
    const budget = budgetOf(`${name}/refusals`, { of: 'refusals', max: 3, over: 'hold' });
    const tripped: string[] = [];
    const gateways = world().stores.map((store) => gatewayOn(store, [budget], tripped));
    const first = gateways[0] as CallerBudgets;
    const last = gateways.at(-1) as CallerBudgets;
    for (let i = 0; i < 3; i++) first.count(budget, dev, 1);
    assert.equal(await first.isOver(budget, dev), false);
    await first.idle();
    last.count(budget, dev, 1);
    await last.idle();
    for (const gateway of gateways) {
      gateway.changed('budget', `${budget.id} ${JSON.stringify([dev.issuer, dev.subject])}`);
      assert.equal(await gateway.isOver(budget, dev), true);
      assert.equal(await gateway.isOver(budget, eve), false);
    }
    assert.deepEqual(tripped, [`${budget.id} ci:dev`]);
    await first.looked(budget.id, dev);
    assert.equal(await first.isOver(budget, dev), false);
  });
}

test('what is counted at whatever moment of a write is written, and told where it is over', async () => {
  const tripped: string[] = [];
  const gateway = gatewayOn(undefined, [], tripped);
  const ids = Array.from({ length: 16 }, (_, i) => `after ${i} turns`);
  for (const [turns, id] of ids.entries()) {
    const budget = budgetOf(id, { of: 'refusals', max: 1, over: 'hold' });
    gateway.count(budget, dev, 1);
    for (let i = 0; i < turns; i++) await Promise.resolve();
    gateway.count(budget, dev, 1);
    await gateway.idle();
  }
  assert.deepEqual(
    tripped,
    ids.map((id) => `${id} ci:dev`),
  );
});

test('a window that is over gives all of it back, and a bound on refusals that was met stays', async () => {
  const [deletes, refusals] = [
    budgetOf('p/d', { max: 1, perMs: 60_000 }),
    budgetOf('p/r', { of: 'refusals', max: 1, perMs: 60_000 }),
  ];
  const gateway = gatewayOn(undefined, [deletes, refusals]);
  assert.deepEqual([await gateway.take(deletes, dev, 1), await gateway.take(deletes, dev, 1)], [true, false]);
  gateway.count(refusals, dev, 2);
  await gateway.idle();
  clock.at += 60_000;
  assert.equal(await gateway.take(deletes, dev, 1), true);
  assert.equal(await gateway.isOver(refusals, dev), true);
});

laws('alone', () => ({ stores: [undefined] }));

{
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-budgets-'));
  let store: Store;
  before(async () => {
    store = await openSqlStore(await openSqlite(join(folder, 'store.db'), clock), KEYS(), () => {});
  });
  after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  laws('SQLite', () => ({ stores: [store] }));
  sweeps('SQLite', () => ({ stores: [store] }));
}

/** What becomes of rows whose time is over. */
function sweeps(name: string, world: () => { readonly stores: readonly Store[] }): void {
  const keyIn = (id: string, { issuer, subject } = dev) => `${name}/${id} ${JSON.stringify([issuer, subject])}`;
  const put = (store: Store, key: string, agoMs: number, isTripped = false) => {
    const body = { window: 1, taken: 1, isTripped, endsAt: store.now() - agoMs };
    const row = { kind: 'budget', id: key, version: 0, owner: '', state: '', body } as const;
    return store.exclusively('put', (rows) => rows.put(row));
  };
  const { overKeptMs } = BUDGET_LIMITS;

  test(`${name}: what was over long ago is removed when another is counted; what was not, and what waits for a person, stays`, async () => {
    const store = world().stores[0] as Store;
    await put(store, keyIn('long'), overKeptMs + 1_000);
    await put(store, keyIn('lately'), overKeptMs - 60_000);
    await put(store, keyIn('waits'), overKeptMs + 1_000, true);
    const gateway = gatewayOn(store, []);
    assert.equal(await gateway.take(budgetOf(`${name}/anew`), dev, 1), true);
    await gateway.idle();
    const left = (await store.list('budget', { limit: 1_000 })).map(({ id }) => id);
    assert.deepEqual(
      ['long', 'lately', 'waits', 'anew'].filter((id) => left.includes(keyIn(id))),
      ['lately', 'waits', 'anew'],
    );
  });

  test(`${name}: rows are looked at in parts, each where the one before stopped, and then from the beginning`, async () => {
    const store = world().stores[0] as Store;
    for (let i = 0; i < 5; i++) await put(store, keyIn(`part-${i}`), overKeptMs + 1_000);
    const all = await store.list('budget', { limit: 1_000 });
    let before: string | undefined;
    for (let i = 0; i < Math.ceil(all.length / 2); i++) {
      before = await sweepBudgets(store, { before, rowsMax: 2, endedBefore: store.now() - overKeptMs });
      assert.ok(before !== undefined);
    }
    assert.equal(await sweepBudgets(store, { before, rowsMax: 2, endedBefore: 0 }), undefined);
    const left = await store.list('budget', { limit: 1_000 });
    assert.equal(left.length, all.length - 5);
  });

  test(`${name}: nothing is lost that is counted in a row while it is looked at`, async () => {
    const { stores } = world();
    const [first, last] = [stores[0], stores.at(-1)] as [Store, Store];
    const ids = Array.from({ length: 30 }, (_, i) => `back-${i}`);
    for (const id of ids) await put(first, keyIn(id), overKeptMs + 1_000);
    const [counting, sweeping] = [gatewayOn(first, []), gatewayOn(last, [])];
    await Promise.all(
      ids.flatMap((id) => [
        sweeping.take(budgetOf(`${name}/beside-${id}`), dev, 1),
        counting.take(budgetOf(`${name}/${id}`, { max: 1 }), dev, 1),
      ]),
    );
    await Promise.all([counting.idle(), sweeping.idle()]);
    for (const id of ids)
      assert.equal(await sweeping.take(budgetOf(`${name}/${id}`, { max: 1 }), dev, 1), false, `${id} was lost`);
  });
}

const programs = postgresPrograms();
if (programs === undefined) leftOut('budgets on PostgreSQL', 'install PostgreSQL 15 (`apt-get install postgresql`)');
else {
  let server: Postgres;
  let stores: [Store, Store];
  before(async () => {
    const { migratePostgres, openPostgres } = await import('../store/postgres-backend.ts');
    server = await startPostgres(programs);
    server.create('budgets');
    const place = { url: server.url('budgets'), clock: systemClock, feedLostMs: 10_000 };
    await migratePostgres(place, undefined);
    const open = async () => openSqlStore(await openPostgres(place), KEYS(), () => {});
    stores = [await open(), await open()];
    // Hearing each other, as gateways do.
    const nobody = { changed() {}, readAgain: async () => {}, lost() {} };
    await Promise.all(stores.map((store) => store.changes(nobody)));
  });
  after(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await server.stop();
  });
  laws('PostgreSQL', () => ({ stores }));
  sweeps('PostgreSQL', () => ({ stores }));
}
