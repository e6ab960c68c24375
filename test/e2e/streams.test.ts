/* Replies that go on, through the whole gateway: what they hold, when it leaves, and how they end. Order is shown by waiting for one another, never by time. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import { constants, createGunzip, createGzip, gunzipSync } from 'node:zlib';
import { bytesOf, openStream, sendRequest, VERSIONS } from '../support/client-stream.ts';
import { kernelBytesMax, stalled } from '../support/kernel-buffers.ts';
import type { SmallWorld } from '../support/small-world.ts';
import { endsOf, startStreamWorld, told } from '../support/stream-world.ts';

/** What the two programs themselves may hold of one direction, beside the kernel's buffers of two connections, bytes. */
const HELD_MAX = 8 << 20;
const POD = '/api/v1/namespaces/shop/pods/web';
const WATCH = '/api/v1/namespaces/shop/configmaps?watch=true';
const FOLLOW = `${POD}/log?follow=true`;

let world: SmallWorld;
let token: string;
/** What upstream answers to a path, for one test at a time. */
let answer: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;

before(async () => {
  world = await startStreamWorld({
    areMasksOpen: true,
    front: { onRequest: (request, response) => answer(request, response) },
  });
  token = await world.token('dev');
});
after(() => world.stop());

/** Answers the request that a test is about, and tells of it. */
function upstreamFor(path: string): Promise<{ readonly request: IncomingMessage; readonly response: ServerResponse }> {
  return new Promise((resolve) => {
    answer = (request, response) => {
      if (request.url !== path) return false;
      answer = () => false;
      resolve({ request, response });
      return true;
    };
  });
}

const gone = (response: ServerResponse) =>
  new Promise<void>((resolve) => (response.closed ? resolve() : response.once('close', resolve)));

