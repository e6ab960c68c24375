import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { toEach } from '../control/to-each.ts';
import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import { Honeytokens } from '../pipeline/honeytokens.ts';
import { systemClock } from '../std/clock.ts';
import type { ExchangeId } from '../std/ids.ts';
import { openStore } from '../store/open-store.ts';
import { SharedHoneytokens } from './shared-honeytokens.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-honeytokens-'));
after(() => rmSync(folder, { recursive: true }));

const token = `masked-by-sallyport-${'a'.repeat(20)}`;
const operation = { target: 't', apiGroup: '', resource: 'configmaps', namespace: 'shop' } as Operation;
const showTo = (honeytokens: Honeytokens, subject: string, exchange: string) =>
  honeytokens.shown(token, {
    mask: 'p/bait',
    path: 'data\npassword',
    caller: { subject, issuer: 'i' } as Caller,
    operation,
    at: 7,
    exchange: exchange as ExchangeId,
  });
const readersOf = (honeytokens: Honeytokens) =>
  honeytokens
    .in(token)
    .flatMap(({ readers }) => readers.map(({ subject }) => subject))
    .sort();

const failures: string[] = [];
const onFailure = (what: string) => failures.push(what);
const open = () =>
  openStore(
    { kind: 'sqlite', file: join(folder, 'store.db'), keyFile: join(folder, 'store.key'), isKeyMade: true },
    { clock: systemClock, feedLostMs: 10_000, onUnsealed: () => assert.fail('a row is not sealed') },
  );

test('what one gateway has shown, another on the store knows, and each after a restart; it is written once', async () => {
  let store = await open();
  const gateways = [new Honeytokens(), new Honeytokens()] as const;
  const shared = gateways.map((honeytokens) => new SharedHoneytokens({ store, honeytokens, onFailure }));
  const heard = Promise.withResolvers<void>();
  const told = {
    changed: (kind: string) => {
      if (kind === 'honeytoken') heard.resolve();
    },
    readAgain: async () => {},
    lost() {},
  };
  await store.changes(toEach([...shared, told]));
  showTo(gateways[0], 'one', 'x1');
  showTo(gateways[0], 'one', 'x2');
  await shared[0]?.stop();
  await heard.promise;
  await store.get('honeytoken', 'none'); // behind what was read for the change
  assert.deepEqual(readersOf(gateways[1]), ['one']);
  showTo(gateways[1], 'two', 'x3');
  showTo(gateways[1], 'one', 'x4');
  await Promise.all(shared.map((one) => one.stop()));
  assert.equal((await store.list('honeytoken', { limit: 10 })).length, 2);
  await store.close();

  store = await open();
  const restarted = new Honeytokens();
  await store.changes(toEach([new SharedHoneytokens({ store, honeytokens: restarted, onFailure })]));
  assert.deepEqual(readersOf(restarted), ['one', 'two']);
  assert.equal(restarted.in(token)[0]?.path, 'data\npassword');
  await store.close();
  assert.deepEqual(failures, []);
});

test('a store that fails keeps nobody waiting, and what was shown is written when it answers again', async () => {
  const store = await open();
  let isDown = true;
  const said: string[] = [];
  const honeytokens = new Honeytokens();
  const flaky: Pick<typeof store, 'get' | 'list' | 'exclusively' | 'now'> = {
    get: store.get,
    list: store.list,
    now: store.now,
    exclusively: (key, work) => (isDown ? Promise.reject(new Error('down')) : store.exclusively(key, work)),
  };
  const shared = new SharedHoneytokens({ store: flaky, honeytokens, onFailure: (what) => said.push(what) });
  showTo(honeytokens, 'late', 'x9');
  await shared.stop();
  assert.deepEqual(said, ['masks that are remembered could not be written']);
  assert.deepEqual(readersOf(honeytokens), ['late']);
  isDown = false;
  await shared.stop();
  const rows = await store.list('honeytoken', { limit: 10 });
  assert.ok(rows.some(({ id }) => id.endsWith('-x9')));
  await store.close();
});
