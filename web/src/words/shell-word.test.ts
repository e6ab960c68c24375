import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { commandLine } from './shell-word.ts';

test('a shell reads the words back as they are, whatever stands in them', () => {
  const words = ['sallyport', 'a b', "it's", '$(rm -rf x)', '`id`', '"', '\\', '*', '', '-x', 'ü', 'a\nb'];
  const read = execFileSync('sh', ['-c', `for word in ${commandLine(...words)}; do printf '%s\\0' "$word"; done`], {
    encoding: 'utf8',
  });
  assert.deepEqual(read.split('\0').slice(0, -1), words);
});
