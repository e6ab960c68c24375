/* How a gateway stops: what ends at once, what is waited for, what is cut, and what the journal says of each. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import type { Event } from '../../src/recording/event.ts';
import { openStream, VERSIONS } from '../support/client-stream.ts';
import { ask, makeSite } from '../support/gateway-process.ts';
import { journalOf } from '../support/journal-of.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';
import { dataFrame, HeaderCompressor, headerBlock, synStream } from '../support/spdy-client.ts';
import { endsOf, STREAM_POLICY, told } from '../support/stream-world.ts';
import { openSocket, readAll, readUntil } from '../transport/support.ts';

const NAMESPACE = '/api/v1/namespaces/shop';
const POD = `${NAMESPACE}/pods/web`;
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n';

/** A world whose upstream leaves every request for `uri` to the test, and every upgrade. */
async function worldOf(t: TestContext) {
  const held = new Map<string, (response: ServerResponse) => void>();
  let onUpgrade = (socket: TLSSocket) => void socket.destroy();
  const world = await startSmallWorld({
    policy: STREAM_POLICY,
    // What the upstream of these tests says is no object, in which masks could be made.
    config: 'limits: { stopTimeoutMs: 600000 }\nunsafe: { openMasks: [{ id: "*", callers: [{ everyone: true }] }] }\n',
    front: {
      onRequest({ url = '' }: IncomingMessage, response: ServerResponse) {
        held.get(url)?.(response);
        return held.has(url);
      },
      onUpgrade: (_request, socket) => onUpgrade(socket),
    },
  });
  t.after(async () => {
    world.gateway.hurry();
    await world.stop();
  });
  return {
    world,
    token: await world.token('dev'),
    arrived: (uri: string) => new Promise<ServerResponse>((resolve) => held.set(uri, resolve)),
    upgraded: () =>
      new Promise<TLSSocket>((resolve) => {
        onUpgrade = (socket) => {
          socket.write(SWITCH);
          resolve(socket);
        };
      }),
  };
}

const privatePort = (world: SmallWorld, path: string) => fetch(world.gateway.privateUrl + path);

for (const version of VERSIONS) {
  test(`T82: a stop ends watches in order and cuts logs, and waits for what ends by itself, over HTTP/${version}`, async (t) => {
    const { world, token, arrived } = await worldOf(t);
    const [watchUri, logUri] = [`${NAMESPACE}/configmaps?watch=1`, `${POD}/log?follow=true`];
    const [watchCame, logCame, getCame] = [arrived(watchUri), arrived(logUri), arrived(`${NAMESPACE}/services`)];
    const watching = openStream(world, { version, uri: watchUri, token });
    const upstreamWatch = await watchCame;
    upstreamWatch.writeHead(200, { 'content-type': 'application/json' }).write('{"type":"ADDED"}\n{"type":');
    const watch = await watching;
    await watch.untilText('{"type":');
    const logging = openStream(world, { version, uri: logUri, token });
    (await logCame).writeHead(200, { 'content-type': 'text/plain' }).write('no end of the line');
    const log = await logging;
    await log.untilText('line');
    const getting = openStream(world, { version, uri: `${NAMESPACE}/services`, token });
    const upstreamGet = await getCame;

    const stopped = world.gateway.stop('the test says so');
    log.body.resume();
    assert.equal(await log.ended, 'broken');
    const ready = await privatePort(world, '/readyz');
    assert.deepEqual([ready.status, await ready.text()], [503, 'not ready\n- the gateway is stopping\n']);
    assert.equal((await privatePort(world, '/healthz')).status, 200);
    await assert.rejects(openSocket(Number(new URL(world.gateway.url).port), { ca: world.caPem }));
    // The event that was under way is whole, and none comes behind it.
    upstreamWatch.write('"MODIFIED"}\n{"type":"DELETED"}\n');
    assert.match(await watch.untilText('MODIFIED'), /"MODIFIED"\}\n$/);
    watch.body.resume();
    assert.equal(await watch.ended, 'whole');
    upstreamGet.end('{"kind":"ServiceList"}');
    const got = await getting;
    await got.untilText('ServiceList');
    got.body.resume();
    assert.deepEqual([got.status, await got.ended], [200, 'whole']);
    await stopped;
    assert.match(told((await endsOf(world, '/configmaps'))[0] as never), /^answered 200 \(the gateway stopped\)/);
    assert.match(told((await endsOf(world, '/log'))[0] as never), /^answered 200 \(the gateway stopped\)/);
    assert.match(told((await endsOf(world, '/services'))[0] as never), /^answered 200, /);
    assert.equal((await world.events()).at(-1)?.type, 'gateway.stopped');
  });

  test(`a watch that begins while the gateway stops ends at once, over HTTP/${version}`, async (t) => {
    const { world, token, arrived } = await worldOf(t);
    const uri = `${NAMESPACE}/configmaps?watch=1`;
    const came = arrived(uri);
    const watching = openStream(world, { version, uri, token });
    const upstream = await came;
    const stopped = world.gateway.stop('the test says so');
    upstream.writeHead(200, { 'content-type': 'application/json' }).write('{"type":"ADDED"}\n');
    const watch = await watching;
    watch.body.resume();
    assert.deepEqual([watch.status, await watch.ended], [200, 'whole']);
    await stopped;
    assert.equal(
      told((await endsOf(world, '/configmaps'))[0] as never),
      'answered 200 (the gateway stopped), 0 in, 0 out',
    );
  });
}

