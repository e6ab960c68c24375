import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import type { Permit } from '../model/permit.ts';
import type { Reply } from '../model/reply.ts';
import { noteDone } from '../pipeline/novelty.ts';
import { openSqlStore } from '../store/sql-store.ts';
import { openSqlite } from '../store/sqlite-backend.ts';
import type { Store } from '../store/store.ts';
import { storeKeys } from '../store/store-keys.ts';
import { DONE_LIMITS, DoneOperations } from './done-operations.ts';

const DAY_MS = 24 * 3_600_000;
const clock = { at: 20_000 * DAY_MS, now: () => clock.at, monotonic: () => clock.at };

const folder = mkdtempSync(join(tmpdir(), 'sallyport-done-'));
let store: Store;
before(async () => {
  const backend = await openSqlite(join(folder, 'store.db'), clock);
  store = await openSqlStore(backend, storeKeys(Buffer.alloc(32, 1)), () => assert.fail('a row is not sealed'));
});
after(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const gateway = (of: Pick<Store, 'get' | 'exclusively'> = store, onFailure: (what: string) => void = assert.fail) =>
  new DoneOperations({ store: of, now: clock.now, onFailure });

const dev = (name: string) => callerOf({ subject: name });
const operation = (method: 'DELETE' | 'PATCH', rest: string) =>
  operationOf({ method, uri: `/api/v1/namespaces/${rest}` });
const web = operation('DELETE', 'shop/pods/web');

test('what one gateway has seen is known at the other, and after a restart, and is not what another caller, verb, kind or namespace did', async () => {
  const [one, other] = [gateway(), gateway()];
  assert.equal(await one.lastDone(web, dev('a')), null);
  one.done(web, dev('a'));
  assert.equal(await one.lastDone(operation('DELETE', 'shop/pods/api'), dev('a')), clock.at, 'the like, at once');
  assert.equal(await other.lastDone(web, dev('a')), null, 'it is written in turns');
  await one.write();
  for (const each of [other, gateway()]) assert.equal(await each.lastDone(web, dev('a')), clock.at);
  const issued = { id: 't', task: '', targets: [] };
  const strangers = [
    [web, dev('b')],
    [web, { ...dev('a'), issuer: 'another' }],
    [web, { ...dev('a'), issued }],
    [operation('PATCH', 'shop/pods/web'), dev('a')],
    [operation('DELETE', 'shop/configmaps/web'), dev('a')],
    [operation('DELETE', 'bank/pods/web'), dev('a')],
    [operation('DELETE', 'shop/pods/web/log'), dev('a')],
    [{ ...web, target: 'another' }, dev('a')],
  ] as const;
  for (const [asked, caller] of strangers) assert.equal(await other.lastDone(asked, caller), null);
});

test('the row of what is done bears the same id from version to version, so that what was remembered before is remembered after', async () => {
  const one = gateway();
  one.done(web, { ...dev('same'), issuer: 'main' });
  await one.write();
  const parts = [['["main","same"]', true], web.target, 'delete', '', 'pods', '', 'shop', ''];
  const id = hash('sha256', JSON.stringify(parts), 'hex');
  assert.equal((await store.get('done', id))?.owner, '["main","same"]');
});

test('what another gateway saw later counts, and what nobody did for long is dropped', async () => {
  const [one, other] = [gateway(), gateway()];
  one.done(web, dev('late'));
  await one.write();
  const first = clock.at;
  assert.equal(await other.lastDone(web, dev('late')), first);
  clock.at += 2 * DAY_MS;
  one.done(web, dev('late'));
  await one.write();
  assert.equal(await other.lastDone(web, dev('late')), clock.at);
  const count = async () => (await store.list('done', { limit: 100 })).length;
  const before = await count();
  assert.ok(before > 1);
  clock.at += (DONE_LIMITS.rememberedDays - 1) * DAY_MS;
  await one.write();
  assert.equal(await count(), 1, 'what was done again stays');
  clock.at += 3 * DAY_MS;
  await one.write();
  assert.equal(await count(), 0);
});

test('a caller that does ever new kinds of things is not remembered without end, and what cannot be looked up is unknown', async () => {
  const one = gateway();
  const kind = (at: number) => operation('DELETE', `ns-${at}/pods/web`);
  for (let at = 0; at <= DONE_LIMITS.newPerCallerDayMax; at++) one.done(kind(at), dev('many'));
  assert.equal(await one.lastDone(kind(DONE_LIMITS.newPerCallerDayMax - 1), dev('many')), clock.at);
  assert.equal(await one.lastDone(kind(DONE_LIMITS.newPerCallerDayMax), dev('many')), null);
  one.done(web, dev('another'));
  assert.equal(await one.lastDone(web, dev('another')), clock.at);
  const told: string[] = [];
  const fails = async () => {
    throw new Error('the store is away');
  };
  const broken = gateway({ get: fails, exclusively: fails }, (what) => told.push(what));
  assert.equal(await broken.lastDone(web, dev('another')), 'unknown');
  broken.done(web, dev('another'));
  await broken.write();
  assert.equal(await broken.lastDone(web, dev('another')), clock.at, 'it goes on by what it has seen itself');
  assert.equal(told.length, 2);
});

test('a dry run and what was refused make nothing known; what made its object was a create too', () => {
  const seen = (status: number, part: Partial<typeof web> = {}) => {
    const noted: string[] = [];
    const novelty = { lastDone: async () => null, done: ({ verb }: typeof web) => void noted.push(verb) };
    const permit = { operation: { ...web, verb: 'patch', ...part }, caller: dev('a') } as unknown as Permit;
    noteDone(novelty, permit, { status } as Reply);
    return noted;
  };
  assert.deepEqual(seen(200), ['patch']);
  assert.deepEqual(seen(201), ['patch', 'create']);
  assert.deepEqual(seen(201, { verb: 'create' }), ['create']);
  assert.deepEqual(seen(101, { verb: 'get' }), ['get']);
  for (const status of [304, 403, 404, 409, 500]) assert.deepEqual(seen(status), []);
  assert.deepEqual(seen(200, { options: { ...web.options, isDryRun: true } }), []);
});
