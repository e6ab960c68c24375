import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notice } from './notice.ts';
import { ownModule } from './own-module.ts';
import { SendFailure } from './send-failure.ts';

const notice: Notice = {
  id: 'n-1',
  kind: 'approval.asked',
  at: 0,
  title: 'ci:dev asks to delete pods `web`',
  facts: ['risk: high'],
  risk: 'high',
  about: 'a-1',
  isOver: false,
  isLast: false,
  path: '/approvals/a-1',
  target: 'demo',
  namespace: 'shop',
};

const sending = {
  signal: new AbortController().signal,
  link: 'https://console.test/approvals/a-1',
  thread: undefined,
  nowMs: 0,
};

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
