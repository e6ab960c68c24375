import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileAuthority } from '../../src/connectors/kubernetes/upstream/authority.ts';
import type { UpstreamRequest } from '../../src/connectors/kubernetes/upstream/upstream.ts';
import { makeCa } from '../../src/listener/x509.ts';
import { Refusal } from '../../src/model/refusal.ts';
import type { Headers } from '../../src/model/request.ts';
import { collectBytes } from '../../src/std/byte-source.ts';
import * as t from './support.ts';

const BYTES_MAX = 1 << 26;

function get(uri: string, more: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return {
    method: 'GET',
    uri,
    headers: new Map(),
    body: undefined,
    identity: { subject: 'ada', groups: ['dev'] },
    isStream: false,
    ...more,
  };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no refusal',
    (error) => (error instanceof Refusal ? error.code : `${error}`),
  );
}

test('the request target goes upstream byte for byte, behind the base path of the server', async () => {
  await using cleanup = new t.Cleanup();
  const seen: (string | undefined)[] = [];
  const { url } = await t.startServer(cleanup, (request, response) => {
    seen.push(request.url);
    response.end();
  });
  const uris = ['/api/v1/x?a=%zz&a=b', '/api//v1/../%2e%2E/a%3Ab', '/a?watch=1#x', '/a\\b', '/a;b=c,d|e{f}'];
  for (const base of ['', '/', '/k8s/clusters/c-1', '/base/']) {
    const upstream = t.upstreamTo(cleanup, url + base);
    for (const uri of uris) await collectBytes((await upstream.send(get(uri), new AbortController().signal)).body, 0);
    assert.deepEqual(
      seen.splice(0),
      uris.map((uri) => base.replace(/\/$/, '') + uri),
      base,
    );
  }
});

test('a redirect is passed and not followed (T42)', async () => {
  await using cleanup = new t.Cleanup();
  let elsewhere = 0;
  const other = await t.startServer(cleanup, (_request, response) => {
    elsewhere++;
    response.end();
  });
  for (const status of [301, 302, 303, 307, 308]) {
    const { url } = await t.startServer(cleanup, (_request, response) =>
      response.writeHead(status, { location: `${other.url}/x` }).end(),
    );
    const reply = await t.upstreamTo(cleanup, url).send(get('/a'), new AbortController().signal);
    assert.equal(reply.status, status);
    assert.ok(reply.headers.includes(`${other.url}/x`));
    assert.doesNotMatch(JSON.stringify(reply), /ours/);
  }
  assert.equal(elsewhere, 0);
});

/** Long enough for a connection to be made on any machine; what waits costs all of it. */
const WAITED_MS = 2_000;

test('a failure says whether anything was sent', async () => {
  await using cleanup = new t.Cleanup();
  const signal = new AbortController().signal;
  const nobody = t.upstreamTo(cleanup, `https://127.0.0.1:${await t.closedPort()}`);
  assert.equal(await codeOf(nobody.send(get('/a'), signal)), 'UPSTREAM_UNREACHABLE');
  assert.equal(await codeOf(nobody.upgrade(get('/a'), 'websocket', signal)), 'UPSTREAM_UNREACHABLE');

  let requests = 0;
  const cutting = await t.startServer(cleanup, (request) => {
    requests++;
    request.socket.destroy();
  });
  const upstream = t.upstreamTo(cleanup, cutting.url);
  assert.equal(
    await codeOf(upstream.send(get('/a', { method: 'POST', body: Buffer.from('x') }), signal)),
    'OUTCOME_UNKNOWN',
  );
  assert.equal(requests, 1, 'a change is never repeated');
  assert.equal(await codeOf(upstream.send(get('/a'), signal)), 'OUTCOME_UNKNOWN');
  assert.equal(requests, 3, 'a read is repeated once');
  assert.equal(await codeOf(upstream.upgrade(get('/a'), 'websocket', signal)), 'OUTCOME_UNKNOWN');

  const wrongName = t.upstreamTo(cleanup, cutting.url, { tlsServerName: 'other.example' });
  assert.equal(await codeOf(wrongName.send(get('/a'), signal)), 'UPSTREAM_UNREACHABLE');
  assert.equal(await codeOf(wrongName.upgrade(get('/a'), 'websocket', signal)), 'UPSTREAM_UNREACHABLE');
  const untrusted = t.upstreamTo(cleanup, cutting.url, {
    caPem: (
      await import('../../src/listener/x509.ts').then((x) =>
        x.makeCa({ notBefore: new Date(0), notAfter: new Date(1e13) }),
      )
    ).certPem,
  });
  assert.equal(await codeOf(untrusted.send(get('/a'), signal)), 'UPSTREAM_UNREACHABLE');
  assert.equal(requests, 4);

  const silent = await t.startServer(cleanup, () => {});
  const impatient = t.upstreamTo(cleanup, silent.url, { limits: { upstreamTimeoutMs: WAITED_MS } });
  assert.equal(await codeOf(impatient.send(get('/a', { method: 'DELETE' }), signal)), 'UPSTREAM_TIMEOUT');
  assert.equal(await codeOf(impatient.upgrade(get('/a'), 'websocket', signal)), 'UPSTREAM_TIMEOUT');
  const full = t.upstreamTo(cleanup, silent.url, { limits: { upstreamTimeoutMs: WAITED_MS, connectionsMax: 1 } });
  const [first, second] = [codeOf(full.send(get('/a'), signal)), codeOf(full.send(get('/b'), signal))];
  assert.deepEqual([await first, await second].sort(), ['UPSTREAM_TIMEOUT', 'UPSTREAM_UNREACHABLE']);
});

