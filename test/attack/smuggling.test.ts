/*
 * T23: one request in, at most one out, and what arrives is what was judged.
 *
 * Each entry is bytes that two servers in a row have read two ways. They are written on a raw TLS connection (or as frames on a raw HTTP/2 one),
 * pass the listener and the way upstream, and are compared with what a recording upstream got, which reads its bytes itself and not with Node's parser.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { RawRequest } from '../../src/model/request.ts';
import { accept } from '../../src/pipeline/accept.ts';
import { DEFAULT_LIMITS } from '../../src/pipeline/limits.ts';
import { block, END_HEADERS, END_STREAM, FRAME, frame, openFrames, untilAnswered } from '../support/http2-frames.ts';
import * as t from '../transport/support.ts';

interface Recorded {
  readonly line: string;
  readonly body: string;
}

/** An upstream that reads requests by the letter of RFC 9112 and keeps each; bytes that are none are kept as such. */
async function startRecording(cleanup: t.Cleanup) {
  const recorded: Recorded[] = [];
  const heads: string[] = [];
  const { url } = await t.startRawServer(cleanup, (socket) => {
    let bytes = '';
    socket.on('end', () => socket.end());
    socket.on('data', (chunk) => {
      bytes += chunk.toString('latin1');
      for (;;) {
        const end = bytes.indexOf('\r\n\r\n');
        if (end < 0) return;
        const [line = '', ...fields] = bytes.slice(0, end).split('\r\n');
        const lengths = fields
          .filter((field) => /^content-length:/i.test(field))
          .map((field) => Number(field.split(':')[1]));
        const isChunked = fields.some((field) => /^transfer-encoding:/i.test(field));
        const length = lengths[0] ?? 0;
        if (lengths.length > 1 || isChunked || !/^[A-Z]+ \S+ HTTP\/1\.1$/.test(line)) {
          recorded.push({ line: `MALFORMED ${line}`, body: bytes });
          socket.destroy();
          return;
        }
        if (bytes.length < end + 4 + length) return;
        recorded.push({ line, body: bytes.slice(end + 4, end + 4 + length) });
        heads.push(bytes.slice(0, end));
        bytes = bytes.slice(end + 4 + length);
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      }
    });
  });
  return { url, recorded, heads };
}

async function startGateway(cleanup: t.Cleanup) {
  const { url, recorded, heads } = await startRecording(cleanup);
  const judged: RawRequest[] = [];
  const forward = t.passThrough(t.upstreamTo(cleanup, url));
  const listener = await t.listen(
    cleanup,
    (target, raw, signal) => {
      judged.push(raw);
      // The data path's own first look: what is of another version of HTTP goes no further.
      if (raw.httpVersion === '1.0') {
        assert.throws(() => accept(raw, DEFAULT_LIMITS), { code: 'HTTP_VERSION_UNSUPPORTED' });
        return Promise.resolve(t.refused(505, 'refused'));
      }
      return forward(target, raw, signal).catch(() => t.refused(502, 'failed'));
    },
    { limits: { requestTimeoutMs: 300, headersTimeoutMs: 200 } },
  );
  return { port: listener.port, recorded, heads, judged };
}

const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n';
const post = (headers: string, body: string) => `POST /seen HTTP/1.1\r\nHost: h\r\n${headers}\r\n${body}`;

