import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Refusal } from '../../../model/refusal.ts';
import type { Request } from '../../../model/request.ts';
import { type StreamProtocol, spokenProtocol, streamProtocol } from './stream-protocol.ts';

const TUNNEL = 'SPDY/3.1+portforward.k8s.io';

/** What a client offers, header by header, and how upstream will be told its ports. */
const OFFERS: readonly (readonly [offered: readonly string[], expected: string])[] = [
  [[], 'channels'],
  [['v4.channel.k8s.io'], 'channels'],
  [['v4.base64.channel.k8s.io, v4.channel.k8s.io'], 'channels'],
  [[TUNNEL], 'tunnel'],
  [[`${TUNNEL}, v4.channel.k8s.io`], 'UPGRADE_UNSUPPORTED'],
  [[`v4.channel.k8s.io, ${TUNNEL}`], 'UPGRADE_UNSUPPORTED'],
  [['v4.channel.k8s.io', TUNNEL], 'UPGRADE_UNSUPPORTED'],
  [[TUNNEL, TUNNEL], 'UPGRADE_UNSUPPORTED'],
  [['spdy/3.1+portforward.k8s.io'], 'UPGRADE_UNSUPPORTED'],
  [['SPDY/3.1+other.k8s.io'], 'UPGRADE_UNSUPPORTED'],
];

suite('T41: where the ports of a port-forward stand', () => {
  for (const [offered, expected] of OFFERS)
    test(offered.join(' and ') || 'no protocol', () => assert.equal(outcome('websocket', offered), expected));
  test('SPDY', () => assert.equal(outcome('spdy/3.1', []), 'spdy'));
});

/** The protocol that was judged, the headers of the 101, and whether what was judged is what is spoken. */
const SWITCHES: readonly (readonly [protocol: StreamProtocol, headers: readonly string[], expected: boolean])[] = [
  ['tunnel', ['Sec-WebSocket-Protocol', TUNNEL], true],
  ['tunnel', [], false],
  ['tunnel', ['sec-websocket-protocol', 'v4.channel.k8s.io'], false],
  ['tunnel', ['Sec-WebSocket-Protocol', TUNNEL, 'Sec-WebSocket-Extensions', 'permessage-deflate'], false],
  ['channels', ['Sec-WebSocket-Protocol', 'v4.channel.k8s.io'], true],
  ['channels', [], true],
  ['channels', ['Sec-WebSocket-Protocol', TUNNEL], false],
  ['spdy', ['X-Stream-Protocol-Version', 'portforward.k8s.io'], true],
  ['spdy', ['X-Stream-Protocol-Version', 'v4.channel.k8s.io'], true],
  ['spdy', ['X-Stream-Protocol-Version', 'v9.channel.k8s.io'], false],
  ['spdy', [], true],
  ['channels', ['Sec-WebSocket-Protocol', 'v5.channel.k8s.io'], true],
  ['channels', ['Sec-WebSocket-Protocol', 'base64.channel.k8s.io'], true],
  ['channels', ['Sec-WebSocket-Protocol', 'v4.base64.channel.k8s.io'], true],
  ['channels', ['Sec-WebSocket-Protocol', 'v9.channel.k8s.io'], false],
  [
    'channels',
    ['Sec-WebSocket-Protocol', 'v5.channel.k8s.io', 'Sec-WebSocket-Extensions', 'permessage-deflate'],
    false,
  ],
];

suite('T41: what upstream took is what was judged', () => {
  for (const [protocol, headers, expected] of SWITCHES)
    test(`${protocol}: ${headers.join(' ')}`, () =>
      assert.equal(spokenProtocol(protocol, headers) !== undefined, expected));
});

function outcome(protocol: 'websocket' | 'spdy/3.1', offered: readonly string[]): string {
  const upgrade = { protocol } as Request['upgrade'];
  try {
    return streamProtocol({ upgrade, headers: new Map([['sec-websocket-protocol', offered]]) }, 'portforward');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.code;
  }
}
