import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { Cleanup, caPem, startRawServer } from '../../test/transport/support.ts';
import { keepReading } from '../std/keep-reading.ts';
import { splice } from './splice.ts';

const LIMITS = { halfCloseTimeoutMs: 5, slowReaderTimeoutMs: 60 };

/** A connection whose other end takes a chunk when `take` is called. */
function connection() {
  let taken: (() => void) | undefined;
  const socket = new Duplex({
    allowHalfOpen: true,
    read() {},
    write(_chunk, _encoding, done) {
      taken = done;
    },
  });
  return { socket, take: () => taken?.() };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A client that has not taken upstream's last bytes, behind which upstream has ended. */
async function waiting(context: TestContext) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const [client, upstream] = [connection(), connection()];
  splice(client.socket, upstream.socket, LIMITS);
  upstream.socket.push('last words');
  upstream.socket.push(null);
  await settled();
  return { client, upstream: upstream.socket };
}

test('T40: upstream’s last bytes wait for a client that reads slowly, and only then does the half-close count', async (context) => {
  const { client, upstream } = await waiting(context);
  context.mock.timers.tick(59);
  assert.equal(client.socket.destroyed, false);
  client.take();
  await settled();
  context.mock.timers.tick(4);
  assert.deepEqual([client.socket.destroyed, upstream.destroyed], [false, false]);
  context.mock.timers.tick(1);
  assert.deepEqual([client.socket.destroyed, upstream.destroyed], [true, true]);
});

test('T64: a client that never takes the last bytes is cut', async (context) => {
  const { client, upstream } = await waiting(context);
  context.mock.timers.tick(60);
  assert.deepEqual([client.socket.destroyed, upstream.destroyed], [true, true]);
});

/** A client and an upstream over TLS, with a splice between them. */
async function spliced(cleanup: Cleanup, limits = { halfCloseTimeoutMs: 30_000, slowReaderTimeoutMs: 30_000 }) {
  const taken = () => {
    let take: (socket: TLSSocket) => void = () => {};
    const arrived = new Promise<TLSSocket>((resolve) => {
      take = resolve;
    });
    return { take, arrived };
  };
  const [near, far] = [taken(), taken()];
  const [gateway, server] = [await startRawServer(cleanup, near.take), await startRawServer(cleanup, far.take)];
  const dial = async (port: number) => {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: caPem });
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    return cleanup.add(
      socket.on('error', () => {}),
      (each) => each.destroy(),
    );
  };
  const [client, upstream] = [await dial(gateway.port), await dial(server.port)];
  splice(await near.arrived, keepReading(upstream), limits);
  return { client: keepReading(client), upstream, server: await far.arrived };
}

const closed = (socket: Duplex) =>
  new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())));

/** All that comes until the end, while it goes on speaking. */
async function readWhileSpeaking(client: TLSSocket): Promise<number> {
  let bytes = 0;
  for await (const chunk of client) {
    bytes += (chunk as Buffer).length;
    if (client.writable) client.write('more');
  }
  return bytes;
}

const STATUS = 'exit status';

test('T40: upstream that has said all is heard to its end by a client that speaks on, 20 of 20 over TLS', async () => {
  const output = Buffer.alloc(4_000_000, 'o');
  let whole = 0;
  for (let i = 0; i < 20; i++) {
    await using cleanup = new Cleanup();
    const { client, upstream, server } = await spliced(cleanup);
    server.resume().write(output);
    server.end(STATUS);
    if ((await readWhileSpeaking(client)) === output.length + STATUS.length) whole++;
    client.destroy();
    await closed(upstream);
  }
  assert.equal(whole, 20);
});

test('T40: a write that fails takes away nothing that upstream had said, 20 of 20 over TLS', async () => {
  // More than a socket holds whose reader waits, and less than socket and kernel hold.
  const output = Buffer.alloc(120_000, 'o');
  let whole = 0;
  for (let i = 0; i < 20; i++) {
    await using cleanup = new Cleanup();
    const { client, upstream, server } = await spliced(cleanup);
    upstream.pause();
    server.write(output);
    server.end(STATUS, () => server.destroySoon());
    await closed(server);
    for (const word of ['to nobody', 'to who has reset']) {
      const before = upstream.bytesWritten;
      client.write(word);
      while (upstream.bytesWritten === before && !upstream.destroyed) await settled();
    }
    upstream.resume();
    if ((await readWhileSpeaking(client)) === output.length + STATUS.length) whole++;
    client.destroy();
    await closed(upstream);
  }
  assert.equal(whole, 20);
});

test('T40: what was taken of an upstream that breaks reaches its client, and then its end', async () => {
  await using cleanup = new Cleanup();
  const { client, upstream, server } = await spliced(cleanup);
  server.write('half of the output');
  await new Promise((resolve) => client.once('readable', resolve));
  server.write('the rest');
  upstream.pause();
  await new Promise((resolve) => upstream.once('readable', resolve));
  upstream.destroy(Object.assign(new Error('reset'), { syscall: 'read' }));
  let text = '';
  for await (const chunk of client) text += chunk;
  assert.equal(text, 'half of the outputthe rest');
});

test('a client that breaks takes upstream with it', async () => {
  await using cleanup = new Cleanup();
  const { client, server } = await spliced(cleanup);
  server.resume();
  client.write('some');
  client.destroy();
  await closed(server.on('end', () => server.end()));
});

test('a client that is cut because nobody waits for it any more has still been told all', async () => {
  await using cleanup = new Cleanup();
  const { client, upstream, server } = await spliced(cleanup, { halfCloseTimeoutMs: 1, slowReaderTimeoutMs: 30_000 });
  server.end('last words');
  assert.equal(await readWhileSpeaking(client), 'last words'.length);
  await closed(upstream);
});
