import type { Http2SecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ExchangeContext } from './exchange.ts';

/** What is in flight on each HTTP/1.1 connection. */
export interface Http1Connections {
  begins(socket: Socket): void;
  ends(socket: Socket): void;
  isBusy(socket: Socket): boolean;
  /** Ends those on which nothing is in flight, a handshake or the first request included; from now on, each ends as soon as that is so. */
  endIdle(): void;
}

/**
 * Follows the connections of a server, so that a stop waits for none on which nothing runs. Node ends those that have had a request, and waits for what has
 * not, or becomes idle later. HTTP/2 connections end by themselves behind their last stream.
 */
export function trackHttp1(server: Http2SecureServer, context: Pick<ExchangeContext, 'isStopping'>): Http1Connections {
  const handshakes = new Map<string, Socket>();
  const inFlight = new Map<Socket, number>();
  server.on('connection', (socket: Socket) => {
    const key = addressOf(socket);
    handshakes.set(key, socket);
    socket.once('close', () => {
      if (handshakes.get(key) === socket) handshakes.delete(key);
    });
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    handshakes.delete(addressOf(socket));
    if (socket.alpnProtocol === 'h2') return;
    if (context.isStopping) return void socket.destroy();
    inFlight.set(socket, 0);
    socket.once('close', () => inFlight.delete(socket));
  });
  const count = (socket: Socket) => inFlight.get(socket) ?? 0;
  return {
    begins(socket) {
      if (inFlight.has(socket)) inFlight.set(socket, count(socket) + 1);
    },
    ends(socket) {
      if (!inFlight.has(socket)) return;
      inFlight.set(socket, count(socket) - 1);
      if (context.isStopping && count(socket) === 0) socket.destroySoon();
    },
    isBusy: (socket) => count(socket) > 0,
    endIdle() {
      for (const socket of handshakes.values()) socket.destroy();
      for (const [socket, requests] of inFlight) if (requests === 0) socket.destroySoon();
    },
  };
}

function addressOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
