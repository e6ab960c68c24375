/* exec, attach, port-forward and what applications behind a proxy upgrade to, through the whole gateway. What real clients make of it is in test/cluster-suites. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { after, before, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { WebSocket, WebSocketServer } from 'ws';
import { kernelBytesMax, stalled } from '../support/kernel-buffers.ts';
import type { SmallWorld } from '../support/small-world.ts';
import { dataFrame, HeaderCompressor, headerBlock, PING, synStream, webSocketFrame } from '../support/spdy-client.ts';
import { endsOf, startStreamWorld, told } from '../support/stream-world.ts';
import { openSocket, readAll, readUntil } from '../transport/support.ts';

/** What the two programs themselves may hold of one direction, beside the kernel's buffers of two connections, bytes. */
const HELD_MAX = 8 << 20;
const PODS = '/api/v1/namespaces/shop/pods';
const SWITCH =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n';

let world: SmallWorld;
let token: string;
let pod: string;
let onUpgrade: (request: IncomingMessage, socket: TLSSocket, head: Buffer) => void = (_request, socket) =>
  socket.destroy();
let upgrades = 0;
let connection: Socket | undefined;

before(async () => {
  const front = {
    onConnection(socket: Socket) {
      connection = socket;
    },
    onUpgrade(request: IncomingMessage, socket: TLSSocket, head: Buffer) {
      upgrades++;
      onUpgrade(request, socket, head);
    },
  };
  world = await startStreamWorld({ front });
  token = await world.token('dev');
  const { body } = await world.ask({ token, uri: PODS });
  pod = (JSON.parse(body) as { items: { metadata: { name: string } }[] }).items[0]?.metadata.name ?? '';
});
after(() => world.stop());

interface Asked {
  readonly uri: string;
  readonly method?: string;
  readonly protocol?: string;
  readonly headers?: readonly string[];
  readonly token?: string;
}

