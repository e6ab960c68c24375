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
  #isBroken = false;

  constructor(source: ByteSource, sink: ByteSink, keeping: Keeping, view: BytesEditor | undefined) {
    this.#source = source;
    this.#sink = sink;
    this.#view = view;
    this.#keeping = keeping;
  }

  write(chunk: Uint8Array): boolean {
    if (this.#isBroken) return false;
    const view = this.#view;
    const kept =
      view === undefined
        ? chunk
        : this.#viewed(() => view.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)));
    if (kept === undefined) return false;
    this.#keep(kept);
    this.#isSinkFull = !this.#sink.write(chunk);
    return !this.#isSinkFull && !this.#isKeeperFull;
  }

  end(trailers: readonly string[]): void {
    if (this.#isBroken) return;
    const view = this.#view;
    if (view !== undefined) {
      const rest = this.#viewed(() => view.end());
      if (rest === undefined) return;
      this.#keep(rest);
    }
    this.#keeping.end({ isWhole: true });
    this.#sink.end(trailers);
  }

  fail(error: Error): void {
    if (this.#isBroken) return;
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

  /** What is to be kept; undefined: it cannot be made, so the source is given up, and the reader told that it broke off. */
  #viewed(make: () => Buffer): Buffer | undefined {
    try {
      return make();
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.#isBroken = true;
      this.#keeping.end({ isWhole: false });
      this.#source.cancel(error);
      this.#sink.fail(error);
      return undefined;
    }
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length > 0 && !this.#keeping.bytes('o', bytes)) this.#isKeeperFull = true;
  }
}
