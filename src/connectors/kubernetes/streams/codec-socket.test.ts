import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Duplex, duplexPair } from 'node:stream';
import { suite, test } from 'node:test';
import * as spdy from '../../../../test/support/spdy-client.ts';
import { Refusal } from '../../../model/refusal.ts';
import { CodecSocket } from './codec-socket.ts';
import type { Passing } from './passing.ts';
import { SpdyLane } from './spdy-lane.ts';
import { SpdyStreams } from './spdy-streams.ts';
import { Taps } from './taps.ts';

const ANSWER = spdy.dataFrame(1, Buffer.from('last words'));

/** A watched connection, and its far end. */
function watched() {
  const [inner, upstream] = duplexPair();
  const judge = (port: number) => {
    if (port !== 80) throw new Refusal('DENIED_BY_RULE', `port ${port}`);
  };
  const streams = new SpdyStreams({ kind: 'portforward', judge }, new Taps());
  const lane = (side: 'client' | 'upstream') => new SpdyLane(side, 'spdy', streams);
  const codec = { toUpstream: lane('client'), toCaller: lane('upstream'), hasStatus: true };
  return { inner, upstream, socket: new CodecSocket(inner, Buffer.alloc(0), codec) };
}

const opening = async (port: number) =>
  spdy.synStream(1, await new spdy.HeaderCompressor().block(spdy.headerBlock(spdy.portHeaders(port))));
const closed = (socket: Duplex) => new Promise<void>((resolve) => socket.once('close', resolve));

suite('T41: a connection that is read as it passes', () => {
  test('passes what the client sends, and its end', async () => {
    const { upstream, socket } = watched();
    const bytes = Buffer.concat([await opening(80), spdy.dataFrame(1, Buffer.from('hello'))]);
    socket.end(bytes);
    assert.deepEqual(Buffer.concat(await upstream.toArray()), bytes);
  });

  test('passes what upstream sends, and its end', async () => {
    const { upstream, socket } = watched();
    upstream.end(ANSWER);
    const received: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    await once(socket, 'end');
    assert.deepEqual(Buffer.concat(received), ANSWER);
    assert.equal(socket.bytesRead, ANSWER.length);
    // The other side is still open.
    socket.write(spdy.PING);
    assert.deepEqual(await once(upstream, 'data'), [spdy.PING]);
    assert.equal(socket.bytesWritten, spdy.PING.length);
  });

  test('what the gate cuts destroys both sides, and says why', async () => {
    const { inner, upstream, socket } = watched();
    const received: Buffer[] = [];
    upstream.on('data', (chunk: Buffer) => received.push(chunk));
    const isOver = Promise.all([closed(socket), closed(inner)]);
    socket.resume().write(Buffer.concat([spdy.PING, await opening(22), spdy.PING]));
    await isOver;
    assert.ok(socket.errored instanceof Refusal);
    assert.equal(socket.errored.code, 'DENIED_BY_RULE');
    assert.deepEqual(Buffer.concat(received), spdy.PING);
  });

  test('T62: what may not pass is ended behind the frame that is under way, and nothing more of the client passes meanwhile', async () => {
    const { upstream, socket } = watched();
    const received: Buffer[] = [];
    upstream.on('data', (chunk: Buffer) => received.push(chunk));
    const said = socket.toArray();
    upstream.write(ANSWER.subarray(0, -1));
    await once(socket, 'data');
    socket.sayGoodbye({ why: 'fault', message: 'it cannot be recorded' });
    await new Promise((resolve) => socket.write(spdy.PING, resolve));
    upstream.write(ANSWER.subarray(-1));
    assert.deepEqual(Buffer.concat(await said), ANSWER);
    assert.deepEqual(received, []);
  });

  test('upstream that takes nothing stops the client, and lets it go on', async () => {
    const { upstream, socket } = watched();
    const frame = spdy.dataFrame(1, Buffer.alloc(65_536));
    let isFull = false;
    for (let i = 0; i < 100 && !isFull; i++) {
      isFull = !socket.write(frame);
      if (!isFull) await new Promise(setImmediate);
    }
    assert.ok(isFull);
    upstream.resume();
    await once(socket, 'drain');
    socket.destroy();
  });

  test('a client that takes nothing stops upstream, and lets it go on', async () => {
    const { upstream, socket } = watched();
    let isFull = false;
    for (let i = 0; i < 100 && !isFull; i++) {
      isFull = !upstream.write(spdy.dataFrame(1, Buffer.alloc(65_536)));
      if (!isFull) await new Promise(setImmediate);
    }
    assert.ok(isFull);
    socket.resume();
    await once(upstream, 'drain');
    socket.destroy();
  });

  test('a connection that breaks takes the watched one with it', async () => {
    const { inner, socket } = watched();
    const isOver = closed(socket);
    inner.destroy(new Error('reset'));
    await isOver;
    assert.equal(socket.errored?.message, 'reset');
  });

  test('T40: what the client says to an upstream that has ended is dropped, and takes nothing of what upstream said', async () => {
    const { inner, upstream, socket } = watched();
    upstream.end(ANSWER);
    inner.allowHalfOpen = false;
    await once(inner.resume(), 'end');
    inner.destroy();
    for (let i = 0; i < 3; i++) await new Promise((resolve) => socket.write(spdy.PING, resolve));
    assert.equal(socket.errored, null);
    assert.deepEqual(Buffer.concat(await socket.toArray()), ANSWER);
  });

  test('T40: what was taken of an upstream that broke is still there for the client', async () => {
    const { inner, socket } = watched();
    const received: Buffer[] = [];
    inner.push(ANSWER);
    inner.destroy(new Error('reset'));
    await new Promise<void>((resolve) => socket.once('close', resolve));
    for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) received.push(chunk);
    assert.deepEqual(Buffer.concat(received), ANSWER);
  });

  for (const [what, side] of [
    ['what the client says', 'toUpstream'],
    ['what upstream says', 'toCaller'],
  ] as const)
    test(`a bug in reading ${what} ends this stream behind a goodbye, and is its error`, async () => {
      const buggy = {
        take() {
          throw new TypeError('a bug');
        },
        end() {},
        goodbye: () => Buffer.from('bye'),
      };
      const plain = { ...buggy, take: (chunk: Buffer, out: Passing) => out.pass(chunk, 0, chunk.length) };
      const [inner, upstream] = duplexPair();
      const codec = { toUpstream: plain, toCaller: plain, hasStatus: true, [side]: buggy };
      const socket = new CodecSocket(inner, Buffer.alloc(0), codec);
      const received: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => received.push(chunk));
      const isOver = Promise.all([closed(socket), closed(inner)]);
      (side === 'toCaller' ? upstream : socket).write(spdy.PING);
      await isOver;
      assert.ok(socket.errored instanceof Refusal);
      assert.equal(socket.errored.code, 'INTERNAL');
      assert.match(socket.errored.detail, /a bug/);
      assert.deepEqual(String(Buffer.concat(received)), 'bye');
    });

  test('a client that goes away takes upstream with it', async () => {
    const { inner, socket } = watched();
    const isOver = closed(inner);
    socket.destroy();
    await isOver;
  });
});
