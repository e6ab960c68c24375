import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { NODE_MIN, whyNotOn } from './node-version.ts';

test('the least Node is the one that package.json names', () => {
  const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  assert.equal(engines.node, `>=${NODE_MIN}`);
});

for (const [version, isEnough] of [
  ['20.20.2', false],
  ['24.2.0', false],
  ['24.14.9', false],
  ['24.15.0', true],
  ['26.0.0', true],
] as const) {
  test(`Node ${version} ${isEnough ? 'runs it' : 'is told in a sentence'}`, () => {
    const expected = isEnough ? undefined : `Node 24.15 or newer is needed; this is Node ${version}`;
    assert.equal(whyNotOn(version), expected);
  });
}
