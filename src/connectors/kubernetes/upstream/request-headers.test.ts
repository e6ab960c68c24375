import assert from 'node:assert/strict';
import test from 'node:test';
import { fc } from '../../../../test/support/property.ts';
import { Credential } from './credential.ts';
import type { Identity } from './impersonation.ts';
import { upstreamHeaders } from './request-headers.ts';

const credential = new Credential({ token: 'ours' });
const ada: Identity = { subject: 'ada', groups: ['dev'] };
const OURS = ['Authorization', 'Bearer ours', 'Impersonate-User', 'ada', 'Impersonate-Group', 'dev'];

function sent(
  headers: Readonly<Record<string, readonly string[]>>,
  identity: Identity | undefined = ada,
): readonly string[] {
  return upstreamHeaders(new Map(Object.entries(headers)), credential, identity);
}

const rows: readonly (readonly [string, Readonly<Record<string, readonly string[]>>, readonly string[]])[] = [
  [
    'what a caller asks for passes',
    { accept: ['application/json'], 'accept-encoding': ['gzip'], 'user-agent': ['kubectl'] },
    ['accept', 'application/json', 'accept-encoding', 'gzip', 'user-agent', 'kubectl'],
  ],
  ['a header given twice stays two', { 'x-a': ['1', '2'] }, ['x-a', '1', 'x-a', '2']],
  [
    'T1: identity',
    {
      authorization: ['Bearer theirs'],
      'impersonate-user': ['root'],
      'impersonate-extra-%41': ['x'],
      'impersonate-new': ['x'],
    },
    [],
  ],
  [
    'T8: identity of other proxies',
    {
      'x-remote-user': ['a'],
      'x-remote-extra-a': ['a'],
      'x-forwarded-for': ['a'],
      forwarded: ['a'],
      'x-real-ip': ['a'],
      cookie: ['a=b'],
    },
    [],
  ],
  [
    'headers of the connection',
    {
      connection: ['close'],
      'keep-alive': ['1'],
      te: ['trailers'],
      'transfer-encoding': ['chunked'],
      upgrade: ['h2c'],
      'proxy-connection': ['a'],
      'proxy-authorization': ['a'],
      'http2-settings': ['a'],
      trailer: ['a'],
      expect: ['100-continue'],
      host: ['h'],
      'content-length': ['1'],
    },
    [],
  ],
  [
    'T2: headers that Connection names are theirs alone',
    { connection: ['X-A, Authorization', 'impersonate-USER,close'], 'x-a': ['1'], 'x-b': ['2'] },
    ['x-b', '2'],
  ],
  [
    'T6: a token among WebSocket protocols',
    { 'sec-websocket-protocol': ['v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.c2VjcmV0'] },
    ['sec-websocket-protocol', 'v5.channel.k8s.io'],
  ],
  ['T6: a token alone there', { 'sec-websocket-protocol': ['Base64URL.bearer.authorization.k8s.io.c2VjcmV0'] }, []],
];
for (const [name, headers, expected] of rows) {
  test(`${name}; ours come behind`, () => assert.deepEqual(sent(headers), [...expected, ...OURS]));
}

test('T5: each group is a line of its own, and what HTTP would change is refused', () => {
  assert.deepEqual(sent({}, { subject: 'ada', groups: ['a,system:masters', 'b'] }).slice(2), [
    'Impersonate-User',
    'ada',
    'Impersonate-Group',
    'a,system:masters',
    'Impersonate-Group',
    'b',
  ]);
  for (const value of ['', ' a', 'a ', 'a\r\nImpersonate-Group: system:masters', 'a\nb', 'a\0', 'a\u007f', '\ud800']) {
    for (const identity of [
      { subject: value, groups: [] },
      { subject: 'a', groups: [value] },
      { subject: 'a', groups: [], uid: value },
      { subject: 'a', groups: [], extra: { k: [value] } },
    ]) {
      assert.throws(() => sent({}, identity), { code: 'INTERNAL' }, JSON.stringify(identity));
    }
  }
});

test('a name beyond ASCII goes as UTF-8, and an extra’s key so that upstream reads it back', () => {
  const headers = sent({}, { subject: 'é', groups: [], uid: '1', extra: { 'Sallyport.dev/a%': ['x', 'y'] } });
  assert.deepEqual(headers.slice(2), [
    'Impersonate-User',
    'Ã©',
    'Impersonate-Uid',
    '1',
    'Impersonate-Extra-%53allyport.dev%2fa%25',
    'x',
    'Impersonate-Extra-%53allyport.dev%2fa%25',
    'y',
  ]);
  assert.equal(decodeURIComponent('%53allyport.dev%2fa%25'.toLowerCase()), 'Sallyport.dev/a%');
});

test('T1: whatever a caller sends, no header of ours is theirs', () => {
  const name = fc.oneof(
    fc.constantFrom(
      'authorization',
      'impersonate-user',
      'impersonate-group',
      'impersonate-uid',
      'x-remote-user',
      'connection',
    ),
    fc.string({ minLength: 1, maxLength: 12 }).map((rest) => `impersonate-${rest.toLowerCase()}`),
    fc.stringMatching(/^[a-z-]{1,20}$/),
  );
  const value = fc.oneof(
    fc.stringMatching(/^[!-~]{0,20}$/),
    fc.constantFrom('authorization', 'Impersonate-User, authorization'),
  );
  fc.assert(
    fc.property(fc.dictionary(name, fc.array(value, { minLength: 1, maxLength: 3 })), (headers) => {
      const result = sent(headers);
      assert.deepEqual(result.slice(-OURS.length), OURS);
      const theirs = result.slice(0, -OURS.length).filter((_, i) => i % 2 === 0);
      assert.ok(!theirs.some((header) => /^(impersonate-|x-remote-|authorization$)/i.test(header)));
    }),
  );
});
