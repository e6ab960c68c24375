/*
 * The console's origin on the wire: HTTPS over HTTP/1.1 on a port of its own, so that it shares no cookie, name or connection with the data path. It takes a
 * bearer token, or the cookie of a browser's session.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { Refusal } from '../model/refusal.ts';
import { type answering, problemOf, type Received } from './answer.ts';
import { ANSWER_HEADERS } from './answer-headers.ts';
import { askPage } from './ask-page.ts';
import { EventStreams } from './event-streams.ts';
import { packedList } from './packed-list.ts';
import type { BuiltPages } from './pages/built-pages.ts';
import { servePage } from './pages/serve-pages.ts';
import type { Answered } from './route.ts';
import type { Identified } from './sign-in/identify.ts';
import { sendOn } from './sign-in/send-on.ts';
import type { SignIn } from './sign-in/sign-in.ts';
import { whileAdmitted } from './while-admitted.ts';

interface Options {
  readonly address: string;
  readonly port: number;
  readonly pathPrefix: string;
  readonly certificate: { readonly certPem: string; readonly keyPem: string };
  readonly answer: ReturnType<typeof answering>;
  readonly pages: BuiltPages;
  readonly signIn: SignIn;
  /** The gateway's fault, for the log. */
  readonly onFault: (error: unknown) => void;
}

/** The control plane, serving. */
export interface ControlServer {
  readonly port: number;
  useCertificate(pair: { readonly certPem: string; readonly keyPem: string }): void;
  stop(): Promise<void>;
}

/** Limits of the wire. */
const WIRE = {
  headerBytesMax: 16 * 1024,
  requestTimeoutMs: 30_000,
  connectionsMax: 2_000,
  keepAliveMs: 15_000,
  unwantedBodyBytesMax: 1024 * 1024,
};

