import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import test from 'node:test';
import type { Answer } from '../../src/model/reply.ts';
import type { RawRequest } from '../../src/model/request.ts';
import type { ByteSink } from '../../src/std/byte-source.ts';
import * as t from './support.ts';

/** A reply whose body the test pushes by hand. */
function pushed(head: {
  readonly status?: number;
  readonly headers?: readonly string[];
  readonly kind?: 'unary' | 'stream';
}) {
  let sink: ByteSink | undefined;
  const seen = { resumes: 0, cancelled: undefined as Error | undefined };
  let onStart: (sink: ByteSink) => void = () => {};
  let onCancel: (reason: Error) => void = () => {};
  const started = new Promise<ByteSink>((resolve) => {
    onStart = resolve;
  });
  const cancelled = new Promise<Error>((resolve) => {
    onCancel = resolve;
  });
  const answer = {
    kind: head.kind ?? 'unary',
    status: head.status ?? 200,
    headers: head.headers ?? [],
    body: {
      start(given: ByteSink) {
        sink = given;
        onStart(given);
      },
      resume() {
        seen.resumes++;
      },
      cancel(reason: Error) {
        seen.cancelled = reason;
        onCancel(reason);
      },
    },
  } as unknown as Answer;
  return { answer, started, cancelled, seen, sink: () => sink };
}

test('a request over HTTP/1.1 reaches the data path as it came', async () => {
  await using cleanup = new t.Cleanup();
  const seen: RawRequest[] = [];
  const listener = await t.listen(cleanup, async (target, raw) => {
    seen.push(raw);
    return t.refused(200, `${target} ${await t.bodyOf(raw)}`);
  });
  const reply = await t.exchangeBytes(
    listener.port,
    'POST /api/v1//x/%2e%2E/system%3Anode?a=%zz&a=2 HTTP/1.1\r\nHost: h\r\nX-Odd: 1\r\nx-odd: 2\r\nConnection: close\r\ncontent-LENGTH: 4\r\n\r\nbody',
  );
  assert.match(reply, /\r\n\r\nown body$/);
  const [raw] = seen;
  assert.equal(raw?.uri, '/api/v1//x/%2e%2E/system%3Anode?a=%zz&a=2');
  assert.equal(raw?.method, 'POST');
  assert.equal(raw?.httpVersion, '1.1');
  assert.equal(raw?.peer, '127.0.0.1');
  assert.deepEqual(raw?.rawHeaders, [
    'Host',
    'h',
    'X-Odd',
    '1',
    'x-odd',
    '2',
    'Connection',
    'close',
    'content-LENGTH',
    '4',
  ]);
});

test('a request over HTTP/2 reaches the data path as it came', async () => {
  await using cleanup = new t.Cleanup();
  const seen: RawRequest[] = [];
  const listener = await t.listen(cleanup, async (_target, raw) => {
    seen.push(raw);
    return t.refused(200, await t.bodyOf(raw));
  });
  const session = await t.openHttp2(cleanup, listener.port);
  const reply = await t.requestHttp2(
    session,
    { ':path': '/api//%2e?a=%zz', ':method': 'PUT', 'x-odd': ['1', '2'] },
    'body',
  );
  assert.equal(reply.body, 'body');
  const [raw] = seen;
  assert.equal(raw?.uri, '/api//%2e?a=%zz');
  assert.equal(raw?.method, 'PUT');
  assert.equal(raw?.httpVersion, '2.0');
  assert.equal(raw?.peer, '127.0.0.1');
  assert.deepEqual(t.headerMap(raw?.rawHeaders ?? []).get('x-odd'), ['1', '2']);
});

