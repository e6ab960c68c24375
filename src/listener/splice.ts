import type { Duplex } from 'node:stream';
import { CutByLimit } from '../model/cut-by-limit.ts';
import type { ListenerLimits } from './limits.ts';

/**
 * Passes bytes both ways between two connections, with back-pressure, until both have ended. An end on one side is passed on: the other side has
 * `slowReaderTimeoutMs` to take what still waits for it, and from then `halfCloseTimeoutMs` to end too.
 *
 * What upstream has said and this process has taken reaches the client within these bounds, whatever becomes of the other direction: what the client says
 * to an upstream that has ended, or broke, is read and dropped. A client that breaks takes upstream with it at once, and so does whoever destroys upstream.
 *
 * How long nobody takes or sends anything is not bounded: a shell may be left open, and what waits is bounded by the two sockets' buffers.
 */
export function splice(
  client: Duplex,
  upstream: Duplex,
  { halfCloseTimeoutMs, slowReaderTimeoutMs }: Pick<ListenerLimits, 'halfCloseTimeoutMs' | 'slowReaderTimeoutMs'>,
): void {
  let timer: NodeJS.Timeout | undefined;
  const destroyBoth = (reason?: Error) => {
    clearTimeout(timer);
    client.destroy();
    upstream.destroy(reason);
  };
  const destroyIn = (limit: 'halfCloseTimeoutMs' | 'slowReaderTimeoutMs') => {
    clearTimeout(timer);
    const ms = limit === 'halfCloseTimeoutMs' ? halfCloseTimeoutMs : slowReaderTimeoutMs;
    const what =
      limit === 'halfCloseTimeoutMs' ? 'one side had ended, and the other had not' : 'what was left was not taken';
    timer = setTimeout(() => destroyBoth(new CutByLimit(limit, ms, what)), ms);
  };
  const passEnd = (to: Duplex) => {
    if (to.destroyed || to.writableEnded) return;
    // Whoever reads slowly still gets the last bytes: the end of an exec's output may wait behind a pager.
    destroyIn('slowReaderTimeoutMs');
    to.end(() => {
      if (!to.destroyed) destroyIn('halfCloseTimeoutMs');
    });
  };
  pass(client, upstream, passEnd);
  pass(upstream, client, passEnd);
  client.on('error', () => destroyBoth());
  client.on('close', () => destroyBoth());
  upstream.on('error', () => {});
  upstream.on('close', () => {
    if (client.destroyed) return void clearTimeout(timer);
    if (isBroken(upstream)) passRest(upstream, client);
    // Never cut at once: a connection that is closed with something unread resets, and a reset overtakes the last bytes.
    passEnd(client);
    client.resume();
  });
  if (client.destroyed) destroyBoth();
  else if (upstream.destroyed) upstream.emit('close');
}

function pass(from: Duplex, to: Duplex, passEnd: (to: Duplex) => void): void {
  from.on('data', (chunk: Buffer) => {
    // What is said to somebody who has gone is dropped.
    if (to.writable && !to.write(chunk)) from.pause();
  });
  to.on('drain', () => from.resume());
  if (from.readableEnded) passEnd(to);
  else from.on('end', () => passEnd(to));
}

/** The peer or the network broke it, and not this process. */
function isBroken({ errored }: Duplex): boolean {
  return errored !== null && 'syscall' in errored;
}

/** What had been taken of a connection before it broke; nothing hands it out any more. */
function passRest(from: Duplex, to: Duplex): void {
  for (let chunk: Buffer | null = from.read(); chunk !== null; chunk = from.read()) if (to.writable) to.write(chunk);
}
