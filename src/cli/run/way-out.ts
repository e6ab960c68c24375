/* The way out of a sandbox: sockets in the run's folder that lead to named addresses and nowhere else, and one by which signals go in. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { RelayedAddress } from './sandbox.ts';

/** Open while the program runs. */
export interface WayOut {
  /** Passes a signal to the program inside. */
  signal(name: NodeJS.Signals): void;
  close(): void;
}

/** Limit: connections to one address at a time. */
const CONNECTIONS_MAX = 256;

/** Opens a socket for each address, by its port. @throws {Error} the folder takes none */
export async function openWayOut(folder: string, addresses: readonly RelayedAddress[]): Promise<WayOut> {
  const inside = new Set<Socket>();
  const servers = [
    await listening(join(folder, 'signals.sock'), (socket) => {
      inside.add(socket);
      socket.on('error', () => {}).once('close', () => inside.delete(socket));
    }),
  ];
  for (const { host, port } of addresses)
    servers.push(
      await listening(join(folder, `${port}.sock`), (inner) => {
        const outer = connect({ host, port, allowHalfOpen: true });
        inner.pipe(outer).pipe(inner);
        inner.on('error', () => outer.destroy());
        outer.on('error', () => inner.destroy());
      }),
    );
  return {
    signal(name) {
      for (const socket of inside) socket.write(`${name}\n`);
    },
    close() {
      for (const socket of inside) socket.destroy();
      for (const server of servers) server.close();
    },
  };
}

async function listening(path: string, onSocket: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, onSocket);
  server.maxConnections = CONNECTIONS_MAX;
  server.listen(path);
  await once(server, 'listening');
  return server.unref();
}
