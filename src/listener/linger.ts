import type { Socket } from 'node:net';

/**
 * Ends a connection behind its last answer, so that its client can read that one: destroyed as soon as the client has ended it too, or after `lingerMs`.
 *
 * Whoever calls sees to it that what the client still sends is read and dropped meanwhile: unread, it would make the kernel reset the connection, and a
 * reset overtakes the answer.
 */
export function endBehindAnswer(socket: Socket, lingerMs: number): void {
  const destroy = () => void socket.destroy();
  const timer = setTimeout(destroy, lingerMs).unref();
  socket.once('close', () => clearTimeout(timer));
  socket.once('end', () => {
    if (socket.writableFinished) destroy();
    else socket.once('finish', destroy);
  });
  socket.end();
}
