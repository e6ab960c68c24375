import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import { Agent, request } from 'node:https';
import { WebSocket } from 'ws';
import { parse } from 'yaml';
import type { RawWay } from './raw-ways.ts';

/** A reply that has ended, its body as it was encoded. */
export interface RawReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Who sends requests as they are written. */
export interface Asker {
  /** Resolves once the reply has ended. */
  ask(way: RawWay, version: '1.1' | '2'): Promise<RawReply>;
  /** Resolves with its head, over HTTP/1.1. */
  begin(way: RawWay): Promise<IncomingMessage>;
  /** Resolves with what came over WebSocket, once the server has closed. */
  webSocket(uri: string): Promise<Buffer>;
  stop(): void;
}

const connectionsMax = 32;

/** One that asks as a kubeconfig says: its server, its authority, its token or client certificate. */
export function asker(kubeconfig: string): Asker {
  const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8'));
  const { server, 'certificate-authority': caFile } = clusters[0].cluster;
  const { tokenFile, 'client-certificate': certificateFile, 'client-key': keyFile } = users[0].user;
  const base = new URL(server);
  const prefix = base.pathname === '/' ? '' : base.pathname;
  const own = certificateFile === undefined ? {} : { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
  const tls = { ca: readFileSync(caFile), ...own };
  const identity: Record<string, string> =
    tokenFile === undefined ? {} : { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };
  const agent = new Agent({ ...tls, keepAlive: true, maxSockets: connectionsMax });
  const begin = ({ method, uri, headers, body }: RawWay) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const options = { agent, method, headers: { ...identity, ...headers } };
      request(`${base.origin}${prefix}${uri}`, options, resolve).on('error', reject).end(body);
    });
  return {
    begin,
    async ask(way, version) {
      if (version === '2') {
        const head = { ':method': way.method, ':path': prefix + way.uri, ...identity, ...way.headers };
        return askHttp2(base.origin, tls, head, way.body);
      }
      const reply = await begin(way);
      const body = Buffer.concat(await reply.toArray());
      return { status: reply.statusCode ?? 0, headers: reply.headers, body };
    },
    webSocket: (uri) =>
      new Promise((resolve) => {
        const pieces: Buffer[] = [];
        const protocols = uri.includes('/exec?') ? ['v5.channel.k8s.io'] : [];
        const url = `${base.origin.replace('https:', 'wss:')}${prefix}${uri}`;
        const socket = new WebSocket(url, protocols, { ...tls, headers: identity });
        socket.on('message', (data: Buffer) => pieces.push(data));
        socket.on('error', () => {}); // a refusal; its `close` follows
        socket.on('close', () => resolve(Buffer.concat(pieces)));
      }),
    stop: () => agent.destroy(),
  };
}

function askHttp2(
  origin: string,
  tls: object,
  head: Record<string, string>,
  body: string | undefined,
): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const session = connect(origin, tls);
    session.on('error', reject);
    const sent = session.request(head);
    const pieces: Buffer[] = [];
    let headers: IncomingHttpHeaders & { ':status'?: number | undefined } = {};
    sent.on('response', (reply) => {
      headers = reply;
    });
    sent.on('data', (piece: Buffer) => pieces.push(piece));
    sent.on('error', reject).on('end', () => {
      session.close();
      resolve({ status: headers[':status'] ?? 0, headers, body: Buffer.concat(pieces) });
    });
    sent.end(body);
  });
}
