/*
 * How a reply that is on its way ends: told exactly once, with what went through. The reply can be broken off at any moment, and nothing of it goes to the
 * caller from then on but what already waits in its connection, and of an exec the frame that is under way and a goodbye.
 */
import { type StreamEnd, StreamEnded } from '../model/channels.ts';
import { CutByLimit } from '../model/cut-by-limit.ts';
import { Refusal } from '../model/refusal.ts';
import type { DuplexReply, MaskedReply, StreamReply, UnaryReply } from '../model/reply.ts';
import type { Outcome } from '../recording/event.ts';
import type { ByteSink, ByteSource } from '../std/byte-source.ts';
import { unreachable } from '../std/unreachable.ts';

/** How a reply ended. */
export interface ReplyEnd {
  readonly outcome: Outcome;
  /** From the caller, behind the head of its upgrade; 0 for every other request, whose body was read before. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** The bug of ours that ended it, for the log. */
  readonly fault?: Refusal;
}

/** A reply whose end is told. */
export interface Followed {
  readonly reply: MaskedReply;
  /**
   * Ends it now, so that the caller sees that it is not whole; what has left HTTP behind `goodbye` in its own protocol, where there is one, and at the latest
   * after `GOODBYE_MS`. Does nothing where it has ended.
   */
  breakOff(reason: Error, goodbye?: StreamEnd): void;
}

/** Limit: how long what is ended may take to say goodbye. */
export const GOODBYE_MS = 750;

/** The same reply; `onEnd` is called once. */
export function follow(reply: MaskedReply, onEnd: (end: ReplyEnd) => void): Followed {
  switch (reply.kind) {
    case 'unary':
    case 'stream': {
      const followed = new FollowedSource(reply, onEnd);
      return { reply: { ...reply, body: followed }, breakOff: (reason) => followed.breakOff(reason) };
    }
    case 'duplex':
      return followSocket(reply, onEnd);
    default:
      return unreachable(reply);
  }
}

class FollowedSource implements ByteSource, ByteSink {
  readonly #source: ByteSource;
  readonly #status: number;
  readonly #onEnd: (end: ReplyEnd) => void;
  #sink: ByteSink | undefined;
  #bytesOut = 0;
  #isOver = false;
  #broken: Error | undefined;

  constructor({ body, status }: UnaryReply | StreamReply, onEnd: (end: ReplyEnd) => void) {
    this.#source = body;
    this.#status = status;
    this.#onEnd = onEnd;
  }

  start(sink: ByteSink): void {
    this.#sink = sink;
    if (this.#broken !== undefined) sink.fail(this.#broken);
    else if (this.#isOver) sink.end([]);
    else this.#source.start(this);
  }

  resume(): void {
    if (!this.#isOver) this.#source.resume();
  }

  cancel(reason: Error): void {
    this.#over(abandoned(this.#status, reason));
    this.#source.cancel(reason);
  }

  write(chunk: Uint8Array): boolean {
    if (this.#isOver) return false;
    this.#bytesOut += chunk.length;
    return (this.#sink as ByteSink).write(chunk);
  }

  end(trailers: readonly string[]): void {
    if (this.#over({ kind: 'answered', status: this.#status })) this.#sink?.end(trailers);
  }

  fail(error: Error): void {
    const isEnded = error instanceof StreamEnded;
    if (this.#over(isEnded ? { kind: 'answered', status: this.#status } : brokenOff(this.#status, error)))
      this.#sink?.fail(error);
  }

  breakOff(reason: Error): void {
    if (!this.#over(brokenOff(this.#status, reason))) return;
    this.#broken = reason;
    this.#source.cancel(reason);
    this.#sink?.fail(reason);
  }

  #over(outcome: Outcome): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#onEnd({ outcome, bytesIn: 0, bytesOut: this.#bytesOut });
    return true;
  }
}

/** What Node's sockets count and its type of a duplex does not know. */
type Counted = DuplexReply['socket'] & { readonly bytesRead?: number; readonly bytesWritten?: number };

function followSocket(reply: DuplexReply & MaskedReply, onEnd: (end: ReplyEnd) => void): Followed {
  const { socket, status, head } = reply;
  let broken: Error | undefined;
  const counted: Counted = socket;
  const before = { read: (counted.bytesRead ?? 0) - head.length, written: counted.bytesWritten ?? 0 };
  socket.once('close', () =>
    onEnd({
      outcome: broken === undefined ? outcomeOf(socket, status) : brokenOff(status, broken),
      bytesIn: (counted.bytesWritten ?? 0) - before.written,
      bytesOut: (counted.bytesRead ?? 0) - before.read,
      ...(socket.errored instanceof Refusal && socket.errored.code === 'INTERNAL' ? { fault: socket.errored } : {}),
    }),
  );
  return {
    reply,
    breakOff(reason, goodbye) {
      if (goodbye === undefined) return void socket.destroy(reason);
      broken = reason;
      // T82: over SPDY an exec that ends without a word is a success.
      reply.end(goodbye);
      setTimeout(() => socket.destroy(reason), GOODBYE_MS).unref();
    },
  };
}

/** Upstream has the last word of an exec or port-forward: what it did not end, the caller did, or a fault. */
function outcomeOf({ errored, readableEnded }: DuplexReply['socket'], status: number): Outcome {
  // What the connector cut it for says more than that it was cut.
  if (errored instanceof Refusal) return { kind: 'broken', code: errored.code, status, message: errored.message };
  // An error after upstream's end is no break: what the caller still said found nobody.
  if (readableEnded) return { kind: 'answered', status };
  if (errored instanceof CutByLimit || errored === null) return abandoned(status, errored ?? undefined);
  return brokenOff(status, errored);
}

/** The caller went away, or was taken to have: by a limit, which is told. */
function abandoned(status: number, reason: Error | undefined): Outcome {
  return reason instanceof CutByLimit
    ? { kind: 'abandoned', status, reason: reason.message }
    : { kind: 'abandoned', status };
}

function brokenOff(status: number, { message }: Error): Outcome {
  return { kind: 'broken', code: 'OUTCOME_UNKNOWN', status, message: 'the reply broke off', detail: message };
}
