/**
 * Bytes that are pushed, once, from one source into one sink, with back-pressure.
 *
 * Node's streams do the same at several times the cost for each small reply; a reply passes three stages here, so the protocol
 * is the smallest one that carries back-pressure, cancellation and trailers. A source calls nothing before `start`, and nothing
 * after `end` or `fail`; exactly one of those two is called.
 */
export interface ByteSink {
  /** Takes a chunk; `false` asks the source to pause until `resume`. */
  write(chunk: Uint8Array): boolean;
  /** All has been written; trailers are name, value pairs. */
  end(trailers: readonly string[]): void;
  /** The source broke off: what was written is not the whole. */
  fail(error: Error): void;
}

/** The giving side. */
export interface ByteSource {
  start(sink: ByteSink): void;
  /** The sink can take more. */
  resume(): void;
  /** The sink wants no more: the source stops, and lets go of what it holds. Calls neither `end` nor `fail` afterwards. */
  cancel(reason: Error): void;
}

/** A source of bytes that are already whole. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  let isCancelled = false;
  return {
    start(sink) {
      if (isCancelled) return;
      if (bytes.length > 0) sink.write(bytes);
      sink.end([]);
    },
    resume() {},
    cancel() {
      isCancelled = true;
    },
  };
}

/**
 * All bytes of a source, for what must be read whole.
 *
 * @throws {RangeError} more than `bytesMax` came; the source is cancelled.
 */
export function collectBytes(source: ByteSource, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    let isOver = false;
    source.start({
      write(chunk) {
        if (isOver) return false;
        bytes += chunk.length;
        if (bytes > bytesMax) {
          isOver = true;
          const error = new RangeError(`more than ${bytesMax} bytes`);
          source.cancel(error);
          reject(error);
          return false;
        }
        chunks.push(chunk);
        return true;
      },
      end: () => resolve(Buffer.concat(chunks)),
      fail: reject,
    });
  });
}