/** The bytes of an upgrade request. */
function upgradeRequest({
  uri,
  method = 'POST',
  protocol = 'SPDY/3.1',
  headers = [],
  token: own = token,
}: Asked): string {
  const lines = ['Host: h', `Authorization: Bearer ${own}`, 'Connection: Upgrade', `Upgrade: ${protocol}`, ...headers];
  return `${method} /k8s/demo${uri} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

function open(): Promise<TLSSocket> {
  return openSocket(Number(new URL(world.gateway.url).port), { ca: world.caPem });
}

/** A connection that has left HTTP, and upstream's end of it. */
async function opened(asked: Asked, reply = SWITCH): Promise<{ client: TLSSocket; upstream: TLSSocket }> {
  const arrived = new Promise<TLSSocket>((resolve) => {
    onUpgrade = (_request, socket) => {
      socket.write(reply);
      resolve(socket);
    };
  });
  const client = await open();
  client.write(upgradeRequest(asked));
  await readUntil(client, '\r\n\r\n');
  return { client, upstream: await arrived };
}

/** Resolves when the other side has ended or broken it. */
const closed = (socket: TLSSocket) =>
  new Promise<void>((resolve) => {
    if (socket.closed || socket.readableEnded) resolve();
    else void socket.resume().once('end', resolve).once('close', resolve);
  });
/** What opens the stream 1 for output. */
const stdoutOpened = async () =>
  synStream(1, await new HeaderCompressor().block(headerBlock([['streamtype', 'stdout']])));
const execOf = (text: string) => `${PODS}/${pod}/exec?command=${text}&stdin=true&stdout=true`;
const execEnds = async () => (await endsOf(world, '/exec', 0)).length;

/** What the data frames in a direction hold, however they are cut; to the caller they are framed anew, since what a command says is looked into. */
function payloads(): (part: Buffer) => Buffer {
  let [head, left] = [Buffer.alloc(0), 0];
  return (part) => {
    const held: Buffer[] = [];
    for (let at = 0; at < part.length; ) {
      if (left === 0) {
        const end = Math.min(part.length, at + 8 - head.length);
        head = Buffer.concat([head, part.subarray(at, end)]);
        at = end;
        if (head.length < 8) break;
        left = head.readUIntBE(5, 3);
        head = Buffer.alloc(0);
      }
      held.push(part.subarray(at, at + left));
      const taken = Math.min(left, part.length - at);
      [at, left] = [at + taken, left - taken];
    }
    return Buffer.concat(held);
  };
}

test('T40: bytes both ways are the same bytes, and what is under way is bounded in both directions', async () => {
  const { client, upstream } = await opened({ uri: execOf('cat') });
  const opening = await stdoutOpened();
  client.write(opening);
  assert.deepEqual(await once(upstream, 'data'), opening);
  const chunk = dataFrame(1, Buffer.alloc((1 << 20) - 8));
  for (let i = 8; i < chunk.length; i += 4) chunk.writeUInt32LE((i * 2654435761) >>> 0, i);
  const aheadMax = 2 * kernelBytesMax() + HELD_MAX;
  const count = Math.ceil((2 * aheadMax) / chunk.length);
  const total = count * (chunk.length - 8);
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    const [sent, received] = [createHash('sha256'), createHash('sha256')];
    let [written, taken] = [0, 0];
    const payloadOf = payloads();
    const push = () => {
      while (written < total) {
        written += chunk.length - 8;
        sent.update(chunk.subarray(8));
        if (!from.write(chunk)) return void from.once('drain', push);
      }
    };
    to.pause();
    push();
    await stalled(() => written);
    await new Promise<void>((resolve) => {
      const take = () => {
        const part = to.read() as Buffer | null;
        if (part === null) return void to.once('readable', take);
        const payload = payloadOf(part);
        taken += payload.length;
        received.update(payload);
        assert.ok(written - taken <= aheadMax, `${written} written when ${taken} were taken`);
        if (taken === total) resolve();
        else setImmediate(take);
      };
      take();
    });
    assert.equal(received.digest('hex'), sent.digest('hex'));
  }
  const from = await execEnds();
  upstream.end();
  client.resume().once('end', () => client.end());
  await closed(client);
  const end = told((await endsOf(world, '/exec', from + 1)).at(-1) as never);
  assert.match(end, new RegExp(`^answered 101, ${opening.length + count * chunk.length} in, \\d+ out$`));
});

test('T40: an end passes each way on its own, and the end is recorded once, as what it was', async () => {
  let from = await execEnds();
  const toldNext = async () => told((await endsOf(world, '/exec', ++from)).at(-1) as never);

  const half = await opened({ uri: execOf('tar') });
  const opening = await stdoutOpened();
  half.client.end(opening);
  assert.equal(await readAllOnce(half.upstream), opening.toString('latin1'));
  const rest = readAll(half.client);
  half.upstream.end(dataFrame(1, Buffer.from('out after the end of in')));
  assert.match(await rest, /out after the end of in$/);
  assert.equal(await toldNext(), `answered 101, ${opening.length} in, 31 out`);

  const callerBreaks = await opened({ uri: execOf('sh') });
  callerBreaks.client.destroy();
  await closed(callerBreaks.upstream);
  callerBreaks.upstream.destroy();
  assert.match(await toldNext(), /^(abandoned|answered) 101, 0 in, 0 out$/);

  const upstreamBreaks = await opened({ uri: execOf('sh') });
  connection?.resetAndDestroy();
  assert.equal(await readAll(upstreamBreaks.client), '');
  assert.equal(await toldNext(), 'broken 101, 0 in, 0 out');
});

/** All until its end, without closing it. */
function readAllOnce(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    socket.on('end', () => resolve(text));
  });
}

for (const [subprotocol, uri] of [
  ['v5.channel.k8s.io', 'exec?command=sh&stdin=true'],
  ['v4.channel.k8s.io', 'attach?stdin=true'],
] as const) {
  test(`T34: a WebSocket of ${subprotocol} passes in frames of any kind, and closes with its own code`, async () => {
    const server = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false });
    onUpgrade = (request, socket, head) =>
      server.handleUpgrade(request, socket, head, (each) => {
        each.on('message', (data, isBinary) => each.send(data as Buffer, { binary: isBinary }));
        each.on('ping', () => each.close(4001, 'exit'));
      });
    const socket = new WebSocket(
      `${world.gateway.url.replace('https', 'wss')}/k8s/demo${PODS}/${pod}/${uri}`,
      subprotocol,
      {
        ca: world.caPem,
        headers: { authorization: `Bearer ${token}` },
      },
    );
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    assert.equal(socket.protocol, subprotocol);
    /** Messages of one channel put together: what a command says may come in more than it was sent in. */
    const said = (bytes: number) =>
      new Promise<Buffer>((resolve) => {
        let whole: Buffer = Buffer.alloc(0);
        const take = (part: Buffer) => {
          whole = whole.length === 0 ? part : Buffer.concat([whole, part.subarray(1)]);
          if (whole.length >= bytes) resolve(whole);
          else socket.once('message', take);
        };
        socket.once('message', take);
      });
    for (const message of [
      Buffer.from([255, 0]),
      Buffer.from(`\x01${'a'.repeat(200)}`),
      Buffer.from(`\x02${'b'.repeat(70_000)}`),
    ]) {
      socket.send(message);
      assert.deepEqual(await said(message.length), message);
    }
    socket.ping();
    const [code, reason] = await new Promise<[number, Buffer]>((resolve) =>
      socket.once('close', (...told) => resolve(told)),
    );
    assert.deepEqual([code, String(reason)], [4001, 'exit']);
  });
}

test('a port-forward tunnels its frames in a WebSocket, and ends when its pod does', async () => {
  const tunnel = 'SPDY/3.1+portforward.k8s.io';
  const { client, upstream } = await opened(
    {
      uri: `${PODS}/${pod}/portforward`,
      method: 'GET',
      protocol: 'websocket',
      headers: [
        `Sec-WebSocket-Protocol: ${tunnel}`,
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      ],
    },
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: ${tunnel}\r\n\r\n`,
  );
  const sent = webSocketFrame(PING);
  client.write(sent);
  assert.deepEqual(await once(upstream, 'data'), sent);
  const answered = Buffer.concat([Buffer.from([0x82, PING.length]), PING]);
  upstream.write(answered);
  assert.deepEqual(await once(client, 'data'), answered);
  // T41: the pod is gone, and its caller hears so without a word of its own.
  connection?.resetAndDestroy();
  await closed(client);
  client.destroy();
  assert.match(told((await endsOf(world, '/portforward', 1)).at(-1) as never), /^broken 101, 18 in, 14 out$/);
});

