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
      const onBroken = () => {
        if (isOver) return;
        isOver = true;
        sink.fail(new Error('the reply broke off'));
      };
      message.on('error', onBroken).on('close', onBroken);
      if (message.destroyed) onBroken();
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
