import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import { GUESS_LIMITS, Guesses } from '../pipeline/guesses.ts';
import { systemClock } from '../std/clock.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { sharedGuesses } from './shared-guesses.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-guesses-'));
after(() => rmSync(folder, { recursive: true }));

const open = () =>
  openStore(
    { kind: 'sqlite', file: join(folder, 'store.db'), keyFile: join(folder, 'store.key'), isKeyMade: true },
    { clock: systemClock, feedLostMs: 10_000, onUnsealed: () => assert.fail('a row is not sealed') },
  );
const dev = callerOf({ subject: 'dev' });
const object = (name: string) => operationOf({ method: 'PATCH', uri: `/api/v1/namespaces/shop/secrets/${name}` });

/** A gateway whose store has another clock. */
function gatewayOn(
  store: Store,
  max: number,
  clock: { nowMs: number },
  onFailure: (what: string) => void = (what) => assert.fail(what),
): Guesses {
  const guesses = new Guesses(max, { monotonic: () => clock.nowMs });
  const { exclusively } = store;
  guesses.shared = sharedGuesses({ exclusively: exclusively.bind(store), now: () => clock.nowMs }, onFailure);
  return guesses;
}

test('T73: gateways on one store count a caller as one, at the same time too, for any hour, and a restart forgets nothing', async () => {
  const clock = { nowMs: GUESS_LIMITS.guessesForMs * 7.5 };
  let store = await open();
  const gateways = [0, 1, 2].map(() => gatewayOn(store, 20, clock));
  const isOver = async (at: Guesses | undefined, name: string, digest: string) =>
    (await at?.take(dev, object(name), digest))?.isOver;
  const tried = await Promise.all(
    Array.from({ length: 60 }, (_, index) => isOver(gateways[index % 3], 'db', `value ${index}`)),
  );
  assert.equal(tried.filter((over) => over === false).length, 20);
  assert.equal(await isOver(gateways[0], 'db', 'one more'), true);
  assert.equal(await isOver(gateways[1], 'other', 'one more'), false);
  const passed = tried.indexOf(false);
  assert.deepEqual(
    await Promise.all(gateways.map((gateway) => isOver(gateway, 'db', `value ${passed}`))),
    [false, false, false],
    'the same values again count once, wherever they are written',
  );
  await store.close();

  store = await open();
  const restarted = gatewayOn(store, 20, clock);
  assert.equal(await isOver(restarted, 'db', 'after a restart'), true);
  // Another of the hours that are counted by has begun, and what was written counts on until it is an hour old.
  clock.nowMs = GUESS_LIMITS.guessesForMs * 8.5 - 1;
  assert.equal(await isOver(gatewayOn(store, 20, clock), 'db', 'before an hour is over'), true);
  clock.nowMs += 1;
  assert.equal(await isOver(gatewayOn(store, 20, clock), 'db', 'when it is'), false);
  assert.ok(!JSON.stringify(await store.list('guess', { limit: 100 })).includes('value 1'.repeat(2)));
  clock.nowMs += 3 * GUESS_LIMITS.guessesForMs;
  await isOver(gatewayOn(store, 20, clock), 'db', 'much later');
  assert.equal((await store.list('guess', { limit: 100 })).length, 1, 'what is over is removed');
  await store.close();
});

test('a store that fails leaves each gateway its own count, and is told', async () => {
  const store = await open();
  await store.close();
  const said: string[] = [];
  const guesses = gatewayOn(store, 2, { nowMs: 0 }, (what) => said.push(what));
  const tried = [];
  for (const digest of ['a', 'b', 'c']) tried.push((await guesses.take(dev, object('x'), digest)).isOver);
  assert.deepEqual(tried, [false, false, true]);
  assert.equal(said.length, 2);
});