for (const version of VERSIONS) {
  test(`a stop does not wait for a log that has no line yet, over HTTP/${version}`, async (t) => {
    const { world, token, arrived } = await worldOf(t);
    const uri = `${POD}/log?follow=true`;
    const came = arrived(uri);
    const logging = openStream(world, { version, uri, token });
    const upstream = await came;
    const gone = new Promise((resolve) => upstream.once('close', resolve));
    const stopped = world.gateway.stop('the test says so');
    const log = await logging;
    log.body.resume();
    await stopped;
    await gone;
    assert.deepEqual([log.status, log.headers['retry-after']], [503, '1']);
    const [end] = await endsOf(world, '/log');
    assert.deepEqual(end?.outcome, {
      kind: 'refused',
      code: 'SHUTTING_DOWN',
      status: 503,
      message: 'the gateway is stopping, and the target had not begun to answer',
    });
  });
}

test('an exec has the whole time, and is cut with a reason, as is a request that upstream does not answer', async (t) => {
  const { world, token, arrived, upgraded } = await worldOf(t);
  const port = Number(new URL(world.gateway.url).port);
  const { body } = await world.ask({ token, uri: `${NAMESPACE}/pods` });
  const pod = (JSON.parse(body) as { items: { metadata: { name: string } }[] }).items[0]?.metadata.name ?? '';
  const client = await openSocket(port, { ca: world.caPem });
  const switched = upgraded();
  client.write(
    `POST /k8s/demo${NAMESPACE}/pods/${pod}/exec?command=sh HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${token}\r\n` +
      'Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n',
  );
  assert.match(await readUntil(client, '\r\n\r\n'), /^HTTP\/1.1 101 /);
  const upstream = await switched;
  client.write(synStream(1, await new HeaderCompressor().block(headerBlock([['streamtype', 'stdout']]))));
  await new Promise((resolve) => upstream.once('data', resolve));
  const came = arrived(`${NAMESPACE}/services`);
  const getting = openStream(world, { version: '1.1', uri: `${NAMESPACE}/services`, token });
  await came;
  const stopped = world.gateway.stop('the test says so');
  upstream.write(dataFrame(1, Buffer.from('still here')));
  assert.match(await readUntil(client, 'still here'), /still here$/);
  world.gateway.hurry();
  await assert.rejects(getting);
  await stopped;
  assert.match(told((await endsOf(world, '/exec'))[0] as never), /^answered 101 \(the gateway stopped\)/);
  const [end] = await endsOf(world, '/services');
  const outcome = { kind: 'broken', code: 'OUTCOME_UNKNOWN', status: 502, message: 'the gateway stopped' };
  assert.deepEqual(end?.outcome, outcome);
});

const PODS = '/k8s/target-0/api/v1/namespaces/shop/pods';

/** A gateway as a process, with a request on it whose body has not come whole. */
async function startHeld(t: TestContext) {
  const site = await makeSite({ config: 'limits: { stopTimeoutMs: 600000, bodyTimeoutMs: 600000 }\n' });
  t.after(() => site.stop());
  const running = await site.start();
  const caFile = join(site.folder, 'data/ca.crt');
  const token = await site.token();
  assert.equal((await ask(running.url + PODS, { token, caFile })).status, 200);
  const socket = await openSocket(Number(new URL(running.url).port), { rejectUnauthorized: false });
  socket.write(
    `POST ${PODS} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n` +
      'Expect: 100-continue\r\nContent-Length: 2\r\n\r\n',
  );
  await readUntil(socket, '100 Continue\r\n\r\n');
  const lastEvents = async (count: number) =>
    (await journalOf(join(site.folder, 'data/journal'))).slice(-count).map(inWords);
  return { running, socket, lastEvents };
}

function inWords(event: Event): string {
  if (event.type === 'gateway.stopped') return `stopped: ${event.reason}`;
  if (event.type === 'exchange.ended')
    return `${event.outcome.kind} ${'code' in event.outcome ? event.outcome.code : ''}`;
  return event.type;
}

test('SIGTERM: a request that is under way is answered, its connection ends, and the process ends with 0', async (t) => {
  const { running, socket, lastEvents } = await startHeld(t);
  running.child.kill('SIGTERM');
  await running.child.until(/the gateway stops/);
  socket.write('{}');
  assert.match(await readAll(socket), /^HTTP\/1.1 4\d\d [\s\S]*\r\nconnection: close\r\n/i);
  assert.equal(await running.child.ended, 0);
  assert.match((await lastEvents(2)).join(', '), /^refused \w+, stopped: SIGTERM$/);
});

test('SIGTERM twice: nothing is waited for, and what was under way is recorded as cut', async (t) => {
  const { running, socket, lastEvents } = await startHeld(t);
  running.child.kill('SIGTERM');
  await running.child.until(/the gateway stops/);
  const said = readAll(socket).catch(() => '');
  running.child.kill('SIGTERM');
  assert.equal(await running.child.ended, 0);
  assert.equal(await said, '');
  assert.deepEqual(await lastEvents(3), ['exchange.begun', 'refused SHUTTING_DOWN', 'stopped: SIGTERM']);
});

test('what cannot be closed is told, and keeps nothing else open', async (t) => {
  const world = await startSmallWorld({
    onLine(line) {
      if (line.includes('"state":"closed"')) throw new Error('the log is full');
    },
  });
  t.after(() => world.stop());
  await world.gateway.stop('the test says so');
  assert.match(world.log(), /"error":"Error: the log is full","msg":"not all of the gateway could be closed"/);
  await assert.rejects(privatePort(world, '/healthz'));
});
