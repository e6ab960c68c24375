import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf } from '../../test/support/operation.ts';
import { InFlight, type UnderWay } from './in-flight.ts';
import { InFlightShares, type Share } from './in-flight-shares.ts';

const LIMITS = { requestsPerCallerMax: 32, streamsPerCallerMax: 16 };
const [dev, other] = [callerOf({ subject: 'dev' }), callerOf({ subject: 'other' })];

/** Two workers that hear each other at once. */
function workers() {
  const told: Share[] = [];
  const all: InFlightShares[] = [];
  const worker = (number: number) => {
    const shares = new InFlightShares(number, (share) => {
      told.push(share);
      for (const each of all) if (each !== shares) each.learn(JSON.parse(JSON.stringify(share)) as Share);
    });
    all.push(shares);
    return new InFlight(LIMITS, shares);
  };
  return { told, all, one: worker(1), two: worker(2) };
}

const underWay = {} as UnderWay;

function enterAll(inFlights: readonly InFlight[], caller = dev) {
  const places = [];
  try {
    for (let i = 0; ; i++) places.push((inFlights[i % inFlights.length] as InFlight).enter(caller, underWay));
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'TOO_MANY_REQUESTS');
  }
  return places;
}

test('requestsPerCallerMax holds over all workers, but for a sixteenth of it at each', () => {
  const { one, two, told } = workers();
  const places = enterAll([one, two]);
  assert.ok(places.length >= 32 && places.length <= 36, String(places.length));
  assert.ok(told.length <= 20, String(told.length));
  one.enter(other, underWay);
  for (const place of places) place.leave();
  assert.equal(enterAll([two]).length, 32);
});

test('a caller at one worker alone has all of it, and streams are counted as they are', () => {
  const { one, two } = workers();
  const places = enterAll([one]);
  assert.equal(places.length, 32);
  assert.throws(() => two.enter(dev, underWay), { code: 'TOO_MANY_REQUESTS' });
  for (const place of places.slice(16)) place.leave();
  for (const place of places.slice(0, 16)) place.stream();
  assert.throws(() => two.enter(dev, underWay).stream(), { code: 'TOO_MANY_REQUESTS' });
});

test('what a worker had is forgotten when it ends, and told again by those that live', () => {
  const { one, two, all } = workers();
  enterAll([two]);
  assert.throws(() => one.enter(dev, underWay), { code: 'TOO_MANY_REQUESTS' });
  all[0]?.tellAgain();
  one.enter(dev, underWay);
  all[1]?.tellAgain();
  assert.throws(() => one.enter(dev, underWay), { code: 'TOO_MANY_REQUESTS' });
});
