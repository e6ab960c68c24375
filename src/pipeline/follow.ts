/*
 * How a reply that is on its way ends: told exactly once, with what went through. The reply can be broken off at any moment, and nothing of it goes to the
 * caller from then on but what already waits in its connection.
 */
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
}

/** A reply whose end is told. */
export interface Followed {
  readonly reply: MaskedReply;
  /** Ends it now, so that the caller sees that it is not whole. Does nothing where it has ended. */
  breakOff(reason: Error): void;
  /**
   * Ends a stream in order, as if upstream had; of a watch in JSON, whose events end with a line each, only once the event that is under way is whole: a
   * client that reads half of one would report it. Nothing else can be ended so.
   */
  readonly end?: () => void;
}

/** The same reply; `onEnd` is called once. */
export function follow(reply: MaskedReply, onEnd: (end: ReplyEnd) => void): Followed {
  switch (reply.kind) {
    case 'unary':
    case 'stream': {
      const followed = new FollowedSource(reply, onEnd);
      const end = reply.kind === 'stream' ? { end: () => followed.endInOrder() } : {};
      return { reply: { ...reply, body: followed }, breakOff: (reason) => followed.breakOff(reason), ...end };
    }
    case 'duplex':
      followSocket(reply, onEnd);
      return { reply, breakOff: (reason) => reply.socket.destroy(reason) };
    default:
      return unreachable(reply);
  }
}

const LINE_FEED = 0x0a;

function isJson(headers: readonly string[]): boolean {
  const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-type');
  return at !== -1 && /^application\/json\b/i.test(headers[at + 1] as string);
}

class FollowedSource implements ByteSource, ByteSink {
  readonly #source: ByteSource;
  /** It ends where a line does. */
  readonly #hasLines: boolean;
  readonly #status: number;
  readonly #onEnd: (end: ReplyEnd) => void;
  #sink: ByteSink | undefined;
  #bytesOut = 0;
  #isOver = false;
  #isInLine = false;
  #isEnding = false;
  #broken: Error | undefined;

  constructor({ body, headers, kind, status }: UnaryReply | StreamReply, onEnd: (end: ReplyEnd) => void) {
    this.#hasLines = kind === 'stream' && isJson(headers);
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
    this.#over({ kind: 'abandoned', status: this.#status });
    this.#source.cancel(reason);
  }

  write(chunk: Uint8Array): boolean {
    if (this.#isOver) return false;
    if (this.#isEnding) return this.#writeLast(chunk);
    this.#bytesOut += chunk.length;
    if (this.#hasLines) this.#isInLine = chunk.at(-1) !== LINE_FEED;
    return (this.#sink as ByteSink).write(chunk);
  }

  #writeLast(chunk: Uint8Array): boolean {
    const bytes = chunk.indexOf(LINE_FEED) + 1;
    const rest = bytes === 0 ? chunk : chunk.subarray(0, bytes);
    this.#bytesOut += rest.length;
    const isTaken = (this.#sink as ByteSink).write(rest);
    if (bytes === 0) return isTaken;
    this.#isInLine = false;
    this.endInOrder();
    return false;
  }

  end(trailers: readonly string[]): void {
    if (this.#over({ kind: 'answered', status: this.#status })) this.#sink?.end(trailers);
  }

  fail(error: Error): void {
    if (this.#over(brokenOff(this.#status, error))) this.#sink?.fail(error);
  }

  endInOrder(): void {
    if (this.#isOver) return;
    if (this.#isInLine) {
      this.#isEnding = true;
      return;
    }
    this.#over({ kind: 'answered', status: this.#status });
    this.#source.cancel(new Error('ended by the gateway'));
    this.#sink?.end([]);
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

function followSocket({ socket, status, head }: DuplexReply, onEnd: (end: ReplyEnd) => void): void {
  const counted: Counted = socket;
  const before = { read: (counted.bytesRead ?? 0) - head.length, written: counted.bytesWritten ?? 0 };
  socket.once('close', () =>
    onEnd({
      outcome: outcomeOf(socket, status),
      bytesIn: (counted.bytesWritten ?? 0) - before.written,
      bytesOut: (counted.bytesRead ?? 0) - before.read,
    }),
  );
}

/** Upstream has the last word of an exec or port-forward: what it did not end, the caller did, or a fault. */
function outcomeOf({ errored, readableEnded }: DuplexReply['socket'], status: number): Outcome {
  // What the connector cut it for says more than that it was cut.
  if (errored instanceof Refusal) return { kind: 'broken', code: errored.code, status, message: errored.message };
  // An error after upstream's end is no break: what the caller still said found nobody.
  if (readableEnded) return { kind: 'answered', status };
  return errored !== null ? brokenOff(status, errored) : { kind: 'abandoned', status };
}

function brokenOff(status: number, { message }: Error): Outcome {
  return { kind: 'broken', code: 'OUTCOME_UNKNOWN', status, message: 'the reply broke off', detail: message };
}
