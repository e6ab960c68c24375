/*
 * The wire: HTTPS, HTTP/1.1 and HTTP/2 by ALPN, on one port. Every request becomes one call of `serve`, every answer is written as it is.
 *
 * Built on Node's own server, with its imitation of HTTP/1 over HTTP/2 left out: streams are served directly. One listener is one port;
 * a target that has a port of its own has a listener of its own.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from '../std/clock.ts';
import type { CertificatePair } from './certificates.ts';
import type { ExchangeContext, Serve } from './exchange.ts';
import { onFirstRead } from './first-read.ts';
import { serveHttp1 } from './http1.ts';
import { type Http1Connections, trackHttp1 } from './http1-connections.ts';
import { type Http2Connection, http2Connection, STREAM_ID_MAX, serveHttp2 } from './http2.ts';
import { InOrder } from './in-order.ts';
import type { ListenerLimits } from './limits.ts';
import { directPeer, type PeerOf, takeProxyHeaders } from './peers.ts';
import { Progress } from './progress.ts';
import type { Routes } from './route.ts';
import { type AnswerUnread, answerUnread } from './unread.ts';
import { serveUpgrade } from './upgrade.ts';

export interface ListenerOptions {
  readonly address: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly certificate: CertificatePair;
  readonly routes: Routes;
  readonly serve: Serve;
  readonly limits: ListenerLimits;
  readonly clock?: Clock;
  /** Load balancers that say, in a PROXY header, whose connection they pass on; absent: there are none. */
  readonly balancers?: {
    readonly has: (address: string) => boolean;
    /** A balancer's connection that is not served, and why. */
    readonly onRefused: (balancer: string, why: string) => void;
  };
  /** Answers bytes that are no request. */
  readonly answerUnread: AnswerUnread;
  /** What should not have happened: a bug, for the log. */
  readonly onFault: (error: unknown) => void;
}

/** A port that is served. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Connections open now. */
  readonly connections: number;
  /** New handshakes get this certificate; those that are done keep theirs. */
  useCertificate(certificate: CertificatePair): void;
  /** Serves on, also new connections, and tells clients behind each answer to go elsewhere: for the time in which balancers do not know yet that it stops. */
  drain(): void;
  /** Takes nothing new, ends connections as soon as nothing is in flight on them, and cuts what still runs once `cut` aborts. */
  stop(cut: AbortSignal): Promise<void>;
}

/**
 * Serves one port.
 *
 * @throws {Error} the port cannot be had, or the certificate cannot be used
 */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { limits } = options;
  const progress = new Progress(limits);
  const server = createServer(options);
  const context: ExchangeContext = {
    serve: options.serve,
    routes: options.routes,
    limits,
    clock: options.clock ?? systemClock,
    progress,
    peerOf: peersOf(server, options),
    onFault: options.onFault,
    isDraining: false,
    isStopping: false,
  };
  const sockets = trackSockets(server);
  const connections = trackHttp1(server, context);
  const sessions = trackSessions(server);
  serveRequests(server, context, connections);
  const { isBusy } = connections;
  answerUnread(server, options.answerUnread, { isBusy, peerOf: context.peerOf }, limits.halfCloseTimeoutMs);
  await listen(server, options);
  const { address, port } = server.address() as AddressInfo;
  return {
    address,
    port,
    get connections() {
      return sockets.size;
    },
    useCertificate: ({ certPem, keyPem }) =>
      server.setSecureContext({ cert: certPem, key: keyPem, minVersion: 'TLSv1.2' }),
    drain() {
      context.isDraining = true;
      // A notice: what is under way on a connection when it comes is still served there. One that has said goodbye waits for its client's, and can be told nothing more.
      for (const session of sessions) if (!session.destroyed) session.goaway(constants.NGHTTP2_NO_ERROR, STREAM_ID_MAX);
    },
    async stop(cut) {
      context.isStopping = true;
      connections.endIdle();
      await close(server, sockets, cut);
      progress.stop();
    },
  };
}

function peersOf(server: Http2SecureServer, { balancers, limits }: ListenerOptions): PeerOf {
  if (balancers === undefined) return directPeer;
  const { has, onRefused } = balancers;
  return takeProxyHeaders(server, { isBalancer: has, timeoutMs: limits.handshakeTimeoutMs, onRefused });
}

