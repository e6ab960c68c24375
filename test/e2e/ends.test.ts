/* What ends an exchange from the gateway's side: the caller's bounds, its token, and a journal that breaks. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { openStream, VERSIONS } from '../support/client-stream.ts';
import type { SmallWorld } from '../support/small-world.ts';
import * as spdy from '../support/spdy-client.ts';
import { endsOf, startStreamWorld, told } from '../support/stream-world.ts';
import { openSocket, readAll, readUntil } from '../transport/support.ts';

const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n';
const NAMESPACE = '/api/v1/namespaces/shop';
const WATCH = `${NAMESPACE}/configmaps?watch=1`;

const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
const keysFile = join(tmpdir(), `sallyport-ends-${process.pid}.json`);

let world: SmallWorld;
let token: string;
let exec: string;
let answer: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
let onUpgrade: (socket: TLSSocket) => void = (socket) => socket.destroy();

before(async () => {
  const jwk = { ...(await exportJWK(publicKey)), kid: 'short', alg: 'ES256', use: 'sig' };
  await writeFile(keysFile, JSON.stringify({ keys: [jwk] }));
  world = await startStreamWorld({
    areMasksOpen: true,
    issuers: `  - { name: own, url: "https://issuer.test", audiences: [sallyport], keys: { file: ${keysFile} } }\n`,
    // The caller asks in a loop until the journal is mended.
    limits: 'requestsPerCallerMax: 3, streamsPerCallerMax: 2, requestsPerCallerBurstMax: 1000000',
    front: {
      onRequest: (request, response) => answer(request, response),
      onUpgrade: (_request, socket) => onUpgrade(socket),
    },
  });
  token = await tokenOf('dev');
  const { body } = await world.ask({ token, uri: `${NAMESPACE}/pods` });
  const pod = (JSON.parse(body) as { items: { metadata: { name: string } }[] }).items[0]?.metadata.name ?? '';
  exec = `/k8s/demo${NAMESPACE}/pods/${pod}/exec?command=sh`;
});
after(async () => {
  await world.stop();
  await rm(keysFile, { force: true });
});

/** A stream that upstream has begun, and upstream's end of it. */
async function openWatch(version: '1.1' | '2', own = token, uri = WATCH) {
  const arrived = new Promise<ServerResponse>((resolve) => {
    answer = (request, response) => {
      if (request.url !== uri) return false;
      response.writeHead(200, { 'content-type': 'application/json' }).write('event\n');
      resolve(response);
      return true;
    };
  });
  const stream = await openStream(world, { version, uri, token: own });
  assert.equal(stream.status, 200);
  await stream.untilText('event');
  return { stream, upstream: await arrived };
}

async function openExec(own = token) {
  const arrived = new Promise<TLSSocket>((resolve) => {
    onUpgrade = (socket) => {
      socket.write(SWITCH);
      resolve(socket);
    };
  });
  const client = await openSocket(Number(new URL(world.gateway.url).port), { ca: world.caPem });
  client.write(
    `POST ${exec} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${own}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n`,
  );
  assert.match(await readUntil(client, '\r\n\r\n'), /^HTTP\/1.1 101 /);
  return { client, upstream: await arrived };
}

/** The stream on which a command's status comes, opened and answered. */
async function openErrorStream({ client, upstream }: Awaited<ReturnType<typeof openExec>>): Promise<void> {
  const block = await new spdy.HeaderCompressor().block(spdy.headerBlock([['streamtype', 'error']]));
  client.write(spdy.synStream(1, block));
  await once(upstream, 'data');
  upstream.write(spdy.controlFrame(2, spdy.uint32(1)));
  await once(client.resume(), 'data');
}

const isGone = (side: ServerResponse | TLSSocket) =>
  new Promise<void>((resolve) => {
    if (side.closed || ('readableEnded' in side && side.readableEnded)) resolve();
    else if ('resume' in side) side.resume().once('end', resolve).once('close', resolve);
    else side.once('close', resolve);
  });

const statusOf = async (own: string, uri: string) => (await world.ask({ token: own, uri })).status;

test('streamsPerCallerMax, requestsPerCallerMax: as many as that, not one more, and each end of any kind makes room for one', async () => {
  const ends: readonly ((watch: Awaited<ReturnType<typeof openWatch>>) => unknown)[] = [
    ({ upstream }) => upstream.end(),
    ({ upstream }) => upstream.destroy(),
    ({ stream }) => stream.leave(),
  ];
  for (const [i, end] of ends.entries()) {
    const own = await tokenOf(`busy-${i}`);
    const [first, second] = [await openWatch('2', own), await openWatch('1.1', own)];
    assert.equal(await statusOf(own, WATCH), 429);
    assert.equal(await statusOf(own, `${NAMESPACE}/pods`), 200);
    end(first);
    first.stream.body.resume();
    await Promise.all([first.stream.ended, isGone(first.upstream)]);
    const third = await openWatch('1.1', own);
    const again = await world.ask({ token: own, uri: WATCH });
    assert.equal(again.status, 429);
    assert.equal(again.headers['retry-after'], '1');
    for (const { stream } of [second, third]) stream.leave();
  }
});

