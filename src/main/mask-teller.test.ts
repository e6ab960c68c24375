import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patternMasks } from '../../test/support/masking.ts';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import { MaskRules } from '../masking/rules/mask-rules.ts';
import type { Returned } from '../pipeline/mask-events.ts';
import type { Event } from '../recording/event.ts';
import type { ExchangeId } from '../std/ids.ts';
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
  const teller = maskTeller(
    { append: (event: Event) => void events.push(event) } as never,
    told,
    () => new MaskRules(),
  );
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

test('the name of an object whose masks are tried is told without what a mask of policy knows', () => {
  const events: Event[] = [];
  const lines: string[] = [];
  const told = {
    log: { warn: (fields: object) => lines.push(JSON.stringify(fields)) },
    metrics: { maskEvent: () => {} },
    clock: { now: () => 0, monotonic: () => 0 },
  } as unknown as Told;
  const journal = { append: (event: Event) => void events.push(event) } as never;
  const teller = maskTeller(journal, told, () => patternMasks('blue-[0-9]{6}'));
  const operation = operationOf({ method: 'PUT', uri: '/api/v1/namespaces/a/secrets/of-blue-123456' });
  teller.guessed({ caller: callerOf(), operation, exchange: 'x' as ExchangeId, guessesMax: 60 });
  assert.deepEqual([events.length, lines.length], [1, 1]);
  assert.doesNotMatch(JSON.stringify(events) + lines.join(), /123456/);
});
