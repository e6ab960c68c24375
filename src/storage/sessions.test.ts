import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../test/support/property.ts';
import { Sessions } from './sessions.ts';

const MINUTE_MS = 60_000;

function at(startMs = 1_000_000) {
  let now = startMs;
  return { now: () => now, monotonic: () => now, pass: (ms: number) => (now += ms) };
}

const caller = (changes = {}) => ({ subject: 'ci:a', issuer: 'main', tokenDigest: 'd1', ...changes });

test('a session is one caller, with one token, on one target, without a long pause', () => {
  const clock = at();
  const sessions = new Sessions({ idleMaxMs: 15 * MINUTE_MS, sessionsMax: 100 }, clock);
  const first = sessions.of(caller(), 'prod');
  const others = [
    sessions.of(caller({ subject: 'ci:b' }), 'prod'),
    sessions.of(caller({ issuer: 'other' }), 'prod'),
    sessions.of(caller({ tokenDigest: 'd2' }), 'prod'),
    sessions.of(caller(), 'test'),
  ];
  assert.equal(new Set([first, ...others]).size, 5);
  for (let i = 0; i < 10; i++) {
    clock.pass(14 * MINUTE_MS);
    assert.equal(sessions.of(caller(), 'prod'), first, 'it lasts as long as it is used');
  }
  clock.pass(15 * MINUTE_MS + 1);
  assert.notEqual(sessions.of(caller(), 'prod'), first);
});

test('names that run together are not taken for each other', () => {
  const sessions = new Sessions(undefined, at());
  assert.notEqual(
    sessions.of(caller({ subject: 'a', issuer: 'b"c' }), 'd'),
    sessions.of(caller({ subject: 'a"b', issuer: 'c' }), 'd'),
  );
});

test('memory is bounded, and what is over is forgotten while others come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 5 * MINUTE_MS })), {
        maxLength: 200,
      }),
      (uses) => {
        const clock = at();
        const sessions = new Sessions({ idleMaxMs: 15 * MINUTE_MS, sessionsMax: 10 }, clock);
        for (const [n, passMs] of uses) {
          clock.pass(passMs);
          const id = sessions.of(caller({ subject: `ci:${n}` }), 'prod');
          assert.equal(sessions.of(caller({ subject: `ci:${n}` }), 'prod'), id);
          assert.ok(sessions.size <= 10);
        }
      },
    ),
  );
});
