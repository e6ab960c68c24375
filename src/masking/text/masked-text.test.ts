import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskedText, maskedWords } from './masked-text.ts';

const ROWS: readonly [readonly string[], readonly string[]][] = [
  [
    ['mysql', '--password', 'c0rrect-h0rse', 'db'],
    ['mysql', '--password', 'masked-by-sallyport-keyed-secret', 'db'],
  ],
  [
    ['sh', '-c', 'TOKEN=a1b2c3d4e5 ./run; x'],
    ['sh', '-c', 'TOKEN=masked-by-sallyport-keyed-secret ./run; x'],
  ],
  [
    ['curl', '-H', 'Authorization: Bearer abcdefgh12345678ijkl', 'https://a'],
    ['curl', '-H', 'Authorization: Bearer masked-by-sallyport-authorization', 'https://a'],
  ],
  [
    ['psql', 'postgres://a:hunter2@db/x'],
    ['psql', 'postgres://a:masked-by-sallyport-connection-string@db/x'],
  ],
  [
    ['echo', 'é', 'postgres://a:hunter2@db'],
    ['echo', 'é', 'postgres://a:masked-by-sallyport-connection-string@db'],
  ],
  [
    ['ls', '-la', '/etc/secrets/token'],
    ['ls', '-la', '/etc/secrets/token'],
  ],
  [[], []],
];

for (const [words, expected] of ROWS)
  test(`T55: \`${words.join(' ')}\` is told as \`${expected.join(' ')}\``, () => {
    assert.deepEqual(maskedWords(words), expected);
    assert.equal(maskedText(words.join(' ')), expected.join(' '));
  });
