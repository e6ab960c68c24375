import type { ByteSink, ByteSource } from '../std/byte-source.ts';

/** What edits bytes while they pass; it throws where nothing more may pass. */
export interface BytesEditor {
  write(chunk: Buffer): Buffer;
  end(): Buffer;
}

/** Limit: what is handed on at once of an object that was held whole; the rest waits until its reader has taken that, and the reply has not ended. */
const PIECE_BYTES = 64 * 1024;

/** Whose work it is: counted, and done in turns where it was much lately. */
export interface EditedFor {
  timed<Result>(work: () => Result): Result;
  /** Its turn to edit what came; undefined: it is so now. Never rejects. */
  masksTurn(): Promise<void> | undefined;
}

/**
 * The bytes as an editor lets them out; where it throws, the source is given up and the reader is told that it broke off. `trailersOf` edits what comes
 * behind them.
 *
 * Limit: what waits for its turn is what the source gave until it heard of it, and it gives no more meanwhile.
 */
export function editedSource(
  source: ByteSource,
  editor: BytesEditor,
  whose: EditedFor,
  trailersOf: (trailers: readonly string[]) => readonly string[],
): ByteSource {
  let flow: Flow | undefined;
  return {
    start(sink) {
      flow = new Flow(source, editor, sink, { whose, trailersOf });
      source.start(flow);
    },
    resume() {
      if (flow === undefined || flow.flush()) source.resume();
    },
    cancel(reason) {
      flow?.drop();
      source.cancel(reason);
    },
  };
}

interface FlowParts {
  readonly whose: EditedFor;
  readonly trailersOf: (trailers: readonly string[]) => readonly string[];
}

/** One reply on its way through the editor. */
class Flow implements ByteSink {
  readonly #source: ByteSource;
  readonly #editor: BytesEditor;
  readonly #sink: ByteSink;
  readonly #parts: FlowParts;
  /** What came and waits for its turn, with how the source ended behind it. */
  #queued: { readonly chunks: Uint8Array[]; ended?: readonly string[] } | undefined;
  /** What the reader has no room for yet. */
  #waiting: Buffer = Buffer.alloc(0);
  /** The source has ended behind what waits. */
  #trailers: readonly string[] | undefined;
  #isOver = false;

  constructor(source: ByteSource, editor: BytesEditor, sink: ByteSink, parts: FlowParts) {
    this.#source = source;
    this.#editor = editor;
    this.#sink = sink;
    this.#parts = parts;
  }

  write(chunk: Uint8Array): boolean {
    if (this.#isOver) return false;
    if (this.#queued !== undefined) {
      this.#queued.chunks.push(chunk);
      return false;
    }
    const turn = this.#parts.whose.masksTurn();
    if (turn === undefined) return this.#writeNow(chunk);
    this.#queued = { chunks: [chunk] };
    void turn.then(() => this.#writeQueued());
    return false;
  }

  #writeQueued(): void {
    const { chunks = [], ended } = this.#queued ?? {};
    this.#queued = undefined;
    let hasRoom = true;
    for (const chunk of chunks) if (!this.#isOver) hasRoom = this.#writeNow(chunk);
    if (this.#isOver) return;
    if (ended !== undefined) this.end(ended);
    else if (hasRoom) this.#source.resume();
  }

  #writeNow(chunk: Uint8Array): boolean {
    const edited = this.#edit(() => this.#editor.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)));
    return edited !== undefined && this.#pass(edited);
  }

  end(trailers: readonly string[]): void {
    if (this.#isOver) return;
    if (this.#queued !== undefined) {
      this.#queued.ended = trailers;
      return;
    }
    const rest = this.#edit(() => this.#editor.end());
    if (rest === undefined) return;
    this.#trailers = this.#parts.trailersOf(trailers);
    this.#pass(rest);
    this.#endIfPassed();
  }

  fail(error: Error): void {
    if (this.#isOver) return;
    this.drop();
    this.#sink.fail(error);
  }

  /** Hands on what waits, as far as the reader takes it; whether the source may go on. */
  flush(): boolean {
    const waiting = this.#waiting;
    this.#waiting = Buffer.alloc(0);
    const hasRoom = waiting.length === 0 || this.#pass(waiting);
    this.#endIfPassed();
    return hasRoom && !this.#isOver && this.#queued === undefined;
  }

  drop(): void {
    this.#isOver = true;
    this.#queued = undefined;
    this.#waiting = Buffer.alloc(0);
  }

  #pass(bytes: Buffer): boolean {
    if (this.#waiting.length > 0) {
      this.#waiting = Buffer.concat([this.#waiting, bytes]);
      return false;
    }
    let hasRoom = true;
    for (let at = 0; at < bytes.length && !this.#isOver; at += PIECE_BYTES) {
      if (!hasRoom) {
        this.#waiting = bytes.subarray(at);
        return false;
      }
      hasRoom = this.#sink.write(bytes.length <= PIECE_BYTES ? bytes : bytes.subarray(at, at + PIECE_BYTES));
    }
    return hasRoom;
  }

  #endIfPassed(): void {
    if (this.#trailers === undefined || this.#waiting.length > 0 || this.#isOver) return;
    this.#isOver = true;
    this.#sink.end(this.#trailers);
  }

  #edit(edit: () => Buffer): Buffer | undefined {
    try {
      return this.#parts.whose.timed(edit);
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.drop();
      this.#source.cancel(error);
      this.#sink.fail(error);
      return undefined;
    }
  }
}
