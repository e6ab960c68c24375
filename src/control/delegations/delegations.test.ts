import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { callerOf } from '../../../test/support/operation.ts';
import { DELEGATION_LIMITS } from '../../model/delegation-limits.ts';
import { openSqlStore } from '../../store/sql-store.ts';
import { openSqlite } from '../../store/sqlite-backend.ts';
import type { Store } from '../../store/store.ts';
import { storeKeys } from '../../store/store-keys.ts';
import { Delegations } from './delegations.ts';

const clock = { at: 1_750_000_000_000, now: () => clock.at, monotonic: () => clock.at };
const person = (subject: string) => callerOf({ subject, kind: 'person', issuer: 'people' });
const to = (subject: string) => ({ subject, issuer: 'people' });

let folder: string;
let store: Store;
let delegations: Delegations;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-delegations-'));
  store = await openSqlStore(
    await openSqlite(join(folder, 'store.db'), clock),
    storeKeys(Buffer.alloc(32, 1)),
    () => {},
  );
  delegations = new Delegations({
    store,
    record: async () => {},
    isKilled: () => false,
    rolesOf: () => [],
    delegable: () => ['p/a'],
    personIssuers: new Set(['people']),
  });
});
after(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const handed = { rules: [], reason: 'on leave', forMs: 60_000 };

test('T60: it counts until its time is over, and not a moment longer', async () => {
  await delegations.give(person('p:lea'), { ...handed, to: to('p:max') });
  clock.at += 59_999;
  assert.equal((await delegations.to(person('p:max'))).length, 1);
  clock.at += 1;
  assert.deepEqual(await delegations.to(person('p:max')), []);
});

test('T77: a program that bears the name of who is named is in nobody’s place', async () => {
  const given = await delegations.give(person('p:lea'), { ...handed, to: to('p:mia') });
  assert.deepEqual(await delegations.to(callerOf({ subject: 'p:mia', kind: 'autonomous', issuer: 'people' })), []);
  assert.deepEqual(await delegations.to({ ...person('p:mia'), issuer: 'others' }), []);
  await delegations.end(given.id, 'p:lea', '', () => true);
  assert.deepEqual(await delegations.to(person('p:mia')), []);
});

test('nobody hands on more than may last at once; what is over makes room', async () => {
  for (let i = 0; i < DELEGATION_LIMITS.livePerGiverMax; i++)
    await delegations.give(person('p:una'), { ...handed, to: to(`p:${i}`) });
  const more = () => delegations.give(person('p:una'), { ...handed, to: to('p:more') });
  await assert.rejects(more, { code: 'GRANT_LIMIT' });
  clock.at += 60_000;
  assert.equal((await more()).to.subject, 'p:more');
});
