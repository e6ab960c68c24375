import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenBuckets } from '../std/token-buckets.ts';
import { LeasedTokens, type SharedBuckets } from './leased-tokens.ts';

const LIMITS = { leasedMax: 3, keysMax: 100 };

/** Two workers of one bucket, at an instant that is set. */
function workers(burstMax: number) {
  const clock = { ms: 0 };
  const buckets = new TokenBuckets({ perSecond: 1, burstMax, keysMax: 10 });
  const asked: string[] = [];
  const shared: SharedBuckets = {
    async take(key, tokensMax) {
      asked.push(key);
      return buckets.takeUpTo(key, clock.ms, tokensMax);
    },
    charge: (key, tokens, debtMax) => buckets.charge(key, clock.ms, tokens, debtMax),
    owe: async (key, tokens, debtMax) => buckets.owe(key, clock.ms, tokens, debtMax),
  };
  const worker = () => new LeasedTokens(shared, LIMITS, () => clock.ms);
  return { clock, asked, one: worker(), other: worker() };
}

test('all workers together let no more through than the one bucket gives, however they ask', async () => {
  const { one, other } = workers(10);
  const asks = Array.from({ length: 40 }, (_, i) => [one, other][i % 2]?.take('dev'));
  const taken = (await Promise.all(asks)).filter((isTaken) => isTaken === true).length;
  assert.equal(taken, 10);
});

test('a worker alone gets all of it, and most requests ask nobody', async () => {
  const { one, asked } = workers(9);
  const taken: (boolean | undefined)[] = [];
  for (let i = 0; i < 10; i++) taken.push(await one.take('dev'));
  assert.deepEqual(taken, [...Array.from({ length: 9 }, () => true), false]);
  assert.equal(asked.length, 4);
});

test('a lease that was not used is lost after a moment, and keeps nothing for a later burst', async () => {
  const { one, clock } = workers(3);
  assert.equal(await one.take('dev'), true);
  clock.ms = 1_000;
  // One has come back since; the two that were leased are gone.
  assert.equal(await one.take('dev'), true);
  assert.equal(await one.take('dev'), false);
});

test('callers have leases of their own, and more of them than may be are forgotten and not added', async () => {
  const { one } = workers(3);
  for (let i = 0; i < 250; i++) await one.take(`caller ${i}`);
  assert.ok(one.size <= LIMITS.keysMax);
});
