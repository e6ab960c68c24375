import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Notice } from './notice.ts';
import { ownModule } from './own-module.ts';
import { SendFailure } from './send-failure.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-own-module-'));
after(() => rmSync(folder, { recursive: true }));

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

function moduleOf(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

test('a module is told, and what it gives back is its thread', async () => {
  const file = moduleOf(
    'thread.mjs',
    'export const send = async (notice, { thread }) => `${thread ?? "first"} ${notice.id}`;',
  );
  const notifier = await ownModule(file);
  assert.equal(await notifier.send(notice, sending), 'first n-1');
  assert.equal(await notifier.send(notice, { ...sending, thread: 'then' }), 'then n-1');
});

test('what it throws is tried again, unless it says that this is hopeless; what it changes, it changes for itself', async () => {
  const fails = await ownModule(
    moduleOf(
      'fails.mjs',
      'export async function send(notice) { notice.title = ""; throw Object.assign(new Error("full"), { isHopeless: notice.risk === "high" }); }',
    ),
  );
  const failureOf = (told: Notice) =>
    fails.send(told, sending).then(
      () => assert.fail('it was taken'),
      (error: unknown) => (error instanceof SendFailure ? [error.message, error.isHopeless] : error),
    );
  assert.deepEqual(await failureOf(notice), ['full', true]);
  assert.deepEqual(await failureOf({ ...notice, risk: 'plain' }), ['full', false]);
  assert.notEqual(notice.title, '');
});

test('one that exports no `send`, or is not there, is refused as it is loaded', async () => {
  await assert.rejects(ownModule(moduleOf('none.mjs', 'export const sends = 1;')), /exports no function `send`/);
  await assert.rejects(ownModule(join(folder, 'nowhere.mjs')), /nowhere/);
});

test('the example appends a line for each notice', async () => {
  const file = join(folder, 'notices.jsonl');
  const { appendTo } = await import('../../../examples/notifiers/append-line.ts');
  await appendTo(file)(notice, sending);
  await appendTo(file)(notice, sending);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  assert.equal(lines.length, 2);
  assert.deepEqual(JSON.parse(lines[0] as string), {
    at: '1970-01-01T00:00:00.000Z',
    kind: 'approval.asked',
    title: notice.title,
    facts: notice.facts,
    link: sending.link,
  });
});
