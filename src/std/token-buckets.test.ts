import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../test/support/property.ts';
import { TokenBuckets } from './token-buckets.ts';

const takes = (buckets: TokenBuckets, key: string, nowMs: number) => {
  let taken = 0;
  while (taken < 1_000 && buckets.take(key, nowMs)) taken++;
  return taken;
};

test('a full bucket gives its burst and not one more, and others are not touched', () => {
  const buckets = new TokenBuckets({ perSecond: 4, burstMax: 3, keysMax: 10 });
  assert.deepEqual([takes(buckets, 'a', 0), takes(buckets, 'b', 0)], [3, 3]);
});

test('what was taken comes back at its rate, up to the burst', () => {
  const buckets = new TokenBuckets({ perSecond: 4, burstMax: 3, keysMax: 10 });
  takes(buckets, 'a', 0);
  assert.deepEqual([takes(buckets, 'a', 249), takes(buckets, 'a', 250), takes(buckets, 'a', 10_000)], [0, 1, 3]);
});

test('a token that is put back can be taken again', () => {
  const buckets = new TokenBuckets({ perSecond: 1, burstMax: 2, keysMax: 10 });
  takes(buckets, 'a', 0);
  buckets.putBack('a', 0);
  assert.equal(takes(buckets, 'a', 0), 1);
  for (let i = 0; i < 5; i++) buckets.putBack('a', 0);
  buckets.putBack('never', 0);
  assert.deepEqual([buckets.size, takes(buckets, 'a', 0)], [0, 2]);
});

test('keysMax: one more key gets no token, until a bucket is full again and forgotten', () => {
  const buckets = new TokenBuckets({ perSecond: 1, burstMax: 1, keysMax: 2 });
  assert.deepEqual([takes(buckets, 'a', 0), takes(buckets, 'b', 0), takes(buckets, 'c', 0)], [1, 1, 0]);
  assert.equal(takes(buckets, 'c', 1_000), 1);
  assert.equal(buckets.size, 1);
});

test('law: in no stretch of time does a key get more than its burst and what came back meanwhile', () => {
  const gaps = fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 100 });
  const limits = fc.record({ perSecond: fc.integer({ min: 1, max: 50 }), burstMax: fc.integer({ min: 1, max: 10 }) });
  fc.assert(
    fc.property(limits, gaps, ({ perSecond, burstMax }, waits) => {
      const buckets = new TokenBuckets({ perSecond, burstMax, keysMax: 2 });
      let nowMs = 0;
      const takenAt: number[] = [];
      for (const wait of waits) {
        nowMs += wait;
        if (buckets.take('a', nowMs)) takenAt.push(nowMs);
      }
      for (const [i, from] of takenAt.entries()) {
        for (let j = i; j < takenAt.length; j++) {
          const most = burstMax + (((takenAt[j] as number) - from) * perSecond) / 1000;
          assert.ok(j - i + 1 <= most + 1e-6);
        }
      }
    }),
  );
});
