import assert from 'node:assert/strict';
import test from 'node:test';
import type { TLSSocket } from 'node:tls';
import type { Serve } from '../../src/listener/exchange.ts';
import { Refusal } from '../../src/model/refusal.ts';
import * as t from './support.ts';

const EXEC = '/api/v1/namespaces/n/pods/p/exec?command=sh';
const request = (method: string, protocol: string, more = '') =>
  `${method} ${EXEC} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n${more}\r\n`;
const SWITCH =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n';

/** An upstream that keeps each connection's bytes, and answers each request head with `answer`. */
async function startUpstream(cleanup: t.Cleanup, answer: (head: string, socket: TLSSocket) => void) {
  const connections: { readonly socket: TLSSocket; bytes: string }[] = [];
  const { url } = await t.startRawServer(cleanup, (socket) => {
    const connection = { socket, bytes: '' };
    connections.push(connection);
    let head = '';
    let hasSwitched = false;
    socket.on('end', () => socket.end());
    socket.on('data', (chunk) => {
      connection.bytes += chunk.toString('latin1');
      head += chunk.toString('latin1');
      if (hasSwitched || !head.includes('\r\n\r\n')) return;
      hasSwitched = head.startsWith('POST');
      answer(head, socket);
      head = '';
    });
  });
  return { url, connections };
}

/** Refusals as the pipeline would have them. */
function refusing(serve: Serve): Serve {
  return (target, raw, signal) =>
    serve(target, raw, signal).catch((error) => {
      if (error instanceof Refusal) return t.refused(error.status, `${error.code}\n`);
      throw error;
    });
}

test('T34: a switch of protocols is passed as upstream sent it, and bytes pass both ways from then on', async () => {
  await using cleanup = new t.Cleanup();
  const { url, connections } = await startUpstream(cleanup, (_head, socket) => {
    socket.write(`${SWITCH}early`);
    socket.on('data', (chunk) => socket.write(`echo ${chunk}`));
  });
  const listener = await t.listen(cleanup, t.passThrough(t.upstreamTo(cleanup, url)));
  const socket = await t.openSocket(listener.port);
  socket.write(request('POST', 'SPDY/3.1', 'X-Stream-Protocol-Version: v4.channel.k8s.io\r\nContent-Length: 0\r\n'));
  assert.equal(await t.readUntil(socket, 'early'), `${SWITCH}early`);
  socket.write('one');
  assert.equal(await t.readUntil(socket, 'one'), 'echo one');
  const bytes = connections[0]?.bytes ?? '';
  assert.match(bytes, /^POST \/api\/v1\/namespaces\/n\/pods\/p\/exec\?command=sh HTTP\/1.1\r\n/);
  assert.match(bytes, /\r\nConnection: Upgrade\r\nUpgrade: SPDY\/3.1\r\nContent-Length: 0\r\n/);
  assert.match(bytes, /\r\nAuthorization: Bearer ours\r\nImpersonate-User: nobody\r\n\r\none$/);
  socket.destroy();
});

test('what a client sends behind its upgrade request reaches the other protocol', async () => {
  await using cleanup = new t.Cleanup();
  const { url, connections } = await startUpstream(cleanup, (_head, socket) => {
    socket.write(SWITCH);
    socket.on('data', () => socket.write('done'));
  });
  const listener = await t.listen(cleanup, t.passThrough(t.upstreamTo(cleanup, url)));
  const socket = await t.openSocket(listener.port);
  socket.write(`${request('POST', 'SPDY/3.1')}behind`);
  await t.readUntil(socket, 'done');
  assert.match(connections[0]?.bytes ?? '', /\r\n\r\nbehind$/);
  socket.destroy();
});

