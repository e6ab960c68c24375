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
const stopped = new Set<string>();

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
    isStopped: ({ subject, person }) => stopped.has(subject) || stopped.has(person ?? ''),
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

test('T60: whom an operator stops by the name of their person is stood in for by nobody, nor when that is lifted', async () => {
  const lea = { ...person('p:lea'), person: 'lea@example.com' };
  const given = await delegations.give(lea, { ...handed, to: to('p:noa') });
  const count = async () => (await delegations.to(person('p:noa'))).length;
  assert.equal(await count(), 1);
  stopped.add('lea@example.com');
  assert.equal(await count(), 0);
  await delegations.endOf('lea@example.com', 'p:opal');
  stopped.clear();
  assert.equal(await count(), 0, 'lifted');
  const kept = (await delegations.list(DELEGATION_LIMITS.endedShownMax)).find(({ id }) => id === given.id);
  assert.equal(kept?.endedBy, 'p:opal');
});

test('T60: one that is ended while it is decided by it ends after that, and counts for nothing else', async () => {
  const given = await delegations.give(person('p:ida'), { ...handed, to: to('p:noa') });
  const order: string[] = [];
  let ending: Promise<unknown> | undefined;
  await store.exclusively('an answer', async (rows) => {
    assert.equal((await delegations.to(person('p:noa'), rows)).length, 1);
    ending = delegations.end(given.id, 'p:ida', '', () => true).then(() => order.push('ended'));
    order.push('answered');
  });
  await ending;
  assert.deepEqual(order, ['answered', 'ended']);
  await store.exclusively('an answer', async (rows) =>
    assert.deepEqual(await delegations.to(person('p:noa'), rows), []),
  );
});

test('one that lasts is listed, however many have ended since', async () => {
  const lasting = await delegations.give(person('p:ida'), { ...handed, to: to('p:hid') });
  for (let i = 0; i < 3; i++) {
    const { id } = await delegations.give(person('p:ida'), { ...handed, to: to(`p:veil-${i}`) });
    await delegations.end(id, 'p:ida', '', () => true);
  }
  const listed = await delegations.list(2);
  assert.ok(listed.some(({ id }) => id === lasting.id));
  assert.equal(listed.filter(({ endedAt }) => endedAt !== undefined).length, 2);
  assert.ok(
    listed.every(({ id }, i) => i === 0 || id < (listed[i - 1]?.id ?? '')),
    'the newest first',
  );
});

test('nobody hands on more than may last at once; what is over makes room', async () => {
  for (let i = 0; i < DELEGATION_LIMITS.livePerGiverMax; i++)
    await delegations.give(person('p:una'), { ...handed, to: to(`p:${i}`) });
  const more = () => delegations.give(person('p:una'), { ...handed, to: to('p:more') });
  await assert.rejects(more, { code: 'GRANT_LIMIT' });
  clock.at += 60_000;
  assert.equal((await more()).to.subject, 'p:more');
});
