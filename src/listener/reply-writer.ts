import type { RefusedReply, StreamReply, UnaryReply } from '../model/reply.ts';
import { type ByteSink, type ByteSource, bytesSource } from '../std/byte-source.ts';
import type { Progress, Waiting } from './progress.ts';
import { wireHead } from './reply-head.ts';

/** What the two HTTP versions do each in its own way. */
export interface Wire {
  /** The reply to this request has no body, whatever its headers say. */
  readonly isHeadRequest: boolean;
  /** Takes the head; it need not leave before the first bytes of the body do. */
  head(status: number, headers: string[], body: { readonly isNone: boolean; readonly mayHaveTrailers: boolean }): void;
  /** Sends the head now. */
  flushHead(): void;
  /** `false` when the client has to take some of it first. */
  write(chunk: Uint8Array): boolean;
  end(chunk: Uint8Array | undefined, trailers: readonly string[]): void;
  /** Breaks off so that the client sees that the reply is not whole. */
  cut(): void;
}

/**
 * Writes one reply to one client, with back-pressure, and holds it to the length that it declared: one byte more or less would be read as
 * the beginning of another reply, so the connection is cut instead.
 */
export class ReplyWriter implements ByteSink, Waiting {
  waitingSinceMs = 0;
  readonly #wire: Wire;
  readonly #progress: Progress;
  #source: ByteSource | undefined;
  #contentLength: number | undefined;
  #isBodyless = false;
  #bytes = 0;
  #state: 'open' | 'ended' | 'closed' = 'open';

  constructor(wire: Wire, progress: Progress) {
    this.#wire = wire;
    this.#progress = progress;
  }

  /** Begins the reply. A client that has gone meanwhile cancels it. `prefix` is the path under which the client has its target. */
  send(reply: UnaryReply | StreamReply | RefusedReply, prefix = ''): void {
    const source = reply.kind === 'refused' ? bytesSource(reply.body) : reply.body;
    if (this.#state !== 'open') {
      source.cancel(new Error('the client went away'));
      return;
    }
    this.#source = source;
    try {
      const { status, headers, contentLength } = wireHead(reply, prefix);
      this.#isBodyless = this.#wire.isHeadRequest || status === 204 || status === 304;
      this.#contentLength = contentLength;
      const mayHaveTrailers = contentLength === undefined && !this.#isBodyless;
      this.#wire.head(status, headers, { isNone: this.#isBodyless, mayHaveTrailers });
    } catch (error) {
      this.#breakOff(error as Error);
      return;
    }
    source.start(this);
    // A watch is waited for by its head: it leaves at once, unless it left with the first bytes.
    if (reply.kind === 'stream' && this.#state === 'open' && this.#bytes === 0) this.#wire.flushHead();
  }

  write(chunk: Uint8Array): boolean {
    if (this.#state !== 'open') return false;
    if (this.#isBodyless || chunk.length === 0) return true;
    this.#bytes += chunk.length;
    if (this.#contentLength !== undefined && this.#bytes >= this.#contentLength) {
      if (this.#bytes > this.#contentLength) this.#breakOff(new Error('the reply is longer than it said'));
      else this.#finish(chunk, []);
      return true;
    }
    if (this.#wire.write(chunk)) return true;
    this.#progress.waits(this);
    return false;
  }

  end(trailers: readonly string[]): void {
    if (this.#state !== 'open') return;
    const isShort = !this.#isBodyless && this.#contentLength !== undefined && this.#bytes < this.#contentLength;
    if (isShort) this.fail();
    else this.#finish(undefined, trailers);
  }

  fail(): void {
    if (this.#state !== 'open') return;
    this.#source = undefined;
    this.cut(new Error('the reply broke off'));
  }

  /** The client took what waited for it. */
  drained(): void {
    this.#progress.moves(this);
    if (this.#state === 'open') this.#source?.resume();
  }

  /** The connection or stream is over, whole or not. */
  closed(): void {
    this.#progress.moves(this);
    if (this.#state === 'open') this.#source?.cancel(new Error('the client went away'));
    this.#state = 'closed';
  }

  cut(reason: Error): void {
    if (this.#state === 'open') this.#source?.cancel(reason);
    this.#state = 'closed';
    this.#progress.moves(this);
    this.#wire.cut();
  }

  #finish(chunk: Uint8Array | undefined, trailers: readonly string[]): void {
    this.#state = 'ended';
    this.#wire.end(chunk, trailers);
    this.#progress.waits(this);
  }

  #breakOff(reason: Error): void {
    this.#source?.cancel(reason);
    this.#source = undefined;
    this.cut(reason);
  }
}
