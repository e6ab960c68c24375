import type { Transform } from 'node:stream';
import type { ByteSource } from './byte-source.ts';

/**
 * The bytes of a source through one of Node's transforms, with back-pressure both ways: what is held is what the transform itself holds.
 *
 * `afterEach` runs behind each piece that came, for a transform that must be told to let go of what it holds. Where the transform fails the source is cancelled, and
 * the reader told.
 */
export function throughTransform(source: ByteSource, transform: Transform, afterEach = () => {}): ByteSource {
  let isOver = false;
  const finish = (told: () => void) => {
    if (isOver) return;
    isOver = true;
    told();
  };
  return {
    start(sink) {
      let trailers: readonly string[] = [];
      transform.on('data', (chunk: Buffer) => {
        if (!isOver && !sink.write(chunk)) transform.pause();
      });
      transform.on('drain', () => {
        if (!isOver) source.resume();
      });
      transform.on('end', () => finish(() => sink.end(trailers)));
      transform.on('error', (error) =>
        finish(() => {
          source.cancel(error);
          sink.fail(error);
        }),
      );
      source.start({
        write(chunk) {
          if (isOver) return false;
          const hasRoom = transform.write(chunk);
          afterEach();
          return hasRoom;
        },
        end(said) {
          trailers = said;
          if (!isOver) transform.end();
        },
        fail: (error) =>
          finish(() => {
            transform.destroy();
            sink.fail(error);
          }),
      });
    },
    resume() {
      if (!isOver) transform.resume();
    },
    cancel(reason) {
      isOver = true;
      transform.destroy();
      source.cancel(reason);
    },
  };
}
