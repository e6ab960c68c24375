import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visible } from './visible.ts';

const drawn = (text: string) =>
  visible(text)
    .map((run) => (run.isHidden ? `[${run.text}]` : run.text))
    .join('');

test('T54, T78: what turns text around, has no width or moves the cursor is drawn by its number', () => {
  assert.equal(drawn('safe\u202etxt.exe'), 'safe[U+202E]txt.exe');
  assert.equal(drawn('a\u200bb\u2066c\ufeffd'), 'a[U+200B]b[U+2066]c[U+FEFF]d');
  assert.equal(drawn('\u001b[2J\r\u0000'), '[U+001B][2J[U+000D][U+0000]');
  assert.equal(drawn('a\u00a0b\u3164c\u2028d'), 'a[U+00A0]b[U+3164]c[U+2028]d');
  assert.equal(drawn('tag\u{e0041}'), 'tag[U+E0041]');
});

test('what can be seen is one run, with its lines, its tabs and whatever script it is in', () => {
  for (const text of ['plain', 'two\n\tlines', 'größe 名前 🙂', '<script>alert(1)</script>'])
    assert.deepEqual(visible(text), [{ text, isHidden: false }]);
  assert.deepEqual(visible(''), []);
});
