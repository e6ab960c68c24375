import type { Duplex } from 'node:stream';

type Done = (error?: Error | null) => void;

/**
 * The same socket, of which only reading tells the end: what is written after its peer has gone is dropped, and a write that fails takes nothing away from
 * what the peer said before.
 *
 * Node destroys a socket when a write to it fails, and with it all that the peer has sent and nobody has read yet: in the socket, in TLS and in the kernel,
 * which keeps it. A peer that says its last words and closes, while something is on its way to it, so would never have spoken.
 */
export function keepReading<S extends Duplex>(socket: S): S {
  const writing: Duplex = socket; // whose methods may be replaced, also those of the one instance
  let hasFailed = false;
  const dropping = (done: Done): Done => {
    return (error) => {
      if (error) hasFailed = true;
      done();
    };
  };
  const write = writing._write.bind(socket);
  writing._write = (chunk, encoding, done) => (hasFailed ? done() : write(chunk, encoding, dropping(done)));
  const writev = writing._writev?.bind(socket);
  if (writev !== undefined) writing._writev = (chunks, done) => (hasFailed ? done() : writev(chunks, dropping(done)));
  const final = writing._final.bind(socket);
  writing._final = (done) => (hasFailed ? done() : final(dropping(done)));
  return socket;
}
