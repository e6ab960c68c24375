import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { callerOf } from '../../../test/support/operation.ts';
import { Refusal } from '../../model/refusal.ts';
import type { LoginChanged } from '../../recording/event.ts';
import { openStore } from '../../store/open-store.ts';
import { ConsoleSessions, SESSION_LIMITS } from './console-sessions.ts';

const MINUTE = 60_000;
const ADA = callerOf({ subject: 'ada', issuer: 'people', kind: 'person', groups: ['admins'] });

/** Sessions that last an hour, ten minutes without anything done, on a store whose clock is turned by hand. */
async function world(idleMaxMs = 10 * MINUTE) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-sessions-'));
  let now = 1_800_000_000_000;
  const clock = { now: () => now, monotonic: () => now };
  const place = { kind: 'sqlite', file: join(folder, 'db'), keyFile: join(folder, 'key'), isKeyMade: true } as const;
  const store = await openStore(place, { clock, feedLostMs: 10_000, onUnsealed() {} });
  const recorded: LoginChanged[] = [];
  const gateway = () =>
    new ConsoleSessions({
      store,
      idleMaxMs,
      maxMs: 60 * MINUTE,
      record: async (event) => void recorded.push(event),
    });
  const sessions = gateway();
  return {
    sessions,
    other: gateway(),
    recorded,
    store,
    pass: (ms: number) => {
      now += ms;
    },
    begin: (replaces?: string) => sessions.begin({ caller: ADA, peer: '::1', replaces }),
    async close() {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function outcome(found: Promise<{ caller: { subject: string } }>): Promise<string> {
  return found.then(
    ({ caller }) => caller.subject,
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  );
}

test('a session ends when its person does nothing for so long; what the page asks by itself is nothing', async () => {
  const { sessions, begin, pass, close } = await world();
  const cookie = await begin();
  pass(9 * MINUTE);
  assert.equal(await outcome(sessions.find(cookie, false)), 'ada');
  pass(MINUTE);
  assert.equal(await outcome(sessions.find(cookie, true)), 'SESSION_ENDED');
  const used = await begin();
  for (let i = 0; i < 5; i++) {
    pass(9 * MINUTE);
    assert.equal(await outcome(sessions.find(used, true)), 'ada');
  }
  await close();
});

test('a session that may be idle for seconds alone is kept by what its person does all the same', async () => {
  const { sessions, begin, pass, close } = await world(10_000);
  const cookie = await begin();
  for (let i = 0; i < 10; i++) {
    pass(6_000);
    assert.equal(await outcome(sessions.find(cookie, true)), 'ada');
  }
  pass(10_000);
  assert.equal(await outcome(sessions.find(cookie, true)), 'SESSION_ENDED');
  await close();
});

test('a session ends after its longest time, whatever its person does', async () => {
  const { sessions, begin, pass, close } = await world();
  const cookie = await begin();
  for (let i = 0; i < 59; i++) {
    pass(MINUTE);
    const { session } = await sessions.find(cookie, true);
    assert.ok(session.idleEndsAt <= session.endsAt);
  }
  pass(MINUTE);
  assert.equal(await outcome(sessions.find(cookie, true)), 'SESSION_ENDED');
  await close();
});

test('another gateway on the store knows it, and knows that it has ended', async () => {
  const { sessions, other, begin, close } = await world();
  const cookie = await begin();
  const { session, caller } = await other.find(cookie, true);
  assert.deepEqual([caller.subject, caller.kind, caller.groups], ['ada', 'person', ['admins']]);
  await other.end(session.id, ADA);
  assert.equal(await outcome(sessions.find(cookie, true)), 'SESSION_ENDED');
  await close();
});

test('a cookie that is none, of another session or cut stands for nobody; its secret is kept nowhere', async () => {
  const { sessions, begin, store, close } = await world();
  const [one, two] = [await begin(), await begin()];
  const [id = '', secret = ''] = one.split('.');
  const tries = ['', '.', id, `${id}.`, `${id}.${secret.slice(1)}`, `${id}.${two.split('.')[1]}`, `${one}x`, ` ${one}`];
  for (const cookie of tries) assert.equal(await outcome(sessions.find(cookie, true)), 'SESSION_ENDED', cookie);
  assert.doesNotMatch(JSON.stringify(await store.list('login', { limit: 10 })), new RegExp(secret));
  await close();
});

test('sessions of persons who do not come back end with their time, in store and journal; those that last stay', async () => {
  const { sessions, other, begin, recorded, store, pass, close } = await world();
  await begin();
  pass(55 * MINUTE);
  const bob = callerOf({ subject: 'bob', issuer: 'people', kind: 'person' });
  const cookie = await sessions.begin({ caller: bob, peer: '::1', replaces: undefined });
  pass(5 * MINUTE + 1);
  const kept = async () => (await store.list('login', { limit: 10 })).length;
  await sessions.endOver(AbortSignal.abort());
  assert.equal(await kept(), 2, 'a gateway that stops ends nothing more');
  const { signal } = new AbortController();
  await Promise.all([sessions, other].map((gateway) => gateway.endOver(signal)));
  const ended = recorded.filter(({ state }) => state === 'ended');
  assert.deepEqual(
    ended.map(({ person, endedBy }) => [person.subject, endedBy]),
    [['ada', 'time']],
  );
  assert.equal(await kept(), 1);
  assert.equal(await outcome(sessions.find(cookie, true)), 'bob');
  await close();
});

test('a person has so many sessions; one more ends the oldest, and what is over is forgotten', async () => {
  const { sessions, begin, recorded, store, pass, close } = await world();
  const first = await begin();
  for (let i = 0; i < SESSION_LIMITS.livePerPersonMax; i++) {
    pass(1);
    await begin();
  }
  assert.equal(await outcome(sessions.find(first, true)), 'SESSION_ENDED');
  assert.deepEqual(
    recorded.flatMap(({ endedBy }) => endedBy ?? []),
    ['replaced'],
  );
  pass(10 * MINUTE);
  await begin();
  assert.equal((await store.list('login', { limit: 100 })).length, 1);
  await close();
});
