/*
 * A proxy between a client and a server that keeps every byte that the client is sent: heads, bodies as they are encoded, what passes on upgraded connections. It takes
 * HTTP/1.1 and HTTP/2 and goes on in the same, so that the server answers as it would answer the client.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type ClientHttp2Session,
  connect as connectHttp2,
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { Agent, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { parse, stringify } from 'yaml';
import type { Cluster } from '../support/cluster.ts';
import { channelsOf } from './frames.ts';

/** What a client was sent for one request. */
export interface Sent {
  readonly method: string;
  readonly target: string;
  readonly status: number;
  /** Status line and headers, as text. */
  readonly head: string;
  /** Its body as it was encoded; of an upgraded connection, all that came and what each channel said. */
  readonly bodies: readonly Buffer[];
}

export interface WireTap {
  readonly url: string;
  /** Takes all that was sent so far, whole replies and those under way. */
  take(): readonly Sent[];
  /** Writes a kubeconfig that is another but leads through here, into a namespace. */
  kubeconfig(path: string, other: string, namespace: string): string;
  stop(): void;
}

interface Under {
  readonly method: string;
  readonly target: string;
  status: number;
  head: string;
  readonly chunks: Buffer[];
  upgradedTo?: 'websocket' | 'spdy';
}

const connectionHeaders: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** Starts one in front of `upstream`, whose certificate `upstreamCa` signed; its own is of the cluster's authority. */
export async function startWireTap(cluster: Cluster, upstream: string, upstreamCa: string): Promise<WireTap> {
  const pki = (name: string) => readFileSync(join(cluster.folder, 'pki', name));
  const { hostname, port } = new URL(upstream);
  const to = { host: hostname, port: Number(port), ca: readFileSync(upstreamCa) };
  const agent = new Agent({ ca: to.ca, keepAlive: true });
  let session: ClientHttp2Session | undefined;
  const http2 = () => {
    if (session === undefined || session.closed || session.destroyed)
      session = connectHttp2(upstream, { ca: to.ca }).on('error', () => {});
    return session;
  };
  let all: Under[] = [];
  const begin = (method: string, target: string): Under => {
    const under: Under = { method, target, status: 0, head: '', chunks: [] };
    all.push(under);
    return under;
  };
  const sockets = new Set<Socket>();
  const server = createSecureServer({ allowHTTP1: true, cert: pki('server.crt'), key: pki('server.key') });
  server.on('secureConnection', (socket: Socket) => {
    sockets.add(socket.setNoDelay());
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  });
  server.on('request', (incoming, outgoing) => {
    const under = begin(incoming.method ?? '', incoming.url ?? '');
    if (incoming.httpVersionMajor === 2) passHttp2(incoming, outgoing, http2(), under);
    else
      passHttp1(incoming as unknown as IncomingMessage, outgoing as unknown as ServerResponse, { ...to, agent }, under); // alike in what it uses
  });
  server.on('upgrade', (incoming: IncomingMessage, client: Socket, head: Buffer) => {
    sockets.add(client);
    passUpgrade(incoming, client, head, to, begin(incoming.method ?? '', incoming.url ?? ''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    take() {
      const taken = all.map(sentOf);
      all = [];
      return taken;
    },
    kubeconfig(path, other, namespace) {
      const document = parse(readFileSync(other, 'utf8'));
      const { cluster: at } = document.clusters[0];
      const { pathname } = new URL(at.server);
      at.server = url + (pathname === '/' ? '' : pathname);
      at['certificate-authority'] = cluster.caFile;
      delete at['certificate-authority-data'];
      document.contexts[0].context.namespace = namespace;
      writeFileSync(path, stringify(document), { mode: 0o600 });
      return path;
    },
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      session?.destroy();
    },
  };
}

function sentOf({ method, target, status, head, chunks, upgradedTo }: Under): Sent {
  const body = Buffer.concat(chunks);
  return { method, target, status, head, bodies: upgradedTo === undefined ? [body] : channelsOf(body, upgradedTo) };
}

interface Upstream {
  readonly host: string;
  readonly port: number;
  readonly ca: Buffer;
}

function passHttp1(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  to: Upstream & { readonly agent: Agent },
  under: Under,
): void {
  const headers = incoming.rawHeaders;
  const onward = request({ ...to, method: incoming.method, path: incoming.url, headers: [...headers] }, (reply) => {
    under.status = reply.statusCode ?? 0;
    under.head = headText(under.status, reply.rawHeaders);
    const kept = pairs(reply.rawHeaders).filter(([name]) => !connectionHeaders.has(name.toLowerCase()));
    outgoing.writeHead(under.status, kept.flat());
    outgoing.flushHeaders();
    reply.on('data', (chunk: Buffer) => under.chunks.push(chunk));
    reply.on('error', () => outgoing.destroy());
    reply.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

function passHttp2(
  incoming: Http2ServerRequest,
  outgoing: Http2ServerResponse,
  session: ClientHttp2Session,
  under: Under,
): void {
  const onward = session.request({ ...incoming.headers }, { endStream: false });
  onward.on('response', (headers) => {
    under.status = headers[':status'] ?? 0;
    const { ':status': _, ...rest } = headers;
    under.head = headText(
      under.status,
      Object.entries(rest).flatMap(([name, value]) => [value].flat().flatMap((one) => [name, String(one)])),
    );
    outgoing.writeHead(under.status, rest as Record<string, string>);
    onward.on('data', (chunk: Buffer) => under.chunks.push(chunk));
    onward.pipe(outgoing);
  });
  onward.on('error', () => outgoing.stream?.destroy());
  outgoing.on('close', () => onward.close());
  incoming.pipe(onward);
}

function passUpgrade(incoming: IncomingMessage, client: Socket, head: Buffer, to: Upstream, under: Under): void {
  under.upgradedTo = /websocket/i.test(incoming.headers.upgrade ?? '') ? 'websocket' : 'spdy';
  const server = connect({ ...to, ALPNProtocols: ['http/1.1'] }, () => {
    const lines = pairs(incoming.rawHeaders).map(([name, value]) => `${name}: ${value}`);
    server.write(`${[`${incoming.method} ${incoming.url} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`);
    server.write(head);
    client.pipe(server);
  });
  let pending = Buffer.alloc(0);
  server.on('data', (chunk: Buffer) => {
    client.write(chunk);
    if (under.head !== '') {
      under.chunks.push(chunk);
      return;
    }
    pending = Buffer.concat([pending, chunk]);
    const end = pending.indexOf('\r\n\r\n');
    if (end === -1) return;
    under.head = pending.toString('latin1', 0, end);
    under.status = Number(under.head.split(' ')[1]);
    if (under.status !== 101) delete under.upgradedTo;
    under.chunks.push(pending.subarray(end + 4));
  });
  server.on('end', () => client.end());
  for (const [one, other] of [
    [server, client],
    [client, server],
  ] as const)
    one.on('error', () => other.destroy()).on('close', () => other.destroy());
}

function headText(status: number, raw: readonly string[]): string {
  return [String(status), ...pairs(raw).map(([name, value]) => `${name}: ${value}`)].join('\n');
}

function pairs(raw: readonly string[]): readonly (readonly [string, string])[] {
  return Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i] ?? '', raw[2 * i + 1] ?? ''] as const);
}