/** An upstream of one connection, on which `/first` waits for its answer until `finish`. */
async function occupied(cleanup: t.Cleanup) {
  const seen: (string | undefined)[] = [];
  const arrived = Promise.withResolvers<() => void>();
  const { url } = await t.startServer(cleanup, (request, response) => {
    seen.push(request.url);
    if (request.url === '/first') arrived.resolve(() => response.end());
    else response.end();
  });
  const upstream = t.upstreamTo(cleanup, url, { limits: { connectionsMax: 1 } });
  const first = upstream.send(get('/first'), new AbortController().signal);
  const answer = await arrived.promise;
  const finish = async () => {
    answer();
    await collectBytes((await first).body, 0);
  };
  return { upstream, seen, finish };
}

test('a request that was given up while it waited for a connection is never sent', async () => {
  await using cleanup = new t.Cleanup();
  const { upstream, seen, finish } = await occupied(cleanup);
  const aborter = new AbortController();
  const second = codeOf(upstream.send(get('/second', { method: 'POST' }), aborter.signal));
  const third = upstream.send(get('/third'), new AbortController().signal);
  await new Promise((resolve) => setImmediate(resolve));
  aborter.abort(new Error('gone'));
  assert.equal(await second, 'UPSTREAM_UNREACHABLE');
  await finish();
  await collectBytes((await third).body, 0);
  assert.deepEqual(seen, ['/first', '/third']);
});

test('T60: a request that was stopped while it waited for a connection is never sent, and told why', async () => {
  await using cleanup = new t.Cleanup();
  const { upstream, seen, finish } = await occupied(cleanup);
  const { signal } = new AbortController();
  let isStopped = false;
  const beforeSent = () => {
    if (isStopped) throw new Refusal('KILLED', 'an operator has stopped it');
  };
  const second = codeOf(upstream.send(get('/second', { method: 'POST', beforeSent }), signal));
  const third = upstream.send(get('/third'), signal);
  isStopped = true;
  await finish();
  assert.equal(await second, 'KILLED');
  await collectBytes((await third).body, 0);
  assert.equal(await codeOf(upstream.upgrade(get('/exec', { beforeSent }), 'websocket', signal)), 'KILLED');
  assert.deepEqual(seen, ['/first', '/third']);
});

test('streamConnectionsMax: a watch for which there is no connection is refused in bounded time and never sent, and its own answer may take as long as it likes', async () => {
  await using cleanup = new t.Cleanup();
  const signal = new AbortController().signal;
  const seen: (string | undefined)[] = [];
  const arrived = Promise.withResolvers<ServerResponse>();
  const { url } = await t.startServer(cleanup, (request, response) => {
    seen.push(request.url);
    if (seen.length === 1) arrived.resolve(response);
    else response.end();
  });
  const upstream = t.upstreamTo(cleanup, url, { limits: { streamConnectionsMax: 1, upstreamTimeoutMs: WAITED_MS } });
  const first = upstream.send(get('/first', { isStream: true }), signal);
  const response = await arrived.promise;
  assert.equal(await codeOf(upstream.send(get('/second', { isStream: true }), signal)), 'UPSTREAM_UNREACHABLE');
  // Its time began before the second one's, which is over.
  response.end('late');
  assert.equal(`${await collectBytes((await first).body, 4)}`, 'late');
  await collectBytes((await upstream.send(get('/third', { isStream: true }), signal)).body, 0);
  assert.deepEqual(seen, ['/first', '/third']);
});

