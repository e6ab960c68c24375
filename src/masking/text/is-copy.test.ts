import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCopy } from './is-copy.ts';

const ROWS: readonly [readonly string[], boolean][] = [
  [['tar', 'cf', '-', '/etc/hosts'], true],
  [['sh', '-c', 'tar cf - /etc/hosts | tail -c+1025'], true],
  [['tar', '-xmf', '-', '-C', '/tmp'], true],
  [['tar', '--no-same-permissions', '--no-same-owner', '-xmf', '-'], true],
  [['test', '-d', '/tmp'], true],
  [['tar', 'tf', '-'], false],
  [['tar', '--help'], false],
  [['sh', '-c', 'env'], false],
  [['sh', '-c', 'tar cf - x; env'], false],
  [['cat', 'cf', '-'], false],
  [[], false],
];

for (const [argv, expected] of ROWS)
  test(`\`${argv.join(' ')}\` is ${expected ? '' : 'not '}one of cp's commands`, () =>
    assert.equal(isCopy(argv), expected));
