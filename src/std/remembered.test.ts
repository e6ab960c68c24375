import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remembered } from './remembered.ts';

function counted() {
  const asked: string[] = [];
  const say = remembered((text) => {
    asked.push(text);
    if (text === 'bad') throw new RangeError('bad');
    return [text];
  });
  return { asked, say };
}

test('what is asked again is looked up', () => {
  const { asked, say } = counted();
  assert.equal(say('a'), say('a'));
  assert.deepEqual([say('b'), asked], [['b'], ['a', 'b']]);
});

test('what throws throws again', () => {
  const { asked, say } = counted();
  for (let i = 0; i < 2; i++) assert.throws(() => say('bad'), RangeError);
  assert.deepEqual(asked, ['bad', 'bad']);
});

test('neither many texts nor long ones take memory', () => {
  const { asked, say } = counted();
  const long = 'x'.repeat(257);
  for (const text of [long, long]) say(text);
  for (let i = 0; i < 256; i++) say(`${i}`);
  say('0');
  assert.equal(asked.length, 258);
  say('one more');
  say('0');
  assert.equal(asked.length, 260);
});