test('streamsPerCallerMax: an exec counts until both of its sides have ended, and a refused one not at all', async () => {
  const own = await tokenOf('shells');
  const [first, second] = [await openExec(own), await openExec(own)];
  assert.equal(await statusOf(own, WATCH), 429);
  const from = (await endsOf(world, '/exec', 0)).length;
  first.upstream.end();
  await isGone(first.client);
  first.client.end();
  await endsOf(world, '/exec', from + 1);
  onUpgrade = (socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  const client = await openSocket(Number(new URL(world.gateway.url).port), { ca: world.caPem });
  client.write(
    `POST ${exec} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${own}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n`,
  );
  assert.match(await readAll(client), /^HTTP\/1.1 403 /);
  await endsOf(world, '/exec', from + 2);
  const third = await openExec(own);
  assert.equal(await statusOf(own, WATCH), 429);
  for (const { client: each } of [second, third]) each.destroy();
});

/** A token that its issuer has ended, and that is taken for one or two more seconds, for the skew of clocks. */
function lastToken(subject: string): Promise<string> {
  return tokenOf(subject, -28);
}

function tokenOf(subject: string, endsInSeconds = 3600): Promise<string> {
  return new SignJWT({ groups: ['ops'] })
    .setProtectedHeader({ alg: 'ES256', kid: 'short' })
    .setIssuer('https://issuer.test')
    .setSubject(subject)
    .setAudience('sallyport')
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + endsInSeconds)
    .sign(privateKey);
}

for (const version of VERSIONS) {
  test(`T60: a watch ends in order when its caller’s token is no longer taken, over HTTP/${version}`, async () => {
    const own = await lastToken(`short-${version}`);
    const uri = `${NAMESPACE}/events?watch=1&labelSelector=v${version}`;
    const { stream, upstream } = await openWatch(version, own, uri);
    stream.body.resume();
    assert.equal(await stream.ended, 'whole');
    await isGone(upstream);
    assert.equal(await statusOf(own, uri), 401);
    const end = (await endsOf(world, '/events', version === '1.1' ? 1 : 2)).at(-1);
    assert.equal(told(end as never), 'answered 200 (the token ended), 0 in, 6 out');
  });
}

test('T60: an exec ends when its caller’s token is no longer taken', async () => {
  const from = (await endsOf(world, '/exec', 0)).length;
  const { client, upstream } = await openExec(await lastToken('short-exec'));
  await Promise.all([isGone(client), isGone(upstream)]);
  client.destroy();
  const ends = await endsOf(world, '/exec', from + 1);
  assert.ok(ends.some((end) => told(end) === 'answered 101 (the token ended), 0 in, 0 out'));
});

test('T62: when the journal breaks, what streams is broken off on both sides, what is asked is refused, and all of it goes on once it is mended', async () => {
  const own = await tokenOf('cut');
  const [watch, shell] = [await openWatch('2', own), await openExec(own)];
  const other = await openWatch('1.1');
  await openErrorStream(shell);
  const said = readAll(shell.client);
  const slow = `${NAMESPACE}/services?labelSelector=slow`;
  const arrived = new Promise<ServerResponse>((resolve) => {
    answer = (request, response) => {
      if (request.url === slow) resolve(response);
      return request.url === slow;
    };
  });
  const waiting = world.ask({ token, uri: slow });
  const late = await arrived;
  const folder = join(world.folder, 'data', 'journal');
  const last =
    (await readdir(folder))
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
      .at(-1) ?? '';
  await rename(join(folder, last), join(folder, `${last}.taken`));
  const change = { token, method: 'DELETE', uri: `${NAMESPACE}/configmaps/not-deleted` } as const;
  const { status, body } = await world.ask(change);
  assert.equal(status, 503);
  assert.match(body, /RECORDING_UNAVAILABLE/);
  late.end('withheld');
  const { status: lateStatus, body: lateBody } = await waiting;
  assert.deepEqual([lateStatus, /OUTCOME_UNKNOWN/.test(lateBody), /"withheld"/.test(lateBody)], [502, true, false]);
  for (const { stream } of [watch, other]) stream.body.resume();
  assert.deepEqual(await Promise.all([watch.stream.ended, other.stream.ended]), ['broken', 'broken']);
  await Promise.all([isGone(watch.upstream), isGone(other.upstream), isGone(shell.upstream)]);
  // T82: over SPDY an exec that ends without a word is a success.
  assert.match(await said, /ended by the gateway: what passes can no longer be recorded$/);
  assert.ok(!world.standin.requests.some(({ target }) => target.includes('not-deleted')));
  while ((await world.ask(change)).status === 503);
  const again = await openWatch('1.1', own);
  again.stream.leave();
});
