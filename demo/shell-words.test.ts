import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { quoted } from './shell-words.ts';

test('a shell reads each word back as it was, whatever characters it has', () => {
  const words = ['kubectl', '-n', 'a b', "it's", '$HOME', '', '*', '--x={"a":1}', 'ü', '~', 'a\nb'];
  const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${quoted(words)}`], { encoding: 'utf8' });
  assert.deepEqual(stdout.split('\0').slice(0, -1), words);
});

test('what needs no quotes has none', () => {
  const words = [
    'kubectl',
    'get',
    'pods',
    '-n',
    'shop',
    '--config',
    '/home/me/sallyport/.sallyport/demo/sallyport.yaml',
  ];
  assert.equal(quoted(words), words.join(' '));
});
