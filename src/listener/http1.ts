/*
 * HTTP/1.1: Node's own strict parser, one exchange after the other on a connection.
 *
 * The parser is never told to be lenient: what it refuses (a length beside chunks, a bare line feed, folded headers, a space before a
 * colon) is what two servers in a row have read two ways. What it refuses is answered by `unread.ts`, and the connection ends.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { newExchangeId } from '../std/ids.ts';
import { answerOf, clientGone, type ExchangeContext, faultReply } from './exchange.ts';
import type { ListenerLimits } from './limits.ts';
import { endBehindAnswer } from './linger.ts';
import { ReplyWriter, type Wire } from './reply-writer.ts';
import { routeOf } from './route.ts';

/** Serves one request of an HTTP/1.1 connection. */
export async function serveHttp1(
  context: ExchangeContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const aborter = new AbortController();
  const writer = new ReplyWriter(new Http1Wire(context, request, response), context.progress);
  response.on('drain', () => writer.drained());
  response.on('close', () => {
    // First the reply, so that it is given up as one whose client went away, and not as one that broke.
    writer.closed();
    if (!response.writableFinished) aborter.abort(clientGone());
  });
  const { target, prefix, raw } = http1Request(context, request);
  const answer = await answerOf(context, target, raw, aborter.signal);
  if (answer.kind !== 'duplex') return writer.send(answer, prefix);
  answer.socket.destroy();
  context.onFault(new Error('a duplex reply to a request that asked for no upgrade'));
  writer.send(faultReply());
}

/** The request as the data path takes it, and its target. */
export function http1Request({ routes, clock, peerOf }: ExchangeContext, request: IncomingMessage) {
  const socket = request.socket as TLSSocket;
  const route = routeOf(routes, {
    uri: request.url ?? '',
    authority: request.headers.host,
    serverName: socket.servername || undefined,
  });
  const raw = {
    id: newExchangeId(clock.now()),
    method: request.method ?? '',
    uri: route.uri,
    rawHeaders: request.rawHeaders,
    httpVersion: request.httpVersion === '1.1' ? ('1.1' as const) : ('1.0' as const),
    peer: peerOf(socket),
    body: request,
    upgrade: undefined,
  };
  return { target: route.target, prefix: route.prefix, raw };
}

/** One reply over HTTP/1.1. */
export class Http1Wire implements Wire {
  readonly isHeadRequest: boolean;
  readonly #context: ExchangeContext;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(context: ExchangeContext, request: IncomingMessage, response: ServerResponse) {
    this.isHeadRequest = request.method === 'HEAD';
    this.#context = context;
    this.#request = request;
    this.#response = response;
  }

  head(status: number, headers: string[]): void {
    const { isDraining, isStopping } = this.#context;
    if (isDraining || isStopping || this.#isWaitedForBody()) headers.push('connection', 'close');
    this.#response.writeHead(status, headers);
  }

  flushHead(): void {
    this.#response.flushHeaders();
  }

  write(chunk: Uint8Array): boolean {
    return this.#response.write(chunk);
  }

  end(chunk: Uint8Array | undefined, trailers: readonly string[]): void {
    if (trailers.length > 0) this.#response.addTrailers(pairs(trailers));
    if (chunk === undefined) this.#response.end();
    else this.#response.end(chunk);
    if (!this.#request.complete) discardRest(this.#request, this.#response, this.#context.limits);
  }

  cut(): void {
    const { socket, writableEnded } = this.#response;
    // Node sends what it has of an answer whose turn comes later, whole or not, and then waits for the rest.
    if (socket === null && !writableEnded) this.#response.once('socket', (late) => late.destroy());
    this.#response.destroy();
  }

  /** The client waits for `100 Continue` and may send its body or not: the connection cannot be used again. */
  #isWaitedForBody(): boolean {
    return this.#request.headers.expect !== undefined && !this.#request.complete;
  }
}

/**
 * Limit: what a client still sends of a body that nobody wanted; over it, the connection ends behind the answer. However it ends before the body does, its
 * client can read the answer.
 */
function discardRest(
  request: IncomingMessage,
  response: ServerResponse,
  { unwantedBodyBytesMax, halfCloseTimeoutMs }: ListenerLimits,
): void {
  const { socket } = request;
  const end = () => {
    request.resume();
    endBehindAnswer(socket, halfCloseTimeoutMs);
  };
  let bytes = 0;
  const onData = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= unwantedBodyBytesMax) return;
    request.off('data', onData);
    if (response.writableFinished) return end();
    // Other answers on this connection come first: nothing more is read until they have.
    request.pause();
    response.once('finish', end);
  };
  request.on('data', onData).resume();
  // Node's own way to end a connection behind an answer that says `Connection: close`.
  socket.destroySoon = () => endBehindAnswer(socket, halfCloseTimeoutMs);
  request.once('end', () => Reflect.deleteProperty(socket, 'destroySoon'));
}

function pairs(flat: readonly string[]): [string, string][] {
  const result: [string, string][] = [];
  for (let i = 0; i < flat.length; i += 2) result.push([flat[i] as string, flat[i + 1] as string]);
  return result;
}
