/*
 * HTTP/2: one exchange a stream, on Node's own streams and not its imitation of HTTP/1.
 *
 * What HTTP/2 forbids (connection headers, two lengths, upper-case names) resets the stream before it gets here. Extended CONNECT is not offered:
 * exec and the like go over HTTP/1.1, as every Kubernetes client does it.
 */
import { constants, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { newExchangeId } from '../std/ids.ts';
import { answerOf, clientGone, type ExchangeContext, faultReply } from './exchange.ts';
import { onFirstRead } from './first-read.ts';
import { ReplyWriter, type Wire } from './reply-writer.ts';
import { routeOf } from './route.ts';

/**
 * The id in a notice that a connection ends: every stream that has begun by then is still served.
 *
 * Source: graceful shutdown, https://www.rfc-editor.org/rfc/rfc9113#section-6.8
 */
export const STREAM_ID_MAX: number = 2 ** 31 - 1;

/** An HTTP/2 connection, as its streams need it. */
export interface Http2Connection {
  readonly peer: string;
  readonly serverName: string | undefined;
  streams: number;
}

/** Keeps one HTTP/2 connection: closed in order when nothing has been in flight on it for `idleTimeoutMs`. */
export function http2Connection(
  session: ServerHttp2Session,
  { limits, isDraining, isStopping, peerOf }: ExchangeContext,
): Http2Connection {
  const socket = session.socket as TLSSocket;
  const connection = { peer: peerOf(socket), serverName: socket.servername || undefined, streams: 0 };
  session.setTimeout(limits.idleTimeoutMs, () => {
    if (connection.streams === 0) session.destroy();
  });
  // A fault of the connection ends its streams, which see it as a client that went away.
  session.on('error', () => {});
  if (isStopping) session.close();
  else if (isDraining) session.goaway(constants.NGHTTP2_NO_ERROR, STREAM_ID_MAX);
  return connection;
}

/** Serves one stream. */
export async function serveHttp2(
  context: ExchangeContext,
  connection: Http2Connection,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
): Promise<void> {
  connection.streams++;
  const aborter = new AbortController();
  const writer = new ReplyWriter(new Http2Wire(context, headers, stream), context.progress);
  stream.on('error', () => {});
  stream.on('drain', () => writer.drained());
  stream.on('close', () => {
    connection.streams--;
    // First the reply, so that it is given up as one whose client went away, and not as one that broke.
    writer.closed();
    if (!stream.writableFinished || stream.rstCode !== constants.NGHTTP2_NO_ERROR) aborter.abort(clientGone());
  });
  if (headers.expect?.toLowerCase() === '100-continue') {
    onFirstRead(stream, () => {
      if (!stream.headersSent) stream.additionalHeaders({ ':status': 100 });
    });
  }
  const { target, prefix, raw } = http2Request(context, connection, stream, headers, rawHeaders);
  const answer = await answerOf(context, target, raw, aborter.signal);
  if (answer.kind !== 'duplex') return writer.send(answer, prefix);
  answer.socket.destroy();
  context.onFault(new Error('a duplex reply over HTTP/2'));
  writer.send(faultReply());
}

function http2Request(
  { routes, clock }: ExchangeContext,
  connection: Http2Connection,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
) {
  const route = routeOf(routes, {
    uri: headers[':path'] ?? '',
    authority: authorityOf(headers),
    serverName: connection.serverName,
  });
  const raw = {
    id: newExchangeId(clock.now()),
    method: headers[':method'] ?? '',
    uri: route.uri,
    rawHeaders,
    httpVersion: '2.0' as const,
    peer: connection.peer,
    body: stream,
    upgrade: undefined,
  };
  return { target: route.target, prefix: route.prefix, raw };
}

/** `:authority`, and `Host` only where that is missing; two that differ name no host at all. */
function authorityOf({ ':authority': authority, host }: IncomingHttpHeaders): string | undefined {
  if (authority === undefined) return host;
  return host === undefined || host === authority ? authority : undefined;
}

/** One reply over HTTP/2. */
class Http2Wire implements Wire {
  readonly isHeadRequest: boolean;
  readonly #bytesMax: number;
  readonly #stream: ServerHttp2Stream;
  #trailers: readonly string[] = [];

  constructor(context: ExchangeContext, headers: IncomingHttpHeaders, stream: ServerHttp2Stream) {
    this.#bytesMax = context.limits.unwantedBodyBytesMax;
    this.isHeadRequest = headers[':method'] === 'HEAD';
    this.#stream = stream;
  }

  head(status: number, headers: string[], body: { readonly isNone: boolean; readonly mayHaveTrailers: boolean }): void {
    for (let i = 0; i < headers.length; i += 2) headers[i] = (headers[i] as string).toLowerCase();
    this.#stream.respond([':status', `${status}`, ...headers], {
      endStream: body.isNone,
      waitForTrailers: body.mayHaveTrailers,
    });
    if (body.mayHaveTrailers) this.#stream.once('wantTrailers', () => this.#sendTrailers());
  }

  /** A head leaves by itself at the end of this turn. */
  flushHead(): void {}

  write(chunk: Uint8Array): boolean {
    return this.#stream.write(chunk);
  }

  end(chunk: Uint8Array | undefined, trailers: readonly string[]): void {
    this.#trailers = trailers;
    if (chunk === undefined) this.#stream.end();
    else this.#stream.end(chunk);
    if (!this.#stream.endAfterHeaders && !this.#stream.readableEnded) discardRest(this.#stream, this.#bytesMax);
  }

  cut(): void {
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  #sendTrailers(): void {
    const trailers: Record<string, string[]> = {};
    for (let i = 0; i < this.#trailers.length; i += 2) {
      const name = (this.#trailers[i] as string).toLowerCase();
      trailers[name] = [...(trailers[name] ?? []), this.#trailers[i + 1] as string];
    }
    this.#stream.sendTrailers(trailers);
  }
}

/** Limit: what a client still sends of a body that nobody wanted; over it, the stream ends. */
function discardRest(stream: ServerHttp2Stream, bytesMax: number): void {
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bytesMax) stream.close(constants.NGHTTP2_NO_ERROR);
  });
  stream.resume();
}
