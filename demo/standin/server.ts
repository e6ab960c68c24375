/** The HTTPS server: HTTP/1.1 and HTTP/2, each request authenticated, judged and routed; upgrades the same, before a byte is exchanged. */

import type { IncomingMessage } from 'node:http';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { authenticated, type Impersonated, impersonated, type Requester } from './authenticate.ts';
import { allowedBecause, authorize, type Judge } from './authorize.ts';
import type { Call, Parts } from './call.ts';
import type { LoopbackCertificate } from './certificate.ts';
import { checkUpgrade, upgrade } from './exec.ts';
import { type RequestInfo, requestInfo } from './request.ts';
import { kindOf, route } from './router.ts';
import { noSuchResource, StatusError } from './status.ts';
import { type Response, writeAnswer, writeRefusal } from './write-answer.ts';

/** A request as it arrived, for tests to look at. */
export interface Arrived {
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** Undefined where it was not authenticated. */
  readonly who: Requester | undefined;
}

const bodyBytesMax = 3 * 1024 * 1024;
const arrivedMax = 10_000;

/** Not yet listening. Every request is added to `arrived`, of which the last 10,000 are kept. */
export function makeServer(parts: Parts, certificate: LoopbackCertificate, arrived: Arrived[]): Http2SecureServer {
  const server = createSecureServer({
    key: certificate.keyPem,
    cert: certificate.certPem,
    allowHTTP1: true,
    // As the API server's own: a client's request does not meet a connection that ends meanwhile.
    http1Options: { keepAliveTimeout: 90_000 },
  });
  server.on('secureConnection', (socket) => socket.setNoDelay(true));
  server.on('request', (request, response) => {
    // The compatibility API of HTTP/2 has the same shape for what is used here.
    void serve(parts, request as unknown as IncomingMessage, response as unknown as Response, arrived);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    serveUpgrade(parts, request, socket, head, arrived),
  );
  return server;
}

async function serve(parts: Parts, request: IncomingMessage, response: Response, arrived: Arrived[]): Promise<void> {
  const userAgent = request.headers['user-agent'] ?? '';
  const [method, target] = [request.method ?? '', request.url ?? ''];
  const info = requestInfo(method, target);
  try {
    const body = await bodyBytes(request);
    const who = identified(parts, request, body, arrived);
    authorize(judgeOf(parts), who, info);
    const { accept, 'content-type': contentType } = request.headers;
    const host = request.headers.host ?? String(request.headers[':authority'] ?? '');
    const call: Call = { method, info, who, accept, contentType, userAgent, host, body };
    await writeAnswer(route(parts, call), call, response, parts.cluster.nowMs());
  } catch (error) {
    writeRefusal(error, response, info.query.has('pretty') || /^(curl\/|Wget|Mozilla\/5\.0)/.test(userAgent));
  }
}

/** @throws {StatusError} 413 */
async function bodyBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) {
      throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${bodyBytesMax}`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function judgeOf(parts: Parts): Judge {
  return { store: parts.cluster.store, kinds: parts.cluster.kinds, impersonatedMayAll: parts.impersonatedMayAll };
}

/** Who it is, written down either way. @throws {StatusError} 401, 403 */
function identified(parts: Parts, request: IncomingMessage, body: Buffer, arrived: Arrived[]): Requester {
  const seen = { method: request.method ?? '', target: request.url ?? '', rawHeaders: request.rawHeaders, body };
  try {
    const holder = authenticated(request.headers, parts.tokens);
    const may = (what: Impersonated): boolean =>
      allowedBecause(judgeOf(parts), holder, { ...what, verb: 'impersonate', path: '' }) !== undefined;
    const who = impersonated(holder, request.rawHeaders, may);
    keep(arrived, { ...seen, who });
    return who;
  } catch (error) {
    keep(arrived, { ...seen, who: undefined });
    throw error;
  }
}

function keep(arrived: Arrived[], each: Arrived): void {
  arrived.push(each);
  if (arrived.length > arrivedMax) arrived.shift();
}

function serveUpgrade(parts: Parts, request: IncomingMessage, socket: Duplex, head: Buffer, arrived: Arrived[]): void {
  socket.on('error', () => socket.destroy());
  (socket as Socket).setNoDelay?.(true);
  try {
    const info = requestInfo(request.method ?? '', request.url ?? '');
    const who = identified(parts, request, Buffer.alloc(0), arrived);
    authorize(judgeOf(parts), who, info);
    // An exec is a power of its own, whatever method carries it: the right to create it is asked for as well (KEP-4006).
    authorize(judgeOf(parts), who, { ...info, verb: 'create' } as RequestInfo);
    const kind = info.isResourceRequest ? kindOf(parts, { info, method: request.method ?? '' }) : undefined;
    if (kind === undefined) throw noSuchResource();
    checkUpgrade(parts, request, info, kind);
    upgrade(parts, request, socket, head, info, kind);
  } catch (error) {
    refuseUpgrade(error, socket);
  }
}

function refuseUpgrade(error: unknown, socket: Duplex): void {
  const refused =
    error instanceof StatusError
      ? error
      : new StatusError(500, 'InternalError', `Internal error occurred: ${String(error)}`);
  const body = Buffer.from(JSON.stringify(refused.status()));
  const head = `HTTP/1.1 ${refused.code} ${refused.reason}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`;
  socket.end(Buffer.concat([Buffer.from(head), body]));
}
