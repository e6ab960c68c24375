/*
 * A watch that can be ended between two events, in the encoding that it has.
 */
import { type StreamEnd, StreamEnded } from '../../../model/channels.ts';
import type { StreamReply } from '../../../model/reply.ts';
import type { ByteSink, ByteSource } from '../../../std/byte-source.ts';
import { STREAM_LIMITS } from './stream-limits.ts';
import { eventsOf, type WatchEvents } from './watch-events.ts';

/**
 * The same watch, whose `end` waits for the event that is under way, tells that access ended in an ERROR event, and ends in order; where that takes longer than
 * `goodbyeTimeoutMs`, or its encoding cannot be read, it is cut.
 */
export function endableWatch(reply: StreamReply): StreamReply {
  const source = new WatchSource(reply);
  return { ...reply, body: source, end: (reason) => source.endBetweenEvents(reason) };
}

class WatchSource implements ByteSource, ByteSink {
  readonly #reply: StreamReply;
  readonly #events: WatchEvents | undefined;
  #sink: ByteSink | undefined;
  #ending: StreamEnd | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(reply: StreamReply) {
    this.#reply = reply;
    this.#events = eventsOf(reply.headers);
  }

  start(sink: ByteSink): void {
    this.#sink = sink;
    if (this.#ending !== undefined) this.#say();
    else this.#reply.body.start(this);
  }

  resume(): void {
    if (!this.#isOver) this.#reply.body.resume();
  }

  cancel(reason: Error): void {
    this.#over();
    this.#reply.body.cancel(reason);
  }

  write(chunk: Uint8Array): boolean {
    if (this.#isOver) return false;
    const sink = this.#sink as ByteSink;
    if (this.#events === undefined) return sink.write(chunk);
    const last = this.#ending === undefined ? chunk : chunk.subarray(0, this.#events.untilWhole(chunk));
    this.#events.take(last);
    const isTaken = sink.write(last);
    if (this.#ending === undefined || !this.#events.isWhole) return isTaken;
    this.#say();
    return false;
  }

  end(trailers: readonly string[]): void {
    if (this.#over()) this.#sink?.end(trailers);
  }

  fail(error: Error): void {
    if (this.#over()) this.#sink?.fail(error);
  }

  endBetweenEvents(reason: StreamEnd): void {
    if (this.#isOver || this.#ending !== undefined) return;
    if (this.#events === undefined || reason.why === 'fault') {
      this.#reply.end(reason);
      return;
    }
    this.#ending = reason;
    if (this.#sink === undefined) return; // as it starts
    this.#timer = setTimeout(() => this.#cut(), STREAM_LIMITS.goodbyeTimeoutMs);
    if (this.#events.isWhole) this.#say();
  }

  #say(): void {
    if (!this.#over()) return;
    const reason = this.#ending as StreamEnd;
    this.#reply.body.cancel(new StreamEnded(reason.message));
    if (reason.why === 'access') this.#sink?.write((this.#events as WatchEvents).error(reason));
    this.#sink?.end([]);
  }

  #cut(): void {
    if (!this.#over()) return;
    const error = new StreamEnded((this.#ending as StreamEnd).message);
    this.#reply.body.cancel(error);
    this.#sink?.fail(error);
  }

  #over(): boolean {
    clearTimeout(this.#timer);
    const isFirst = !this.#isOver;
    this.#isOver = true;
    return isFirst;
  }
}
