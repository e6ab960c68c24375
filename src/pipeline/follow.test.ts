import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { type StreamEnd, StreamEnded } from '../model/channels.ts';
import { CutByLimit } from '../model/cut-by-limit.ts';
import type { MaskedReply } from '../model/reply.ts';
import type { ByteSink, ByteSource } from '../std/byte-source.ts';
import { type Followed, follow, GOODBYE_MS } from './follow.ts';

/** A followed stream, what was called at its two ends, and the hands that move it. */
function followed(headers: readonly string[] = []) {
  const calls: string[] = [];
  let upstream: ByteSink | undefined;
  const body: ByteSource = {
    start(sink) {
      upstream = sink;
    },
    resume: () => calls.push('resume'),
    cancel: ({ message }) => calls.push(`cancel: ${message}`),
  };
  const caller: ByteSink = {
    write: (chunk) => calls.push(`write ${chunk.length}`) > 0,
    end: () => calls.push('end'),
    fail: ({ message }) => calls.push(`fail: ${message}`),
  };
  const reply = { kind: 'stream', status: 200, headers, body } as unknown as MaskedReply;
  const it = follow(reply, ({ outcome: { kind }, bytesOut }) => calls.push(`${kind}, ${bytesOut}`));
  assert.ok(it.reply.kind === 'stream');
  const source = it.reply.body;
  return { calls, it, source, start: () => source.start(caller), upstream: () => upstream as ByteSink };
}

type Moved = ReturnType<typeof followed>;

/** Whatever happens afterwards, an end is told once and nothing more passes. */
function moveOn({ it, source, upstream }: Moved): void {
  it.breakOff(new Error('late'));
  assert.equal(upstream()?.write(Buffer.from('late')) ?? false, false);
  upstream()?.end([]);
  upstream()?.fail(new Error('late'));
  source.resume();
}

const ENDS: readonly (readonly [string, (moved: Moved) => void, readonly string[]])[] = [
  ['upstream ends', ({ upstream }) => upstream().end([]), ['write 2', 'answered, 2', 'end']],
  ['upstream breaks', ({ upstream }) => upstream().fail(new Error('x')), ['write 2', 'broken, 2', 'fail: x']],
  ['the caller goes', ({ source }) => source.cancel(new Error('x')), ['write 2', 'abandoned, 2', 'cancel: x']],
  ['T62: it is broken off', ({ it }) => it.breakOff(new Error('x')), ['write 2', 'broken, 2', 'cancel: x', 'fail: x']],
]; // biome-ignore format: a table

for (const [name, end, expected] of ENDS) {
  test(`a stream of which ${name} is told once, and nothing passes afterwards`, () => {
    const moved = followed();
    moved.start();
    moved.upstream().write(Buffer.from('ab'));
    end(moved);
    moveOn(moved);
    assert.deepEqual(moved.calls, expected);
  });
}

test('T62: a reply that is broken off before its caller takes it fails at once, and upstream is let go', () => {
  const moved = followed();
  moved.it.breakOff(new Error('x'));
  moved.start();
  assert.deepEqual(moved.calls, ['broken, 0', 'cancel: x', 'fail: x']);
});

const SOCKET_ENDS: readonly (readonly [string, (socket: Duplex, it: Followed) => void, string])[] = [
  ['upstream ends', (socket) => void socket.push(null), 'answered'],
  ['upstream breaks', (socket) => void socket.destroy(new Error('x')), 'broken'],
  [
    'T40: upstream ends, and what the caller then says meets nobody',
    (socket) => {
      socket.push(null);
      socket.on('end', () => socket.destroy(new Error('EPIPE')));
    },
    'answered',
  ],
  ['the caller goes', (socket) => void socket.destroy(), 'abandoned'],
  ['a limit cuts it', (socket) => void socket.destroy(new CutByLimit('halfCloseTimeoutMs', 5, 'x')), 'abandoned'],
  ['T62: it is broken off', (_socket, it) => it.breakOff(new Error('x')), 'broken'],
];

for (const [name, end, expected] of SOCKET_ENDS) {
  test(`an exec of which ${name} is told once, as ${expected}`, async () => {
    const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    socket.on('error', () => {}).resume();
    const told: string[] = [];
    const reply = { kind: 'duplex', status: 101, headers: [], socket, head: Buffer.alloc(0) } as unknown as MaskedReply;
    const it = follow(reply, ({ outcome }) => told.push(outcome.kind));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.once('end', () => socket.end());
    end(socket, it);
    await closed;
    assert.deepEqual(told, [expected]);
  });
}

test('T82: a stream that the gateway ends is no break, though its caller sees that it is not whole', () => {
  const moved = followed();
  moved.start();
  moved.upstream().write(Buffer.from('half'));
  moved.upstream().fail(new StreamEnded('the token ended'));
  assert.deepEqual(moved.calls, ['write 4', 'answered, 4', 'fail: the token ended']);
});

/** An exec whose connector says goodbye so. */
function exec(end: (socket: Duplex, goodbye: StreamEnd) => void) {
  const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  socket.on('error', () => {}).resume();
  const told: unknown[] = [];
  const reply = {
    ...{ kind: 'duplex', status: 101, headers: [], socket, head: Buffer.alloc(0) },
    end: (goodbye: StreamEnd) => end(socket, goodbye),
  } as unknown as MaskedReply;
  return { socket, told, it: follow(reply, ({ outcome }) => told.push(outcome)) };
}

const GOODBYE: StreamEnd = { why: 'fault', message: 'y' };
const BROKEN = { kind: 'broken', code: 'OUTCOME_UNKNOWN', status: 101, message: 'the reply broke off', detail: 'x' };

test('T82: an exec that is broken off says goodbye in its protocol first, and is told as broken all the same', async () => {
  const said: StreamEnd[] = [];
  const { socket, told, it } = exec((ended, goodbye) => {
    said.push(goodbye);
    ended.push(null);
    ended.end();
  });
  const closed = once(socket, 'close');
  it.breakOff(new Error('x'), GOODBYE);
  await closed;
  assert.deepEqual([said, told], [[GOODBYE], [BROKEN]]);
});

test('T62: an exec that is broken off and cannot say goodbye is cut', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { socket, told, it } = exec(() => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  it.breakOff(new Error('x'), GOODBYE);
  context.mock.timers.tick(GOODBYE_MS);
  await closed;
  assert.deepEqual(told, [BROKEN]);
});

test('a limit that cuts a reply, or an exec, is named where its end is told', async () => {
  const told: unknown[] = [];
  const cut = new CutByLimit('slowReaderTimeoutMs', 60_000, 'the caller took nothing of what waited for it');
  const reason = 'the caller took nothing of what waited for it for `limits.wire.slowReaderTimeoutMs`, which is 60000';
  const body = { start() {}, resume() {}, cancel() {} };
  const reply = { kind: 'unary', status: 200, headers: [], body } as unknown as MaskedReply;
  const { reply: sent } = follow(reply, ({ outcome }) => told.push(outcome));
  if (sent.kind === 'unary') sent.body.cancel(cut);
  const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() }).on('error', () => {});
  const exec = { kind: 'duplex', status: 101, headers: [], socket, head: Buffer.alloc(0) } as unknown as MaskedReply;
  follow(exec, ({ outcome }) => told.push(outcome));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.destroy(cut);
  await closed;
  assert.deepEqual(told, [
    { kind: 'abandoned', status: 200, reason },
    { kind: 'abandoned', status: 101, reason },
  ]);
});
