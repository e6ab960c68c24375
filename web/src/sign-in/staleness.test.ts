import assert from 'node:assert/strict';
import { test } from 'node:test';
import { staleness } from './staleness.ts';

const NOW = Date.parse('2026-03-01T09:00:00Z');
const session = { id: 's', idleEndsAt: '', endsAt: '', csrf: '' };
const signedIn = (agoMs: number) => ({ session: { ...session, signedInAt: new Date(NOW - agoMs).toISOString() } });

test('a sign-in is too old from the bound on, and where nobody knows when it was', () => {
  assert.equal(staleness(signedIn(59_999), 60_000, NOW), undefined);
  assert.deepEqual(staleness(signedIn(60_000), 60_000, NOW), { agoMs: 60_000 });
  assert.deepEqual(staleness({ session }, 60_000, NOW), { agoMs: undefined });
});

test('nothing is asked where nothing is bounded, or nobody is signed in', () => {
  assert.equal(staleness(signedIn(60_000), undefined, NOW), undefined);
  assert.equal(staleness(undefined, 60_000, NOW), undefined);
  assert.equal(staleness({}, 60_000, NOW), undefined);
});
