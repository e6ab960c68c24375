import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf } from '../../test/support/operation.ts';
import { InFlight, type UnderWay } from './in-flight.ts';

const livesBy = {
  exchange: 'x',
  subject: 'dev',
  identities: ['dev'],
  target: 'demo',
  session: 's',
  token: undefined,
  grant: undefined,
  isStream: false,
};
const none: UnderWay = { breakOff() {}, endStream() {}, endUnanswered() {}, cut() {}, endAccess() {}, livesBy };
const tooMany = { code: 'TOO_MANY_REQUESTS' };

test('a caller has as many requests under way as it may, and not one more; others are not touched', () => {
  const inFlight = new InFlight({ requestsPerCallerMax: 2, streamsPerCallerMax: 1 });
  const [dev, other] = [callerOf({ subject: 'dev' }), callerOf({ subject: 'dev', issuer: 'other' })];
  const first = inFlight.enter(dev, none);
  const second = inFlight.enter(dev, none);
  assert.throws(() => inFlight.enter(dev, none), tooMany);
  first.stream();
  first.stream();
  assert.throws(() => second.stream(), tooMany);
  inFlight.enter(other, none).stream();
  first.leave();
  first.leave();
  second.stream();
  inFlight.enter(dev, none);
  assert.throws(() => inFlight.enter(dev, none), tooMany);
});

test('a caller that has nothing under way is forgotten', () => {
  const inFlight = new InFlight({ requestsPerCallerMax: 2, streamsPerCallerMax: 1 });
  const places = [inFlight.enter(callerOf(), none), inFlight.enter(callerOf(), none)];
  assert.equal(inFlight.callers, 1);
  for (const place of places) place.leave();
  assert.equal(inFlight.callers, 0);
});

test('T62: all that is under way is broken off, and nothing that has ended', () => {
  const inFlight = new InFlight({ requestsPerCallerMax: 9, streamsPerCallerMax: 9 });
  const broken: string[] = [];
  const enter = (subject: string) =>
    inFlight.enter(callerOf({ subject }), {
      ...none,
      breakOff: ({ message }) => broken.push(`${subject}: ${message}`),
    });
  const gone = enter('gone');
  enter('one');
  const other = enter('other');
  gone.leave();
  inFlight.breakOff(new Error('a'));
  other.leave();
  inFlight.breakOff(new Error('b'));
  assert.deepEqual(broken.sort(), ['one: a', 'one: b', 'other: a']);
});

test('a stop ends every stream and cuts the rest, and knows of streams that begin later', () => {
  const inFlight = new InFlight({ requestsPerCallerMax: 9, streamsPerCallerMax: 9 });
  const told: string[] = [];
  const enter = (subject: string) =>
    inFlight.enter(callerOf({ subject }), {
      ...none,
      endStream: (reason) => told.push(`${subject} ends: ${reason}`),
      cut: (reason) => told.push(`${subject} cut: ${reason}`),
    });
  const watch = enter('watch');
  enter('exec');
  assert.equal(inFlight.streamsEnd, undefined);
  inFlight.endStreams('stop');
  watch.leave();
  inFlight.cut('stop');
  assert.deepEqual(told, ['watch ends: stop', 'exec ends: stop', 'exec cut: stop']);
  assert.equal(inFlight.streamsEnd, 'stop');
});
