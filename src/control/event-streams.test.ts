import assert from 'node:assert/strict';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { callerOf } from '../../test/support/operation.ts';
import { EventStreams } from './event-streams.ts';
import type { Send } from './route.ts';

const who = { caller: callerOf({}), roles: [], session: undefined, isStill: async () => true, onEnd: () => () => {} };

test('what cannot be told cuts its stream, is told to the log, and ends nothing else', async () => {
  const faults: unknown[] = [];
  const streams = new EventStreams((fault) => faults.push(fault));
  const begun: { readonly send: Send; readonly broken: (thrown: unknown) => void }[] = [];
  let ended = 0;
  const begin = (send: Send, broken: (thrown: unknown) => void) => {
    begun.push({ send, broken });
    return () => ended++;
  };
  const server = createServer((_request, response) => streams.send({ begin }, who, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const open = () => new Promise<IncomingMessage>((resolve) => get({ port, host: '127.0.0.1' }, resolve));
  try {
    const [first, second] = [await open(), await open()];
    const cut = new Promise((resolve) => first.once('error', resolve));
    const fault = new TypeError('a row of an older form');
    begun[0]?.broken(fault);
    first.resume();
    assert.equal(((await cut) as NodeJS.ErrnoException).code, 'ECONNRESET');
    assert.deepEqual([faults, ended], [[fault], 1]);
    const told = (async () => {
      for await (const chunk of second.setEncoding('utf8')) if (chunk.includes('event: kill')) return chunk;
    })();
    begun[1]?.send('kill', { id: 'k' });
    assert.equal(await told, 'event: kill\ndata: {"id":"k"}\n\n');
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