/** Refused: nothing of it reaches upstream. */
const REFUSED: Readonly<Record<string, string>> = {
  'a length beside chunks': post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${HIDDEN}`),
  'chunks beside a length': post('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', `0\r\n\r\n${HIDDEN}`),
  'two lengths that differ': post('Content-Length: 0\r\nContent-Length: 37\r\n', HIDDEN),
  'two lengths that are the same': post('Content-Length: 4\r\nContent-Length: 4\r\n', `body${HIDDEN}`),
  'a list of lengths': post('Content-Length: 4, 4\r\n', `body${HIDDEN}`),
  'a length with a sign': post('Content-Length: +4\r\n', `body${HIDDEN}`),
  'a negative length': post('Content-Length: -1\r\n', HIDDEN),
  'a length in hex': post('Content-Length: 0x4\r\n', `body${HIDDEN}`),
  'a length with a space inside': post('Content-Length: 3 7\r\n', HIDDEN),
  'a length beyond numbers': post('Content-Length: 99999999999999999999999\r\n', HIDDEN),
  'an empty length': post('Content-Length: \r\n', HIDDEN),
  'a space before the colon': post('Content-Length : 4\r\n', `body${HIDDEN}`),
  'a tab before the colon': post('Transfer-Encoding\t: chunked\r\n', `0\r\n\r\n${HIDDEN}`),
  'a folded header': post('Transfer-Encoding:\r\n chunked\r\n', `0\r\n\r\n${HIDDEN}`),
  'a header folded behind its value': post('X-A: 1\r\n Transfer-Encoding: chunked\r\n', `0\r\n\r\n${HIDDEN}`),
  'a coding that is not the last': post('Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${HIDDEN}`),
  'a coding nobody knows': post('Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${HIDDEN}`),
  'chunked with a vertical tab': post('Transfer-Encoding: \x0bchunked\r\n', `0\r\n\r\n${HIDDEN}`),
  'two codings': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', `0\r\n\r\n${HIDDEN}`),
  'a header name with a NUL': post('Content-Length\0: 4\r\n', HIDDEN),
  'a header value with a NUL': post('X-A: a\0b\r\n', HIDDEN),
  'a header name with a space': post('X A: 1\r\n', HIDDEN),
  'a header without a colon': post('X-A\r\n', HIDDEN),
  'an empty header name': post(': 1\r\n', HIDDEN),
  'a bare CR in a value': post('X-A: a\rContent-Length: 37\r\n', HIDDEN),
  'a bare LF between headers': `POST /seen HTTP/1.1\nHost: h\nContent-Length: 0\n\n${HIDDEN}`,
  'a bare LF behind a value': post('X-A: 1\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${HIDDEN}`),
  'a bare CR behind the request line': `GET /seen HTTP/1.1\rHost: h\r\n\r\n${HIDDEN}`,
  'a chunk size with a sign': post('Transfer-Encoding: chunked\r\n', `+0\r\n\r\n${HIDDEN}`),
  'a chunk size with 0x': post('Transfer-Encoding: chunked\r\n', `0x0\r\n\r\n${HIDDEN}`),
  'an empty chunk size': post('Transfer-Encoding: chunked\r\n', `\r\n\r\n${HIDDEN}`),
  'a chunk size beyond numbers': post('Transfer-Encoding: chunked\r\n', `10000000000000000\r\nx\r\n0\r\n\r\n${HIDDEN}`),
  'a chunk size behind a bare LF': post('Transfer-Encoding: chunked\r\n', `1\nx\r\n0\r\n\r\n${HIDDEN}`),
  'a chunk that ends in a bare LF': post('Transfer-Encoding: chunked\r\n', `1\r\nx\n0\r\n\r\n${HIDDEN}`),
  'a chunk longer than its size': post('Transfer-Encoding: chunked\r\n', `1\r\nxyz\r\n0\r\n\r\n${HIDDEN}`),
  'a chunk extension with a bare LF': post('Transfer-Encoding: chunked\r\n', `1;a=b\nx\r\nx\r\n0\r\n\r\n${HIDDEN}`),
  'no host': 'GET /seen HTTP/1.1\r\n\r\n',
  'HTTP/0.9': 'GET /seen\r\n\r\n',
  'HTTP/1.0': 'GET /seen HTTP/1.0\r\nHost: h\r\n\r\n',
  'HTTP/1.2': 'GET /seen HTTP/1.2\r\nHost: h\r\n\r\n',
  'HTTP/2.0 spoken as 1': 'GET /seen HTTP/2.0\r\nHost: h\r\n\r\n',
  'a lower-case method': 'get /seen HTTP/1.1\r\nHost: h\r\n\r\n',
  'an unknown method': 'HELLO /seen HTTP/1.1\r\nHost: h\r\n\r\n',
  'a space in the request target': 'GET /se en HTTP/1.1\r\nHost: h\r\n\r\n',
  'a tab in the request target': 'GET /seen\tx HTTP/1.1\r\nHost: h\r\n\r\n',
  'a NUL in the request target': 'GET /seen\0 HTTP/1.1\r\nHost: h\r\n\r\n',
  CONNECT: `CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n${HIDDEN}`,
  'the preface of HTTP/2': `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${HIDDEN}`,
};

for (const [name, bytes] of Object.entries(REFUSED)) {
  test(`T23: ${name} reaches nobody`, async () => {
    await using cleanup = new t.Cleanup();
    const { port, recorded } = await startGateway(cleanup);
    const replies = await t.exchangeBytes(port, Buffer.from(bytes, 'latin1'));
    assert.doesNotMatch(replies, /HTTP\/1.1 200/);
    assert.deepEqual(recorded, []);
  });
}

/** Read one way by everybody: passed, as the very requests that they are. */
const PASSED: Readonly<Record<string, readonly [string, readonly Recorded[]]>> = {
  'chunks, put together': [
    post('Transfer-Encoding: chunked\r\nConnection: close\r\n', '4;ext="a"\r\nbody\r\n0\r\nX-Trailer: 1\r\n\r\n'),
    [{ line: 'POST /seen HTTP/1.1', body: 'body' }],
  ],
  'a body that looks like a request': [
    post(`Content-Length: ${HIDDEN.length}\r\nConnection: close\r\n`, HIDDEN),
    [{ line: 'POST /seen HTTP/1.1', body: HIDDEN }],
  ],
  'two requests in one write': [
    `GET /one HTTP/1.1\r\nHost: h\r\n\r\nGET /two HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`,
    [
      { line: 'GET /one HTTP/1.1', body: '' },
      { line: 'GET /two HTTP/1.1', body: '' },
    ],
  ],
  'a request line with two spaces, which every reader splits alike': [
    'GET  /seen HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
    [{ line: 'GET /seen HTTP/1.1', body: '' }],
  ],
  'a GET with a body': [
    'GET /seen HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody',
    [{ line: 'GET /seen HTTP/1.1', body: 'body' }],
  ],
  'Connection that names Content-Length': [
    post('Content-Length: 4\r\nConnection: close, content-length\r\n', 'body'),
    [{ line: 'POST /seen HTTP/1.1', body: 'body' }],
  ],
};
for (const [name, [bytes, expected]] of Object.entries(PASSED)) {
  test(`T23: ${name} arrives as it was judged`, async () => {
    await using cleanup = new t.Cleanup();
    const { port, recorded, judged } = await startGateway(cleanup);
    await t.exchangeBytes(port, bytes);
    assert.deepEqual(
      [...recorded].sort((a, b) => a.line.localeCompare(b.line)),
      expected,
    );
    assert.equal(judged.length, expected.length);
  });
}

test('T23: what a client pipelines behind a body that it does not finish reaches nobody', async () => {
  await using cleanup = new t.Cleanup();
  const { port, recorded } = await startGateway(cleanup);
  const socket = await t.openSocket(port);
  socket.write(post('Content-Length: 40\r\n', HIDDEN));
  socket.end();
  await t.readAll(socket);
  assert.deepEqual(recorded, []);
});

// HTTP/2, frame by frame.

const base: readonly (readonly [string, string])[] = [
  [':method', 'POST'],
  [':scheme', 'https'],
  [':authority', 'h'],
  [':path', '/seen'],
];
const without = (name: string) => base.filter(([field]) => field !== name);

/** Fields of a request that HTTP/2 forbids, and that an HTTP/1.1 upstream would read as something else. */
const FORBIDDEN: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'transfer-encoding': [...base, ['transfer-encoding', 'chunked']],
  connection: [...base, ['connection', 'close']],
  'keep-alive': [...base, ['keep-alive', '1']],
  upgrade: [...base, ['upgrade', 'websocket']],
  'proxy-connection': [...base, ['proxy-connection', 'close']],
  'te other than trailers': [...base, ['te', 'chunked']],
  'an upper-case name': [...base, ['X-A', 'b']],
  'a line break in the path': [...without(':path'), [':path', '/seen HTTP/1.1\r\nX: y']],
  'a space in the path': [...without(':path'), [':path', '/se en']],
  'an empty path': [...without(':path'), [':path', '']],
  'no path': without(':path'),
  'two paths': [...base, [':path', '/hidden']],
  'a method with a space': [...without(':method'), [':method', 'GET /hidden HTTP/1.1']],
  'a line break in the method': [...without(':method'), [':method', 'GET\r\n']],
  'a pseudo-header behind the others': [...without(':path'), ['x-a', 'b'], [':path', '/seen']],
  'an unknown pseudo-header': [[':protocol', 'websocket'], ...base],
  'two lengths that differ': [...base, ['content-length', '0'], ['content-length', '4']],
  'a length with a sign': [...base, ['content-length', '+4']],
};
for (const [name, fields] of Object.entries(FORBIDDEN)) {
  test(`T23: over HTTP/2, ${name} reaches nobody`, async () => {
    await using cleanup = new t.Cleanup();
    const { port, recorded } = await startGateway(cleanup);
    const socket = cleanup.add(await openFrames(port, t.caPem), (value) => value.destroy());
    const answer = untilAnswered(socket, 1);
    socket.write(frame(FRAME.headers, END_HEADERS, 1, block(fields)));
    socket.write(frame(FRAME.data, END_STREAM, 1, Buffer.from('body')));
    const how = await answer;
    // A request target that HTTP/1.1 cannot carry is refused on the way upstream, before anything is sent.
    if (how === 'answered') assert.match(name, /path|method/);
    assert.deepEqual(recorded, []);
  });
}

