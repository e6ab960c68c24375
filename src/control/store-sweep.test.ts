/* What leaves the store some time after its end, on both databases: never what lives, nor what something that is kept hangs on. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { compileRules } from '../../test/support/compile-rules.ts';
import { leftOut } from '../../test/support/left-out.ts';
import { callerOf } from '../../test/support/operation.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../../test/support/postgres.ts';
import { ruleOf } from '../../test/support/rule.ts';
import { systemClock } from '../std/clock.ts';
import { newId } from '../std/ids.ts';
import { openSqlStore } from '../store/sql-store.ts';
import { openSqlite } from '../store/sqlite-backend.ts';
import type { Row, RowKind, Store } from '../store/store.ts';
import { storeKeys } from '../store/store-keys.ts';
import { endedRows } from './ended-rows.ts';
import { Grants } from './grants.ts';
import type { LiveAccess } from './live-access.ts';
import { StoreSweep, SWEEP_LIMITS, type Swept } from './store-sweep.ts';

const DAY_MS = 86_400_000;
const OFFER = ruleOf({
  ...{ id: 'p/r', effect: 'request', verbs: ['get'], apiGroups: [''], resources: ['pods'] },
  request: { forMaxMs: 60_000, livePerCallerMax: 5, bindTo: 'caller', approval: 'none' },
});
const SCOPE = {
  ...{ target: 'demo', verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: [], namespaces: ['shop'] },
};
const [KEPT_FOR, UNKNOWN_FOR, COOLDOWN] = [90 * DAY_MS, 2 * DAY_MS, 5 * DAY_MS];

/** Rows by names that say whether they may go; each is made and ended so many days ago. */
class Rows {
  readonly #now: number;
  readonly all: { readonly row: Row; readonly goes: boolean }[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  ago(days: number): number {
    return this.#now - days * DAY_MS;
  }

  put(
    goes: boolean,
    kind: RowKind,
    state: string,
    body: object,
    part: Partial<Row> & { readonly made?: number } = {},
  ): string {
    const { made = 200, ...rest } = part;
    const id = rest.id ?? newId(this.ago(made));
    this.all.push({ goes, row: { kind, version: 0, owner: '', state, body: { id, ...body }, ...rest, id } });
    return id;
  }
}

/** Every kind of row that ends: of each, some that may go, and what is nearest to it and may not. */
function everyKind(now: number): Rows['all'] {
  const rows = new Rows(now);
  const { ago } = { ago: (days: number) => rows.ago(days) };
  const [gone, kept] = [true, false];
  for (const [goes, days] of [[gone, 91], [kept, 89]] as const) {
    const grant = rows.put(goes, 'grant', 'ended', { endedAt: ago(days) });
    rows.put(goes, 'answer', grant, { grant }, { id: `key-${days}` });
    rows.put(goes, 'notice-thread', '', {}, { id: `slack/grant ${grant}`, owner: `grant ${grant}` });
    // Answered long before: it is kept for as long as what it gave.
    rows.put(goes, 'approval', 'approved', { request: grant, endedAt: ago(199), claimForMs: 0, exchange: 'waiting' }, { id: grant });
    rows.put(goes, 'token', 'ended', { endedAt: ago(days) });
    rows.put(goes, 'kill', 'lifted', { liftedAt: ago(days) });
    rows.put(goes, 'delegation', 'ended', { endsAt: ago(80), endedAt: ago(days) });
    rows.put(goes, 'delegation', 'live', { endsAt: ago(days) });
    rows.put(goes, 'target', 'removed', { history: [{ at: ago(190) }, { at: ago(days) }] }, { id: `shop-${days}` });
    const question = rows.put(goes, 'approval', 'rejected', { request: `request-${days}`, endedAt: ago(days), claimForMs: 0, exchange: 'gone' });
    rows.put(goes, 'question', '', { approval: question }, { id: `request-${days}` });
    rows.put(goes, 'notice-thread', '', {}, { id: `slack/${question}`, owner: question });
    const plan = rows.put(goes, 'approval', 'approved', { request: `plan-${days}`, planned: [{ request: `of-plan-${days}` }], endedAt: ago(days), claimForMs: 0, exchange: 'waiting' });
    rows.put(goes, 'question', 'planned', { approval: plan }, { id: `planned of-plan-${days}` });
    rows.put(goes, 'question', 'no', { approval: question, at: ago(days + 5), until: 0 });
    // A yes that came before it could be used for long.
    rows.put(goes, 'question', 'no', { approval: question, at: ago(150), until: ago(days) });
    // A yes that nobody used, which is good for three days; and one whose request may have run.
    rows.put(goes, 'approval', 'approved', { request: `unused-${days}`, endedAt: ago(days + 3), claimForMs: 3 * DAY_MS, exchange: 'waiting' });
    rows.put(goes, 'approval', 'approved', { request: `unknown-${days}`, endedAt: ago(150), usedAt: ago(days + 2), claimForMs: 0, exchange: 'unknown' });
  } // biome-ignore format: a table
  const asked = rows.put(gone, 'approval', 'withdrawn', {
    request: 'asked-again',
    endedAt: ago(120),
    claimForMs: 0,
    exchange: 'gone',
  });
  rows.put(kept, 'question', '', { approval: `after-${asked}` }, { id: 'asked-again' });
  for (const [kind, state] of [['grant', 'live'], ['grant', 'pending'], ['approval', 'pending'], ['token', 'live'], ['kill', 'live'], ['target', 'live'], ['person-key', 'live'], ['budget', '']] as const)
    rows.put(kept, kind, state, {}); // biome-ignore format: a table
  return rows.all;
}

async function put(store: Store, rows: readonly Row[]): Promise<void> {
  await store.exclusively('k', async (writer) => {
    for (const row of rows) await writer.put({ ...row, isQuiet: true });
  });
}

const nameOf = ({ kind, id }: Pick<Row, 'kind' | 'id'>) => `${kind} ${id}`;

async function present(store: Store, rows: readonly Row[]): Promise<readonly string[]> {
  const found = await Promise.all(rows.map(({ kind, id }) => store.get(kind, id)));
  return found.flatMap((row) => (row === undefined ? [] : [nameOf(row)]));
}

/** One gateway's, with what it removed at each turn that it had; its clock is so far ahead. */
function gatewayOn(store: Store, aheadMs = 0) {
  const turns: Swept[] = [];
  let transactions = 0;
  const sweep = new StoreSweep({
    store: {
      now: () => store.now() + aheadMs,
      get: store.get.bind(store),
      exclusively: (key, work) => {
        if (key === 'the sweep') transactions++;
        return store.exclusively(key, work);
      },
    },
    keptForMs: KEPT_FOR,
    kinds: endedRows(() => ({ unknownForMs: UNKNOWN_FOR, cooldownMs: COOLDOWN })),
    others: async () => {},
    onSwept: (swept) => turns.push(swept),
    onFailure: (what, error) => assert.fail(`${what}: ${error}`),
  });
  return { look: () => sweep.look(), turns, transactions: () => transactions };
}

/** The laws, for the stores of two gateways: of SQLite they are one, since one gateway has it alone. */
function laws(name: string, fresh: () => Promise<readonly [Store, Store]>): void {
  test(`${name}: what ended long enough ago goes, with what only serves to find it; all else stays, and nobody is told`, async () => {
    const [store] = await fresh();
    const rows = everyKind(store.now());
    await put(
      store,
      rows.map(({ row }) => row),
    );
    const told: string[] = [];
    await store.changes({
      changed: (...what) => told.push(what.join(' ')),
      readAgain: async () => {},
      lost: () => assert.fail('lost'),
    });
    await gatewayOn(store).look();
    const kept = rows.flatMap(({ row, goes }) => (goes ? [] : [nameOf(row)]));
    assert.deepEqual(
      await present(
        store,
        rows.map(({ row }) => row),
      ),
      kept,
    );
    await put(store, [{ kind: 'press', id: 'last', version: 0, owner: '', state: '', body: 0 }]);
    await store.exclusively('k', (writer) => writer.delete('press', 'last'));
    while (told.length === 0) await new Promise(setImmediate);
    assert.deepEqual(told, ['press last']);
  });

  test(`${name}: the idempotency key of a grant goes with it, and then stands for a new one`, async () => {
    const [store] = await fresh();
    const rules = compileRules([OFFER], { unsafe: new Set() });
    const grants = new Grants({
      store,
      rules: () => rules,
      record: async () => {},
      access: () => ({ take() {} }) as unknown as LiveAccess,
      recordQuestion: async () => {},
      onQuestion() {},
    });
    const ask = async () => (await grants.ask(callerOf(), { scopes: [SCOPE], reason: '' }, 'k1')).grant.id;
    const first = await ask();
    await grants.end(first, 'release');
    await gatewayOn(store, KEPT_FOR - DAY_MS).look();
    assert.equal(await ask(), first);
    await gatewayOn(store, KEPT_FOR + DAY_MS).look();
    assert.deepEqual([await store.get('grant', first), await store.list('answer', { limit: 10 })], [undefined, []]);
    assert.notEqual(await ask(), first);
  });

  test(`${name}: one gateway at a time removes, some rows at once, and the next one when its turn has come`, async () => {
    const [store, other] = await fresh();
    const ended = (count: number) =>
      Array.from({ length: count }, (): Row => {
        const [id, endedAt] = [newId(store.now() - 100 * DAY_MS), store.now() - 95 * DAY_MS];
        return { kind: 'grant', id, version: 0, owner: '', state: 'ended', body: { id, endedAt } };
      });
    const many = ended(SWEEP_LIMITS.rowsAtOnceMax * 2 + 5);
    await put(store, many);
    const gateways = [gatewayOn(store), gatewayOn(other)];
    await Promise.all(gateways.map(({ look }) => look()));
    assert.deepEqual(
      gateways.flatMap(({ turns }) => turns).map((swept) => [...swept]),
      [[['grant', many.length]]],
    );
    assert.ok(gateways.some(({ transactions }) => transactions() >= 3));
    const later = ended(1);
    await put(store, later);
    for (const { look } of gateways) await look();
    assert.equal((await present(store, later)).length, 1, 'the turn lasts');
    await gatewayOn(other, SWEEP_LIMITS.everyMs).look();
    assert.equal((await present(store, later)).length, 0);
  });

  test(`${name}: a turn that was taken while the clock stood far ahead is over once it is right again`, async () => {
    const [store, other] = await fresh();
    await gatewayOn(store, 400 * DAY_MS).look();
    const [id, endedAt] = [newId(store.now() - 100 * DAY_MS), store.now() - 95 * DAY_MS];
    const ended: Row[] = [{ kind: 'grant', id, version: 0, owner: '', state: 'ended', body: { id, endedAt } }];
    await put(store, ended);
    await gatewayOn(other).look();
    assert.deepEqual(await present(store, ended), []);
  });
}

{
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-sweep-'));
  const stores: Store[] = [];
  after(async () => {
    for (const store of stores) await store.close();
    rmSync(folder, { recursive: true });
  });
  laws('SQLite', async () => {
    const backend = await openSqlite(join(folder, `${stores.length}.db`), systemClock);
    const store = await openSqlStore(backend, storeKeys(Buffer.alloc(32, 1)), (kind) => assert.fail(kind));
    stores.push(store);
    return [store, store];
  });
}

const programs = postgresPrograms();
if (programs === undefined) leftOut('the sweep on PostgreSQL', 'install PostgreSQL 15 (`apt-get install postgresql`)');
else {
  let server: Postgres;
  const stores: Store[] = [];
  before(async () => {
    server = await startPostgres(programs);
  });
  after(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await server.stop();
  });
  laws('PostgreSQL', async () => {
    const { migratePostgres, openPostgres } = await import('../store/postgres-backend.ts');
    const database = `sweep_${stores.length}`;
    server.create(database);
    const place = { url: server.url(database), clock: systemClock, feedLostMs: 60_000 };
    await migratePostgres(place, undefined);
    const open = async () =>
      openSqlStore(await openPostgres(place), storeKeys(Buffer.alloc(32, 1)), (kind) => assert.fail(kind));
    const both = [await open(), await open()] as const;
    stores.push(...both);
    return both;
  });
}
