import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from './turns.ts';

test('callers have their turns one after the other, however many each waits for', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const take = async (caller: string) => {
    await turns.next(caller);
    order.push(caller);
  };
  const many = Array.from({ length: 6 }, () => take('many'));
  await Promise.all([...many, take('one'), take('two'), take('two')]);
  assert.deepEqual(order, ['many', 'many', 'one', 'two', 'many', 'two', 'many', 'many', 'many']);
});

test('between two turns others are served', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const take = async (name: string) => {
    await turns.next('many');
    order.push(name);
  };
  const all = [take('first'), take('second'), take('third')];
  setImmediate(() => order.push('other'));
  setImmediate(() => setImmediate(() => order.push('another')));
  await Promise.all(all);
  assert.deepEqual(order.slice(0, 3), ['first', 'second', 'other']);
  assert.ok(order.indexOf('another') <= order.indexOf('third') + 1);
});

test('who comes alone waits for nobody', async () => {
  const turns = new Turns();
  assert.equal(turns.next('one'), undefined);
  await new Promise(setImmediate);
  assert.equal(turns.next('one'), undefined);
});
