import type { Server, Socket } from 'node:net';
import { proxyHeader } from './proxy-header.ts';

/** The address of who is at the other end of a connection: the caller's own, also where a load balancer passed it on. Empty where it has gone. */
export type PeerOf = (socket: Pick<Socket, 'remoteAddress' | 'remotePort'>) => string;

/** Without balancers: the other end of the TCP connection. */
export const directPeer: PeerOf = ({ remoteAddress }) => plain(remoteAddress);

interface Options {
  /** Whether this address is a load balancer's. */
  readonly isBalancer: (address: string) => boolean;
  /** How long a balancer may take for its header. */
  readonly timeoutMs: number;
  /** A balancer's connection that is not served. */
  readonly onRefused: (balancer: string, why: string) => void;
}

/**
 * Takes a PROXY header from connections of balancers, before anything else of them is read; who the caller is then is what it says.
 *
 * Security: from balancers the header is demanded, since one without it could not be told from one whose caller wrote it; from everybody else nothing is taken: their header is no TLS, and the handshake fails. The
 * server must have no listener of connections but its own yet.
 */
export function takeProxyHeaders(server: Server, { isBalancer, timeoutMs, onRefused }: Options): PeerOf {
  const claimed = new Map<string, { readonly peer: string }>();
  const serve = server.listeners('connection');
  server.removeAllListeners('connection');
  const go = (socket: Socket) => {
    for (const listener of serve) listener.call(server, socket);
  };
  const claim = (socket: Socket, peer: string) => {
    const [key, entry] = [keyOf(socket), { peer }];
    claimed.set(key, entry);
    socket.once('close', () => {
      if (claimed.get(key) === entry) claimed.delete(key);
    });
  };
  server.on('connection', (socket: Socket) => {
    const balancer = plain(socket.remoteAddress);
    if (!isBalancer(balancer)) return go(socket);
    const refuse = (why: string) => {
      socket.destroy();
      onRefused(balancer, why);
    };
    readHeader(socket, timeoutMs, refuse, (peer) => {
      if (peer !== undefined) claim(socket, peer);
      go(socket);
    });
  });
  return (socket) => claimed.get(keyOf(socket))?.peer ?? directPeer(socket);
}

function readHeader(
  socket: Socket,
  timeoutMs: number,
  refuse: (why: string) => void,
  taken: (peer: string | undefined) => void,
): void {
  let bytes: Buffer = Buffer.alloc(0);
  const done = () => {
    clearTimeout(timer);
    socket.off('readable', read).off('error', gone).off('close', gone);
  };
  // A check of health that opens a connection and closes it again is nothing to tell.
  const gone = () => done();
  const timer = setTimeout(() => {
    done();
    refuse(`its header did not come within ${timeoutMs} ms`);
  }, timeoutMs).unref();
  const read = () => {
    for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read())
      bytes = Buffer.concat([bytes, chunk]);
    const header = proxyHeader(bytes);
    if (header.kind === 'more') return;
    done();
    if (header.kind === 'refused') return refuse(header.why);
    const rest = bytes.subarray(header.bytes);
    if (rest.length > 0) socket.unshift(rest);
    taken(header.peer);
  };
  socket.on('readable', read).on('error', gone).on('close', gone);
}

/** No two connections that live have one. */
function keyOf({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress} ${remotePort}`;
}

/** On a socket of both versions, an address of IPv4 is written in one of IPv6. */
function plain(address = ''): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
