import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf } from '../../test/support/operation.ts';
import { ThreadTime } from '../std/thread-time.ts';
import { CallerRates } from './caller-rates.ts';
import { ChargedWork } from './charged-work.ts';
import { CALLER_LIMITS, DEFAULT_LIMITS } from './limits.ts';

const LIMITS = {
  ...DEFAULT_LIMITS,
  ...CALLER_LIMITS,
  requestsPerCallerPerSecond: 10,
  requestsPerCallerBurstMax: 20,
  workMsPerRequest: 2,
};

function charged() {
  const clock = { ms: 0, now: () => clock.ms, monotonic: () => clock.ms };
  const rates = new CallerRates(LIMITS, clock);
  const caller = callerOf({ subject: 'dear' });
  const work = new ChargedWork(new ThreadTime(clock.monotonic, clock.monotonic), (ms) => rates.worked(caller, ms));
  const takes = (ms: number) =>
    work.timed(() => {
      clock.ms += ms;
    });
  const canAsk = (subject = 'dear') => {
    try {
      rates.take(callerOf({ subject }));
      return true;
    } catch {
      return false;
    }
  };
  return { clock, takes, canAsk };
}

test('what conditions and masks take of the processor counts as requests of their caller, and of nobody else', () => {
  const { takes, canAsk } = charged();
  takes(40);
  assert.equal(canAsk(), false);
  assert.equal(canAsk('other'), true);
});

test('what they owe is bounded: a caller is served again after a while, whatever one request took', () => {
  const { clock, takes, canAsk } = charged();
  takes(60_000);
  assert.equal(canAsk(), false);
  clock.ms += (LIMITS.requestsPerCallerBurstMax / LIMITS.requestsPerCallerPerSecond) * 1_000 + 100;
  assert.equal(canAsk(), true);
});

test('what any request costs is not counted twice', () => {
  const { takes, canAsk } = charged();
  takes(0.9);
  for (let i = 0; i < LIMITS.requestsPerCallerBurstMax; i++) assert.equal(canAsk(), true);
  assert.equal(canAsk(), false);
});

test('work that fails is counted too', () => {
  const { canAsk } = charged();
  const clock = { ms: 0, monotonic: () => clock.ms };
  const charges: number[] = [];
  const work = new ChargedWork(new ThreadTime(clock.monotonic, clock.monotonic), (ms) => charges.push(ms));
  assert.throws(() =>
    work.timed(() => {
      clock.ms += 5;
      throw new RangeError('own');
    }),
  );
  assert.deepEqual([charges, canAsk()], [[5], true]);
});

test('a turn lasts a millisecond of work, however many pieces that is', () => {
  const clock = { ms: 0, monotonic: () => clock.ms };
  const work = new ChargedWork(new ThreadTime(clock.monotonic, clock.monotonic), () => {});
  let asked = 0;
  for (let piece = 0; piece < 10; piece++) {
    work.turn(() => void asked++);
    work.timed(() => {
      clock.ms += 0.25;
    });
  }
  assert.equal(asked, 3);
});
