import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf } from '../../test/support/operation.ts';
import type { ExchangeId } from '../std/ids.ts';
import { UNKNOWN_LIMITS, UnknownOutcomes } from './unknown-outcomes.ts';

const clock = { atMs: 0, now: () => 0, monotonic: () => clock.atMs };
const request = (key: string) => ({ key: () => key, look: 'look', isOpen: () => false });
const [ada, bob] = [callerOf({ subject: 'ada' }), callerOf({ subject: 'bob' })];
const id = 'x1' as ExchangeId;

test('T80: what may have run is refused to its caller for the time that is set, and to nobody else', () => {
  const unknown = new UnknownOutcomes(300_000, clock);
  unknown.remember(ada, request('a'), id);
  clock.atMs += 299_999;
  assert.throws(() => unknown.refuse(ada, request('a')), {
    code: 'REPEATED_UNKNOWN',
    status: 409,
    retryAfterSeconds: undefined,
    message: 'the same request by `ada` may have run 300 s ago (exchange x1), so this one was not sent',
    advice: 'look; before you repeat it, change something of it (a label, an argument), or wait 1 s',
  });
  unknown.refuse(ada, request('b'));
  unknown.refuse(bob, request('a'));
  clock.atMs += 1;
  unknown.refuse(ada, request('a'));
});

test('T80: what may have run at one worker is refused at the others', () => {
  const [one, other] = [new UnknownOutcomes(300_000, clock), new UnknownOutcomes(300_000, clock)];
  one.onRemembered = (told) => other.learn(JSON.parse(JSON.stringify(told)));
  one.remember(ada, request('a'), id);
  assert.throws(() => other.refuse(ada, request('a')), { code: 'REPEATED_UNKNOWN' });
  other.refuse(bob, request('a'));
});

test('unknownPerCallerMax: one more makes its caller’s oldest forgotten', () => {
  const unknown = new UnknownOutcomes(300_000, clock);
  unknown.remember(bob, request('0'), id);
  for (let i = 0; i <= UNKNOWN_LIMITS.unknownPerCallerMax; i++) unknown.remember(ada, request(String(i)), id);
  assert.equal(unknown.size, UNKNOWN_LIMITS.unknownPerCallerMax + 1);
  unknown.refuse(ada, request('0'));
  assert.throws(() => unknown.refuse(ada, request('1')), { code: 'REPEATED_UNKNOWN' });
  assert.throws(() => unknown.refuse(bob, request('0')), { code: 'REPEATED_UNKNOWN' });
});

test('unknownMax: no more than that, what has ended goes first, and a caller that has some loses its own', () => {
  const unknown = new UnknownOutcomes(300_000, clock);
  const callers = Math.ceil(UNKNOWN_LIMITS.unknownMax / UNKNOWN_LIMITS.unknownPerCallerMax);
  const fill = () => {
    for (let c = 0; c < callers; c++)
      for (let i = 0; i < UNKNOWN_LIMITS.unknownPerCallerMax; i++)
        unknown.remember(callerOf({ subject: `c${c}` }), request(String(i)), id);
  };
  fill();
  unknown.remember(callerOf({ subject: 'c1' }), request('more'), id);
  assert.equal(unknown.size, UNKNOWN_LIMITS.unknownMax);
  assert.throws(() => unknown.refuse(callerOf({ subject: 'c0' }), request('0')), { code: 'REPEATED_UNKNOWN' });
  unknown.remember(ada, request('a'), id);
  assert.equal(unknown.size, UNKNOWN_LIMITS.unknownMax);
  unknown.refuse(callerOf({ subject: 'c0' }), request('0'));
  clock.atMs += 300_000;
  unknown.remember(bob, request('b'), id);
  assert.equal(unknown.size, 1);
});
