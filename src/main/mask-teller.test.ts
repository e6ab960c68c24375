import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Returned } from '../pipeline/mask-events.ts';
import type { Event } from '../recording/event.ts';
import { MASK_TELL_LIMITS, maskTeller } from './mask-teller.ts';
import type { Told } from './observe.ts';

test('a mask that is presented without end is told for a while, and counted for good', () => {
  const events: Event[] = [];
  let [counted, logged, now] = [0, 0, 0];
  const told = {
    log: { error: () => logged++ },
    metrics: { maskEvent: () => counted++ },
    clock: { now: () => now, monotonic: () => now },
  } as unknown as Told;
  const teller = maskTeller({ append: (event: Event) => void events.push(event) } as never, told);
  const honeytoken = {
    mask: 'm',
    target: 't',
    apiGroup: '',
    resource: 'secrets',
    namespace: 'n',
    path: 'data\nx',
    readers: [],
  };
  const returned = { honeytoken, exchange: 'x', peer: 'p', caller: undefined, where: 'token' } as unknown as Returned;
  for (let i = 0; i < 1_000; i++) teller.returned(returned);
  assert.deepEqual(
    [events.length, logged, counted],
    [MASK_TELL_LIMITS.returnsBurstMax, MASK_TELL_LIMITS.returnsBurstMax, 1_000],
  );
  now += 1_000;
  for (let i = 0; i < 1_000; i++) teller.returned(returned);
  assert.equal(events.length, MASK_TELL_LIMITS.returnsBurstMax + MASK_TELL_LIMITS.returnsPerSecond);
});