/** Fields that nghttp2 takes out before anybody sees them: neither judged nor sent. */
const DROPPED: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'a line break in a value': [...base, ['x-a', 'a\r\nimpersonate-user: root']],
  'a line feed in a value': [...base, ['x-a', 'a\nb']],
  'a NUL in a value': [...base, ['x-a', 'a\0b']],
  'a line break in a name': [...base, ['x-a\r\nimpersonate-user', 'root']],
  'a colon in a name': [...base, ['x-a: b', 'c']],
  'an empty name': [...base, ['', 'b']],
};
for (const [name, fields] of Object.entries(DROPPED)) {
  test(`T23: over HTTP/2, a field with ${name} is neither judged nor sent`, async () => {
    await using cleanup = new t.Cleanup();
    const { port, recorded, heads, judged } = await startGateway(cleanup);
    const socket = cleanup.add(await openFrames(port, t.caPem), (value) => value.destroy());
    const answer = untilAnswered(socket, 1);
    socket.write(frame(FRAME.headers, END_HEADERS, 1, block(fields)));
    socket.write(frame(FRAME.data, END_STREAM, 1, Buffer.from('body')));
    assert.equal(await answer, 'answered');
    assert.deepEqual(recorded, [{ line: 'POST /seen HTTP/1.1', body: 'body' }]);
    assert.doesNotMatch(heads[0] ?? '', /x-a|root/);
    assert.deepEqual(judged[0]?.rawHeaders.length, 2 * base.length);
  });
}

