import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notice, sending } from '../../../test/support/notice.ts';
import type { Notice } from './notice.ts';
import { ownModule } from './own-module.ts';
import { SendFailure } from './send-failure.ts';

test('a module is told, and what it gives back is its thread', async () => {
  const notifier = ownModule({ send: async ({ id }, { thread }) => `${thread ?? 'first'} ${id}` });
  assert.equal(await notifier.send(notice, sending), 'first n-1');
  assert.equal(await notifier.send(notice, { ...sending, thread: 'then' }), 'then n-1');
});

test('what it throws is tried again, unless it says that this is hopeless; what it changes, it changes for itself', async () => {
  const fails = ownModule({
    async send(told) {
      Object.assign(told, { title: '' });
      throw Object.assign(new Error('full'), { isHopeless: told.risk === 'high' });
    },
  });
  const failureOf = (told: Notice) =>
    fails.send(told, sending).then(
      () => assert.fail('it was taken'),
      (error: unknown) => (error instanceof SendFailure ? [error.message, error.isHopeless] : error),
    );
  assert.deepEqual(await failureOf(notice), ['full', true]);
  assert.deepEqual(await failureOf({ ...notice, risk: 'plain' }), ['full', false]);
  assert.notEqual(notice.title, '');
});

test('one that exports no `send` is refused', () => {
  assert.throws(() => ownModule({}), /exports no function `send`/);
});
