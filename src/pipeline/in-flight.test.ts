import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf } from '../../test/support/operation.ts';
import { InFlight } from './in-flight.ts';

const tooMany = { code: 'TOO_MANY_REQUESTS' };

test('a caller has as many requests under way as it may, and not one more; others are not touched', () => {
  const inFlight = new InFlight({ requestsPerCallerMax: 2, streamsPerCallerMax: 1 });
  const [dev, other] = [callerOf({ subject: 'dev' }), callerOf({ subject: 'dev', issuer: 'other' })];
  const leave = inFlight.enter(dev, true, () => {});
  assert.throws(() => inFlight.enter(dev, true, () => {}), tooMany);
  inFlight.enter(dev, false, () => {});
  assert.throws(() => inFlight.enter(dev, false, () => {}), tooMany);
  inFlight.enter(other, true, () => {});
  leave();
  leave();
  inFlight.enter(dev, true, () => {});
  assert.throws(() => inFlight.enter(dev, false, () => {}), tooMany);
});

test('a caller that has nothing under way is forgotten', () => {
  const inFlight = new InFlight({ requestsPerCallerMax: 2, streamsPerCallerMax: 1 });
  const leaves = [inFlight.enter(callerOf(), true, () => {}), inFlight.enter(callerOf(), false, () => {})];
  assert.equal(inFlight.callers, 1);
  for (const leave of leaves) leave();
  assert.equal(inFlight.callers, 0);
});

test('T62: all that is under way is broken off, and nothing that has ended', () => {
  const inFlight = new InFlight({ requestsPerCallerMax: 9, streamsPerCallerMax: 9 });
  const broken: string[] = [];
  const enter = (subject: string) =>
    inFlight.enter(callerOf({ subject }), true, ({ message }) => broken.push(`${subject}: ${message}`));
  const leave = enter('gone');
  enter('one');
  const leaveOther = enter('other');
  leave();
  inFlight.breakOff(new Error('a'));
  leaveOther();
  inFlight.breakOff(new Error('b'));
  assert.deepEqual(broken, ['one: a', 'other: a', 'one: b']);
});
