import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { FRAME, frame } from '../support/http2-frames.ts';
import * as t from './support.ts';

const ok = async () => ({ kind: 'refused', status: 200, headers: [], body: Buffer.from('ok') }) as const;

test('drain: each connection hears of it, also where another is just being closed by its client', async () => {
  await using cleanup = new t.Cleanup();
  const listener = await t.listen(cleanup, ok);
  // It says goodbye and does not end: the gateway has, and waits for it.
  const wire = connectTcp({ port: listener.port, host: '127.0.0.1', allowHalfOpen: true });
  const leaving = cleanup.add(
    connectTls({ socket: wire, ca: t.caPem, servername: 'localhost', ALPNProtocols: ['h2'] }),
    (socket) => socket.destroy(),
  );
  leaving.on('error', () => {}).resume();
  const isLeft = new Promise((resolve) => leaving.once('end', resolve));
  leaving.write(
    Buffer.concat([
      Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
      frame(FRAME.settings, 0, 0, Buffer.alloc(0)),
      frame(FRAME.goaway, 0, 0, Buffer.alloc(8)),
    ]),
  );
  await isLeft;
  const staying = cleanup.add(
    connectHttp2(`https://localhost:${listener.port}`, {
      ca: t.caPem,
      lookup: (_, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    }),
    (session) => session.destroy(),
  );
  await new Promise((resolve) => staying.once('remoteSettings', resolve));
  const isTold = new Promise((resolve) => staying.once('goaway', resolve));
  listener.drain();
  assert.equal(await isTold, 0);
});
