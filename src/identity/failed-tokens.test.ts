import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressKey, FAILURE_LIMITS, FailedTokens, type FailureLimits } from './failed-tokens.ts';

const clock = { now: () => 0, monotonic: () => 0 };
const throttled = { code: 'AUTHENTICATION_THROTTLED', retryAfterSeconds: 1 };

const limited = (limits: Partial<FailureLimits>) => new FailedTokens({ ...FAILURE_LIMITS, ...limits }, clock);

test('failuresPerAddressBurstMax: as many as that from one address, not one more, and others are not touched', () => {
  const failed = limited({ failuresPerAddressBurstMax: 2 });
  for (let i = 0; i < 2; i++) failed.reserve('192.0.2.1');
  assert.throws(() => failed.reserve('192.0.2.1'), throttled);
  failed.reserve('192.0.2.2');
});

test('failuresBurstMax: as many as that from all addresses, and a place that is given back is free again', () => {
  const failed = limited({ failuresBurstMax: 2 });
  const giveBack = failed.reserve('192.0.2.1');
  failed.reserve('192.0.2.2');
  assert.throws(() => failed.reserve('192.0.2.3'), throttled);
  giveBack();
  failed.reserve('192.0.2.3');
  assert.throws(() => failed.reserve('192.0.2.4'), throttled);
});

test('addressesMax: a token from one more address is not looked at', () => {
  const failed = limited({ addressesMax: 1 });
  failed.reserve('192.0.2.1');
  assert.throws(() => failed.reserve('192.0.2.2'), throttled);
});

const ADDRESSES: readonly (readonly [peer: string, key: string])[] = [
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::6', '2001:db8:1:2'],
  ['2001:db8::6', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['', ''],
];

for (const [peer, key] of ADDRESSES) {
  test(`tokens from \`${peer}\` are counted for \`${key}\``, () => assert.equal(addressKey(peer), key));
}
