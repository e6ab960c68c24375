/*
 * A worker's end of the way to its parent, and over it to the other workers. It is the feed of the store between workers, where what callers may ask is counted for all, and
 * how the worker that serves the console asks the others.
 */
import { createHash } from 'node:crypto';
import type { SharedBuckets } from '../../pipeline/leased-tokens.ts';
import type { StoreFeed } from '../../store/sqlite-backend.ts';
import {
  type Asked,
  type AskedByParent,
  type Beginning,
  type Served,
  type Told,
  type ToParent,
  type ToWorker,
  WORKER_LIMITS,
} from './messages.ts';

/** The way itself. */
export interface Channel {
  /** `sent` is called when it is on its way, or cannot be sent. */
  send(message: ToParent, sent: () => void): void;
  onMessage(listener: (message: ToWorker) => void): void;
  /** The parent has ended. */
  onEnd(listener: () => void): void;
}

/** What the parent tells this worker to do. */
export interface Orders {
  readonly stop: (reason: string) => void;
  readonly hurry: () => void;
  readonly look: () => void;
}

/** A worker's end of the way. */
export class WorkerBus implements SharedBuckets {
  readonly #channel: Channel;
  readonly #now: () => number;
  readonly #begun = Promise.withResolvers<Beginning>();
  readonly #hearing = new Map<Told, Set<(body: unknown) => void>>();
  readonly #answering = new Map<Asked | AskedByParent, (body: unknown) => unknown>();
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  readonly #missed = new Set<() => void>();
  readonly #joined = new Set<() => void>();
  readonly #timer: NodeJS.Timeout;
  readonly #sentAt = new Map<number, number>();
  #heardAt: number;
  #beat = 0;
  #last = 0;
  #queued = 0;
  #isEnded = false;
  #orders: Orders | undefined;