const PIPELINED = 'GET /api/v1/secrets HTTP/1.1\r\nHost: h\r\n\r\n';
const answers: readonly [string, string, RegExp][] = [
  ['403', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno', /^HTTP\/1.1 403 Forbidden\r\n[\s\S]*\r\n\r\nno$/],
  [
    '200',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    /^HTTP\/1.1 200 OK\r\n[\s\S]*ok/,
  ],
  [
    '302',
    'HTTP/1.1 302 Found\r\nLocation: https://elsewhere/\r\nContent-Length: 0\r\n\r\n',
    /^HTTP\/1.1 302 Found\r\nLocation: https:\/\/elsewhere\/\r\n/,
  ],
  ['101 without a protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', /^HTTP\/1.1 502 [\s\S]*OUTCOME_UNKNOWN\n$/],
  [
    '101 to another protocol',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
    /^HTTP\/1.1 502 [\s\S]*OUTCOME_UNKNOWN\n$/,
  ],
  [
    '101 without Connection',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: SPDY/3.1\r\n\r\n',
    /^HTTP\/1.1 502 [\s\S]*OUTCOME_UNKNOWN\n$/,
  ],
  ['garbage', 'SSH-2.0-nothing\r\n\r\n', /^HTTP\/1.1 502 [\s\S]*OUTCOME_UNKNOWN\n$/],
];
for (const [name, answer, expected] of answers) {
  test(`T33: upstream answers an upgrade with ${name}: an ordinary reply, then no pipe is left`, async () => {
    await using cleanup = new t.Cleanup();
    const { url, connections } = await startUpstream(cleanup, (_head, socket) => socket.write(answer));
    const listener = await t.listen(cleanup, refusing(t.passThrough(t.upstreamTo(cleanup, url))));
    const reply = await t.exchangeBytes(listener.port, request('POST', 'SPDY/3.1') + PIPELINED);
    assert.match(reply, expected);
    assert.match(reply, /\r\nconnection: close\r\n/i);
    assert.equal(reply.split('HTTP/1.1 ').length, 2, 'one reply');
    assert.equal(connections.length, 1);
    const [connection] = connections;
    if (connection?.socket.closed === false) await new Promise((resolve) => connection.socket.on('close', resolve));
    assert.doesNotMatch(connection?.bytes ?? '', /secrets/);
  });
}

test('T33: a refusal by the gateway itself leaves no pipe, and nothing behind it is read', async () => {
  await using cleanup = new t.Cleanup();
  let calls = 0;
  const listener = await t.listen(cleanup, async () => {
    calls++;
    return t.refused(403, 'no');
  });
  for (const protocol of ['SPDY/3.1', 'websocket', 'h2c', 'TLS/1.0']) {
    const reply = await t.exchangeBytes(listener.port, request('GET', protocol) + PIPELINED);
    assert.match(reply, /^HTTP\/1.1 403 Forbidden\r\n[\s\S]*\r\n\r\nno$/, protocol);
  }
  assert.equal(calls, 4);
});

for (const [name, header, body] of [
  ['that never comes', 'Content-Length: 5\r\n', ''],
  ['that has come', 'Content-Length: 5\r\n', 'hello'],
  ['that is longer than the answer waits for', 'Transfer-Encoding: chunked\r\n', `fffff\r\n${'x'.repeat(0xfffff)}`],
] as const) {
  test(`the answer to an upgrade request with a body ${name} is read, and a yes to it makes no pipe`, async () => {
    await using cleanup = new t.Cleanup();
    const { url, connections } = await startUpstream(cleanup, (_head, socket) => socket.write(SWITCH));
    const upstream = t.passThrough(t.upstreamTo(cleanup, url));
    const faults: unknown[] = [];
    let serve: Serve = async () => t.refused(400, 'no');
    const listener = await t.listen(cleanup, (...asked) => serve(...asked), { faults });
    const asked = request('POST', 'SPDY/3.1', header) + body;
    assert.match(await t.exchangeBytes(listener.port, asked), /^HTTP\/1.1 400 Bad Request\r\n[\s\S]*\r\n\r\nno$/);
    serve = upstream;
    assert.equal(await t.exchangeBytes(listener.port, asked), '');
    assert.equal(faults.length, 1);
    const [connection] = connections;
    if (connection?.socket.closed === false) await new Promise((resolve) => connection.socket.on('close', resolve));
    assert.match(connection?.bytes ?? '', /\r\n\r\n$/);
  });
}

test('an upgrade request behind a request in flight is refused', async () => {
  await using cleanup = new t.Cleanup();
  const seen: string[] = [];
  const listener = await t.listen(cleanup, (_target, raw) => {
    seen.push(raw.uri);
    return new Promise(() => {});
  });
  assert.equal(
    await t.exchangeBytes(listener.port, `GET /first HTTP/1.1\r\nHost: h\r\n\r\n${request('POST', 'SPDY/3.1')}`),
    '',
  );
  assert.deepEqual(seen, ['/first']);
});

test('T44: a connection that left HTTP is its own, and no request is ever sent on it', async () => {
  await using cleanup = new t.Cleanup();
  const { url, connections } = await startUpstream(cleanup, (head, socket) => {
    socket.write(head.startsWith('POST') ? SWITCH : 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
  const listener = await t.listen(cleanup, t.passThrough(t.upstreamTo(cleanup, url)));
  const get = () => t.exchangeBytes(listener.port, 'GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
  assert.match(await get(), /ok$/);
  const socket = await t.openSocket(listener.port);
  socket.write(request('POST', 'SPDY/3.1'));
  await t.readUntil(socket, '\r\n\r\n');
  await get();
  socket.destroy();
  await get();
  const posts = connections.filter(({ bytes }) => bytes.startsWith('POST'));
  assert.equal(posts.length, 1);
  assert.doesNotMatch(posts[0]?.bytes ?? '', /GET/);
});

test('an end on one side ends the other, in bounded time where it does not follow', async () => {
  await using cleanup = new t.Cleanup();
  const upstreams: TLSSocket[] = [];
  const { url } = await startUpstream(cleanup, (_head, socket) => {
    upstreams.push(socket);
    socket.write(SWITCH);
  });
  const listener = await t.listen(cleanup, t.passThrough(t.upstreamTo(cleanup, url)), {
    limits: { halfCloseTimeoutMs: 50 },
  });
  const open = async () => {
    const socket = await t.openSocket(listener.port);
    socket.write(request('POST', 'SPDY/3.1'));
    await t.readUntil(socket, '\r\n\r\n');
    return { client: socket, upstream: upstreams.at(-1) as TLSSocket };
  };
  const closed = (socket: TLSSocket) =>
    new Promise((resolve) => (socket.closed ? resolve(undefined) : socket.resume().on('close', resolve)));

  const upstreamEnds = await open();
  const rest = t.readAll(upstreamEnds.client);
  upstreamEnds.upstream.end('last words');
  assert.equal(await rest, 'last words');
  await closed(upstreamEnds.upstream);

  const clientEnds = await open();
  const seen = t.readAll(clientEnds.upstream);
  clientEnds.client.end('last words');
  await seen;
  await closed(clientEnds.client);

  const upstreamStays = await open();
  upstreamStays.upstream.removeAllListeners('end');
  upstreamStays.client.end();
  await closed(upstreamStays.client);
  upstreamStays.upstream.destroy();

  const clientBreaks = await open();
  clientBreaks.client.destroy();
  await closed(clientBreaks.upstream);

  const upstreamBreaks = await open();
  upstreamBreaks.upstream.destroy();
  assert.equal(await t.readAll(upstreamBreaks.client), '');
});

test('a client that goes away before the answer aborts the upgrade upstream', async () => {
  await using cleanup = new t.Cleanup();
  let onConnected: (socket: TLSSocket) => void = () => {};
  const connected = new Promise<TLSSocket>((resolve) => {
    onConnected = resolve;
  });
  const { url } = await startUpstream(cleanup, (_head, socket) => onConnected(socket));
  const listener = await t.listen(cleanup, refusing(t.passThrough(t.upstreamTo(cleanup, url))));
  const socket = await t.openSocket(listener.port);
  socket.write(request('POST', 'SPDY/3.1'));
  const upstream = await connected;
  socket.end();
  await new Promise((resolve) => upstream.on('close', resolve));
  socket.destroy();
});

test('bytes both ways are the same bytes, with back-pressure', async () => {
  await using cleanup = new t.Cleanup();
  const { url } = await startUpstream(cleanup, (_head, socket) => {
    socket.write(SWITCH);
    socket.pipe(socket);
  });
  const listener = await t.listen(cleanup, t.passThrough(t.upstreamTo(cleanup, url)));
  const socket = await t.openSocket(listener.port);
  socket.write(request('POST', 'SPDY/3.1'));
  await t.readUntil(socket, '\r\n\r\n');
  const chunk = Buffer.alloc(1 << 20, '0123456789abcdef');
  let received = 0;
  const done = new Promise<void>((resolve) => {
    socket.on('data', (part: Buffer) => {
      received += part.length;
      if (received === 32 * chunk.length) resolve();
    });
  });
  for (let i = 0; i < 32; i++) if (!socket.write(chunk)) await new Promise((resolve) => socket.once('drain', resolve));
  await done;
  socket.destroy();
});
