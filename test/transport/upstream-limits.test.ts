/* The limits of the way upstream, each where it stands alone. */
import assert from 'node:assert/strict';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import test from 'node:test';
import type { UpstreamRequest } from '../../src/connectors/kubernetes/upstream/upstream.ts';
import { Refusal } from '../../src/model/refusal.ts';
import { collectBytes } from '../../src/std/byte-source.ts';
import * as t from './support.ts';

const signal = new AbortController().signal;

function get(more: Partial<UpstreamRequest> = {}): UpstreamRequest {
  const identity = { subject: 'ada', groups: [] };
  return { method: 'GET', uri: '/a', headers: new Map(), body: undefined, identity, isStream: false, ...more };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'answered',
    (error) => (error instanceof Refusal ? error.code : `${error}`),
  );
}

test('connectTimeoutMs: a server that takes the connection and never shakes hands is unreachable, and nothing was sent', async () => {
  await using cleanup = new t.Cleanup();
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => sockets.push(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup.add(server, () => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const limits = { connectTimeoutMs: 30, upstreamTimeoutMs: 600_000 };
  const upstream = t.upstreamTo(cleanup, url, { limits });
  assert.equal(await codeOf(upstream.send(get(), signal)), 'UPSTREAM_UNREACHABLE');
  assert.equal(await codeOf(upstream.send(get({ isStream: true }), signal)), 'UPSTREAM_UNREACHABLE');
  assert.equal(await codeOf(upstream.upgrade(get(), 'websocket', signal)), 'UPSTREAM_UNREACHABLE');
});

test('streamConnectionsMax: one more waits, as long as a request may, and requests that end have connections of their own', async () => {
  await using cleanup = new t.Cleanup();
  const { url } = await t.startServer(cleanup, (request, response) => {
    response.writeHead(200);
    if (request.url === '/watch') response.flushHeaders();
    else response.end('ok');
  });
  // Long enough that the first two are answered on any machine; the one that waits costs all of it.
  const limits = { streamConnectionsMax: 1, upstreamTimeoutMs: 5_000 };
  const upstream = t.upstreamTo(cleanup, url, { limits });
  const watch = get({ uri: '/watch', isStream: true });
  const first = await upstream.send(watch, signal);
  assert.equal(await codeOf(upstream.send(watch, signal)), 'UPSTREAM_UNREACHABLE');
  assert.equal(await codeOf(upstream.send(get(), signal)), 'answered');
  first.body.cancel(new Error('the test ends'));
});

test('replyHeadersBytesMax: headers under it pass, and more are a reply that broke', async () => {
  await using cleanup = new t.Cleanup();
  const { url } = await t.startServer(cleanup, (request, response) => {
    response.writeHead(200, { 'x-a': 'a'.repeat(Number(request.url?.slice(1))) }).end('ok');
  });
  const upstream = t.upstreamTo(cleanup, url, { limits: { replyHeadersBytesMax: 4096 } });
  assert.equal(await codeOf(upstream.send(get({ uri: '/3800' }), signal)), 'answered');
  assert.equal(await codeOf(upstream.send(get({ uri: '/4096' }), signal)), 'OUTCOME_UNKNOWN');
});

test('idleTimeoutMs: a connection that nobody uses is closed by this side', async () => {
  await using cleanup = new t.Cleanup();
  const ended = Promise.withResolvers<void>();
  const { url } = await t.startRawServer(cleanup, (socket) => {
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    socket.once('end', ended.resolve);
  });
  const upstream = t.upstreamTo(cleanup, url, { limits: { idleTimeoutMs: 30 } });
  const { body } = await upstream.send(get(), signal);
  assert.equal(String(await collectBytes(body, 10)), 'ok');
  await ended.promise;
});