  /** @param now by a clock that only goes forward, in milliseconds */
  constructor(channel: Channel, now: () => number) {
    this.#channel = channel;
    this.#now = now;
    this.#heardAt = now();
    channel.onMessage((message) => this.#receive(message));
    channel.onEnd(() => this.#end());
    this.#timer = setInterval(() => this.#sendBeat(), WORKER_LIMITS.workerBeatMs).unref();
    this.#send({ kind: 'ready' });
  }

  /** How this worker begins. */
  beginning(): Promise<Beginning> {
    return this.#begun.promise;
  }

  /** Obeys from now on, also what was told before. */
  obey(orders: Orders): void {
    this.#orders = orders;
    if (this.#isEnded) orders.stop(PARENT_GONE);
  }

  serves(served: Served): void {
    this.#send({ kind: 'serves', served });
  }

  /** Resolves when the parent has it, as far as can be known. */
  failed(sentence: string): Promise<void> {
    return new Promise((resolve) => this.#channel.send({ kind: 'failed', sentence }, resolve));
  }

  /** Tells the other workers. */
  tell(what: Told, body: unknown): void {
    this.#send({ kind: 'tell', what, body });
  }

  /** The same for what is only shown: left out while the way is full. */
  show(what: Told, body: unknown): void {
    if (this.#queued < WORKER_LIMITS.workerQueueMax) this.tell(what, body);
  }

  /** Hears what others tell, until the returned function is called. */
  hear(what: Told, listener: (body: unknown) => void): () => void {
    const listeners = this.#hearing.get(what) ?? new Set();
    this.#hearing.set(what, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Asks the other workers; the answers of those that answer. */
  async ask<Answer>(what: Asked, body: unknown): Promise<readonly Answer[]> {
    return (await this.#request((id) => ({ kind: 'ask', id, what, body }), [])) as readonly Answer[];
  }

  /** Answers others from now on. */
  answer(what: Asked | AskedByParent, by: (body: unknown) => unknown): void {
    this.#answering.set(what, by);
  }

  /** Another worker has ended. */
  onMissed(listener: () => void): void {
    this.#missed.add(listener);
  }

  /** Another worker serves from now on. */
  onJoined(listener: () => void): void {
    this.#joined.add(listener);
  }

  /** Between workers of one SQLite file. */
  readonly feed: StoreFeed = {
    tell: (payload) => this.tell('change', payload),
    listen: ({ told, missed }) => {
      this.hear('change', (payload) => told(String(payload)));
      this.#missed.add(missed);
    },
    isHeard: (withinMs) => !this.#isEnded && this.#now() - this.#heardAt <= withinMs,
  };

  async take(key: string, tokensMax: number): Promise<number> {
    return (await this.#request((id) => ({ kind: 'take', id, key: hashed(key), tokensMax }), 0)) as number;
  }

  async owe(key: string, tokens: number, debtMax: number): Promise<boolean> {
    const taken = await this.#request((id) => ({ kind: 'owe', id, key: hashed(key), tokens, debtMax }), 0);
    return (taken as number) > 0;
  }

  charge(key: string, tokens: number, debtMax: number): void {
    this.#send({ kind: 'charge', key: hashed(key), tokens, debtMax });
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** `otherwise` is the answer where the parent has ended, or hangs. */
  #request(message: (id: number) => ToParent, otherwise: unknown): Promise<unknown> {
    if (this.#isEnded) return Promise.resolve(otherwise);
    const id = ++this.#last;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle(id, undefined), WORKER_LIMITS.parentAnswerMs).unref();
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer ?? otherwise);
      });
      this.#send(message(id));
    });
  }

  #send(message: ToParent): void {
    if (this.#isEnded) return;
    this.#queued++;
    this.#channel.send(message, () => {
      this.#queued--;
    });
  }

  #sendBeat(): void {
    this.#beat++;
    // Limit: beats on their way; what is older than that is not waited for.
    if (this.#sentAt.size > 64) this.#sentAt.clear();
    this.#sentAt.set(this.#beat, this.#now());
    this.#send({ kind: 'beat', beat: this.#beat });
  }

  #receive(message: ToWorker): void {
    switch (message.kind) {
      case 'begin':
        this.#begun.resolve(message.beginning);
        return;
      case 'told':
        for (const listener of this.#hearing.get(message.what) ?? []) listener(message.body);
        return;
      case 'asked':
        void this.#answerTo(message.id, message.what, message.body);
        return;
      case 'answers':
        this.#settle(message.id, message.bodies);
        return;
      case 'taken':
        this.#settle(message.id, message.tokens);
        return;
      case 'beat':
        this.#heard(message.beat);
        return;
      case 'missed':
        for (const listener of this.#missed) listener();
        return;
      case 'joined':
        for (const listener of this.#joined) listener();
        return;
      case 'stop':
        this.#orders?.stop(message.reason);
        return;
      case 'hurry':
        this.#orders?.hurry();
        return;
      case 'look':
        this.#orders?.look();
        return;
    }
  }

  async #answerTo(id: number, what: Asked | AskedByParent, body: unknown): Promise<void> {
    try {
      const answer = await this.#answering.get(what)?.(body);
      // One that cannot answer, as before it serves, is told from none by its silence.
      if (answer !== undefined) this.#send({ kind: 'answer', id, body: answer });
    } catch {
      // Who asked has the answers of the others in time.
    }
  }

  #settle(id: number, answer: unknown): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.(answer);
  }

  #heard(beat: number): void {
    const sentAt = this.#sentAt.get(beat);
    if (sentAt === undefined) return;
    for (const sent of this.#sentAt.keys()) if (sent <= beat) this.#sentAt.delete(sent);
    this.#heardAt = Math.max(this.#heardAt, sentAt);
  }

  #end(): void {
    this.#isEnded = true;
    clearInterval(this.#timer);
    for (const waiting of this.#waiting.values()) waiting(undefined);
    this.#waiting.clear();
    this.#orders?.stop(PARENT_GONE);
  }
}

const PARENT_GONE = 'the process that keeps the workers has ended';

/** The parent tells callers apart, and does not know them. */
function hashed(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
