import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import { suite, test } from 'node:test';
import type { PortLimit } from '../../../model/decision.ts';
import type { Permit } from '../../../model/permit.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { DuplexReply } from '../../../model/reply.ts';
import type { Request } from '../../../model/request.ts';
import { requestInfo } from '../request/request-info.ts';
import { streamOptions } from '../request/stream-options.ts';
import { CodecSocket } from './codec-socket.ts';
import { readStream } from './read-stream.ts';

const TUNNEL = 'SPDY/3.1+portforward.k8s.io';
const CHANNELS = 'v4.channel.k8s.io';

/** What is offered, ports in the query, what policy leaves, what upstream takes, and what becomes of it. */
const ROWS: readonly (readonly [
  offered: string,
  query: string,
  ports: PortLimit | undefined,
  taken: string,
  expected: string,
])[] = [
  ['spdy/3.1', '', { allowed: [80] }, '', 'read, asks for none'],
  ['spdy/3.1', '?ports=80', { allowed: [80] }, '', 'read, asks for none'],
  [TUNNEL, '?ports=80', { denied: [22] }, TUNNEL, 'read, asks for none'],
  [TUNNEL, '', { denied: [22] }, '', 'OUTCOME_UNKNOWN, destroyed'],
  [TUNNEL, '', undefined, '', 'OUTCOME_UNKNOWN, destroyed'],
  [CHANNELS, '?ports=80&ports=81', { allowed: [80, 81] }, CHANNELS, 'read, asks for 80,81'],
  [CHANNELS, '?ports=80,81', undefined, CHANNELS, 'read, asks for 80,81'],
  [CHANNELS, '?ports=80', { allowed: [80] }, TUNNEL, 'OUTCOME_UNKNOWN, destroyed'],
  [CHANNELS, '', { allowed: [80] }, CHANNELS, 'QUERY_AMBIGUOUS, nothing sent'],
];

suite('T41: the reply to a port-forward', () => {
  for (const [offered, query, ports, taken, expected] of ROWS)
    test(`${offered}${query}, ${JSON.stringify(ports) ?? 'any port'}, upstream takes ${taken}`, () =>
      assert.equal(outcome(permitOf(offered, query, ports), taken), expected));
});

function permitOf(offered: string, query: string, ports: PortLimit | undefined): Permit {
  const isSpdy = offered === 'spdy/3.1';
  const request = {
    upgrade: { protocol: isSpdy ? 'spdy/3.1' : 'websocket' },
    headers: new Map(isSpdy ? [] : [['sec-websocket-protocol', [offered]]]),
  } as unknown as Request;
  const info = requestInfo('GET', `/api/v1/namespaces/n/pods/p/portforward${query}`);
  const stream = streamOptions(info, 'portforward', request);
  return { request, operation: { power: 'portforward', stream }, decision: { ports } } as unknown as Permit;
}

function outcome(permit: Permit, taken: string): string {
  const [socket] = duplexPair();
  let isSent = false;
  try {
    const watch = readStream(permit);
    isSent = true;
    const headers = taken === '' ? [] : ['Sec-WebSocket-Protocol', taken];
    const reply = watch({
      kind: 'duplex',
      status: 101,
      headers,
      socket,
      head: Buffer.alloc(0),
      end() {},
    }) as DuplexReply;
    const how = reply.socket instanceof CodecSocket ? 'read' : 'passed';
    reply.socket.destroy();
    return `${how}, asks for ${permit.operation.stream?.ports.join() || 'none'}`;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.code}, ${isSent ? (socket.destroyed ? 'destroyed' : 'left open') : 'nothing sent'}`;
  }
}
