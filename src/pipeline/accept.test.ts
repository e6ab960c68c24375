import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { fc } from '../../test/support/property.ts';
import type { Refusal } from '../model/refusal.ts';
import type { RawRequest } from '../model/request.ts';
import type { ExchangeId } from '../std/ids.ts';
import { accept } from './accept.ts';
import { DEFAULT_LIMITS } from './limits.ts';

function raw(change: Partial<RawRequest>): RawRequest {
  return {
    id: 'x' as ExchangeId,
    method: 'GET',
    uri: '/api/v1/pods',
    rawHeaders: ['Host', 'gateway', 'Authorization', 'Bearer t.o.k'],
    httpVersion: '1.1',
    peer: '127.0.0.1',
    body: Readable.from([]),
    upgrade: undefined,
    ...change,
  };
}

function outcome(change: Partial<RawRequest>): string {
  try {
    const { token, headers, impersonation } = accept(raw(change), DEFAULT_LIMITS);
    return `${impersonation === undefined ? '' : `as ${impersonation} `}${token} ${[...headers].map(([name, values]) => `${name}=${values.join('|')}`).join(' ')}`;
  } catch (error) {
    return (error as Refusal).code;
  }
}

const HEADERS: readonly (readonly [string, readonly string[], string])[] = [
  ['a bearer token', ['Authorization', 'Bearer a.b.c'], 'a.b.c '],
  ['a bearer token in odd case', ['AUTHORIZATION', 'bearer a.b.c'], 'a.b.c '],
  ['no token at all', ['Accept', '*/*'], 'undefined accept=*/*'],
  [
    'T6: two Authorization headers',
    ['Authorization', 'Bearer a', 'authorization', 'Bearer b'],
    'CREDENTIALS_AMBIGUOUS',
  ],
  ['T6: the same token twice', ['Authorization', 'Bearer a', 'Authorization', 'Bearer a'], 'CREDENTIALS_AMBIGUOUS'],
  ['T6: two tokens in one header', ['Authorization', 'Bearer a, Bearer b'], 'TOKEN_MISSING'],
  [
    'T6: a token hidden beside a word that is no protocol',
    ['Sec-WebSocket-Protocol', 'v5.channel.k8s.io, x base64url.bearer.authorization.k8s.io.YQ'],
    'REQUEST_MALFORMED',
  ],
  [
    'T6: a token hidden behind a beginning of its own',
    ['Sec-WebSocket-Protocol', 'x.base64url.bearer.authorization.k8s.io.YQ'],
    'REQUEST_MALFORMED',
  ],
  [
    'T6: a token with a word that is no part of it',
    ['Sec-WebSocket-Protocol', 'base64url.bearer.authorization.k8s.io.YQ x'],
    'REQUEST_MALFORMED',
  ],
  ['T6: basic authentication', ['Authorization', 'Basic YTpi'], 'TOKEN_MISSING'],
  [
    'T6: a token among WebSocket protocols',
    ['Sec-WebSocket-Protocol', 'base64url.bearer.authorization.k8s.io.YS5iLmM, v5.channel.k8s.io'],
    'a.b.c sec-websocket-protocol=v5.channel.k8s.io',
  ],
  [
    'T6: a token in both places',
    ['Authorization', 'Bearer a', 'Sec-WebSocket-Protocol', 'base64url.bearer.authorization.k8s.io.YQ'],
    'CREDENTIALS_AMBIGUOUS',
  ],
  [
    'T1: impersonation of a user',
    ['Impersonate-User', 'admin', 'Accept', 'x'],
    'as impersonate-user undefined accept=x',
  ],
  ['T1: in odd case, twice', ['iMPERSONATE-group', 'a', 'Impersonate-Group', 'b'], 'as impersonate-group undefined '],
  ['T1: uid and extra', ['Impersonate-Uid', '1', 'Impersonate-Extra-%41', 'x'], 'as impersonate-uid undefined '],
  ['T1: as CGI would spell it', ['Impersonate_User', 'x'], 'as impersonate_user undefined '],
  [
    'T8: front-proxy headers',
    ['X-Remote-User', 'admin', 'X-Remote-Group', 'system:masters', 'X-Remote-Extra-a', 'b'],
    'undefined ',
  ],
  [
    'T8: forwarding headers',
    ['X-Forwarded-For', '10.0.0.1', 'X-Forwarded-Client-Cert', 'x', 'Forwarded', 'for=1', 'X-Real-IP', '1'],
    'undefined ',
  ],
  ['cookies', ['Cookie', 'a=b'], 'undefined '],
  ['T22: a method override', ['X-HTTP-Method-Override', 'DELETE'], 'REQUEST_MALFORMED'],
  [
    'T2: a content type that would be judged and not sent',
    ['Content-Type', 'application/yaml', 'Connection', 'keep-alive, content-TYPE'],
    'REQUEST_MALFORMED',
  ],
  [
    'T2: a header named by a second Connection',
    ['Connection', 'close', 'connection', 'Accept', 'Accept', 'x'],
    'REQUEST_MALFORMED',
  ],
  [
    'T2: an upgrade names its own header',
    ['Connection', 'Upgrade', 'TE', 'trailers'],
    'undefined connection=Upgrade te=trailers',
  ],
  ['T2: a header that is not there', ['Connection', 'close, X-Other'], 'undefined connection=close, X-Other'],
  [
    'T2: an impersonation header that is not there',
    ['Connection', 'Impersonate-User, X-Other'],
    'as impersonate-user undefined connection=Impersonate-User, X-Other',
  ],
  ['two content types', ['Content-Type', 'a', 'content-type', 'b'], 'REQUEST_MALFORMED'],
  ['T23: two lengths', ['Content-Length', '1', 'content-length', '1'], 'REQUEST_MALFORMED'],
  ['T57: two content encodings', ['Content-Encoding', 'identity', 'content-encoding', 'gzip'], 'REQUEST_MALFORMED'],
  ['T23: two hosts', ['Host', 'a', 'host', 'b'], 'REQUEST_MALFORMED'],
  ['T35: two upgrades', ['Upgrade', 'websocket', 'upgrade', 'h2c'], 'REQUEST_MALFORMED'],
  ['several values of a plain header', ['Accept', 'a', 'accept', 'b'], 'undefined accept=a|b'],
  ['HTTP/2 pseudo headers', [':method', 'GET', 'accept', 'b'], 'undefined accept=b'],
];

