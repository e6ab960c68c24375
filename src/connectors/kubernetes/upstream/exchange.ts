import type { Dispatcher } from 'undici';
import { StreamEnded } from '../../../model/channels.ts';
import type { Refusal } from '../../../model/refusal.ts';
import type { StreamReply, UnaryReply } from '../../../model/reply.ts';
import type { ByteSink, ByteSource } from '../../../std/byte-source.ts';
import { replyStalled, upstreamFailure, upstreamTimeout } from './failure.ts';
import { repliedHeaders } from './replied-headers.ts';

/** Limit: bytes of a reply that are kept before somebody takes them; over it, upstream is made to wait. */
const WAITING_BYTES_MAX = 64 * 1024;

/** How an exchange with upstream can end badly. */
export interface ExchangeFailure {
  readonly refusal: Refusal;
  /** Nothing of an answer had come when the connection broke. */
  readonly isUnanswered: boolean;
}

/**
 * One request to upstream and its reply: what undici calls as bytes come in, and the source that they are taken from.
 *
 * Bytes that come before somebody takes them are kept, so that a small reply that came in one piece is also written in one.
 */
export class UpstreamExchange implements Dispatcher.DispatchHandler, ByteSource {
  readonly #isStream: boolean;
  readonly #stallTimeoutMs: number | undefined;
  readonly #signal: AbortSignal;
  readonly #beforeSent: (() => void) | undefined;
  readonly #onOutcome: (outcome: UnaryReply | StreamReply | ExchangeFailure) => void;
  #timer: NodeJS.Timeout | undefined;
  #stallTimer: NodeJS.Timeout | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #sink: ByteSink | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #trailers: readonly string[] | undefined;
  #error: Error | undefined;
  #isSent = false;
  #isAnswered = false;
  /** The head has been handed on, or the failure has. */
  #isSettled = false;
  #isCancelled = false;

  constructor(options: {
    readonly isStream: boolean;
    readonly timeoutMs: number;
    /** How long nothing may come of a reply that has begun and is no stream; undefined: as long as it likes. */
    readonly stallTimeoutMs: number | undefined;
    readonly signal: AbortSignal;
    /** What it throws keeps the request from being sent. */
    readonly beforeSent: (() => void) | undefined;
    /** Called once: with the head of the reply, or with the failure. */
    readonly onOutcome: (outcome: UnaryReply | StreamReply | ExchangeFailure) => void;
  }) {
    this.#isStream = options.isStream;
    this.#stallTimeoutMs = options.stallTimeoutMs;
    this.#signal = options.signal;
    this.#beforeSent = options.beforeSent;
    this.#onOutcome = options.onOutcome;
    this.#signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#timer = setTimeout(() => this.#onTimeout(options.timeoutMs), options.timeoutMs);
  }

  // What undici calls.

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Security: a request that was given up, or stopped, while it waited for a connection is not sent at all.
    if (this.#isSettled || this.#isCancelled || this.#isStopped()) {
      controller.abort(new Error('given up before it was sent'));
      return;
    }
    this.#controller = controller;
    this.#isSent = true;
    // Limit: a followed log sends its head with its first line, which may come tomorrow; only the wait for a connection is bounded.
    if (this.#isStream) clearTimeout(this.#timer);
  }

  onResponseStarted(): void {
    this.#isAnswered = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200 || this.#isSettled) return;
    clearTimeout(this.#timer);
    this.#isSettled = true;
    const headers = repliedHeaders(headerStrings(controller.rawHeaders));
    const isStream = this.#isStream && status < 300;
    if (isStream)
      this.#onOutcome({ kind: 'stream', status, headers, body: this, end: ({ message }) => this.#cut(message) });
    else {
      this.#boundStalls();
      this.#onOutcome({ kind: 'unary', status, headers, body: this });
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#stallTimer?.refresh();
    if (this.#sink !== undefined) {
      if (!this.#sink.write(chunk)) controller.pause();
      return;
    }
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes > WAITING_BYTES_MAX) controller.pause();
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    this.#release();
    this.#trailers = headerStrings(controller.rawTrailers);
    this.#sink?.end(this.#trailers);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#release();
    if (!this.#isSettled) {
      this.#fail(upstreamFailure(error, { isSent: this.#isSent }));
      return;
    }
    this.#error ??= error;
    if (!this.#isCancelled) this.#sink?.fail(error);
  }

  // What the taker calls.

  start(sink: ByteSink): void {
    if (this.#error instanceof StreamEnded) {
      sink.fail(this.#error);
      return;
    }
    if (this.#isCancelled) return;
    this.#sink = sink;
    let wantsMore = true;
    for (const chunk of this.#waiting) wantsMore = sink.write(chunk);
    this.#waiting = [];
    if (this.#isCancelled) return;
    if (this.#trailers !== undefined) sink.end(this.#trailers);
    else if (this.#error !== undefined) sink.fail(this.#error);
    else if (!wantsMore) this.#controller?.pause();
    else if (this.#waitingBytes > WAITING_BYTES_MAX) this.resume();
  }

  resume(): void {
    this.#stallTimer?.refresh();
    this.#controller?.resume();
  }

  cancel(reason: Error): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    this.#release();
    this.#waiting = [];
    if (this.#trailers === undefined) this.#controller?.abort(reason);
  }

  // What ends it early.

  /** Of a log, or of what an application sends, nobody could tell an end in order from the end of all. */
  #cut(message: string): void {
    if (this.#isCancelled || this.#error !== undefined) return;
    const error = new StreamEnded(message);
    this.#error = error;
    this.cancel(error);
    this.#sink?.fail(error);
  }

  readonly #onAbort = () => {
    const reason = this.#signal.reason instanceof Error ? this.#signal.reason : new Error('aborted');
    if (!this.#isSettled) this.#fail(upstreamFailure(reason, { isSent: this.#isSent }));
    this.#controller?.abort(reason);
  };

  /** Upstream alone is bounded: while the taker wants nothing, nothing is asked of it. */
  #boundStalls(): void {
    const timeoutMs = this.#stallTimeoutMs;
    if (timeoutMs === undefined) return;
    this.#stallTimer = setTimeout(() => {
      if (this.#controller?.paused === false) this.#controller.abort(replyStalled(timeoutMs));
    }, timeoutMs);
  }

  #onTimeout(timeoutMs: number): void {
    this.#fail(upstreamTimeout('upstreamTimeoutMs', timeoutMs, { isSent: this.#isSent }));
    this.#controller?.abort(new Error('no answer in time'));
  }

  #isStopped(): boolean {
    try {
      this.#beforeSent?.();
      return false;
    } catch (thrown) {
      this.#fail(upstreamFailure(thrown, { isSent: false }));
      return true;
    }
  }

  #fail(refusal: Refusal): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#release();
    this.#onOutcome({ refusal, isUnanswered: !this.#isAnswered });
  }

  #release(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#stallTimer);
    this.#stallTimer = undefined;
    this.#signal.removeEventListener('abort', this.#onAbort);
  }
}

/** Names and values in turn, each byte a character. */
function headerStrings(raw: unknown): string[] {
  return Array.isArray(raw)
    ? raw.map((part: Buffer | string) => (typeof part === 'string' ? part : part.toString('latin1')))
    : [];
}
