// An API server of a test's own: it answers what the test wants to answer, and the stand-in the rest (discovery, namespaces, objects).

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Standin } from '../../demo/standin/standin.ts';
import { caPem, certificate } from '../transport/support.ts';

/** What a test answers itself. */
export interface FrontHandlers {
  /** `false` leaves the request to the stand-in. */
  readonly onRequest?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Comes before a request is passed on, which waits for it. */
  readonly onPass?: (request: IncomingMessage) => Promise<void>;
  /** A TCP connection to it. */
  readonly onConnection?: (socket: Socket) => void;
  readonly onUpgrade?: (request: IncomingMessage, socket: TLSSocket, head: Buffer) => void;
}

/** A server in front of the stand-in. */
export interface Front {
  readonly url: string;
  readonly caPem: string;
  close(): Promise<void>;
}

/** Starts one on loopback. */
export async function startFront(
  standin: Pick<Standin, 'url' | 'caPem'>,
  { onRequest, onPass, onConnection, onUpgrade }: FrontHandlers,
): Promise<Front> {
  const agent = new Agent({ ca: standin.caPem, keepAlive: true });
  const tls = { cert: certificate.certPem, key: certificate.keyPem };
  const server = createServer({ ...tls, allowHalfOpen: true } as typeof tls, (request, response) => {
    if (onRequest?.(request, response) === true) return;
    const passOn = () => pass(standin.url, agent, request, response);
    if (onPass === undefined) passOn();
    else onPass(request).then(passOn, (error) => response.destroy(error));
  });
  // Never closed while nothing is sent: on a slow machine a request could meet the end of its connection.
  server.keepAliveTimeout = 0;
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)));
    onConnection?.(socket);
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {});
    if (onUpgrade === undefined) socket.destroy();
    else onUpgrade(request, socket as TLSSocket, head);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caPem,
    close() {
      agent.destroy();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
}

function pass(url: string, agent: Agent, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const onward = httpsRequest(
    url + incoming.url,
    { agent, method: incoming.method, headers: incoming.rawHeaders },
    (reply) => {
      if (incoming.url === '/api') return void withEveryPower(reply, outgoing);
      outgoing.writeHead(reply.statusCode ?? 502, reply.rawHeaders);
      reply.pipe(outgoing);
    },
  );
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

/** The stand-in's discovery, with the subresources that a real API server has and the stand-in does not. */
async function withEveryPower(reply: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of reply) chunks.push(chunk as Buffer);
  const document = JSON.parse(Buffer.concat(chunks).toString()) as { items?: Group[] };
  for (const { resource, subresources } of (document.items ?? []).flatMap(({ versions }) => versions[0].resources)) {
    for (const subresource of ADDED[resource] ?? []) {
      const responseKind = { group: '', version: 'v1', kind: 'Option' };
      subresources?.push({ subresource, verbs: ['create', 'get'], responseKind });
    }
  }
  outgoing.writeHead(reply.statusCode ?? 502, { 'content-type': reply.headers['content-type'] ?? '' });
  outgoing.end(JSON.stringify(document));
}

interface Group {
  readonly versions: readonly [{ readonly resources: readonly { resource: string; subresources?: object[] }[] }];
}

const ADDED: Readonly<Record<string, readonly string[]>> = { pods: ['portforward', 'proxy'], services: ['proxy'] };
