// A proxy that changes nothing, in front of the API server: it takes HTTP/1.1, HTTP/2 and upgrades, notes how each request begins, and passes
// it on under one client certificate. It is how the corpus of what real clients send is made, and a second way for the table to run along.

import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest } from 'node:http2';
import { Agent, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { Cluster } from './cluster.ts';

/** How a request began. */
export interface SeenRequest {
  readonly httpVersion: string;
  readonly method: string;
  /** As it was sent, with its query. */
  readonly target: string;
  /** Names in lower case and values, as they came; no `authorization`. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** A recording proxy that listens on 127.0.0.1. */
export interface RecordingProxy {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** Writes a kubeconfig that leads through it. */
  kubeconfig(path: string): string;
  stop(): void;
}

const CONNECTION_HEADERS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'host',
]);

/** Starts one; `certificate` names the client certificate in the cluster's folder that all requests go on under. */
export async function startRecordingProxy(cluster: Cluster, certificate: string): Promise<RecordingProxy> {
  const pki = (name: string) => readFileSync(join(cluster.folder, 'pki', name));
  const identity = { ca: cluster.caPem, cert: pki(`${certificate}.crt`), key: pki(`${certificate}.key`) };
  const upstream = new URL(cluster.server);
  const agent = new Agent({ ...identity, keepAlive: true });
  const seen: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createSecureServer({ allowHTTP1: true, cert: pki('server.crt'), key: pki('server.key') });

  server.on('secureConnection', (socket) => {
    sockets.add(socket.setNoDelay());
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  });
  server.on('request', (incoming, outgoing) => {
    seen.push(begun(incoming));
    pass(incoming as unknown as IncomingMessage, outgoing as unknown as ServerResponse, upstream, agent); // alike in what it uses
  });
  server.on('upgrade', (incoming: IncomingMessage, client: Socket, head: Buffer) => {
    seen.push(begun(incoming));
    const server = connect(
      { ...identity, host: upstream.hostname, port: Number(upstream.port), ALPNProtocols: ['http/1.1'] },
      () => {
        const lines = pairs(incoming.rawHeaders).filter(([name]) => name.toLowerCase() !== 'authorization');
        const text = [
          `${incoming.method} ${incoming.url} HTTP/1.1`,
          ...lines.map(([name, value]) => `${name}: ${value}`),
        ];
        server.write(`${text.join('\r\n')}\r\n\r\n`);
        server.write(head);
        server.pipe(client).pipe(server);
      },
    );
    for (const [one, other] of [
      [server, client],
      [client, server],
    ] as const) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
  });

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    seen,
    kubeconfig(path) {
      writeFileSync(path, kubeconfigText(url, cluster.caFile));
      return path;
    },
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      agent.destroy();
    },
  };
}

function kubeconfigText(url: string, caFile: string): string {
  return `apiVersion: v1
kind: Config
current-context: proxy
clusters: [{name: proxy, cluster: {server: "${url}", certificate-authority: ${caFile}}}]
users: [{name: caller, user: {token: not-looked-at}}]
contexts: [{name: proxy, context: {cluster: proxy, user: caller}}]
`;
}

function begun(incoming: Http2ServerRequest | IncomingMessage): SeenRequest {
  const headers = pairs(incoming.rawHeaders)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !name.startsWith(':') && name !== 'authorization');
  return { httpVersion: incoming.httpVersion, method: incoming.method ?? '', target: incoming.url ?? '', headers };
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, upstream: URL, agent: Agent): void {
  const headers = pairs(incoming.rawHeaders).filter(
    ([name]) => !isOfTheConnection(name) && name.toLowerCase() !== 'authorization',
  );
  const options = {
    agent,
    host: upstream.hostname,
    port: upstream.port,
    method: incoming.method,
    path: incoming.url,
    headers: { ...grouped(headers), host: upstream.host },
  };
  const onward = request(options, (reply) => {
    outgoing.writeHead(
      reply.statusCode ?? 502,
      grouped(pairs(reply.rawHeaders).filter(([name]) => !isOfTheConnection(name))),
    );
    outgoing.flushHeaders?.();
    reply.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  if (incoming.method === 'GET') onward.end();
  else incoming.pipe(onward);
}

function isOfTheConnection(name: string): boolean {
  return name.startsWith(':') || CONNECTION_HEADERS.has(name.toLowerCase());
}

function grouped(headers: readonly (readonly [string, string])[]): Record<string, string | string[]> {
  const all: Record<string, string[]> = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    all[key] = [...(all[key] ?? []), value];
  }
  return Object.fromEntries(
    Object.entries(all).map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );
}

function pairs(raw: readonly string[]): readonly (readonly [string, string])[] {
  return Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i] ?? '', raw[2 * i + 1] ?? ''] as const);
}
