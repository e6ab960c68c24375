import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AtMost } from './at-most.ts';

test('so much is done at once, in the order in which it came, whatever fails', async () => {
  const two = new AtMost(2);
  const ends: (() => void)[] = [];
  const told: string[] = [];
  const work = (name: string, isFailing = false) =>
    two
      .run(async () => {
        told.push(`${name} begins`);
        await new Promise<void>((resolve) => ends.push(resolve));
        if (isFailing) throw new Error(name);
        return name;
      })
      .catch(({ message }: Error) => `${message} failed`);
  const all = [work('a', true), work('b'), work('c'), work('d')];
  assert.deepEqual(told.splice(0), ['a begins', 'b begins']);
  ends.shift()?.();
  assert.equal(await all[0], 'a failed');
  assert.deepEqual(told.splice(0), ['c begins']);
  while (ends.length > 0) {
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(await Promise.all(all), ['a failed', 'b', 'c', 'd']);
  const free = work('e');
  assert.deepEqual(told, ['d begins', 'e begins']);
  ends.shift()?.();
  assert.equal(await free, 'e');
});
