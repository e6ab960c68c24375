import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileRules } from '../../test/support/compile-rules.ts';
import { callerOf } from '../../test/support/operation.ts';
import { systemClock } from '../std/clock.ts';
import { openStore } from '../store/open-store.ts';
import { type Store, StoreError } from '../store/store.ts';
import { HeldKills } from './held-kills.ts';
import { Kills } from './kills.ts';
import { LiveAccess } from './live-access.ts';

/** A folder with a store that can be taken away, and gateways on it, one after the other. */
async function world() {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-kills-'));
  const file = join(folder, 'kills.json');
  const place = {
    kind: 'sqlite',
    file: join(folder, 'store.db'),
    keyFile: join(folder, 'key'),
    isKeyMade: true,
  } as const;
  const real = await openStore(place, { clock: systemClock, feedLostMs: 10_000, onUnsealed() {} });
  let isDown: boolean | 'silent' = false;
  const store = new Proxy(real, {
    get(target, name: keyof Store) {
      if (name === 'peers') return () => ['https://other'];
      if (isDown !== false && (name === 'exclusively' || name === 'get' || name === 'list'))
        return () => (isDown === 'silent' ? new Promise(() => {}) : Promise.reject(new StoreError('it is down')));
      const value: unknown = target[name];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const ended: string[] = [];
  return {
    file,
    real,
    ended,
    down: (is: typeof isDown) => {
      isDown = is;
    },
    /** A gateway as it starts. */
    gateway() {
      const held = new HeldKills(file);
      let access: LiveAccess;
      const kills = new Kills({
        store,
        held,
        record: async () => {},
        access: () => access,
        endTokensOf: async (subject) => void ended.push(subject),
        onFailure() {},
      });
      access = new LiveAccess({
        store,
        rules: () => compileRules([], { unsafe: new Set() }),
        underWay: { endGrant() {}, endKilled: (kill) => void ended.push(kill.id), isStreaming: () => false },
        isHeldKill: (id) => held.has(id),
        writeEnd: async () => {},
        onFailure() {},
      });
      for (const kill of held.list()) access.takeKill(kill);
      return { kills, access, refuses: (subject: string) => isRefused(access, subject) };
    },
    async close() {
      await real.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const ada = callerOf({ subject: 'ada', kind: 'person' });
const opal = callerOf({ subject: 'opal', kind: 'person' });
const anything = () => true;

function isRefused(access: LiveAccess, subject: string): boolean {
  try {
    access.refuseKilled(callerOf({ subject }), 'demo', 's');
    return false;
  } catch {
    return true;
  }
}

test('T60: a kill holds while the store is down, over restarts, and goes to the store when that is back', async () => {
  const { gateway, down, real, file, ended, close } = await world();
  down(true);
  const first = gateway();
  const set = await first.kills.set('caller', 'dev', ada, 'wild');
  assert.deepEqual([set.isKept, set.notReached], [false, ['https://other']]);
  assert.equal(first.refuses('dev'), true);
  const second = gateway();
  assert.equal(second.refuses('dev'), true);
  await second.kills.bringToStore();
  assert.equal(second.kills.isHeld(set.kill.id), true);
  down(false);
  // What is read again of the store does not have it yet.
  await second.access.readAgain();
  assert.equal(second.refuses('dev'), true);
  await second.kills.bringToStore();
  assert.equal((await real.get('kill', set.kill.id))?.state, 'live');
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')).kills, []);
  assert.ok(ended.includes('dev'), 'the tokens that it gave are ended too');
  await second.kills.lift(set.kill.id, ada, anything);
  assert.equal(second.refuses('dev'), false);
  await close();
});

test('what stops the same in the store already stands for a kill that was held', async () => {
  const { gateway, down, real, close } = await world();
  const [one, other] = [gateway(), gateway()];
  const stored = await one.kills.set('target', 'demo', ada, 'first');
  down(true);
  const held = await one.kills.set('target', 'demo', ada, 'second');
  other.kills.readHeld();
  down(false);
  await one.kills.bringToStore();
  // Another worker, too, has no more of it when the store says that it has none.
  other.kills.readHeld();
  while (other.access.kills.list().some(({ id }) => id === held.kill.id)) await new Promise(setImmediate);
  assert.equal(await real.get('kill', held.kill.id), undefined);
  assert.equal(one.refuses('anybody'), true);
  await one.kills.lift(stored.kill.id, ada, anything);
  assert.equal(one.refuses('anybody'), false);
  await close();
});

test('a kill that the store does not have is lifted without it, and is there as lifted when that is back', async () => {
  const { gateway, down, real, file, ended, close } = await world();
  down(true);
  const one = gateway();
  const { kill } = await one.kills.set('caller', 'dev', ada, 'stop');
  const lifted = await one.kills.lift(kill.id, ada, anything);
  assert.equal(lifted.liftedBy, 'ada');
  assert.deepEqual(await one.kills.lift(kill.id, opal, anything), lifted, 'lifted once');
  await assert.rejects(
    one.kills.lift(kill.id, opal, () => false),
    { code: 'ROLE_REQUIRED' },
  );
  const anew = gateway();
  assert.deepEqual([one.refuses('dev'), anew.refuses('dev')], [false, false]);
  // Others stop the same meanwhile: theirs holds, and this one is lifted beside it.
  down(false);
  await gateway().kills.set('caller', 'dev', ada, 'again');
  await anew.kills.bringToStore();
  const row = await real.get('kill', kill.id);
  assert.deepEqual([row?.state, row?.body], ['lifted', lifted]);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')).kills, []);
  assert.equal((await real.list('kill', { state: 'live', limit: 10 })).length, 1);
  assert.equal(ended.filter((who) => who === 'dev').length, 2, 'T60: by either, the tokens that it gave are ended');
  await close();
});

test('T60: a kill that one worker holds for the store holds at the others, until it is lifted or the store has it', async () => {
  const { gateway, down, real, file, close } = await world();
  const [one, other] = [gateway(), gateway()];
  down(true);
  const lifted = await one.kills.set('caller', 'dev', ada, 'wild');
  const brought = await one.kills.set('caller', 'bot', ada, 'wild');
  assert.equal(other.refuses('dev'), false);
  other.kills.readHeld();
  assert.deepEqual([other.refuses('dev'), other.refuses('bot')], [true, true]);
  await one.kills.lift(lifted.kill.id, ada, anything);
  other.kills.readHeld();
  assert.deepEqual([other.refuses('dev'), other.refuses('bot')], [false, true]);
  down(false);
  const third = gateway();
  await one.kills.bringToStore();
  // The store is down: what became of it cannot be known.
  down(true);
  other.kills.readHeld();
  await new Promise(setImmediate);
  assert.equal(other.refuses('bot'), true);
  down(false);
  third.kills.readHeld();
  while ((await real.get('kill', brought.kill.id)) === undefined) await new Promise(setImmediate);
  assert.deepEqual([third.refuses('dev'), third.refuses('bot')], [false, true]);
  writeFileSync(file, 'torn');
  third.kills.readHeld();
  assert.equal(third.refuses('bot'), true);
  await close();
});

test('T60: a gateway that has not heard of a stop lifts it for nobody whom it stops, nor for whom no role reaches it', async () => {
  const { gateway, real, close } = await world();
  const [one, deaf] = [gateway(), gateway()];
  const { kill } = await one.kills.set('caller', 'ada', opal, 'her token was stolen');
  assert.equal(deaf.refuses('ada'), false, 'it has not heard of it');
  await assert.rejects(deaf.kills.lift(kill.id, ada, anything), { code: 'KILLED' });
  const bob = callerOf({ subject: 'bob', kind: 'person' });
  const onlyTargets = ({ what }: { readonly what: string }) => what === 'target';
  await assert.rejects(deaf.kills.lift(kill.id, bob, onlyTargets), { code: 'ROLE_REQUIRED' });
  assert.equal((await real.get('kill', kill.id))?.state, 'live');
  assert.equal((await deaf.kills.lift(kill.id, bob, anything)).liftedBy, 'bob');
  await close();
});

test('T60: whom an operator has stopped stops nobody at a gateway that has not heard of it; where the store says nothing, a stop holds', async () => {
  const { gateway, down, close } = await world();
  const [one, deaf] = [gateway(), gateway()];
  await one.kills.set('caller', 'ada', opal, 'her token was stolen');
  await assert.rejects(deaf.kills.set('all', '', ada, 'so there'), { code: 'KILLED' });
  await assert.rejects(one.kills.set('all', '', ada, 'so there'), { code: 'KILLED' });
  assert.equal(deaf.refuses('dev'), false);
  assert.equal((await deaf.kills.set('caller', 'dev', opal, 'wild')).isKept, true);
  down(true);
  assert.equal((await deaf.kills.set('caller', 'bot', ada, 'wild')).isKept, false);
  assert.equal(deaf.refuses('bot'), true);
  down('silent');
  void deaf.kills.set('caller', 'third', opal, 'wild');
  while (!deaf.refuses('third')) await new Promise(setImmediate);
  await close();
});

test('a kill that waits for the store is lifted by whom a role reaches it for alone', async () => {
  const { gateway, down, close } = await world();
  down(true);
  const one = gateway();
  const { kill } = await one.kills.set('all', '', ada, 'stop');
  await assert.rejects(
    one.kills.lift(kill.id, ada, () => false),
    { code: 'ROLE_REQUIRED' },
  );
  assert.equal(one.refuses('dev'), true);
  await close();
});

test('a file that is not as it was written is refused: whom it stops is not known', async () => {
  const { gateway, file, close } = await world();
  for (const text of ['', '{}', '{"format":"sallyport-kills/1","kills":[{}]}']) {
    writeFileSync(file, text);
    assert.throws(() => gateway(), /is not as it was written/);
  }
  await close();
});