function once(socket: TLSSocket, event: 'data'): Promise<Buffer> {
  return new Promise((resolve) => socket.once(event, resolve));
}

const PIPELINED = `GET /k8s/demo/api/v1/namespaces/shop/secrets HTTP/1.1\r\nHost: h\r\n\r\n`;

test('T33: an exec that is refused leaves no pipe: one answer, nothing upstream, and one refusal recorded', async () => {
  const stranger = await world.token('stranger', ['nobody']);
  for (const [asked, code] of [
    [{ uri: execOf('sh'), token: stranger }, 403],
    [{ uri: execOf('sh'), token: stranger, method: 'GET', protocol: 'websocket' }, 403],
    [{ uri: execOf('sh'), token: 'a.b.c' }, 401],
    [{ uri: execOf('sh'), headers: ['Impersonate-User: joe'] }, 403],
    [{ uri: execOf('sh'), method: 'GET', protocol: 'websocket', headers: ['impersonate_user: joe'] }, 403],
  ] as const) {
    const client = await open();
    const before = upgrades;
    client.write(upgradeRequest(asked) + PIPELINED);
    const text = await readAll(client);
    assert.match(text, new RegExp(`^HTTP/1.1 ${code} `));
    assert.equal(text.split('HTTP/1.1 ').length, 2);
    assert.match(text, /"kind":"Status"/);
    assert.equal(upgrades, before);
  }
});