for (const [name, rawHeaders, expected] of HEADERS) {
  test(`headers: ${name}`, () => assert.equal(outcome({ rawHeaders }), expected));
}

test('T1: no header that begins with impersonate- gets through, whatever its name and case', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[iI][mM][pP]ersonate-[!#-'*+.^_`|~0-9A-Za-z-]{0,20}$/),
      fc.string(),
      (name, value) => {
        const { headers, impersonation } = accept(raw({ rawHeaders: [name, value] }), DEFAULT_LIMITS);
        assert.deepEqual([[...headers], impersonation], [[], name.toLowerCase()]);
      },
    ),
  );
});

for (const method of ['get', 'TRACE', 'CONNECT', 'PROPFIND', '', 'GET ', 'G\u00cbT']) {
  test(`T22: method ${JSON.stringify(method)} is not one that the API has`, () =>
    assert.equal(outcome({ method }), 'METHOD_NOT_ALLOWED'));
}

for (const uri of ['http://other/api', 'other:443', '*', '']) {
  test(`T12: request target ${JSON.stringify(uri)} is not a path`, () =>
    assert.equal(outcome({ uri }), 'REQUEST_MALFORMED'));
}

test('T6: a token in the query is refused before it can be recorded', () => {
  assert.equal(outcome({ uri: '/api/v1/pods?limit=1&access_token=x' }), 'CREDENTIALS_AMBIGUOUS');
});

test('a request of HTTP/1.0 is told which versions are taken', () => {
  assert.equal(outcome({ httpVersion: '1.0' }), 'HTTP_VERSION_UNSUPPORTED');
});

test('limits hold at the bound and refuse one over', () => {
  const headers = Array.from({ length: DEFAULT_LIMITS.headersCountMax }, () => ['a', 'b']).flat();
  assert.match(outcome({ rawHeaders: headers }), /^undefined/);
  assert.equal(outcome({ rawHeaders: [...headers, 'a', 'b'] }), 'HEADERS_TOO_LARGE');
});

for (const [protocol, expected] of [
  ['websocket', 'websocket'],
  ['WebSocket', 'websocket'],
  ['SPDY/3.1', 'spdy/3.1'],
  ['h2c', 'UPGRADE_UNSUPPORTED'],
  ['websocket, h2c', 'UPGRADE_UNSUPPORTED'],
  ['TLS/1.0', 'UPGRADE_UNSUPPORTED'],
] as const) {
  test(`T35: an upgrade to ${protocol} is ${expected}`, () => {
    const upgrade = { socket: Readable.from([]) as never, head: Buffer.alloc(0) };
    const taken = () => accept(raw({ upgrade, rawHeaders: ['Upgrade', protocol] }), DEFAULT_LIMITS).upgrade?.protocol;
    if (expected === 'UPGRADE_UNSUPPORTED') assert.throws(taken, (error: Refusal) => error.code === expected);
    else assert.equal(taken(), expected);
  });
}

test('T35: a header that asks for an upgrade which the connection does not make is refused', () => {
  assert.equal(outcome({ rawHeaders: ['Upgrade', 'websocket'] }), 'UPGRADE_UNSUPPORTED');
});

test('the body is read once, whole, and not beyond its limit', async () => {
  const limits = { ...DEFAULT_LIMITS, bodyBytesMax: 4 };
  const read = (chunks: string[]) =>
    accept(raw({ body: Readable.from(chunks.map((chunk) => Buffer.from(chunk))) }), limits);
  const request = read(['ab', 'cd']);
  assert.equal((await request.readBody()).toString(), 'abcd');
  assert.equal(await request.readBody(), await request.readBody());
  await assert.rejects(read(['ab', 'cde']).readBody(), { code: 'BODY_TOO_LARGE' });
});

test('a body that says that it is larger than its limit is refused before any of it is read', async () => {
  const limits = { ...DEFAULT_LIMITS, bodyBytesMax: 4 };
  const saying = (length: string) => {
    const body = Readable.from([Buffer.from('abcd')]);
    return { body, request: accept(raw({ body, rawHeaders: ['Content-Length', length] }), limits) };
  };
  assert.equal(String(await saying('4').request.readBody()), 'abcd');
  const { body, request } = saying('5');
  await assert.rejects(request.readBody(), { code: 'BODY_TOO_LARGE' });
  assert.equal(body.readableDidRead, false);
});

test('a body that does not arrive within its time is refused', async () => {
  const body = new Readable({ read() {} });
  body.push('abc');
  const request = accept(raw({ body }), { ...DEFAULT_LIMITS, bodyTimeoutMs: 5 });
  await assert.rejects(request.readBody(), { code: 'REQUEST_TIMEOUT' });
});

test('T57: a compressed body is refused before any of it is read', async () => {
  const request = accept(raw({ rawHeaders: ['Content-Encoding', 'gzip'] }), DEFAULT_LIMITS);
  await assert.rejects(request.readBody(), { code: 'MEDIA_TYPE_UNSUPPORTED' });
});
