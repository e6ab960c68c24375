import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inRanges, isAddressRange } from './address-ranges.ts';

test('addresses and ranges of both versions are told from what is none', () => {
  for (const good of ['10.0.3.7', '10.0.3.0/28', '0.0.0.0/0', '::1', 'fd00::/64', '::/0'])
    assert.ok(isAddressRange(good), good);
  for (const bad of [
    '',
    '10.0.3',
    '10.0.3.0/33',
    'fd00::/129',
    '10.0.3.0/',
    '10.0.3.0/8/8',
    '10.0.3.0/-1',
    '10.0.3.0/1e1',
    'fe80::1%eth0',
    'a.test',
    '*',
  ])
    assert.ok(!isAddressRange(bad), bad);
});

test('what is in one of the ranges is, and nothing else', () => {
  const has = inRanges(['10.0.3.0/28', '192.0.2.1', 'fd00::/64']);
  for (const inside of ['10.0.3.0', '10.0.3.15', '192.0.2.1', 'fd00::1']) assert.ok(has(inside), inside);
  for (const outside of ['10.0.3.16', '192.0.2.2', 'fd00:0:0:1::1', '', 'nonsense', '10.0.3.7, 192.0.2.1'])
    assert.ok(!has(outside), outside);
});
