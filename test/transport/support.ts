import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ClientHttp2Session, connect as connectHttp2, type OutgoingHttpHeaders } from 'node:http2';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  connect as connectTls,
  createServer as createTlsServer,
  type TLSSocket,
} from 'node:tls';
import { fixedCredential } from '../../src/connectors/kubernetes/upstream/credential.ts';
import { DEFAULT_UPSTREAM_LIMITS } from '../../src/connectors/kubernetes/upstream/limits.ts';
import {
  createUpstream,
  type Upstream,
  type UpstreamOptions,
} from '../../src/connectors/kubernetes/upstream/upstream.ts';
import type { CertificatePair } from '../../src/listener/certificates.ts';
import type { Serve } from '../../src/listener/exchange.ts';
import { DEFAULT_LISTENER_LIMITS, type ListenerLimits } from '../../src/listener/limits.ts';
import { type Listener, startListener } from '../../src/listener/listener.ts';
import { makeCa, makeServing } from '../../src/listener/x509.ts';
import type { Answer, RefusedReply } from '../../src/model/reply.ts';
import type { Headers, RawRequest, UpgradeProtocol } from '../../src/model/request.ts';

const day = 86_400_000;
const validity = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) };
const ca = await makeCa(validity);

/** The authority that every server of these tests is certified by. */
export const caPem: string = ca.certPem;
/** Its certificate for localhost. */
export const certificate: CertificatePair = await makeServing({
  caPem: ca.certPem,
  caKeyPem: ca.keyPem,
  names: ['localhost', '127.0.0.1', 'one.example', 'two.example'],
  ...validity,
});

