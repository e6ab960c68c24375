/*
 * The servers of the benchmarks that are not the gateway, each a process of its own: `node server.ts ROLE`, with what it needs in its first message.
 *
 * `upstream` answers as an API server does where the benchmarks look, and does nothing else. `bare` is the least that a proxy in Node can be: it
 * looks at nothing, and passes on what comes over HTTP/1.1 or HTTP/2 through Node's own https with connections that are kept.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import { createServer, Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import {
  DISCOVERY,
  EVENTS,
  EXEC_BYTES,
  LARGE_TIMES,
  LIST,
  POD,
  SECRETS,
  SERVICE,
  SMALL,
  WATCH_EVENT,
} from './payloads.ts';

/** The first message to a server: whom it serves as, and whom it passes on to. */
export interface ServerOptions {
  readonly certPem: string;
  readonly keyPem: string;
  readonly caPem: string;
  /** Where `bare` passes on to. */
  readonly upstreamPort: number;
  readonly isHttp2: boolean;
}

const JSON_TYPE = 'application/json';

function upstream(options: ServerOptions): Server {
  const server = secureServer(options, (request, response) => {
    const url = request.url ?? '';
    if (request.method === 'POST') {
      const said = reviewed(url, request.headers['impersonate-user']) ?? SMALL;
      request.resume().on('end', () => answer(response, 201, said));
      return;
    }
    if (url.includes('resourceVersion=2'))
      return inPieces(
        response,
        Array.from({ length: EVENTS }, () => WATCH_EVENT),
      );
    if (url.includes('labelSelector=large')) return inPieces(response, largeList());
    if (url.includes('watch=')) {
      response.writeHead(200, { 'content-type': JSON_TYPE, 'x-accel-buffering': 'no' });
      response.write(WATCH_EVENT);
      return;
    }
    if (url === '/api' || url === '/apis') return answer(response, 200, DISCOVERY[url]);
    if (url.endsWith('/pods/web')) return answer(response, 200, POD);
    if (url.includes('/services/')) return answer(response, 200, SERVICE);
    if (url.endsWith('/secrets')) return answer(response, 200, SECRETS);
    answer(response, 200, url.endsWith('/configmaps') ? LIST : SMALL);
  });
  server.on('upgrade', (_request: IncomingMessage, socket: Duplex) => exec(socket));
  return server;
}

/** Whom the server sees, which a gateway asks before it forwards anything; undefined where that is not asked. */
function reviewed(url: string, impersonated: string | string[] | undefined): Buffer | undefined {
  if (url.endsWith('/selfsubjectreviews'))
    return Buffer.from(JSON.stringify({ status: { userInfo: { username: impersonated } } }));
  return url.endsWith('/selfsubjectaccessreviews') ? Buffer.from('{"status":{"allowed":false}}') : undefined;
}

function answer(response: ServerResponse, status: number, body: Buffer): void {
  response.writeHead(status, { 'content-type': JSON_TYPE, 'content-length': body.length });
  response.end(body);
}

/** The list of 5,000, its items again and again: 100 MB. */
function* largeList(): Generator<Buffer> {
  const from = LIST.indexOf('[') + 1;
  const items = LIST.subarray(from, LIST.length - 2);
  yield LIST.subarray(0, from);
  for (let time = 0; time < LARGE_TIMES; time++) {
    if (time > 0) yield Buffer.from(',');
    yield items;
  }
  yield Buffer.from(']}');
}

/** Piece by piece, as fast as they are taken. */
function inPieces(response: ServerResponse, pieces: Iterable<Buffer>): void {
  response.writeHead(200, { 'content-type': JSON_TYPE });
  Readable.from(pieces).pipe(response);
}

/** An exec whose program writes without end: frames of a WebSocket, as many bytes as are asked for, then the end of the connection. */
function exec(socket: Duplex): void {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
  const payload = Buffer.alloc(64 * 1024 - 4, 'x');
  const frame = Buffer.concat([Buffer.from([0x82, 126, payload.length >> 8, payload.length & 0xff]), payload]);
  let left = EXEC_BYTES;
  const more = () => {
    while (left > 0) {
      left -= frame.length;
      if (!socket.write(frame)) return;
    }
    socket.end();
  };
  socket.on('drain', more).on('error', () => {});
  more();
}

function bare(options: ServerOptions): Server {
  const agent = new HttpsAgent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, ca: options.caPem });
  const ask = (request: IncomingMessage) => {
    const { method, url, headers } = request;
    return httpsRequest({
      agent,
      host: '127.0.0.1',
      port: options.upstreamPort,
      method,
      path: url,
      headers: passed(headers),
    });
  };
  const server = secureServer(options, (request, response) => {
    const outgoing = ask(request).on('error', () => response.destroy());
    outgoing.on('response', (reply) => {
      const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...kept } = reply.headers;
      response.writeHead(reply.statusCode ?? 502, kept);
      reply.pipe(response);
    });
    // A watch that is given up is given up upstream as well.
    response.on('close', () => outgoing.destroy());
    request.pipe(outgoing);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    const outgoing = ask(request);
    outgoing.on('upgrade', (_reply, upstreamSocket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
      upstreamSocket.pipe(socket).pipe(upstreamSocket);
      upstreamSocket.on('error', () => socket.destroy());
    });
    socket.on('error', () => outgoing.destroy());
    outgoing.end();
  });
  return server;
}

/** Without the pseudo headers of HTTP/2. */
function passed(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  if (headers[':path'] === undefined) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':')));
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** HTTP/1.1 through `https`, which is the faster; with HTTP/2 through `http2`. */
/** A way waits for its turn longer than the 5 s of Node's default, and a connection that ends at the moment of the next request fails it. */
const KEPT = { keepAliveTimeout: 600_000 } as const;

function secureServer({ certPem, keyPem, isHttp2 }: ServerOptions, handler: Handler): Server {
  const certificate = { cert: certPem, key: keyPem };
  if (!isHttp2) return Object.assign(createServer({ ...certificate, noDelay: true }, handler).setTimeout(0), KEPT);
  const http2: Http2SecureServer = createSecureServer({ ...certificate, allowHTTP1: true });
  Object.assign(http2, KEPT).on('secureConnection', (socket) => socket.setNoDelay(true));
  return http2.on('request', handler as never) as unknown as Server;
}

process.once('message', (options: ServerOptions) => {
  const server = process.argv[2] === 'upstream' ? upstream(options) : bare(options);
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
});
process.on('disconnect', () => process.exit(0));
