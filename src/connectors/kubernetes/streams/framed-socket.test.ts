import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { webSocketFrame } from '../../../../test/support/spdy-client.ts';
import type { Refusal } from '../../../model/refusal.ts';
import type { ByteSink, ByteSource } from '../../../std/byte-source.ts';
import { FramedSocket } from './framed-socket.ts';
import { webSocketMessage } from './frames.ts';
import { logPieces, type Pieces } from './pieces.ts';
import { CLOSE } from './websocket-frames.ts';

const PING = 0x9;
const PONG = 0xa;
const WORD = Buffer.alloc(125, 'p');
const PINGS_PER_CHUNK = 100;
const PINGS = Buffer.concat(Array.from({ length: PINGS_PER_CHUNK }, () => webSocketFrame(WORD, { opcode: PING })));
const PONG_BYTES = webSocketMessage('upstream', WORD, PONG).length;
const CHUNKS_MAX = 100;

/** A followed log of which nothing comes, and the hand that ends it. */
function quietLog() {
  let sink: ByteSink | undefined;
  const source: ByteSource = {
    start(started) {
      sink = started;
    },
    resume() {},
    cancel() {},
  };
  const socket = new FramedSocket(source, logPieces(''));
  socket.read(0);
  return { socket, end: () => sink?.end([]) };
}

/** Pings without reading an answer until no more is taken; how many pings that were. */
async function pingUntilFull(socket: FramedSocket): Promise<number> {
  for (let chunks = 1; chunks <= CHUNKS_MAX; chunks++) {
    if (!socket.write(PINGS)) return chunks * PINGS_PER_CHUNK;
    await setImmediate();
  }
  return assert.fail(`${socket.readableLength} bytes of answers wait for a client that takes none`);
}

suite('T64: a client of a log over WebSocket that pings and takes no answer', () => {
  test('is made to wait, and goes on once it takes them', async () => {
    const { socket } = quietLog();
    const pings = await pingUntilFull(socket);
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    await once(socket, 'drain');
    await setImmediate();
    // Before them came the empty message that begins a log.
    assert.equal(bytes, 2 + pings * PONG_BYTES);
    assert.equal(socket.write(webSocketFrame(WORD, { opcode: PING })), true);
  });

  test('is heard again when the log ends: what it says then is dropped', async () => {
    const { socket, end } = quietLog();
    await pingUntilFull(socket);
    const drained = once(socket, 'drain');
    end();
    await drained;
    assert.equal(socket.write(webSocketFrame(Buffer.alloc(0), { opcode: CLOSE })), true);
  });
});

test('a bug in what cuts a reply into messages ends this stream as INTERNAL, and lets its source go', async () => {
  const given: { sink?: ByteSink; why?: Error } = {};
  const source: ByteSource = {
    start(sink) {
      given.sink = sink;
    },
    resume() {},
    cancel(why) {
      given.why = why;
    },
  };
  const pieces: Pieces = {
    ...logPieces(''),
    take() {
      throw new TypeError('a bug');
    },
  };
  const socket = new FramedSocket(source, pieces);
  const ended = once(socket, 'error');
  socket.read(0);
  assert.equal(given.sink?.write(Buffer.from('a line\n')), false);
  const [error] = (await ended) as [Refusal];
  assert.deepEqual([error.code, error.cause instanceof TypeError], ['INTERNAL', true]);
  assert.equal(given.why, error);
});