test('headers of the connection end here, over both versions', async () => {
  await using cleanup = new t.Cleanup();
  const headers = [
    'Connection',
    'X-Named',
    'X-Named',
    '1',
    'Keep-Alive',
    'timeout=5',
    'Proxy-Authenticate',
    'x',
    'Upgrade',
    'h2c',
    'Set-Cookie',
    'a=b',
  ];
  const listener = await t.listen(cleanup, async () =>
    t.refused(200, 'x', [...headers, 'Warning', '299 - "one"', 'warning', '299 - "two"', 'ETag', '"é"']),
  );
  const one = await t.exchangeBytes(listener.port, 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
  assert.doesNotMatch(one, /x-named|timeout=5|proxy-authenticate|upgrade|set-cookie/i);
  assert.match(one, /\r\nWarning: 299 - "one"\r\nwarning: 299 - "two"\r\nETag: "\xe9"\r\n/);
  assert.match(one, /\r\ncontent-security-policy: sandbox\r\n/);
  const session = await t.openHttp2(cleanup, listener.port);
  const two = await t.requestHttp2(session, { ':path': '/' });
  assert.deepEqual(Object.keys(two.headers).sort(), [
    ':status',
    'content-length',
    'content-security-policy',
    'date',
    'etag',
    'warning',
  ]);
  assert.equal(two.headers.warning, '299 - "one", 299 - "two"');
});

test('the head of a stream and its first bytes leave together, and a head without bytes leaves at once', async () => {
  await using cleanup = new t.Cleanup();
  const silent = pushed({ kind: 'stream' });
  const listener = await t.listen(cleanup, async (_target, raw) => {
    if (raw.uri === '/silent') return silent.answer;
    const talking = pushed({ kind: 'stream' });
    talking.started.then(() => {});
    return {
      ...talking.answer,
      body: { start: (sink: ByteSink) => void sink.write(Buffer.from('event')), resume() {}, cancel() {} },
    } as Answer;
  });
  const socket = await t.openSocket(listener.port);
  socket.write('GET /talking HTTP/1.1\r\nHost: h\r\n\r\n');
  const first = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
  assert.match(first.toString(), /^HTTP\/1.1 200 OK\r\n[\s\S]*\r\n\r\n5\r\nevent\r\n$/);
  socket.destroy();
  const waiting = await t.openSocket(listener.port);
  waiting.write('GET /silent HTTP/1.1\r\nHost: h\r\n\r\n');
  assert.match(await t.readUntil(waiting, '\r\n\r\n'), /^HTTP\/1.1 200/);
  waiting.destroy();
  await silent.cancelled;
});

for (const version of ['1.1', '2'] as const) {
  test(`a client that goes away aborts the signal and cancels the reply, over HTTP/${version}`, async () => {
    await using cleanup = new t.Cleanup();
    const streaming = pushed({ kind: 'stream' });
    const signals = new Map<string, AbortSignal>();
    let onWaiting: () => void = () => {};
    const isWaiting = new Promise<void>((resolve) => {
      onWaiting = resolve;
    });
    let answerLate: (answer: Answer) => void = () => {};
    const late = pushed({});
    const listener = await t.listen(cleanup, (_target, raw, signal) => {
      signals.set(raw.uri, signal);
      if (raw.uri === '/stream') return Promise.resolve(streaming.answer);
      return new Promise<Answer>((resolve) => {
        answerLate = resolve;
        onWaiting();
      });
    });
    const request = async (uri: string) => {
      if (version === '2') {
        const session = await t.openHttp2(cleanup, listener.port);
        const stream = session.request({ ':path': uri });
        stream.on('error', () => {});
        return () => stream.close(8);
      }
      const socket = await t.openSocket(listener.port);
      socket.write(`GET ${uri} HTTP/1.1\r\nHost: h\r\n\r\n`);
      return () => socket.end();
    };
    const leaveStream = await request('/stream');
    await streaming.started;
    const leaveWaiting = await request('/waiting');
    await isWaiting;
    for (const leave of [leaveStream, leaveWaiting]) leave();
    await Promise.all(
      [...signals.values()].map(
        (signal) => signal.aborted || new Promise((resolve) => signal.addEventListener('abort', resolve)),
      ),
    );
    assert.match((await streaming.cancelled).message, /went away/);
    answerLate(late.answer);
    assert.match((await late.cancelled).message, /went away/);
    assert.equal(late.sink(), undefined);
  });

  test(`a source is paused while the client takes nothing, and resumed when it does, over HTTP/${version}`, async () => {
    await using cleanup = new t.Cleanup();
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let wasPaused = false;
    let sent = 0;
    const total = 64 * 1024 * 1024;
    const source = {
      sink: undefined as ByteSink | undefined,
      start(sink: ByteSink) {
        this.sink = sink;
        this.push();
      },
      push() {
        while (sent < total) {
          sent += chunk.length;
          if (this.sink?.write(chunk) === false) {
            wasPaused = true;
            return;
          }
        }
        this.sink?.end([]);
      },
      resume() {
        this.push();
      },
      cancel() {},
    };
    const listener = await t.listen(
      cleanup,
      async () => ({ kind: 'unary', status: 200, headers: [], body: source }) as unknown as Answer,
    );
    let received = 0;
    if (version === '2') {
      const session = await t.openHttp2(cleanup, listener.port);
      const stream = session.request({ ':path': '/' });
      await new Promise((resolve) => stream.on('response', resolve));
      assert.ok(sent < total / 2);
      for await (const part of stream) received += (part as Buffer).length;
      assert.equal(received, total);
    } else {
      const socket = await t.openSocket(listener.port);
      socket.write('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
      await new Promise((resolve) => socket.once('readable', resolve));
      assert.ok(sent < total / 2);
      for await (const part of socket) received += (part as Buffer).length;
      assert.ok(received > total);
    }
    assert.ok(wasPaused);
  });

  test(`a reply that breaks off, or has another length than it says, never looks whole over HTTP/${version}`, async () => {
    await using cleanup = new t.Cleanup();
    const bodies: Record<string, (sink: ByteSink) => void> = {
      '/broken': (sink) => {
        sink.write(Buffer.from('half'));
        sink.fail(new Error('upstream broke'));
      },
      '/short': (sink) => {
        sink.write(Buffer.from('half'));
        sink.end([]);
      },
      '/long': (sink) => {
        sink.write(Buffer.from('half'));
        sink.write(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'));
        sink.end([]);
      },
      '/two-lengths': (sink) => sink.end([]),
    };
    const listener = await t.listen(cleanup, async (_target, raw) => {
      const headers = { '/broken': [], '/two-lengths': ['content-length', '1', 'content-length', '2'] }[raw.uri] ?? [
        'content-length',
        '8',
      ];
      const body = { start: bodies[raw.uri], resume() {}, cancel() {} };
      return { kind: 'unary', status: 200, headers, body } as unknown as Answer;
    });
    for (const uri of Object.keys(bodies)) {
      if (version === '2') {
        const session = await t.openHttp2(cleanup, listener.port);
        assert.notEqual((await t.requestHttp2(session, { ':path': uri })).rstCode, 0, uri);
      } else {
        const reply = await t.exchangeBytes(listener.port, `GET ${uri} HTTP/1.1\r\nHost: h\r\n\r\n`);
        assert.doesNotMatch(reply, /\r\n0\r\n\r\n$|HTTP\/1.1 200 OK\r\n\r\n$/, uri);
        const [head, body] = reply.split('\r\n\r\n');
        if (uri !== '/broken') assert.ok((body ?? '').length < 8 || head === '', uri);
      }
    }
  });

  test(`trailers pass, and a reply to HEAD has no body, over HTTP/${version}`, async () => {
    await using cleanup = new t.Cleanup();
    const listener = await t.listen(cleanup, async (_target, raw) => {
      if (raw.method === 'HEAD') return t.refused(200, 'five!');
      const body = {
        start(sink: ByteSink) {
          sink.write(Buffer.from('body'));
          sink.end(['X-Sum', '1', 'X-Sum', '2']);
        },
        resume() {},
        cancel() {},
      };
      return { kind: 'unary', status: 200, headers: ['Trailer', 'X-Sum'], body } as unknown as Answer;
    });
    if (version === '2') {
      const session = await t.openHttp2(cleanup, listener.port);
      const reply = await t.requestHttp2(session, { ':path': '/' });
      assert.equal(reply.body, 'body');
      assert.equal(reply.trailers['x-sum'], '1, 2');
      const head = await t.requestHttp2(session, { ':path': '/', ':method': 'HEAD' });
      assert.equal(head.headers['content-length'], '5');
      assert.equal(head.body, '');
    } else {
      const replies = await t.exchangeBytes(
        listener.port,
        'HEAD / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
      );
      assert.match(
        replies,
        /content-length: 5\r\n[\s\S]*\r\n\r\nHTTP\/1.1 200 OK\r\n[\s\S]*\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n$/,
      );
    }
  });
}

test('a body is asked for with 100 Continue when it is read, and not where it is not', async () => {
  await using cleanup = new t.Cleanup();
  const listener = await t.listen(cleanup, async (_target, raw) => {
    if (raw.uri === '/refused') return t.refused(401, 'no');
    return t.refused(200, await t.bodyOf(raw));
  });
  const head = 'HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n';
  const read = await t.openSocket(listener.port);
  read.write(`PUT /read ${head}`);
  assert.match(await t.readUntil(read, '\r\n\r\n'), /^HTTP\/1.1 100 Continue\r\n\r\n$/);
  read.write('body');
  assert.match(await t.readUntil(read, 'body'), /^HTTP\/1.1 200 OK/);
  read.destroy();
  const refused = await t.exchangeBytes(listener.port, `PUT /refused ${head}`);
  assert.match(refused, /^HTTP\/1.1 401 Unauthorized\r\n/);
  assert.match(refused, /\r\nconnection: close\r\n/i);
  assert.doesNotMatch(refused, /100 Continue/);
});

test('a data path that throws is answered with a bare 500, and told as a fault', async () => {
  await using cleanup = new t.Cleanup();
  const faults: unknown[] = [];
  const bug = new Error('secret detail');
  const serve = (_target: string | undefined, raw: RawRequest) => {
    if (raw.uri === '/at-once') throw bug;
    return Promise.reject(bug);
  };
  const listener = await t.listen(cleanup, serve, { faults });
  const one = await t.exchangeBytes(listener.port, 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
  assert.match(one, /^HTTP\/1.1 500 /);
  assert.doesNotMatch(one, /secret/);
  const session = await t.openHttp2(cleanup, listener.port);
  assert.equal((await t.requestHttp2(session, { ':path': '/at-once' })).headers[':status'], 500);
  assert.deepEqual(faults, [bug, bug]);
});

test('HTTP/1.0 is told to the data path, which says no in its protocol’s words, and CONNECT over HTTP/2 as a method like any other', async () => {
  await using cleanup = new t.Cleanup();
  const methods: string[] = [];
  const listener = await t.listen(cleanup, async (_target, raw) => {
    methods.push(`${raw.method} ${raw.uri} ${raw.httpVersion}`);
    return t.refused(raw.httpVersion === '1.0' ? 505 : 405, 'no');
  });
  assert.match(
    await t.exchangeBytes(listener.port, 'GET / HTTP/1.0\r\nHost: h\r\n\r\n'),
    /^HTTP\/1.1 505 [\s\S]*\r\n\r\nno$/,
  );
  assert.equal(await t.exchangeBytes(listener.port, 'CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n'), '');
  const session = await t.openHttp2(cleanup, listener.port);
  assert.equal(
    (await t.requestHttp2(session, { ':method': 'CONNECT', ':authority': 'h:443' })).headers[':status'],
    405,
  );
  assert.equal(session.remoteSettings.enableConnectProtocol, false);
  assert.deepEqual(methods, ['GET / 1.0', 'CONNECT  2.0']);
});

for (const leave of ['end', 'destroy'] as const) {
  test(`an HTTP/2 connection that is gone (${leave}) without a word of it aborts the signals of its streams`, async () => {
    await using cleanup = new t.Cleanup();
    const signals: AbortSignal[] = [];
    const arrived = Promise.withResolvers<void>();
    const listener = await t.listen(cleanup, (_target, _raw, signal) => {
      if (signals.push(signal) === 2) arrived.resolve();
      return new Promise(() => {});
    });
    const socket = await t.openSocket(listener.port, { ALPNProtocols: ['h2'] });
    const session = connectHttp2('https://localhost', { createConnection: () => socket });
    session.on('error', () => {});
    for (const path of ['/one', '/two']) session.request({ ':path': path }).on('error', () => {});
    await arrived.promise;
    socket[leave]();
    await Promise.all(
      signals.map((signal) => signal.aborted || new Promise((resolve) => signal.addEventListener('abort', resolve))),
    );
  });
}
