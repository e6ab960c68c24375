import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { Refusal } from '../../../src/model/refusal.ts';
import type { Headers, RawRequest } from '../../../src/model/request.ts';
import { accept } from '../../../src/pipeline/accept.ts';
import { DEFAULT_LIMITS } from '../../../src/pipeline/limits.ts';
import { newExchangeId } from '../../../src/std/ids.ts';
import { fc } from '../../support/property.ts';
import type { FuzzTarget } from '../target.ts';

const NAMES = [
  ...[
    'Authorization',
    'Impersonate-User',
    'impersonate-group',
    'Impersonate-Uid',
    'Impersonate-Extra-Scopes',
    'X-Remote-User',
    'X-Remote-Extra-A',
  ],
  ...[
    'X-Forwarded-For',
    'X-Forwarded-User',
    'Cookie',
    'Forwarded',
    'Accept',
    'Content-Type',
    'Content-Length',
    'Host',
    'Upgrade',
    'Connection',
  ],
  ...['Sec-WebSocket-Protocol', 'X-HTTP-Method-Override', 'Transfer-Encoding', 'X-Real-Ip', 'Proxy-Authorization'],
];
const VALUES = [
  'Bearer abc',
  'Basic YTpi',
  'a, b',
  'base64url.bearer.authorization.k8s.io.YWJj',
  'v5.channel.k8s.io',
  'websocket',
  'close',
  '0',
  'identity',
  'application/json',
];

/** Headers: what carries identity never goes on, whatever it is called today. An input is lines of `name: value`. */
export const target: FuzzTarget = {
  name: 'header',
  corpus: [
    'Host: h\nAuthorization: Bearer abc\nAccept: application/json',
    'Sec-WebSocket-Protocol: v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.YWJj',
    'Impersonate-User: a',
  ],
  dictionary: [...NAMES, ...VALUES, ': ', '\n', 'impersonate-', 'IMPERSONATE-', ', '],
  inputs: fc
    .array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...VALUES)), { maxLength: 6 })
    .map((lines) => Buffer.from(lines.map(([name, value]) => `${name}: ${value}`).join('\n'), 'latin1')),
  check: (input) => laws(rawHeaders(input), (headers) => accept(rawRequest(headers), DEFAULT_LIMITS).headers),
  canary: (input) => laws(rawHeaders(input), withoutKnown),
};

function laws(raw: readonly string[], read: (headers: readonly string[]) => Headers): string {
  let headers: Headers;
  try {
    headers = read(raw);
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.code;
    throw thrown;
  }
  for (const [name, values] of headers) {
    assert.equal(name, name.toLowerCase());
    assert.ok(!IDENTITY.test(name), `${name} goes on`);
    if (name === 'sec-websocket-protocol') assert.ok(!values.some((value) => TOKEN.test(value)), 'a token goes on');
  }
  return `${headers.size} headers`;
}

const IDENTITY = /^(impersonate-|x-remote-|x-forwarded-|(proxy-)?authorization$|cookie$|forwarded$)/;
const TOKEN = /base64url\.bearer\.authorization\.k8s\.io\./;

/** Source: `token` of RFC 9110, section 5.6.2 */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Name and value pairs, of the names that Node's parser lets through. */
function rawHeaders(input: Buffer): string[] {
  return input
    .toString('latin1')
    .split('\n')
    .flatMap((line) => {
      const colon = line.indexOf(':');
      const name = line.slice(0, Math.max(0, colon));
      return HEADER_NAME.test(name) ? [name, line.slice(colon + 1).trim()] : [];
    });
}

function rawRequest(headers: readonly string[]): RawRequest {
  return {
    id: newExchangeId(0),
    method: 'GET',
    uri: '/api/v1/pods',
    rawHeaders: headers,
    httpVersion: '1.1',
    peer: '127.0.0.1',
    body: Readable.from([]),
    upgrade: undefined,
  };
}

/** The bug: a list of the names known when it was written, which overlooks those that came later. */
function withoutKnown(raw: readonly string[]): Headers {
  const known = new Set([
    'authorization',
    'impersonate-user',
    'impersonate-group',
    'x-remote-user',
    'x-forwarded-for',
    'cookie',
  ]);
  const headers = new Map<string, string[]>();
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    if (!known.has(name)) headers.set(name, [raw[i + 1] as string]);
  }
  return headers;
}
