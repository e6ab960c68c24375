import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { type TestContext, test } from 'node:test';
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