test('upstreamStallTimeoutMs: a reply that stops coming is broken off, and no stream, nothing behind a proxy, nor one whose taker waits', async () => {
  await using cleanup = new t.Cleanup();
  const { signal } = new AbortController();
  const responses = new Map<string | undefined, ServerResponse>();
  const { url } = await t.startServer(cleanup, (request, response) => {
    responses.set(request.url, response);
    response.write('begun, ');
  });
  const upstream = t.upstreamTo(cleanup, url, { limits: { upstreamStallTimeoutMs: WAITED_MS } });
  const watch = await upstream.send(get('/watch', { isStream: true }), signal);
  const proxied = await upstream.send(get('/proxied', { isOpaque: true }), signal);
  const slow = await upstream.send(get('/slow'), signal);
  const taken: string[] = [];
  const first = Promise.withResolvers<void>();
  const whole = new Promise<string>((resolve, reject) => {
    slow.body.start({
      write(chunk) {
        taken.push(Buffer.from(chunk).toString());
        first.resolve();
        return taken.length > 1;
      },
      end: () => resolve(taken.join('')),
      fail: reject,
    });
  });
  await first.promise;

  const limit = new RegExp(`\`limits\\.upstreamStallTimeoutMs\`, which is ${WAITED_MS}$`);
  await assert.rejects(collectBytes((await upstream.send(get('/stalled'), signal)).body, 100), limit);
  const refused = await upstream.upgrade(get('/refused'), 'websocket', signal);
  assert.ok(refused.kind === 'unary');
  await assert.rejects(collectBytes(refused.body, 100), limit);

  for (const uri of ['/watch', '/proxied', '/slow']) responses.get(uri)?.end('and late');
  slow.body.resume();
  assert.equal(await whole, 'begun, and late');
  for (const { body } of [watch, proxied]) assert.equal(`${await collectBytes(body, 100)}`, 'begun, and late');
});

test('an abort ends the request upstream at once, before its reply and in the middle of it', async () => {
  await using cleanup = new t.Cleanup();
  const closed: string[] = [];
  const onEach: (() => void)[] = [];
  const { url } = await t.startServer(cleanup, (request, response) => {
    response.on('close', () => {
      closed.push(request.url ?? '');
      for (const step of onEach) step();
    });
    if (request.url?.startsWith('/silent')) onEach.shift()?.();
    else response.write('event');
  });
  const upstream = t.upstreamTo(cleanup, url);
  const untilClosed = (uri: string) =>
    new Promise<void>((resolve) => onEach.push(() => closed.includes(uri) && resolve()));

  const before = new AbortController();
  const arrived = new Promise<void>((resolve) => onEach.push(resolve));
  const waiting = codeOf(upstream.send(get('/silent'), before.signal));
  await arrived;
  const isClosed = untilClosed('/silent');
  before.abort(new Error('gone'));
  assert.equal(await waiting, 'OUTCOME_UNKNOWN');
  await isClosed;

  const during = new AbortController();
  const reply = await upstream.send(get('/watch', { isStream: true }), during.signal);
  assert.equal(reply.kind, 'stream');
  const events: string[] = [];
  const failed = new Promise<Error>((resolve) => {
    reply.body.start({
      write: (chunk) => {
        events.push(Buffer.from(chunk).toString());
        during.abort(new Error('gone'));
        return true;
      },
      end: () => assert.fail('ended'),
      fail: resolve,
    });
  });
  const isWatchClosed = untilClosed('/watch');
  await failed;
  await isWatchClosed;
  assert.deepEqual(events, ['event']);

  const cancelled = await upstream.send(get('/cancelled', { isStream: true }), new AbortController().signal);
  const isCancelledClosed = untilClosed('/cancelled');
  cancelled.body.start({ write: () => true, end: () => assert.fail('ended'), fail: () => assert.fail('failed') });
  cancelled.body.cancel(new Error('enough'));
  await isCancelledClosed;
});

