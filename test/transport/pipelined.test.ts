/* Requests that a client sends on one HTTP/1.1 connection without waiting for answers. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import type { Serve } from '../../src/listener/exchange.ts';
import type { ListenerLimits } from '../../src/listener/limits.ts';
import type { Answer } from '../../src/model/reply.ts';
import type { ByteSink } from '../../src/std/byte-source.ts';
import * as t from './support.ts';

const request = (line: string, body = '') =>
  `${line} HTTP/1.1\r\nHost: h\r\n${body === '' ? '' : `Content-Length: ${body.length}\r\n`}\r\n${body}`;

/** A listener whose exchanges begin as `begun` says, and are answered when a test says so. */
async function start(cleanup: t.Cleanup, limits: Parameters<typeof t.listen>[2] = {}) {
  const begun: string[] = [];
  const answers = new Map<string, () => void>();
  const serve: Serve = async (_target, raw, signal) => {
    if (raw.uri === '/barrier') return t.refused(200, 'passed');
    begun.push(`${raw.method} ${raw.uri}`);
    const body = await t.bodyOf(raw);
    return new Promise<Answer>((resolve) => {
      answers.set(raw.uri, () => resolve(t.refused(200, `${raw.uri} done ${body}`)));
      signal.addEventListener('abort', () => resolve(t.refused(500, '')));
    });
  };
  const listener = await t.listen(cleanup, serve, limits);
  const socket = cleanup.add(await t.openSocket(listener.port), (value) => value.destroy());
  /** All that a client has sent before has been read by then, and what it may begin has begun. */
  const barrier = () => t.exchangeBytes(listener.port, 'GET /barrier HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
  const answer = async (uri: string) => {
    const came = t.readUntil(socket, `${uri} done`);
    answers.get(uri)?.();
    await came;
    await barrier();
  };
  return { listener, socket, begun, answer, barrier };
}

test('a change begins when all that was sent before it on its connection is answered, and what is sent behind it waits for it', async () => {
  await using cleanup = new t.Cleanup();
  const { socket, begun, answer, barrier } = await start(cleanup);
  socket.write(
    request('GET /1') +
      request('OPTIONS /2') +
      request('POST /3', 'three') +
      request('DELETE /4') +
      request('GET /5') +
      request('GET /6'),
  );
  await barrier();
  const upTo = (expected: string) => assert.equal(begun.join(', '), expected);
  upTo('GET /1, OPTIONS /2');
  await answer('/1');
  upTo('GET /1, OPTIONS /2');
  await answer('/2');
  upTo('GET /1, OPTIONS /2, POST /3');
  await answer('/3');
  upTo('GET /1, OPTIONS /2, POST /3, DELETE /4');
  await answer('/4');
  upTo('GET /1, OPTIONS /2, POST /3, DELETE /4, GET /5, GET /6');
  await answer('/5');
  await answer('/6');
});

test('a change of another connection does not wait', async () => {
  await using cleanup = new t.Cleanup();
  const { listener, socket, begun, barrier } = await start(cleanup);
  const other = cleanup.add(await t.openSocket(listener.port), (value) => value.destroy());
  socket.write(request('POST /1'));
  other.write(request('POST /2'));
  while (begun.length < 2) await barrier();
});

test('what waits when its connection ends never begins', async () => {
  await using cleanup = new t.Cleanup();
  const { listener, socket, begun, barrier } = await start(cleanup);
  socket.write(request('POST /1') + request('POST /2') + request('GET /3'));
  await barrier();
  socket.destroy();
  while (listener.connections > 0) await new Promise(setImmediate);
  await barrier();
  assert.deepEqual(begun, ['POST /1']);
});

test('streamsPerConnectionMax: that many requests are in flight on a connection, and one more ends it without those that wait', async () => {
  await using cleanup = new t.Cleanup();
  for (const [sent, running] of [
    [['POST /1', 'POST /2', 'GET /3'], ['POST /1']],
    [
      ['GET /1', 'GET /2', 'GET /3'],
      ['GET /1', 'GET /2', 'GET /3'],
    ],
  ] as const) {
    const { socket, begun, barrier } = await start(cleanup, { limits: { streamsPerConnectionMax: 3 } });
    socket.write(sent.map((line) => request(line)).join(''));
    await barrier();
    assert.deepEqual(begun, running);
    socket.write(request('GET /4'));
    assert.equal(await t.readAll(socket), '');
    await barrier();
    assert.deepEqual(begun, running);
  }
});

test('a reply that breaks off before its turn has come ends the connection in its turn', async () => {
  await using cleanup = new t.Cleanup();
  const first = Promise.withResolvers<Answer>();
  const sinks: ByteSink[] = [];
  const body = { start: (sink: ByteSink) => void sinks.push(sink), resume() {}, cancel() {} };
  const second = { kind: 'unary', status: 200, headers: [], body } as unknown as Answer;
  const listener = await t.listen(cleanup, async (_target, { uri }) => (uri === '/1' ? first.promise : second));
  const socket = await t.openSocket(listener.port);
  const all = t.readAll(socket);
  socket.write(request('GET /1') + request('GET /2'));
  while (sinks.length === 0) await new Promise(setImmediate);
  sinks[0]?.write(Buffer.from('half'));
  sinks[0]?.fail(new Error('upstream broke'));
  first.resolve(t.refused(200, 'whole'));
  assert.match(await all, /^HTTP\/1.1 200 OK\r\n[\s\S]*\r\n\r\nwhole$/);
});

test('a whole answer is sent in its turn, however long that takes', async () => {
  await using cleanup = new t.Cleanup();
  const [first, tooSlow] = [Promise.withResolvers<Answer>(), Promise.withResolvers<void>()];
  const serve: Serve = async (_target, { uri }, signal) => {
    if (uri === '/1') return first.promise;
    signal.addEventListener('abort', () => tooSlow.resolve());
    return t.refused(200, 'second');
  };
  const listener = await t.listen(cleanup, serve, { limits: { slowReaderTimeoutMs: 4 } });
  const socket = await t.openSocket(listener.port);
  const both = t.readUntil(socket, 'second');
  socket.write(request('GET /1') + request('GET /2'));
  await tooSlow.promise;
  first.resolve(t.refused(200, 'first'));
  assert.match(await both, /first[\s\S]*second$/);
  socket.destroy();
});

/** A listener that answers without a look at any body, and a client that has read the answer which ends its connection, since it sent too much. */
async function answered(cleanup: t.Cleanup, limits: Partial<ListenerLimits>) {
  const begun: string[] = [];
  const listener = await t.listen(
    cleanup,
    async (_target, { method, uri }) => {
      begun.push(`${method} ${uri}`);
      return t.refused(401, 'who?');
    },
    { limits: { unwantedBodyBytesMax: 4, halfCloseTimeoutMs: 600_000, ...limits } },
  );
  const socket = cleanup.add(await t.openSocket(listener.port), (value) => value.destroy());
  const ended = once(socket.resume(), 'end');
  socket.write('POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345');
  await ended;
  const untilClosed = async () => {
    while (listener.connections > 0) await new Promise(setImmediate);
  };
  return { socket, begun, untilClosed };
}

test('what is sent behind an answer that ends its connection never begins, and is no more than streamsPerConnectionMax', async () => {
  await using cleanup = new t.Cleanup();
  const { socket, begun, untilClosed } = await answered(cleanup, { streamsPerConnectionMax: 100 });
  socket.write(`67890${request('POST /2', 'two')}${request('GET /3').repeat(100)}`);
  await untilClosed();
  assert.deepEqual(begun, ['POST /1']);
});

test('an upgrade behind an answer that ends its connection never begins', async () => {
  await using cleanup = new t.Cleanup();
  const { socket, begun, untilClosed } = await answered(cleanup, {});
  socket.write('67890GET /exec HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await untilClosed();
  assert.deepEqual(begun, ['POST /1']);
});
