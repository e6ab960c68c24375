/*
 * What vanishes without a word (a node that lost power, a client behind a router that forgot it) is found by the kernel's own probes alone, so every connection
 * that may be silent for long must have them. The kernel says in /proc/net/tcp which timer of a connection runs, and when it fires next.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { platform } from 'node:process';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { DEFAULT_UPSTREAM_LIMITS } from '../../src/connectors/kubernetes/upstream/limits.ts';
import type { UpstreamRequest } from '../../src/connectors/kubernetes/upstream/upstream.ts';
import { leftOut } from '../support/left-out.ts';
import * as t from './support.ts';

const ASKED: UpstreamRequest = {
  method: 'GET',
  uri: '/x',
  headers: new Map(),
  body: undefined,
  identity: { subject: 'ada', groups: [] },
  isStream: false,
};
const { signal } = new AbortController();

/** In how many milliseconds the kernel probes this end of a connection over 127.0.0.1 at the latest; `undefined` where it never does. */
async function probedInMs(localPort: number, remotePort: number): Promise<number | undefined> {
  const end = (port: number) => `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (;;) {
    const rows = readFileSync('/proc/net/tcp', 'latin1').split('\n');
    const row = rows
      .map((line) => line.trim().split(/\s+/))
      .find((columns) => columns[1] === end(localPort) && columns[2] === end(remotePort));
    const [timer, ticks] = row?.[5]?.split(':') ?? assert.fail('there is no such connection');
    // 00: none, 02: the probes'. The others are of bytes that are not confirmed yet, and pass.
    if (timer === '00') return undefined;
    if (timer === '02') return Number.parseInt(ticks as string, 16) * 10;
    await new Promise(setImmediate);
  }
}

const WAYS: readonly (readonly [
  what: string,
  delayMs: number,
  open: (cleanup: t.Cleanup) => Promise<{ readonly localPort: number; readonly remotePort: number }>,
])[] = [
  [
    'an exec’s connection upstream',
    DEFAULT_UPSTREAM_LIMITS.keepAliveDelayMs,
    async (cleanup) => {
      const arrived = Promise.withResolvers<Socket>();
      const { url, server, port } = await t.startServer(cleanup, () => {});
      server.on('upgrade', (_request, socket: Socket) => {
        socket.on('error', () => {});
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n');
        arrived.resolve(socket);
      });
      const reply = await t.upstreamTo(cleanup, url).upgrade(ASKED, 'spdy/3.1', signal);
      assert.ok(reply.kind === 'duplex');
      cleanup.add(reply.socket, (socket) => socket.destroy());
      return { localPort: (await arrived.promise).remotePort ?? 0, remotePort: port };
    },
  ],
  [
    'a watch’s connection upstream',
    60_000,
    async (cleanup) => {
      const arrived = Promise.withResolvers<Socket>();
      const { url, port } = await t.startServer(cleanup, (request, response) => {
        response.writeHead(200).flushHeaders();
        arrived.resolve(request.socket);
      });
      const reply = await t.upstreamTo(cleanup, url).send({ ...ASKED, isStream: true }, signal);
      cleanup.add(reply.body, (body) => body.cancel(new Error('the test ends')));
      return { localPort: (await arrived.promise).remotePort ?? 0, remotePort: port };
    },
  ],
  [
    'a client’s connection',
    30_000,
    async (cleanup) => {
      const { port } = await t.listen(cleanup, async () => t.refused(200, 'ok'));
      const client: TLSSocket = cleanup.add(await t.openSocket(port), (socket) => socket.destroy());
      client.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
      await t.readUntil(client, 'ok');
      return { localPort: port, remotePort: client.localPort ?? 0 };
    },
  ],
];

if (platform === 'linux') {
  for (const [what, delayMs, open] of WAYS) {
    test(`${what} is probed when it has been silent for ${delayMs} ms, and the other end, which asked for nothing, is not`, async () => {
      await using cleanup = new t.Cleanup();
      const { localPort, remotePort } = await open(cleanup);
      const inMs = await probedInMs(localPort, remotePort);
      assert.ok(inMs !== undefined && inMs <= delayMs, `${inMs}`);
      assert.equal(await probedInMs(remotePort, localPort), undefined);
    });
  }
} else {
  leftOut('that connections are probed for a peer that vanished', 'run the tests on Linux');
}
