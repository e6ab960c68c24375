// The screen before a terminal and a control plane of the test's: what is typed, what is drawn, and what is sent when.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { ApprovalView } from '../../../control/approval-contract.ts';
import type { ControlClient } from '../client.ts';
import { plain } from '../paint.ts';
import { UNDO_MS } from './screen.ts';
import { type Terminal, watchScreen } from './watch-screen.ts';

function question(id: string, part: Partial<ApprovalView> = {}): ApprovalView {
  return {
    id,
    state: 'pending',
    exchange: 'waiting',
    digest: `digest-${id}`,
    preview: 'shown',
    asker: { subject: 'ci:dev', issuer: 'ci', kind: 'autonomous' },
    target: 'prod',
    namespace: '',
    rules: [],
    shown: {
      operation: `delete pods \`${id}\``,
      asked: '',
      risk: 'high',
      risks: [],
      mayDiffer: [],
      missing: [],
      reason: '',
    },
    answers: [],
    words: [],
    askedAt: '2026-01-01T00:00:00Z',
    closesAt: '2026-01-01T00:10:00Z',
    mayAnswer: true,
    ...part,
  };
}

/** A screen that runs: what it shows, what it sent, and what becomes of it. */
function world(first: readonly ApprovalView[]) {
  const [input, drawn, sent] = [new EventEmitter(), [] as string[], [] as unknown[]];
  const modes: boolean[] = [];
  let [nowMs, tell, waiting] = [0, (_: IteratorResult<unknown>) => {}, [] as unknown[]];
  let heard = () => {};
  const events: AsyncIterator<unknown> = {
    next: () =>
      waiting.length > 0
        ? Promise.resolve({ done: false, value: waiting.shift() })
        : new Promise((resolve) => {
            tell = resolve;
          }),
  };
  const client = {
    events: () => ({ [Symbol.asyncIterator]: () => events }),
    async ask(method: string, path: string, body?: unknown) {
      if (method === 'GET') return { items: first.toReversed() };
      sent.push([path, body]);
      heard();
      return { ...question(path.split('/')[2] as string), state: 'approved' };
    },
  } as unknown as ControlClient;
  const terminal = {
    input: Object.assign(input, {
      setRawMode: (mode: boolean) => modes.push(mode),
      resume() {},
      pause() {},
      setEncoding() {},
    }),
    output: {
      columns: 80,
      rows: 24,
      write(text: string) {
        drawn.push(text);
        heard();
        return true;
      },
    },
    paint: plain,
    now: () => nowMs,
  } as unknown as Terminal;
  const over = watchScreen(client, terminal);
  return {
    over,
    sent,
    modes,
    last: () => drawn.at(-1) as string,
    type: (text: string) => input.emit('data', text),
    pass: (ms: number) => {
      nowMs += ms;
    },
    event(value: ApprovalView) {
      const next = tell;
      tell = (result) => waiting.push(result.value);
      next({ done: false, value });
    },
    end: () => tell({ done: true, value: undefined }),
    /** Resolves when something is so, looked at whenever something is drawn or sent. */
    async until(isSo: () => boolean) {
      while (!isSo())
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
    },
  };
}

test('what waits is listed, read, answered by a key, and sent when it cannot be taken back any more', async () => {
  const screen = world([question('a'), question('b')]);
  await screen.until(() => screen.last().includes('2 questions wait for you'));
  screen.type('\u001b[B\r');
  assert.match(screen.last(), /delete pods `b`/);
  screen.type(' a');
  assert.match(screen.last(), /approve is sent in 3 s: u takes it back/);
  assert.deepEqual(screen.sent, []);
  screen.pass(UNDO_MS);
  await screen.until(() => screen.sent.length > 0);
  assert.deepEqual(screen.sent, [['/approvals/b/approve', { digest: 'digest-b', reason: '' }]]);
  screen.event(question('b', { state: 'approved' }));
  await screen.until(() => screen.last().includes('1 question waits for you'));
  screen.type('q');
  assert.equal(await screen.over, 'left');
  assert.deepEqual(screen.modes, [true, false], 'the terminal is given back as it was');
  assert.match(screen.last(), /\u001b\[\?25h/);
});

test('what is taken back, and what is on its way when a person leaves, is not sent', async () => {
  const screen = world([question('a')]);
  await screen.until(() => screen.last().includes('1 question waits for you'));
  screen.type('\r a');
  screen.type('u');
  assert.match(screen.last(), /taken back: nothing was sent/);
  screen.type('a');
  screen.pass(UNDO_MS);
  screen.type('\u0003');
  assert.equal(await screen.over, 'interrupted');
  assert.deepEqual(screen.sent, []);
});

test('a no is sent with its words, and where nothing tells of questions any more the screen ends', async () => {
  const screen = world([question('a')]);
  await screen.until(() => screen.last().includes('1 question waits for you'));
  screen.type('rnot now\r');
  screen.pass(UNDO_MS);
  await screen.until(() => screen.sent.length > 0);
  assert.deepEqual(screen.sent, [['/approvals/a/reject', { digest: 'digest-a', reason: 'not now' }]]);
  screen.end();
  assert.equal(await screen.over, 'ended');
});
