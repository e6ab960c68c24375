import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf } from '../../test/support/operation.ts';
import { CallerRates } from './caller-rates.ts';

const LIMITS = {
  requestsPerCallerPerSecond: 2,
  requestsPerCallerBurstMax: 3,
  callersMax: 2,
  bodyBytesPerRequest: 10,
  workMsPerRequest: 2,
  bodyBytesMax: 50,
};
const [dev, other, third] = ['dev', 'other', 'third'].map((subject) => callerOf({ subject })) as [never, never, never];
const throttled = { code: 'CALLER_THROTTLED', retryAfterSeconds: 1 };

function rated() {
  const clock = { nowMs: 7, now: () => clock.nowMs, monotonic: () => clock.nowMs };
  const rates = new CallerRates(LIMITS, clock);
  const told = () => {
    const counts: string[] = [];
    rates.tell(({ caller, since, requests }) => counts.push(`${caller.subject} ${requests} since ${since}`));
    return counts;
  };
  return { clock, rates, told };
}

test('requestsPerCallerBurstMax: as many at once, not one more; others are not touched, nor is the same subject of another issuer', () => {
  const { rates } = rated();
  for (let i = 0; i < 3; i++) rates.take(dev);
  assert.throws(() => rates.take(dev), throttled);
  rates.take(callerOf({ subject: 'dev', issuer: 'other' }));
});

test('requestsPerCallerPerSecond: so many come back', () => {
  const { clock, rates } = rated();
  for (let i = 0; i < 3; i++) rates.take(dev);
  clock.nowMs += 1_000;
  for (let i = 0; i < 2; i++) rates.take(dev);
  assert.throws(() => rates.take(dev), throttled);
});

test('bodyBytesPerRequest: bytes of bodies count as requests; a largest body comes through at last, and is paid for', () => {
  const { clock, rates, told } = rated();
  for (let i = 0; i < 3; i++) rates.take(dev);
  for (let bytes = 0; bytes < 50; bytes += 5) rates.takeBytes(dev, 5);
  assert.throws(() => rates.takeBytes(dev, 5), throttled);
  clock.nowMs += 2_500;
  assert.throws(() => rates.take(dev), throttled, 'what it owes is not paid yet');
  clock.nowMs += 500;
  rates.take(dev);
  rates.takeBytes(other, 30);
  assert.throws(() => rates.take(other), throttled);
  assert.deepEqual(told(), ['dev 2 since 7', 'other 1 since 3007']);
});

test('what is refused is counted, told once, and kept where it cannot be recorded', () => {
  const { clock, rates, told } = rated();
  for (let i = 0; i < 3; i++) rates.take(dev);
  for (let i = 0; i < 4; i++) {
    assert.throws(() => rates.take(dev), throttled);
    clock.nowMs++;
  }
  rates.tell(() => {
    throw new Error('the journal is broken');
  });
  assert.deepEqual(told(), ['dev 4 since 7']);
  assert.deepEqual(told(), []);
});

test('callersMax: a caller that cannot be counted is refused with a code that is recorded one by one', () => {
  const { clock, rates, told } = rated();
  for (const caller of [dev, other]) {
    for (let i = 0; i < 3; i++) rates.take(caller);
    assert.throws(() => rates.take(caller), throttled);
  }
  assert.throws(() => rates.take(third), { code: 'TOO_MANY_REQUESTS' });
  assert.deepEqual([rates.callers, told()], [2, ['dev 1 since 7', 'other 1 since 7']]);
  clock.nowMs += 10_000;
  rates.take(third);
  assert.equal(rates.callers, 1);
});
