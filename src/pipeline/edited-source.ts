import type { ByteSink, ByteSource } from '../std/byte-source.ts';

/** What edits bytes while they pass; it throws where nothing more may pass. */
export interface BytesEditor {
  write(chunk: Buffer): Buffer;
  end(): Buffer;
}

/** Limit: what is handed on at once of an object that was held whole; the rest waits until its reader has taken that, and the reply has not ended. */
const PIECE_BYTES = 64 * 1024;

/** The bytes as an editor lets them out, whose work is `timed`; where it throws, the source is given up and the reader is told that it broke off. */
export function editedSource(
  source: ByteSource,
  editor: BytesEditor,
  timed: <Result>(work: () => Result) => Result,
): ByteSource {
  let flow: Flow | undefined;
  return {
    start(sink) {
      flow = new Flow(source, timedEditor(editor, timed), sink);
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

function timedEditor(editor: BytesEditor, timed: <Result>(work: () => Result) => Result): BytesEditor {
  return { write: (chunk) => timed(() => editor.write(chunk)), end: () => timed(() => editor.end()) };
}

/** One reply on its way through the editor. */
class Flow implements ByteSink {
  readonly #source: ByteSource;
  readonly #editor: BytesEditor;
  readonly #sink: ByteSink;
  /** What the reader has no room for yet. */
  #waiting: Buffer = Buffer.alloc(0);
  /** The source has ended behind what waits. */
  #trailers: readonly string[] | undefined;
  #isOver = false;

  constructor(source: ByteSource, editor: BytesEditor, sink: ByteSink) {
    this.#source = source;
    this.#editor = editor;
    this.#sink = sink;
  }

  write(chunk: Uint8Array): boolean {
    if (this.#isOver) return false;
    const edited = this.#edit(() => this.#editor.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)));
    return edited !== undefined && this.#pass(edited);
  }

  end(trailers: readonly string[]): void {
    if (this.#isOver) return;
    const rest = this.#edit(() => this.#editor.end());
    if (rest === undefined) return;
    this.#trailers = trailers;
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
    if (this.#isOver || this.#waiting.length === 0) return !this.#isOver;
    const waiting = this.#waiting;
    this.#waiting = Buffer.alloc(0);
    const hasRoom = this.#pass(waiting);
    this.#endIfPassed();
    return hasRoom && !this.#isOver;
  }

  drop(): void {
    this.#isOver = true;
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
      return edit();
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.drop();
      this.#source.cancel(error);
      this.#sink.fail(error);
      return undefined;
    }
  }
}