function createServer({ certificate, limits }: ListenerOptions): Http2SecureServer {
  const server = createSecureServer({
    cert: certificate.certPem,
    key: certificate.keyPem,
    minVersion: 'TLSv1.2',
    handshakeTimeout: limits.handshakeTimeoutMs,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
    allowHTTP1: true,
    http1Options: {
      maxHeaderSize: limits.headersBytesMax,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.idleTimeoutMs,
      connectionsCheckingInterval: Math.min(1000, Math.ceil(limits.headersTimeoutMs / 4)),
    },
    maxSessionMemory: limits.connectionMegabytesMax,
    maxSessionInvalidFrames: limits.invalidFramesMax,
    maxHeaderListPairs: limits.headersCountMax,
    streamResetBurst: limits.streamResetsMax,
    streamResetRate: limits.streamResetsPerSecond,
    // Upstream's own doubled header is passed as it is, over this version as over the other.
    strictSingleValueFields: false,
    settings: {
      enablePush: false,
      enableConnectProtocol: false,
      maxConcurrentStreams: limits.streamsPerConnectionMax,
      maxHeaderListSize: limits.headersBytesMax,
      initialWindowSize: limits.streamWindowBytes,
    },
  } as Parameters<typeof createSecureServer>[0]);
  server.maxConnections = limits.connectionsMax;
  // Nothing is left out of the list of headers without a word: their bytes are the bound, and the data path counts them.
  Object.assign(server, { maxHeadersCount: 0 });
  return server;
}

/** Source: https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1 */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

function serveRequests(server: Http2SecureServer, context: ExchangeContext, http1: Http1Connections): void {
  const connections = new WeakMap<ServerHttp2Session, Http2Connection>();
  const orders = new WeakMap<Socket, InOrder>();
  server.on('request', (request, response) => {
    const [http1Request, http1Response] = [request, response] as unknown as [IncomingMessage, ServerResponse];
    const { socket, method = '' } = http1Request;
    // Behind an answer that ends the connection nobody hears what becomes of it: it never begins, and is in flight until the connection has ended.
    if (!socket.writable) http1Request.resume();
    const order = orders.get(socket) ?? new InOrder(context.limits.streamsPerConnectionMax);
    orders.set(socket, order);
    const begin = () => {
      if (socket.writable) serveHttp1(context, http1Request, http1Response).catch(context.onFault);
    };
    const turn = { isSafe: SAFE_METHODS.has(method), begin };
    http1.begins(socket);
    http1Response.once('close', () => http1.ends(socket));
    if (!order.take(turn)) return void socket.destroy();
    http1Response.once('close', () => order.end(turn));
  });
  // Node's imitation of HTTP/1 for streams came with the handler above; streams are served by the one below.
  server.removeAllListeners('stream');
  server.on('checkContinue', (request, response) => {
    onFirstRead(request, () => {
      if (!response.headersSent) response.writeContinue();
    });
    server.emit('request', request, response);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Security: an answer to an earlier request would be written into the other protocol, and behind one that ends the connection nobody would hear what runs.
    if (http1.isBusy(request.socket) || !request.socket.writable) return socket.destroy();
    http1.begins(request.socket);
    return void serveUpgrade(context, request, socket, head).catch(context.onFault);
  });
  server.on('session', (session) => {
    connections.set(session, http2Connection(session, context));
  });
  server.on('stream', (stream, headers, _flags, rawHeaders) => {
    const connection = connections.get(stream.session as ServerHttp2Session);
    if (connection === undefined) stream.destroy();
    else
      serveHttp2(context, connection, stream as ServerHttp2Stream, headers, rawHeaders as unknown as string[]).catch(
        context.onFault,
      );
  });
}

function trackSessions(server: Http2SecureServer): ReadonlySet<ServerHttp2Session> {
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  return sessions;
}

function trackSockets(server: Http2SecureServer): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

function listen(server: Http2SecureServer, { address, port }: ListenerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Http2SecureServer, sockets: ReadonlySet<Socket>, cut: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cutAll = () => {
      for (const socket of sockets) socket.destroy();
    };
    // Stops accepting, ends idle HTTP/1.1 connections, and sends GOAWAY on each HTTP/2 connection.
    server.close(() => {
      cut.removeEventListener('abort', cutAll);
      resolve();
    });
    if (cut.aborted) cutAll();
    else cut.addEventListener('abort', cutAll, { once: true });
  });
}
