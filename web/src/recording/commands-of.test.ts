import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandsOf } from './commands-of.ts';

/** What a terminal said, each at its hundredth of a second. */
function typedIn(...said: readonly string[]) {
  return commandsOf({ columns: 20, events: said.map((data, index) => ({ atMs: index * 10, channel: 'o', data })) });
}

test('a line behind a prompt that waited is a command, at the instant at which it was whole', () => {
  assert.deepEqual(typedIn('$ ', 'l', 's', '\r\n', 'a  b\r\n$ ', 'exit', '\r\n'), [
    { atMs: 30, text: 'ls' },
    { atMs: 60, text: 'exit' },
  ]);
});

test('prompts of shells, of databases and in colours are known', () => {
  const prompts = [
    'root@web-0:/# ',
    '\u001b[32m$\u001b[0m ',
    'orders=> ',
    '>>> ',
    '~ ❯ ',
    '\u001b[?2004h\u001b]0;web\u0007bash-5.2$ ',
  ];
  for (const prompt of prompts)
    assert.deepEqual(
      typedIn(prompt, 'select 1;', '\r\n').map(({ text }) => text),
      ['select 1;'],
      prompt,
    );
});

test('what shells edit is told as it was in the end', () => {
  const rows: readonly (readonly [string, readonly string[], string])[] = [
    ['a character taken back', ['$ ', 'lx', '\b\u001b[K', 's', '\r\n'], 'ls'],
    ['one put in', ['$ ', 'l -a', '\b\b\b', '\u001b[1@s', '\r\n'], 'ls -a'],
    ['one taken out', ['$ ', 'lxs', '\b\b', '\u001b[1P', '\r\n'], 'ls'],
    ['another from the history', ['$ ', 'ls', '\b\b', 'id\u001b[K', '\r\n'], 'id'],
    ['a line that is longer than a row', ['$ ', 'echo 12345678901', '23', ' \r45', '\r\n'], 'echo 123456789012345'],
    [
      'the same, taken back to the row above',
      ['$ ', 'echo 1234567890123', ' \r4', '\u001b[A\r$ id\u001b[K', '\r\n'],
      'id',
    ],
    ['the whole line drawn anew', ['$ ', 'ls', '\r$ id\u001b[K', '\r\n'], 'id'],
  ];
  for (const [what, said, text] of rows)
    assert.deepEqual(
      typedIn(...said).map((each) => each.text),
      [text],
      what,
    );
});

test('output that only looks like a prompt, an empty line and a line that was not ended are none', () => {
  assert.deepEqual(typedIn('# a comment in a file\r\n$ a line of a manual\r\n'), []);
  assert.deepEqual(typedIn('$ ', '\r\n', '$ ', 'sleep 9'), []);
  assert.deepEqual(typedIn('Password: ', '\r\n', 'ok\r\n'), []);
});

test('T54: as much as a recording likes to say costs no more than reading it', () => {
  const many = typedIn('$ ', `${'x'.repeat(100_000)}\r${'\u001b[999999999@'.repeat(1_000)}`, '\r\n');
  assert.ok(many.length <= 1);
  assert.ok((many[0]?.text.length ?? 0) <= 2_000);
});
