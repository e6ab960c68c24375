import type { Readable } from 'node:stream';

/**
 * Calls `onRead` when somebody first listens for the bytes of `body`, and not before: with `100 Continue`, nobody is asked for a body that
 * will not be read.
 */
export function onFirstRead(body: Readable, onRead: () => void): void {
  const onListener = (event: string | symbol) => {
    if (event !== 'data' && event !== 'readable') return;
    body.off('newListener', onListener);
    onRead();
  };
  body.on('newListener', onListener);
}