/** Ends what a test started, last first. */
export class Cleanup {
  readonly #steps: (() => unknown)[] = [];
  add<T>(value: T, end: (value: T) => unknown): T {
    this.#steps.push(() => end(value));
    return value;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    for (const step of this.#steps.reverse()) await step();
  }
}

/** An API server of a test: HTTPS, and whatever `handler` answers. */
export async function startServer(
  cleanup: Cleanup,
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  options: object = {},
): Promise<{ readonly server: HttpsServer; readonly url: string; readonly port: number }> {
  const server = createHttpsServer({ cert: certificate.certPem, key: certificate.keyPem, ...options }, handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup.add(server, () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `https://127.0.0.1:${port}` };
}

/** A server over TLS that speaks bytes. */
export async function startRawServer(
  cleanup: Cleanup,
  onSocket: (socket: TLSSocket) => void,
): Promise<{ readonly url: string; readonly port: number }> {
  const server = createTlsServer(
    { cert: certificate.certPem, key: certificate.keyPem, ALPNProtocols: ['http/1.1'], allowHalfOpen: true },
    onSocket,
  );
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  server.on('secureConnection', (socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup.add(server, () => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `https://127.0.0.1:${port}` };
}

/** A port of the machine at which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The way to a server of `startServer`, impersonating unless it is told otherwise. */
export function upstreamTo(
  cleanup: Cleanup,
  url: string,
  options: Partial<Omit<UpstreamOptions, 'limits'>> & { limits?: Partial<UpstreamOptions['limits']> } = {},
): Upstream {
  const upstream = createUpstream({
    server: url,
    caPem,
    credentials: fixedCredential({ token: 'ours' }),
    identity: 'caller',
    ...options,
    limits: { ...DEFAULT_UPSTREAM_LIMITS, ...options.limits },
  });
  return cleanup.add(upstream, (value) => value.close());
}

/** A listener with small limits where a test wants them. */
export async function listen(
  cleanup: Cleanup,
  serve: Serve,
  options: {
    readonly limits?: Partial<ListenerLimits>;
    readonly routes?: Partial<Parameters<typeof startListener>[0]['routes']>;
    readonly faults?: unknown[];
    /** Who sent what is no request. */
    readonly unread?: string[];
    readonly balancers?: Parameters<typeof startListener>[0]['balancers'];
  } = {},
): Promise<Listener> {
  const listener = await startListener({
    address: '127.0.0.1',
    port: 0,
    certificate,
    routes: { portTarget: 'own', pathTargets: new Set(), hostTargets: new Map(), ...options.routes },
    serve,
    ...(options.balancers === undefined ? {} : { balancers: options.balancers }),
    answerUnread: (why, peer) => {
      options.unread?.push(peer);
      return refused({ 'too-large': 431, 'too-slow': 408, malformed: 400 }[why], why);
    },
    limits: { ...DEFAULT_LISTENER_LIMITS, ...options.limits },
    onFault: (error) => options.faults?.push(error),
  });
  return cleanup.add(listener, (value) => value.stop(AbortSignal.abort()));
}

/** A data path that judges nothing: what it gets is sent upstream as the caller `nobody`. */
export function passThrough(upstream: Upstream): Serve {
  return async (_target, raw, signal) => {
    const headers = headerMap(raw.rawHeaders);
    const protocol = headers.get('upgrade')?.[0]?.toLowerCase();
    const chunks: Buffer[] = [];
    if (raw.upgrade === undefined) for await (const chunk of raw.body) chunks.push(chunk as Buffer);
    const body = chunks.length === 0 ? undefined : Buffer.concat(chunks);
    const isStream = raw.uri.includes('watch=');
    const request = {
      method: raw.method,
      uri: raw.uri,
      headers,
      body,
      identity: { subject: 'nobody', groups: [] },
      isStream,
    };
    if (raw.upgrade === undefined) return (await upstream.send(request, signal)) as Answer;
    return (await upstream.upgrade(request, protocol as UpgradeProtocol, signal)) as Answer;
  };
}

/** Raw headers by name, without the pseudo-headers of HTTP/2. */
export function headerMap(rawHeaders: readonly string[]): Headers {
  const headers = new Map<string, string[]>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    if (name.startsWith(':')) continue;
    headers.set(name, [...(headers.get(name) ?? []), rawHeaders[i + 1] as string]);
  }
  return headers;
}

/** A refusal with a body of text. */
export function refused(status: number, text: string, headers: readonly string[] = []): RefusedReply {
  const body = Buffer.from(text);
  return { kind: 'refused', status, headers: [...headers, 'content-length', `${body.length}`], body };
}

/** The whole body of a request as the listener took it. */
export async function bodyOf(raw: RawRequest): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of raw.body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** What Node takes and its types do not know. */
type TlsConnectionOptions = ConnectionOptions & { readonly allowHalfOpen: boolean };

/** A TLS connection that speaks HTTP/1.1, on which a test writes what it likes. */
export async function openSocket(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const connection: TlsConnectionOptions = {
    port,
    host: '127.0.0.1',
    ca: caPem,
    servername: 'localhost',
    ALPNProtocols: ['http/1.1'],
    allowHalfOpen: true,
    ...options,
  };
  const socket = connectTls(connection);
  socket.on('error', () => {});
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  return socket;
}

/** Writes bytes and gives all that comes back until the other side closes. */
export async function exchangeBytes(port: number, bytes: string | Buffer): Promise<string> {
  const socket = await openSocket(port);
  socket.write(bytes);
  return readAll(socket);
}

/** All that comes until the other side closes. */
export function readAll(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    const done = () => {
      socket.destroy();
      resolve(Buffer.concat(chunks).toString('latin1'));
    };
    socket.on('end', done).on('close', done);
  });
}

/** What has come when `text` has. */
export function readUntil(socket: TLSSocket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let all = '';
    const onData = (chunk: Buffer) => {
      all += chunk.toString('latin1');
      if (!all.includes(text)) return;
      socket.off('data', onData).off('close', onClose);
      resolve(all);
    };
    const onClose = () => reject(new Error(`closed after: ${all}`));
    socket.on('data', onData).on('close', onClose);
  });
}

/** An HTTP/2 connection. */
export async function openHttp2(cleanup: Cleanup, port: number): Promise<ClientHttp2Session> {
  const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: caPem, servername: 'localhost' });
  session.on('error', () => {});
  await new Promise((resolve, reject) => session.once('connect', resolve).once('error', reject));
  return cleanup.add(session, (value) => value.destroy());
}

/** One reply over HTTP/2, whole. */
export function requestHttp2(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: string | Buffer,
): Promise<{
  readonly headers: Record<string, unknown>;
  readonly body: string;
  readonly trailers: Record<string, unknown>;
  readonly rstCode: number;
}> {
  return new Promise((resolve) => {
    const stream = session.request(headers, { endStream: body === undefined });
    let answer: Record<string, unknown> = {};
    let trailers: Record<string, unknown> = {};
    const chunks: Buffer[] = [];
    stream.on('response', (response) => {
      answer = response;
    });
    stream.on('trailers', (received) => {
      trailers = received;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', () => {});
    stream.on('close', () =>
      resolve({ headers: answer, body: Buffer.concat(chunks).toString(), trailers, rstCode: stream.rstCode ?? 0 }),
    );
    if (body !== undefined) stream.end(body);
  });
}
