import type { Duplex } from 'node:stream';
import type { ListenerLimits } from './limits.ts';

/**
 * Passes bytes both ways between two connections, with back-pressure, until both have ended. An end on one side is passed on; the other
 * side has `halfCloseTimeoutMs` to end too. A side that breaks takes the other with it at once.
 *
 * How long nobody takes or sends anything is not bounded: a shell may be left open, and what waits is bounded by the two sockets' buffers.
 */
export function splice(
  client: Duplex,
  upstream: Duplex,
  { halfCloseTimeoutMs }: Pick<ListenerLimits, 'halfCloseTimeoutMs'>,
): void {
  let timer: NodeJS.Timeout | undefined;
  const destroyBoth = () => {
    clearTimeout(timer);
    client.destroy();
    upstream.destroy();
  };
  const onEnd = () => {
    timer ??= setTimeout(destroyBoth, halfCloseTimeoutMs);
  };
  pass(client, upstream, onEnd, destroyBoth);
  pass(upstream, client, onEnd, destroyBoth);
}

function pass(from: Duplex, to: Duplex, onEnd: () => void, destroyBoth: () => void): void {
  from.on('data', (chunk: Buffer) => {
    if (!to.write(chunk)) from.pause();
  });
  to.on('drain', () => from.resume());
  const ended = () => {
    to.end();
    onEnd();
  };
  if (from.readableEnded) ended();
  else from.on('end', ended);
  from.on('error', destroyBoth);
  from.on('close', () => {
    // An orderly end has been passed on, and the other side may still have bytes to take; anything else ends both.
    if (!from.readableEnded || to.destroyed) destroyBoth();
  });
  if (from.destroyed) destroyBoth();
}