test('T23: over HTTP/2, a body of another length than it says reaches nobody', async () => {
  await using cleanup = new t.Cleanup();
  const { port, recorded } = await startGateway(cleanup);
  for (const length of ['3', '5', '40']) {
    const socket = cleanup.add(await openFrames(port, t.caPem), (value) => value.destroy());
    const answer = untilAnswered(socket, 1);
    socket.write(frame(FRAME.headers, END_HEADERS, 1, block([...base, ['content-length', length]])));
    socket.write(frame(FRAME.data, END_STREAM, 1, Buffer.from('body')));
    assert.notEqual(await answer, 'answered', length);
  }
  assert.deepEqual(recorded, []);
});

test('T23: over HTTP/2, a request arrives as the one that it is', async () => {
  await using cleanup = new t.Cleanup();
  const { port, recorded } = await startGateway(cleanup);
  const socket = cleanup.add(await openFrames(port, t.caPem), (value) => value.destroy());
  const answer = untilAnswered(socket, 1);
  socket.write(frame(FRAME.headers, END_HEADERS, 1, block([...base, ['content-length', `${HIDDEN.length}`]])));
  socket.write(frame(FRAME.data, END_STREAM, 1, Buffer.from(HIDDEN)));
  assert.equal(await answer, 'answered');
  assert.deepEqual(recorded, [{ line: 'POST /seen HTTP/1.1', body: HIDDEN }]);
});
