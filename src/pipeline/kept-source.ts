import type { Keeping } from '../recording/keeping.ts';
import type { ByteSink, ByteSource } from '../std/byte-source.ts';
import type { BytesEditor } from './edited-source.ts';

/** The recorder of one reply; it says when there is room for more. */
type OpenKeeping = (onRoom: () => void) => Keeping;

/**
 * The same bytes, each kept before it is handed on; no faster than the recorder takes them. `view` makes of them what is kept, where that is not what the caller is
 * shown.
 *
 * @throws {Refusal} what `open` throws
 */
export function keptSource(source: ByteSource, open: OpenKeeping, view?: BytesEditor): ByteSource {
  let flow: Flow | undefined;
  const keeping = open(() => flow?.hasRoom());
  return {
    start(sink) {
      flow = new Flow(source, sink, keeping, view);
      source.start(flow);
    },
    resume: () => flow?.resume(),
    cancel(reason) {
      keeping.end({ isWhole: false });
      source.cancel(reason);
    },
  };
}

class Flow implements ByteSink {
  readonly #source: ByteSource;
  readonly #sink: ByteSink;
  readonly #keeping: Keeping;
  readonly #view: BytesEditor | undefined;
  #isSinkFull = false;
  #isKeeperFull = false;

  constructor(source: ByteSource, sink: ByteSink, keeping: Keeping, view: BytesEditor | undefined) {
    this.#source = source;
    this.#sink = sink;
    this.#view = view;
    this.#keeping = keeping;
  }

  write(chunk: Uint8Array): boolean {
    this.#keep(this.#view?.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)) ?? chunk);
    this.#isSinkFull = !this.#sink.write(chunk);
    return !this.#isSinkFull && !this.#isKeeperFull;
  }

  end(trailers: readonly string[]): void {
    if (this.#view !== undefined) this.#keep(this.#view.end());
    this.#keeping.end({ isWhole: true });
    this.#sink.end(trailers);
  }

  fail(error: Error): void {
    this.#keeping.end({ isWhole: false });
    this.#sink.fail(error);
  }

  hasRoom(): void {
    this.#isKeeperFull = false;
    if (!this.#isSinkFull) this.#source.resume();
  }

  resume(): void {
    this.#isSinkFull = false;
    if (!this.#isKeeperFull) this.#source.resume();
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length > 0 && !this.#keeping.bytes('o', bytes)) this.#isKeeperFull = true;
  }
}