test('a reply is read as fast as it is taken, whole, and its trailers come last', async () => {
  await using cleanup = new t.Cleanup();
  const chunk = Buffer.alloc(1 << 20, 'x');
  const total = 48;
  let written = 0;
  const { url } = await t.startServer(cleanup, async (_request, response) => {
    response.writeHead(200, { trailer: 'x-sum' });
    for (; written < total; written++)
      if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve));
    response.addTrailers({ 'x-sum': '1' });
    response.end();
  });
  const reply = await t.upstreamTo(cleanup, url).send(get('/a'), new AbortController().signal);
  let received = 0;
  const trailers = await new Promise<readonly string[]>((resolve, reject) => {
    reply.body.start({
      write(part) {
        received += part.length;
        setImmediate(() => reply.body.resume());
        assert.ok(written * chunk.length <= received + 24 * chunk.length, 'upstream waits');
        return false;
      },
      end: resolve,
      fail: reject,
    });
  });
  assert.equal(received, total * chunk.length);
  assert.deepEqual(trailers, ['x-sum', '1']);
});

test('a reply that upstream breaks off fails, and never ends', async () => {
  await using cleanup = new t.Cleanup();
  const broken = [
    'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n',
  ];
  for (const bytes of broken) {
    const { url } = await t.startRawServer(cleanup, (socket) => socket.once('data', () => socket.end(bytes)));
    const reply = await t.upstreamTo(cleanup, url).send(get('/a'), new AbortController().signal);
    await assert.rejects(collectBytes(reply.body, BYTES_MAX), bytes);
  }
});

test('a 401 has the credential looked for anew, and is passed where something behind a proxy may have answered it', async () => {
  await using cleanup = new t.Cleanup();
  const { fixedCredential } = await import('../../src/connectors/kubernetes/upstream/credential.ts');
  let requests = 0;
  const { url } = await t.startServer(cleanup, (_request, response) => {
    requests++;
    response.writeHead(401).end('no');
  });
  const source = fixedCredential({ token: 'old' });
  let invalidated = 0;
  const upstream = t.upstreamTo(cleanup, url, {
    credentials: { current: source.current, invalidate: () => void invalidated++ },
  });
  const signal = new AbortController().signal;
  assert.equal(await codeOf(upstream.send(get('/a'), signal)), 'CREDENTIAL_REFUSED');
  assert.equal(await codeOf(upstream.upgrade(get('/a'), 'websocket', signal)), 'CREDENTIAL_REFUSED');
  assert.deepEqual([invalidated, requests], [2, 2]);
  assert.equal((await upstream.send(get('/a', { isOpaque: true }), signal)).status, 401);
  assert.deepEqual([invalidated, requests], [2, 3]);
});

test('a credential that is refused though it was read anew is not tried a third time', async () => {
  await using cleanup = new t.Cleanup();
  const { Credential } = await import('../../src/connectors/kubernetes/upstream/credential.ts');
  let requests = 0;
  const { url } = await t.startServer(cleanup, (_request, response) => {
    requests++;
    response.writeHead(401).end('no');
  });
  const credentials = { current: async () => new Credential({ token: `t${requests}` }), invalidate() {} };
  const upstream = t.upstreamTo(cleanup, url, { credentials });
  assert.equal(await codeOf(upstream.send(get('/a'), new AbortController().signal)), 'CREDENTIAL_REFUSED');
  assert.equal(requests, 2);
});

test('an authority that was rotated is read when a connection fails, and the request goes on over a new one', async () => {
  await using cleanup = new t.Cleanup();
  const { url } = await t.startServer(cleanup, (_request, response) => response.end('yes'));
  const folder = await mkdtemp(join(tmpdir(), 'authority-'));
  cleanup.add(folder, (path) => rm(path, { recursive: true }));
  const file = join(folder, 'ca.crt');
  const { certPem: other } = await makeCa({ notBefore: new Date(0), notAfter: new Date(1e13) });
  await writeFile(file, other);
  let nowMs = 0;
  const authority = fileAuthority({ file, clock: { now: () => nowMs, monotonic: () => nowMs } });
  const upstream = t.upstreamTo(cleanup, url, { authority });
  const signal = new AbortController().signal;
  assert.equal(await codeOf(upstream.send(get('/a'), signal)), 'UPSTREAM_UNREACHABLE');
  for (const text of ['', 'no certificate']) {
    await writeFile(file, text);
    nowMs += 1_000;
    assert.equal(await authority.renew(other), false);
  }
  await writeFile(file, t.caPem);
  nowMs += 1_000;
  assert.equal((await upstream.send(get('/a'), signal)).status, 200);
  await writeFile(file, other);
  nowMs += 1_000;
  assert.equal(await authority.renew(t.caPem), true);
  assert.equal(await codeOf(upstream.send(get('/a'), signal)), 'UPSTREAM_UNREACHABLE', 'what is gone is not believed');
  assert.equal(await codeOf(upstream.upgrade(get('/a'), 'websocket', signal)), 'UPSTREAM_UNREACHABLE');
});