for (const [name, headers, body] of [
  ['a length', ['Content-Length: 5'], 'hello'],
  ['chunks', ['Transfer-Encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n'],
  ['a length, and does not send it', ['Content-Length: 5'], ''],
] as const) {
  test(`T33: an exec whose request has a body, by ${name}, is told so and recorded, and no pipe is left`, async () => {
    const from = (await refusedBodies()).length;
    const before = upgrades;
    const client = await open();
    client.write(upgradeRequest({ uri: execOf('sh'), headers }) + body + PIPELINED);
    const text = await readAll(client);
    assert.match(
      text,
      /^HTTP\/1.1 400 Bad Request\r\n[\s\S]*"kind":"Status"[\s\S]*a request for an upgrade has a body/,
    );
    assert.equal(text.split('HTTP/1.1 ').length, 2);
    assert.equal(upgrades, before);
    while ((await refusedBodies()).length === from);
  });
}

/** Ends in the journal of upgrades that were refused for their body. */
async function refusedBodies() {
  return (await world.events()).filter(
    (event) =>
      event.type === 'exchange.ended' &&
      event.outcome.kind === 'refused' &&
      event.outcome.message.startsWith('a request for an upgrade has a body'),
  );
}

test('T33: an upgrade that upstream refuses is an ordinary answer, and no pipe is left', async () => {
  const from = await execEnds();
  const behind: string[] = [];
  onUpgrade = (_request, socket) => {
    socket.on('data', (chunk) => behind.push(String(chunk)));
    socket.write('HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}');
  };
  const client = await open();
  client.write(upgradeRequest({ uri: execOf('sh') }) + PIPELINED);
  const text = await readAll(client);
  assert.match(text, /^HTTP\/1.1 403 Forbidden\r\n[\s\S]*\r\n\r\n{}$/);
  assert.equal(told((await endsOf(world, '/exec', from + 1)).at(-1) as never), 'answered 403, 0 in, 2 out');
  assert.deepEqual(behind, []);
});

test('T46: why upstream refuses an upgrade is told whole, without the values that are in it', async () => {
  const said = (value: string) =>
    JSON.stringify({ kind: 'Status', code: 403, message: `denied: DB_PASSWORD=${value} is set` });
  onUpgrade = (_request, socket) => {
    const body = said('c0rrect-h0rse');
    socket.write(
      `HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  };
  const client = await open();
  client.write(upgradeRequest({ uri: execOf('sh') }));
  const [head = '', body] = (await readAll(client)).split('\r\n\r\n');
  assert.equal(body, said('masked-by-sallyport-keyed-secret'));
  assert.match(head, new RegExp(`\r\ncontent-length: ${body.length}(?:\r\n|$)`, 'i'));
});

/** What does not fit together: refused here, or sent on as it is, so that the API server answers, and recorded as the power that it is. */
const MISMATCHES: readonly (readonly [string, Asked, number])[] = [
  ['SPDY by GET', { uri: 'exec?command=sh', method: 'GET' }, 101],
  ['a WebSocket by POST', { uri: 'exec?command=sh', protocol: 'websocket' }, 400],
  ['SPDY by PUT', { uri: 'exec?command=sh', method: 'PUT' }, 400],
  ['h2c', { uri: 'exec?command=sh', protocol: 'h2c' }, 400],
  ['two protocols', { uri: 'exec?command=sh', protocol: 'websocket, SPDY/3.1' }, 400],
  ['a WebSocket of text frames', { uri: 'exec?command=sh', method: 'GET', protocol: 'websocket', headers: ['Sec-WebSocket-Protocol: base64.channel.k8s.io'] }, 101],
  ['a WebSocket of no subprotocol', { uri: 'exec?command=sh', method: 'GET', protocol: 'websocket' }, 101],
  ['a version that nobody knows', { uri: 'exec?command=sh', headers: ['X-Stream-Protocol-Version: v99.channel.k8s.io'] }, 101],
  ['a followed log', { uri: 'log?follow=true', method: 'GET', protocol: 'websocket' }, 400],
]; // biome-ignore format: a table

for (const [name, asked, expected] of MISMATCHES) {
  test(`T37: ${name} is ${expected === 101 ? 'sent on as it is and recorded' : 'refused'}`, async () => {
    const from = await endsOf(world, `/${pod}/`, 0);
    let seen: IncomingMessage | undefined;
    onUpgrade = (request, socket) => {
      seen = request;
      const protocol = asked.protocol ?? 'SPDY/3.1';
      socket.end(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`);
    };
    const client = await open();
    client.write(upgradeRequest({ ...asked, uri: `${PODS}/${pod}/${asked.uri}` }));
    assert.match(await readAll(client), new RegExp(`^HTTP/1.1 ${expected} `));
    assert.equal(seen !== undefined, expected === 101);
    for (const header of asked.headers ?? []) {
      const [field = '', value] = header.split(': ');
      if (seen !== undefined) assert.equal(seen.headers[field.toLowerCase()], value);
    }
    if (expected === 101) assert.ok((await endsOf(world, `/${pod}/`, from.length + 1)).length > from.length);
  });
}

test('an upgrade behind the proxy of a pod or service is one of its own, judged as that power, with no cookie of the application', async () => {
  for (const path of [
    `${PODS}/${pod}:8080/proxy/socket?a=%2F`,
    '/api/v1/namespaces/shop/services/http:web:80/proxy/socket',
  ]) {
    const from = (await endsOf(world, '/proxy', 0)).length;
    let seen: IncomingMessage | undefined;
    onUpgrade = (request, socket) => {
      seen = request;
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSet-Cookie: a=b\r\n\r\n',
      );
      socket.on('data', (chunk) => socket.end(`echo ${chunk}`));
    };
    const client = await open();
    client.write(
      upgradeRequest({ uri: path, method: 'GET', protocol: 'websocket', headers: ['Cookie: mine=1', 'Origin: null'] }),
    );
    const head = await readUntil(client, '\r\n\r\n');
    assert.match(head, /^HTTP\/1.1 101 /);
    assert.doesNotMatch(head, /cookie/i);
    client.write('ping');
    assert.equal(await readAll(client), 'echo ping');
    assert.equal(seen?.url, path);
    assert.equal(seen?.headers.cookie, undefined);
    assert.equal(seen?.headers['impersonate-user'], 'dev');
    assert.match(told((await endsOf(world, '/proxy', from + 1)).at(-1) as never), /^answered 101, 4 in, 9 out$/);
  }
});

test('an application behind a proxy that switches protocols without being asked makes no pipe', async () => {
  const client = await open();
  client.write(
    `GET /k8s/demo${PODS}/${pod}/proxy/ HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${token}\r\nUpgrade: websocket\r\n\r\n`,
  );
  assert.match(await readUntil(client, '\r\n\r\n'), /^HTTP\/1.1 400 /);
  client.destroy();
});
