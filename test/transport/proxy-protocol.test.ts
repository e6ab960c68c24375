// Who the caller is where a load balancer passed its connection on: what the balancer says, of balancers alone.

import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { Serve } from '../../src/listener/exchange.ts';
import * as t from './support.ts';

const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const OF_CALLER = Buffer.from([...SIGNATURE, 0x21, 0x11, 0, 12, 203, 0, 113, 7, 127, 0, 0, 1, 0x9c, 0x40, 0x20, 0xfb]);
const OF_BALANCER = Buffer.from([...SIGNATURE, 0x20, 0x00, 0, 0]);

/** A data path that answers with whom it sees. */
const whoAsks: Serve = async (_target, { peer }) => ({
  kind: 'refused',
  status: 200,
  headers: ['content-length', String(peer.length)],
  body: Buffer.from(peer),
});

const all = { has: () => true, onRefused: () => {} };

async function opened(port: number, ...chunks: readonly Buffer[]): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
    .setNoDelay(true)
    .on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  for (const chunk of chunks) {
    socket.write(chunk);
    await turn();
  }
  return socket;
}

/** What the data path saw, over HTTP/1.1. */
async function seenOver1(socket: Socket): Promise<string> {
  const tls = connectTls({ socket, ca: t.caPem, servername: 'localhost', ALPNProtocols: ['http/1.1'] });
  tls.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
  return (await text(tls)).split('\r\n\r\n')[1] ?? '';
}

test('over HTTP/1.1 the caller is whom the balancer names, however its header is cut', async () => {
  await using cleanup = new t.Cleanup();
  const { port } = await t.listen(cleanup, whoAsks, { balancers: all });
  assert.equal(await seenOver1(await opened(port, OF_CALLER)), '203.0.113.7');
  assert.equal(await seenOver1(await opened(port, ...[...OF_CALLER].map((byte) => Buffer.of(byte)))), '203.0.113.7');
  assert.equal(await seenOver1(await opened(port, OF_BALANCER)), '127.0.0.1', 'who speaks for itself is the balancer');
});

test('over HTTP/2 as well, also where the handshake comes in one piece with the header', async () => {
  await using cleanup = new t.Cleanup();
  const { port } = await t.listen(cleanup, whoAsks, { balancers: all });
  const socket = await opened(port);
  // The header is sent in front of the first bytes of the handshake.
  socket.cork();
  socket.write(OF_CALLER);
  const tls = connectTls({ socket, ca: t.caPem, servername: 'localhost', ALPNProtocols: ['h2'] });
  process.nextTick(() => socket.uncork());
  const session = connectHttp2('https://localhost', { createConnection: () => tls });
  cleanup.add(session, () => session.destroy());
  assert.equal(await text(session.request({ ':path': '/' })), '203.0.113.7');
});

test('what is no request is told with the caller’s address too', async () => {
  await using cleanup = new t.Cleanup();
  const unread: string[] = [];
  const { port } = await t.listen(cleanup, whoAsks, { balancers: all, unread });
  const tls = connectTls({ socket: await opened(port, OF_CALLER), ca: t.caPem, servername: 'localhost' });
  tls.write('NONSENSE\r\n\r\n');
  assert.match(await text(tls), /malformed$/);
  assert.deepEqual(unread, ['203.0.113.7']);
});

test('a balancer’s connection without a header is not served, and that is told', async () => {
  await using cleanup = new t.Cleanup();
  const told = Promise.withResolvers<readonly string[]>();
  const balancers = { has: () => true, onRefused: (...said: readonly string[]) => told.resolve(said) };
  const { port } = await t.listen(cleanup, whoAsks, { balancers });
  const socket = await opened(port);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  connectTls({ socket, ca: t.caPem, servername: 'localhost' }).on('error', () => {});
  assert.deepEqual(await told.promise, ['127.0.0.1', 'it does not begin with a PROXY header of version 2']);
  await closed;
});

test('one that sends nothing is not waited for longer than a handshake', async () => {
  await using cleanup = new t.Cleanup();
  const told = Promise.withResolvers<string>();
  const balancers = { has: () => true, onRefused: (_: string, why: string) => told.resolve(why) };
  const { port } = await t.listen(cleanup, whoAsks, { balancers, limits: { handshakeTimeoutMs: 20 } });
  const socket = await opened(port, OF_CALLER.subarray(0, 5));
  await new Promise((resolve) => socket.once('close', resolve));
  assert.equal(await told.promise, 'its header did not come within 20 ms');
});

test('from everybody else no header is taken, and who sends none is served as itself', async () => {
  await using cleanup = new t.Cleanup();
  const { port } = await t.listen(cleanup, whoAsks, {
    balancers: { has: (address) => address === '10.0.0.1', onRefused: () => {} },
  });
  assert.equal(await seenOver1(await opened(port)), '127.0.0.1');
  const socket = await opened(port, OF_CALLER);
  assert.equal(await seenOver1(socket).catch(() => ''), '');
});

test('a check of health that opens a connection and closes it leaves nothing behind', async () => {
  await using cleanup = new t.Cleanup();
  const faults: unknown[] = [];
  const listener = await t.listen(cleanup, whoAsks, {
    balancers: { has: () => true, onRefused: (...said) => faults.push(said) },
    faults,
  });
  (await opened(listener.port)).end();
  (await opened(listener.port)).resetAndDestroy();
  while (listener.connections > 0) await turn();
  assert.deepEqual(faults, []);
  assert.equal(await seenOver1(await opened(listener.port, OF_CALLER)), '203.0.113.7');
});

test('without balancers nothing is read before the handshake', async () => {
  await using cleanup = new t.Cleanup();
  const { port } = await t.listen(cleanup, whoAsks);
  assert.equal(await seenOver1(await opened(port)), '127.0.0.1');
});
