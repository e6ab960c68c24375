import type { IncomingMessage } from 'node:http';
import type { ByteSource } from '../../../std/byte-source.ts';

/** The body of a message that Node reads, as a source. */
export function readableSource(message: IncomingMessage): ByteSource {
  let isOver = false;
  return {
    start(sink) {
      if (isOver) return;
      message.on('data', (chunk: Buffer) => {
        if (!isOver && !sink.write(chunk)) message.pause();
      });
      message.on('end', () => {
        if (isOver) return;
        isOver = true;
        sink.end(message.rawTrailers);
      });
      const onBroken = (error: Error | undefined) => {
        if (isOver) return;
        isOver = true;
        sink.fail(error ?? new Error('the reply broke off'));
      };
      message.on('error', onBroken).on('close', () => onBroken(undefined));
      if (message.destroyed) onBroken(message.errored ?? undefined);
    },
    resume() {
      message.resume();
    },
    cancel() {
      isOver = true;
      message.on('error', () => {});
      message.destroy();
    },
  };
}