/** Starts to listen. @throws {Error} the port cannot be had */
export async function startControlServer(options: Options): Promise<ControlServer> {
  const streams = new EventStreams(options.onFault);
  const sockets = new Set<Socket>();
  const server = createServer(
    {
      cert: options.certificate.certPem,
      key: options.certificate.keyPem,
      minVersion: 'TLSv1.2',
      maxHeaderSize: WIRE.headerBytesMax,
      requestTimeout: WIRE.requestTimeoutMs,
      headersTimeout: WIRE.requestTimeoutMs,
      keepAliveTimeout: WIRE.keepAliveMs,
    },
    (request, response) => {
      serveOne(options, streams, request, response).catch((error: unknown) => {
        options.onFault(error);
        response.destroy();
      });
    },
  );
  server.maxConnections = WIRE.connectionsMax;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listening(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    useCertificate: ({ certPem, keyPem }) =>
      server.setSecureContext({ cert: certPem, key: keyPem, minVersion: 'TLSv1.2' }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listening(server: Server, { port, address }: Options): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function serveOne(
  options: Options,
  streams: EventStreams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (await isPageServed(options, request, response)) return;
    const { answered, who } = await options.answer(received(options, request));
    if ('lines' in answered) return await sendLines(answered, who as Identified, response);
    if ('begin' in answered) return streams.send(answered, who as Identified, response);
    if (answered.cookies !== undefined) response.setHeader('set-cookie', answered.cookies);
    await sendJson(request, response, answered);
  } catch (thrown) {
    if (!(thrown instanceof Refusal) || thrown.status >= 500) options.onFault(thrown);
    const refusal =
      thrown instanceof Refusal
        ? thrown
        : new Refusal('INTERNAL', 'the gateway failed; its log says why', { cause: thrown });
    if (refusal.retryAfterSeconds !== undefined) response.setHeader('retry-after', String(refusal.retryAfterSeconds));
    if (refusal.status === 401) response.setHeader('www-authenticate', 'Bearer');
    send(response, refusal.status, 'application/problem+json', problemOf(refusal));
  }
}

/** Whether it was for a page; a path of the API never is. */
async function isPageServed(
  { pathPrefix: prefix, pages, signIn, onFault }: Options,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { method, url = '' } = request;
  const [whole = '', query] = url.split(/\?(.*)/s);
  if (whole !== prefix && !whole.startsWith(`${prefix}/`)) return false;
  const path = whole.slice(prefix.length);
  if (path === '/api' || path.startsWith('/api/')) return false;
  const asked = method === 'GET' && path === '/ask' ? askPage(new URLSearchParams(query)) : undefined;
  if (asked !== undefined) sendPage(response, asked);
  else if (path === '/sign-in' || path.startsWith('/sign-in/'))
    await sendOn(
      signIn,
      { path: path.slice('/sign-in'.length), prefix, query: new URLSearchParams(query), onFault },
      request,
      response,
    );
  else if (path === '') response.writeHead(308, { ...ANSWER_HEADERS, location: `${prefix}/` }).end();
  else await servePage(pages, { path, prefix }, request, response);
  return true;
}

function sendPage(response: ServerResponse, page: string): void {
  const bytes = Buffer.from(page);
  response.writeHead(200, {
    ...ANSWER_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-length': bytes.length,
  });
  response.end(bytes);
}

function received({ pathPrefix }: Options, request: IncomingMessage): Received {
  const { method = '', url = '', headers, socket } = request;
  const [path = '', query = ''] = url.split(/\?(.*)/s);
  const base = `${pathPrefix}/api/v1`;
  return {
    method,
    path: path.startsWith(`${base}/`) ? path.slice(base.length) : '/?',
    query: new URLSearchParams(query),
    token: bearer(request),
    peer: socket.remoteAddress ?? '',
    browser: {
      cookie: headers.cookie,
      host: headers.host,
      origin: headers.origin,
      site: one(headers['sec-fetch-site']),
      csrf: one(headers['x-csrf-token']),
      // A browser opens a stream again by itself, and says nothing else with it.
      isBackground: headers['x-background'] === 'true' || headers.accept === 'text/event-stream',
    },
    idempotencyKey: one(headers['idempotency-key']),
    ifMatch: one(headers['if-match']),
    contentType: headers['content-type'],
    header: (name) => one(headers[name]),
    body: (bytesMax) => readBody(request, bytesMax),
  };
}

/** Security: two credentials are one too many, whichever would be taken. */
function bearer({ rawHeaders }: IncomingMessage): string | undefined {
  const values = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'authorization');
  if (values.length > 1) throw new Refusal('CREDENTIALS_AMBIGUOUS', 'more than one credential is presented');
  return /^bearer +([^\s,]+) *$/i.exec(values[0] ?? '')?.[1];
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

async function readBody(request: IncomingMessage, bytesMax: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // One that is too long is answered, and a client that still sends reads the answer: its connection is not cut for it here.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length;
    if (bytes > bytesMax) throw new Refusal('BODY_TOO_LARGE', `the body is larger than ${bytesMax} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

async function sendJson(
  { headers }: IncomingMessage,
  response: ServerResponse,
  { status, body, version }: Extract<Answered, { body: unknown }>,
): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(body));
  const packed = await packedList(body, bytes, headers['accept-encoding']);
  if (version !== undefined) response.setHeader('etag', `"${version}"`);
  if (packed !== undefined) response.setHeader('content-encoding', 'gzip');
  sendBytes(response, status, 'application/json', packed ?? bytes);
}

function send(response: ServerResponse, status: number, type: string, body: unknown): void {
  sendBytes(response, status, type, Buffer.from(JSON.stringify(body)));
}

function sendBytes(response: ServerResponse, status: number, type: string, bytes: Buffer): void {
  response.writeHead(status, { ...ANSWER_HEADERS, 'content-type': type, 'content-length': bytes.length });
  response.end(bytes);
  if (!response.req.complete) response.once('finish', () => throwAway(response.req));
}

/** What is left of a body that was not wanted must not be taken for the next request: it is thrown away, and beyond a bound its connection is cut. */
function throwAway(request: IncomingMessage): void {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > WIRE.unwantedBodyBytesMax) request.destroy();
  });
  request.resume();
}

/** T60: what cannot be read to its end, or not any more by its caller, is cut, so that its reader sees that it is not whole. */
async function sendLines(
  { lines, type }: Extract<Answered, { lines: unknown }>,
  who: Identified,
  response: ServerResponse,
): Promise<void> {
  const over = new AbortController();
  const stopLooking = whileAdmitted(who, () => over.abort());
  response.writeHead(200, { ...ANSWER_HEADERS, 'content-type': type });
  await pipeline(lines, response, { signal: over.signal })
    .catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE' && error.code !== 'ABORT_ERR') throw error;
    })
    .finally(stopLooking);
}