test('all requests that meet an authority at the moment of its rotation go on over the new one, each sent once', async () => {
  await using cleanup = new t.Cleanup();
  let requests = 0;
  const { url } = await t.startServer(cleanup, (_request, response) => {
    requests++;
    response.end('yes');
  });
  const folder = await mkdtemp(join(tmpdir(), 'authority-'));
  cleanup.add(folder, (path) => rm(path, { recursive: true }));
  const file = join(folder, 'ca.crt');
  const { certPem: other } = await makeCa({ notBefore: new Date(0), notAfter: new Date(1e13) });
  await writeFile(file, other);
  let nowMs = 0;
  const authority = fileAuthority({ file, clock: { now: () => nowMs, monotonic: () => nowMs } });
  const upstream = t.upstreamTo(cleanup, url, { authority, limits: { connectionsMax: 4 } });
  await writeFile(file, t.caPem);
  nowMs += 1_000;
  const { signal } = new AbortController();
  const codes = await Promise.all([
    ...Array.from({ length: 20 }, (_, i) => codeOf(upstream.send(get(`/${i}`), signal))),
    ...Array.from({ length: 20 }, (_, i) => {
      const body = Buffer.from(`${i}`);
      return codeOf(upstream.send(get(`/${i}`, { method: 'POST', body, isStream: i % 2 === 0 }), signal));
    }),
    codeOf(upstream.upgrade(get('/exec'), 'websocket', signal)),
  ]);
  assert.deepEqual([...new Set(codes)], ['no refusal']);
  assert.equal(requests, 41);
});

test('T3: a target that sees its callers gets no request without one, and headers that fail are not sent', async () => {
  await using cleanup = new t.Cleanup();
  let requests = 0;
  const { url } = await t.startServer(cleanup, (_request, response) => {
    requests++;
    response.end();
  });
  const signal = new AbortController().signal;
  const asCaller = t.upstreamTo(cleanup, url);
  const asGateway = t.upstreamTo(cleanup, url, { identity: 'credential' });
  assert.equal(await codeOf(asCaller.send(get('/a', { identity: undefined }), signal)), 'INTERNAL');
  assert.equal(await codeOf(asCaller.upgrade(get('/a', { identity: undefined }), 'websocket', signal)), 'INTERNAL');
  assert.equal(await codeOf(asGateway.send(get('/a'), signal)), 'INTERNAL');
  for (const subject of ['', ' ada', 'ada\n', 'a\0', '\ud800']) {
    assert.equal(
      await codeOf(asCaller.send(get('/a', { identity: { subject, groups: [] } }), signal)),
      'INTERNAL',
      JSON.stringify(subject),
    );
  }
  const bad: Headers = new Map([['x-a', ['b\nc']]]);
  assert.notEqual(await codeOf(asCaller.send(get('/a', { headers: bad }), signal)), 'no refusal');
  assert.equal(requests, 0);
});

test('T44: 100,000 requests of many callers at once each arrive as their own caller’s, over shared connections', async () => {
  await using cleanup = new t.Cleanup();
  const sockets = new Set<unknown>();
  const { url } = await t.startServer(
    cleanup,
    (request, response) => {
      sockets.add(request.socket);
      const { 'impersonate-user': user, 'impersonate-group': group, 'impersonate-uid': uid } = request.headers;
      const body = `${user} ${group} ${uid} ${request.url}`;
      response.writeHead(200, { 'content-length': Buffer.byteLength(body) }).end(body);
    },
    { keepAlive: true },
  );
  const upstream = t.upstreamTo(cleanup, url);
  const signal = new AbortController().signal;
  const callers = 64;
  const each = Math.ceil(100_000 / callers);
  let wrong = 0;
  let done = 0;
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      for (let i = 0; i < each; i++) {
        const identity = {
          subject: `caller-${caller}`,
          groups: [`group-${caller}`],
          ...(caller % 2 === 0 ? { uid: `uid-${caller}` } : {}),
        };
        const uri = `/api/${caller}/${i}`;
        const reply = await upstream.send(get(uri, { identity }), signal);
        const body = (await collectBytes(reply.body, 1000)).toString();
        if (body !== `caller-${caller} group-${caller} ${caller % 2 === 0 ? `uid-${caller}` : 'undefined'} ${uri}`)
          wrong++;
        done++;
      }
    }),
  );
  assert.equal(wrong, 0);
  assert.ok(done >= 100_000);
  assert.ok(sockets.size <= 4 * callers, `${sockets.size} connections`);
});
