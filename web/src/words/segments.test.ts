import assert from 'node:assert/strict';
import { test } from 'node:test';
import { segments } from './segments.ts';

/** The sentence with its names between angles. */
const drawn = (sentence: string) =>
  segments(sentence)
    .map(({ text, isName }) => (isName ? `<${text}>` : text))
    .join('');

test('what stands between backticks is a name', () => {
  assert.equal(
    drawn('delete configmaps `held` in namespace `default`'),
    'delete configmaps <held> in namespace <default>',
  );
  assert.equal(drawn('`a`'), '<a>');
  assert.equal(drawn('no name'), 'no name');
  assert.equal(drawn(''), '');
});

test('a backtick without its second is a character, and nothing is lost', () => {
  assert.equal(drawn('a ` b'), 'a ` b');
  assert.equal(drawn('`a` and `b'), '<a> and `b');
});