for (const version of VERSIONS) {
  for (const [name, uri] of [
    ['a watch', WATCH],
    ['a followed log', FOLLOW],
  ] as const) {
    test(`${name} leaves as it comes: its head before its first event, and each event before the next is there, over HTTP/${version}`, async () => {
      const upstream = upstreamFor(uri);
      const opening = openStream(world, { version, uri, token });
      const { response } = await upstream;
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      const stream = await opening;
      assert.equal(stream.status, 200);
      for (const event of ['{"type":"ADDED"}\n', '{"type":"MODIFIED"}\n', '{"type":"BOOKMARK"}\n']) {
        response.write(event);
        assert.ok((await stream.untilText(event)).endsWith(event));
      }
      response.end();
      stream.body.resume();
      assert.equal(await stream.ended, 'whole');
    });
  }

  test(`a compressed stream leaves as it comes, in upstream's own bytes, over HTTP/${version}`, async () => {
    const uri = `${WATCH}&labelSelector=gzip`;
    const upstream = upstreamFor(uri);
    const opening = openStream(world, { version, uri, token, headers: { 'accept-encoding': 'gzip' } });
    const { request, response } = await upstream;
    assert.equal(request.headers['accept-encoding'], 'gzip');
    response.writeHead(200, { 'content-encoding': 'gzip' });
    const packer = createGzip({ flush: constants.Z_SYNC_FLUSH });
    packer.on('data', (chunk: Buffer) => response.write(chunk));
    packer.write('first');
    const stream = await opening;
    assert.equal(stream.headers['content-encoding'], 'gzip');
    const unpacked = stream.body.pipe(createGunzip()).on('error', () => {});
    for (const event of ['first', 'second']) {
      const came = new Promise((resolve) => unpacked.once('data', resolve));
      if (event === 'second') packer.write(event);
      assert.equal(String(await came), event);
    }
    stream.leave();
    await gone(response);
  });

  test(`a client that takes little makes upstream wait: what is under way is bounded, over HTTP/${version}`, async () => {
    const uri = `${WATCH}&labelSelector=pressure`;
    const upstream = upstreamFor(uri);
    const opening = openStream(world, { version, uri, token });
    const { response } = await upstream;
    const chunk = Buffer.alloc(1 << 20, 'x');
    const aheadMax = 2 * kernelBytesMax() + HELD_MAX;
    const total = Math.ceil((2 * aheadMax) / chunk.length) * chunk.length;
    let written = 0;
    const push = () => {
      for (; written < total; ) {
        written += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', push);
      }
      response.end();
    };
    push();
    const stream = await opening;
    await stalled(() => written);
    let taken = 0;
    for await (const part of stream.body) {
      taken += (part as Buffer).length;
      assert.ok(written - taken <= aheadMax, `${written} written when ${taken} were taken`);
      await new Promise(setImmediate);
    }
    assert.equal(taken, total);
  });

  for (const [name, uri] of [
    ['a watch', `${WATCH}&labelSelector=leave`],
    ['an answer that is being read', '/api/v1/namespaces/shop/configmaps?labelSelector=leave'],
  ] as const) {
    test(`a caller that leaves ${name} ends it upstream at once, and is recorded as gone, over HTTP/${version}`, async () => {
      const from = (await endsOf(world, '/configmaps', 0)).length;
      const upstream = upstreamFor(uri);
      const opening = openStream(world, { version, uri, token });
      const { response } = await upstream;
      response.writeHead(200).write('some');
      const stream = await opening;
      await stream.untilText('some');
      stream.leave();
      await gone(response);
      assert.equal(told((await endsOf(world, '/configmaps', from + 1)).at(-1) as never), 'abandoned 200, 0 in, 4 out');
    });
  }

  test(`a caller that leaves before the answer ends the request upstream at once, over HTTP/${version}`, async () => {
    const uri = '/api/v1/namespaces/shop/services?labelSelector=silent';
    const from = (await endsOf(world, '/services', 0)).length;
    const upstream = upstreamFor(uri);
    const sent = sendRequest(world, { version, uri, token });
    const { response } = await upstream;
    sent.leave();
    await gone(response);
    assert.equal(told((await endsOf(world, '/services', from + 1)).at(-1) as never), 'abandoned, 0 in, 0 out');
  });

  test(`a caller that leaves while its body is read has asked for nothing, over HTTP/${version}`, async () => {
    const from = world.standin.requests.length;
    const sent = sendRequest(world, {
      version,
      uri: '/api/v1/namespaces/shop/configmaps?fieldManager=left',
      token,
      method: 'POST',
      headers: { 'content-type': 'application/json', expect: '100-continue' },
      isOpen: true,
    });
    await sent.continued;
    sent.leave();
    await unreadEnded(version === '1.1' ? 1 : 2);
    assert.ok(!world.standin.requests.slice(from).some(({ target }) => target.includes('left')));
  });

  for (const [name, finish, outcome, seen] of [
    ['ends', (response: ServerResponse) => response.end('rest'), 'answered 200, 0 in, 8 out', 'whole'],
    ['breaks', (response: ServerResponse) => response.destroy(), 'broken 200, 0 in, 4 out', 'broken'],
  ] as const) {
    test(`a watch that upstream ${name} is ${seen} for its caller and recorded so, once, over HTTP/${version}`, async () => {
      const uri = `/api/v1/namespaces/shop/endpoints?watch=1&labelSelector=${name}`;
      const from = (await endsOf(world, '/endpoints', 0)).length;
      const upstream = upstreamFor(uri);
      const opening = openStream(world, { version, uri, token });
      const { response } = await upstream;
      response.writeHead(200).write('some');
      const stream = await opening;
      await stream.untilText('some');
      finish(response);
      stream.body.resume();
      assert.equal(await stream.ended, seen);
      assert.equal(told((await endsOf(world, '/endpoints', from + 1)).at(-1) as never), outcome);
    });
  }
}

test('a compressed answer is upstream’s own bytes, whatever its length says', async () => {
  for (const isChunked of [true, false]) {
    const uri = `/api/v1/namespaces/shop/pods?labelSelector=packed${isChunked}`;
    const upstream = upstreamFor(uri);
    const opening = openStream(world, { version: '1.1', uri, token, headers: { 'accept-encoding': 'gzip' } });
    const { response } = await upstream;
    const packed = await new Promise<Buffer>((resolve) => {
      const packer = createGzip();
      const parts: Buffer[] = [];
      packer.on('data', (part: Buffer) => parts.push(part)).on('end', () => resolve(Buffer.concat(parts)));
      packer.end('{"kind":"PodList"}');
    });
    response.writeHead(200, { 'content-encoding': 'gzip', ...(isChunked ? {} : { 'content-length': packed.length }) });
    response.end(packed);
    const bytes = await bytesOf(await opening);
    assert.deepEqual(bytes, packed);
    assert.equal(gunzipSync(bytes).toString(), '{"kind":"PodList"}');
  }
});

/** Resolves once so many requests have ended whose callers left before they could be read. */
async function unreadEnded(count: number): Promise<void> {
  for (;;) {
    const events = await world.events();
    const unread = new Set(
      events.flatMap((event) =>
        event.type === 'exchange.begun' && event.operation === undefined ? [event.exchange] : [],
      ),
    );
    const ends = events.filter((event) => event.type === 'exchange.ended' && unread.has(event.exchange));
    assert.ok(ends.every((event) => event.type === 'exchange.ended' && event.outcome.kind === 'abandoned'));
    if (ends.length === count) return;
  }
}
