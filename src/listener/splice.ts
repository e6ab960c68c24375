import type { Duplex } from 'node:stream';
import type { ListenerLimits } from './limits.ts';

/**
 * Passes bytes both ways between two connections, with back-pressure, until both have ended. An end on one side is passed on: the other side has
 * `slowReaderTimeoutMs` to take what still waits for it, and from then `halfCloseTimeoutMs` to end too. A side that breaks takes the other with
 * it at once.
 *
 * How long nobody takes or sends anything is not bounded: a shell may be left open, and what waits is bounded by the two sockets' buffers.
 */
export function splice(
  client: Duplex,
  upstream: Duplex,
  { halfCloseTimeoutMs, slowReaderTimeoutMs }: Pick<ListenerLimits, 'halfCloseTimeoutMs' | 'slowReaderTimeoutMs'>,
): void {
  let timer: NodeJS.Timeout | undefined;
  const destroyBoth = () => {
    clearTimeout(timer);
    client.destroy();
    upstream.destroy();
  };
  const destroyIn = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(destroyBoth, ms);
  };
  const passEnd = (to: Duplex) => {
    // Whoever reads slowly still gets the last bytes: the end of an exec's output may wait behind a pager.
    destroyIn(slowReaderTimeoutMs);
    to.end(() => {
      if (!to.destroyed) destroyIn(halfCloseTimeoutMs);
    });
  };
  pass(client, upstream, passEnd, destroyBoth);
  pass(upstream, client, passEnd, destroyBoth);
}

function pass(from: Duplex, to: Duplex, passEnd: (to: Duplex) => void, destroyBoth: () => void): void {
  from.on('data', (chunk: Buffer) => {
    if (!to.write(chunk)) from.pause();
  });
  to.on('drain', () => from.resume());
  if (from.readableEnded) passEnd(to);
  else from.on('end', () => passEnd(to));
  from.on('error', destroyBoth);
  from.on('close', () => {
    // An orderly end has been passed on, and the other side may still have bytes to take; anything else ends both.
    if (!from.readableEnded || to.destroyed) destroyBoth();
  });
  if (from.destroyed) destroyBoth();
}
