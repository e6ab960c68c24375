/* Where a gateway sends what it has recorded, as servers that keep every byte that they are sent: a syslog server, a web hook that is a collector of OpenTelemetry too, a bucket. */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { makeCa, makeServing } from '../../src/listener/x509.ts';

const DAY_MS = 86_400_000;

/** A server on loopback. */
export interface ToldPlace {
  readonly port: number;
  /** All that it was sent so far, heads of requests as JSON. */
  said(): Buffer;
  close(): void;
}

/** A syslog server over TLS; `caPem` is who vouches for it. */
export async function startSyslog(): Promise<ToldPlace & { readonly caPem: string }> {
  const validity = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS) };
  const ca = await makeCa(validity);
  const own = await makeServing({ caPem: ca.certPem, caKeyPem: ca.keyPem, names: ['127.0.0.1'], ...validity });
  const parts: Buffer[] = [];
  const server = createTlsServer({ key: own.keyPem, cert: own.certPem, allowHalfOpen: true }, (socket) => {
    socket.on('data', (bytes: Buffer) => parts.push(bytes)).on('end', () => socket.end());
  });
  return { ...(await listening(server, parts)), caPem: ca.certPem };
}

/** A server of HTTP that takes whatever it is asked: answers `{}`, and 404 to what asks for a file that is not there. */
export function startHook(): Promise<ToldPlace> {
  const parts: Buffer[] = [];
  const answer = (asked: IncomingMessage, reply: ServerResponse) => {
    parts.push(Buffer.from(`${JSON.stringify([asked.method, asked.url, asked.headers])}\n`));
    asked.on('data', (bytes: Buffer) => parts.push(bytes));
    asked.on('end', () =>
      reply.writeHead(asked.method === 'HEAD' ? 404 : 200).end(asked.method === 'HEAD' ? '' : '{}'),
    );
  };
  return listening(createHttpServer(answer), parts);
}

async function listening(server: Server, parts: readonly Buffer[]): Promise<ToldPlace> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    said: () => Buffer.concat(parts),
    close: () => void server.close(),
  };
}
