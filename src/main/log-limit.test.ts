import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOG_LIMITS, LogLimit } from './log-limit.ts';

const { linesPerAddressBurstMax, linesBurstMax, addressesMax } = LOG_LIMITS;

test('linesPerAddressBurstMax: one address gets so many lines, the rest is counted by code, and each count is told once', () => {
  const limit = new LogLimit();
  const lines = Array.from({ length: linesPerAddressBurstMax + 2 }, () => limit.takesLine('a', 'TOKEN_INVALID', 0));
  assert.equal(lines.filter(Boolean).length, linesPerAddressBurstMax);
  limit.takesLine('a', 'TOKEN_MISSING', 0);
  assert.equal(limit.takesLine('b', 'TOKEN_MISSING', 0), true);
  assert.deepEqual(limit.takeLeftOut(), { TOKEN_INVALID: 2, TOKEN_MISSING: 1 });
  assert.equal(limit.takeLeftOut(), undefined);
  assert.equal(limit.takesLine('a', 'TOKEN_INVALID', 1_000), true);
});

test('linesBurstMax, addressesMax: all addresses together get so many, however many they are', () => {
  const limit = new LogLimit();
  let lines = 0;
  for (let i = 0; i < addressesMax * 2; i++) if (limit.takesLine(`peer-${i}`, 'X', 0)) lines++;
  assert.equal(lines, linesBurstMax);
  assert.deepEqual(limit.takeLeftOut(), { X: addressesMax * 2 - linesBurstMax });
});
