/*
 * Watches and logs over WebSocket. They are asked for upstream as plain HTTP, judged, masked and recorded as that, and put into frames here, on their last step to
 * the caller, as the API server would: one message an event, and a log in pieces behind an empty message.
 *
 * Source: https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/endpoints/handlers/watch.go (HandleWS),
 * https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/util/httpstream/wsstream/stream.go
 */
import { createHash } from 'node:crypto';
import type { Operation } from '../../../model/operation.ts';
import type { Permit } from '../../../model/permit.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { FramedReply, MaskedReply, Reply } from '../../../model/reply.ts';
import type { Headers, Request } from '../../../model/request.ts';
import { FramedSocket } from './framed-socket.ts';
import { eventPieces, logPieces, type Pieces } from './pieces.ts';

/** Whether what is asked for over this upgrade is sent as plain HTTP, and framed here. */
export function isFramed(
  { verb, resource, apiGroup, subresource }: Operation,
  { upgrade }: Pick<Request, 'upgrade'>,
): boolean {
  const isLog = resource === 'pods' && apiGroup === '' && subresource === 'log';
  return upgrade !== undefined && (verb === 'watch' || isLog);
}

/** The same reply in frames; what is no success as it is. */
export function framedReply(
  { operation, request }: Permit,
  reply: Exclude<MaskedReply, { kind: 'duplex' }>,
): MaskedReply | FramedReply {
  if (reply.status !== 200) return reply;
  const protocol = protocolOf(request.headers);
  const isLog = operation.subresource === 'log' && operation.verb !== 'watch';
  const pieces: Pieces = isLog ? logPieces(protocol) : (eventPieces(reply.headers) ?? unreadable());
  const headers = [
    ...['Upgrade', 'websocket', 'Connection', 'Upgrade'],
    ...['Sec-WebSocket-Accept', accepting(request.headers.get('sec-websocket-key')?.[0] ?? '')],
    ...(protocol === '' ? [] : ['Sec-WebSocket-Protocol', protocol]),
    ...warningsOf(reply.headers),
  ];
  const socket = new FramedSocket(reply.body, pieces);
  const end = () => void socket.destroy();
  return { kind: 'duplex', status: 101, headers, socket, head: Buffer.alloc(0), end, framed: reply };
}

/** The headers with which the same is asked for as plain HTTP, in an encoding that can be framed. */
export function unframedHeaders(headers: Headers): Headers {
  return new Map([...headers].filter(([name]) => !name.startsWith('sec-websocket-') && name !== 'accept-encoding'));
}

function unreadable(): never {
  throw new TypeError('a watch was let pass that cannot be framed');
}

const LOG_PROTOCOLS: ReadonlySet<string> = new Set(['binary.k8s.io', 'base64.binary.k8s.io']);
const KEY = /^[A-Za-z0-9+/]{22}==$/;

/**
 * Refuses a handshake that the API server would not take either.
 *
 * @throws {Refusal} UPGRADE_UNSUPPORTED
 */
export function checkHandshake(headers: Headers, isLog: boolean): void {
  const keys = headers.get('sec-websocket-key') ?? [];
  if (headers.get('sec-websocket-version')?.join() !== '13' || keys.length !== 1 || !KEY.test(keys[0] as string))
    throw new Refusal('UPGRADE_UNSUPPORTED', 'this is no handshake of WebSocket, version 13');
  const offered = offeredIn(headers);
  if (isLog && offered.length > 0 && !offered.some((name) => LOG_PROTOCOLS.has(name)))
    throw new Refusal('UPGRADE_UNSUPPORTED', `a log has no protocol but ${[...LOG_PROTOCOLS].join(' and ')}`, {
      advice: 'offer one of them, or none',
    });
}

function offeredIn(headers: Headers): readonly string[] {
  return (headers.get('sec-websocket-protocol') ?? []).flatMap((value) => value.split(',')).map((name) => name.trim());
}

/** A watch speaks whatever is offered, a log the first that it knows. */
function protocolOf(headers: Headers): string {
  const offered = offeredIn(headers);
  return offered.find((name) => LOG_PROTOCOLS.has(name)) ?? offered[0] ?? '';
}

/**
 * Whether a reply can be framed, before anybody waits for it.
 *
 * @throws {Refusal} ENCODING_NOT_ACCEPTABLE a watch in an encoding of which nobody could tell the events; it is let go
 */
export function checkFramed(verb: string, reply: Reply): void {
  if (verb !== 'watch' || reply.kind === 'duplex' || reply.status !== 200 || eventPieces(reply.headers) !== undefined)
    return;
  reply.body.cancel(new Error('its events cannot be told apart'));
  throw new Refusal('ENCODING_NOT_ACCEPTABLE', 'a watch over WebSocket is had in JSON or protobuf', {
    advice: 'accept `application/json`',
  });
}

function warningsOf(headers: readonly string[]): readonly string[] {
  return headers.flatMap((value, i) =>
    i % 2 === 1 && headers[i - 1]?.toLowerCase() === 'warning' ? ['Warning', value] : [],
  );
}

/** Source: RFC 6455, section 4.2.2 */
function accepting(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
