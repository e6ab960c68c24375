/* T64: a thousand watches and a hundred execs at once through one gateway: nothing is lost or mixed up, and when they are gone nothing of them is left. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ExchangeEnded } from '../../src/recording/event.ts';
import type { SmallWorld } from '../support/small-world.ts';
import { startStreamWorld } from '../support/stream-world.ts';
import { openSocket, readUntil } from '../transport/support.ts';

const [SESSIONS, WATCHES_EACH, EXECS, EVENTS] = [5, 200, 100, 20];
const WATCHES = SESSIONS * WATCHES_EACH;
/** Limit: what all of them together may leave behind; one watch that stayed would be seen many times over. */
const LEFT_BYTES_MAX = 32 << 20;
/** Limit: what one stream may take while it is there, its client's and its upstream's side in this same process included. */
const STREAM_BYTES_MAX = 512 << 10;

const WATCH = '/api/v1/namespaces/shop/configmaps?watch=true';
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function bytesUsed(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What is used beyond `before` once sockets have closed and their memory is collected: that takes turns of the loop, and is over when it shrinks no more. */
async function bytesLeft(before: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let calm = 0; calm < 10; ) {
    await new Promise((resolve) => setImmediate(resolve));
    const left = bytesUsed() - before;
    calm = left < least ? 0 : calm + 1;
    least = Math.min(least, left);
    if (least <= LEFT_BYTES_MAX) return least;
  }
  return least;
}

interface Watch {
  readonly stream: ClientHttp2Stream;
  text: string;
}

test('T64: a thousand watches and a hundred execs at once lose nothing, take bounded memory and leave nothing', async () => {
  const watched = new Map<string, ServerResponse>();
  const front = {
    onRequest(request: IncomingMessage, response: ServerResponse) {
      const label = request.url?.startsWith(WATCH) === true ? request.url.split('labelSelector=')[1] : undefined;
      if (label === undefined) return false;
      response.writeHead(200).flushHeaders();
      watched.set(label, response);
      return true;
    },
    onUpgrade(_request: IncomingMessage, socket: TLSSocket) {
      socket.write(SWITCH);
      socket.pipe(socket);
    },
  };
  const world = await startStreamWorld({ front, areMasksOpen: true, limits: `streamsPerCallerMax: ${WATCHES_EACH}` });
  const before = bytesUsed();
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => openSession(world)));
  const watches = await Promise.all(sessions.map((session, i) => openWatches(world, session, i)));
  const execs = await openExecs(world);
  assert.equal(watched.size, WATCHES);
  assert.ok(bytesUsed() - before <= (WATCHES + EXECS) * STREAM_BYTES_MAX, `${bytesUsed() - before} bytes`);

  for (let n = 0; n < EVENTS; n++) for (const [label, response] of watched) response.write(`${label} ${n}\n`);
  const echoes = execs.map((socket, i) => echo(socket, i));
  await Promise.all(watches.flat().map((watch) => untilEvents(watch, EVENTS)));
  await Promise.all(echoes);
  for (const [i, { text }] of watches.flat().entries()) {
    assert.equal(text, Array.from({ length: EVENTS }, (_, n) => `w${i} ${n}\n`).join(''));
  }

  for (const [i, response] of [...watched.values()].entries()) if (i % 2 === 0) response.end();
  for (const session of sessions) session.destroy();
  for (const socket of execs) socket.destroy();
  const ends = await untilEnded(world, WATCHES + EXECS);
  assert.equal(new Set(ends.map(({ exchange }) => exchange)).size, WATCHES + EXECS);
  assert.ok(ends.every(({ outcome }) => ['answered', 'abandoned'].includes(outcome.kind)));
  watched.clear();
  watches.length = execs.length = sessions.length = echoes.length = 0;
  assert.ok((await bytesLeft(before)) <= LEFT_BYTES_MAX, `${bytesUsed() - before} bytes are left`);
  await world.stop();
});

async function openSession(world: SmallWorld): Promise<ClientHttp2Session> {
  const session = connect(world.gateway.url, { ca: world.caPem });
  session.on('error', () => {});
  await once(session, 'connect');
  return session;
}

async function openWatches(world: SmallWorld, session: ClientHttp2Session, i: number): Promise<Watch[]> {
  const authorization = `Bearer ${await world.token(`watcher-${i}`)}`;
  return Promise.all(
    Array.from({ length: WATCHES_EACH }, async (_, k) => {
      const path = `/k8s/demo${WATCH}&labelSelector=w${i * WATCHES_EACH + k}`;
      const stream = session.request({ ':path': path, authorization });
      stream.on('error', () => {});
      const [headers] = await once(stream, 'response');
      assert.equal(headers[':status'], 200);
      const watch: Watch = { stream, text: '' };
      stream.on('data', (chunk: Buffer) => {
        watch.text += chunk;
      });
      return watch;
    }),
  );
}

function untilEvents(watch: Watch, count: number): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (watch.text.split('\n').length > count) resolve();
    };
    watch.stream.on('data', look);
    look();
  });
}

async function openExecs(world: SmallWorld): Promise<TLSSocket[]> {
  const token = await world.token('shells');
  const { body } = await world.ask({ token, uri: '/api/v1/namespaces/shop/pods' });
  const pod = (JSON.parse(body) as { items: { metadata: { name: string } }[] }).items[0]?.metadata.name;
  const head = `POST /k8s/demo/api/v1/namespaces/shop/pods/${pod}/exec?command=cat HTTP/1.1\r\nHost: h\r\n`;
  return Promise.all(
    Array.from({ length: EXECS }, async () => {
      const socket = await openSocket(Number(new URL(world.gateway.url).port), { ca: world.caPem });
      socket.write(`${head}Authorization: Bearer ${token}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n`);
      assert.match(await readUntil(socket, '\r\n\r\n'), /^HTTP\/1.1 101 /);
      return socket;
    }),
  );
}

/** A PING of SPDY/3.1 that is this exec's own: what an exec says is frames, and one that is none is cut. */
function ping(i: number): Buffer {
  const frame = Buffer.from('800300060000000400000000', 'hex');
  frame.writeUInt32BE(2 * i + 1, 8);
  return frame;
}

/** Sends frames that are this exec's own and holds the echo to them. */
function echo(socket: TLSSocket, i: number): Promise<void> {
  const sent = Buffer.concat(Array.from({ length: 5_000 }, () => ping(i)));
  const received: Buffer[] = [];
  socket.write(sent);
  return new Promise((resolve, reject) => {
    socket.once('close', () => reject(new Error('closed before its echo was whole')));
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk);
      const bytes = Buffer.concat(received);
      if (bytes.length >= sent.length) resolve(assert.deepEqual(bytes, sent));
    });
  });
}

async function untilEnded(world: SmallWorld, count: number): Promise<readonly ExchangeEnded[]> {
  for (;;) {
    const events = await world.events();
    const permitted = new Set(events.flatMap((event) => (event.type === 'exchange.permitted' ? [event.exchange] : [])));
    const ends = events.filter(
      (event): event is ExchangeEnded => event.type === 'exchange.ended' && permitted.has(event.exchange),
    );
    if (ends.length >= count) return ends;
  }
}
