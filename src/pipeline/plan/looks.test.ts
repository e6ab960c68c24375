import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Looks, PLAN_LIMITS } from './looks.ts';

test('so many looks of one caller run at once, the others in turn, and another caller’s beside them; one that fails or whose caller went keeps nobody waiting', async () => {
  const looks = new Looks();
  const { signal } = new AbortController();
  let running = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  const look = async () => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => ends.push(resolve));
    running--;
  };
  const all = Array.from({ length: PLAN_LIMITS.looksPerCallerMax + 3 }, () => looks.inTurn('a', signal, look));
  assert.equal(await looks.inTurn('b', signal, async () => 'beside'), 'beside');
  const gone = AbortSignal.abort(new Error('gone'));
  const left = looks.inTurn('a', gone, async () => assert.fail('its caller has gone'));
  const failing = looks.inTurn('a', signal, async () => {
    throw new Error('it failed');
  });
  const settled = Promise.allSettled([...all, left, failing]);
  for (let ended = 0; ended < all.length; ) {
    const end = ends.shift();
    if (end === undefined) await new Promise((resolve) => setImmediate(resolve));
    else {
      end();
      ended++;
    }
  }
  const states = (await settled).map(({ status }) => status);
  assert.deepEqual(states.slice(-2), ['rejected', 'rejected']);
  assert.ok(states.slice(0, -2).every((status) => status === 'fulfilled'));
  assert.equal(most, PLAN_LIMITS.looksPerCallerMax);
  assert.equal(await looks.inTurn('a', signal, async () => 'again'), 'again');
});
