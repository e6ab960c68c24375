/*
 * The parent of a gateway's workers: starts them, replaces one that ends, passes on what they say to each other, counts what callers may ask over all of them, and stops them.
 *
 * Connections are accepted here and given to whichever worker is free (`node:cluster`): they come one by one to each in turn, and a port stays open, with whoever waits at it,
 * while a worker is replaced. Rejected: each worker listening by itself (SO_REUSEPORT), by which the kernel resets those that wait at a worker that ends. Of a hundred connections
 * at once the two ways spread alike: the busier of two workers had 52 and 53 in the middle of 20 rounds, 63 and 60 in the worst.
 */
import cluster, { type Worker } from 'node:cluster';
import type { BucketLimits } from '../../std/token-buckets.ts';
import { TokenBuckets } from '../../std/token-buckets.ts';
import type { Log } from '../masked-log.ts';
import {
  type Asked,
  type AskedByParent,
  type Beginning,
  type Served,
  type ToParent,
  type ToWorker,
  WORKER_LIMITS,
} from './messages.ts';
import { Restarts } from './restarts.ts';

interface Parts {
  readonly workers: number;
  readonly beginning: Omit<Beginning, 'worker' | 'served'>;
  readonly buckets: BucketLimits;
  /** How long a stop may take; a worker that has not ended by then is ended. */
  readonly stopMaxMs: number;
  readonly log: Log;
  /** By a clock that only goes forward, in milliseconds. */
  readonly now: () => number;
}

interface Member {
  readonly number: number;
  readonly process: Worker;
  isServing: boolean;
  /** Why it could not start. */
  sentence: string | undefined;
  /** Looks since it was last heard. */
  silentLooks: number;
}

/** An answer of one worker. */
export interface WorkerAnswer {
  readonly worker: number;
  readonly body: unknown;
}

interface Asking {
  readonly left: Set<number>;
  readonly answers: WorkerAnswer[];
  readonly done: () => void;
}

export class Supervisor {
  readonly #parts: Parts;
  readonly #members = new Map<number, Member>();
  readonly #buckets: TokenBuckets;
  readonly #restarts = new Restarts();
  readonly #asking = new Map<number, Asking>();
  readonly #waiting = new Set<NodeJS.Timeout>();
  readonly #timer: NodeJS.Timeout;
  #served: Served | undefined;
  #lastAsked = 0;
  #stopping: PromiseWithResolvers<void> | undefined;
  /** Told of a worker that serves, or ends before it does; while workers are started the first time. */
  #onStart: ((member: Member) => void) | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#buckets = new TokenBuckets(parts.buckets);
    cluster.schedulingPolicy = cluster.SCHED_RR;
    this.#timer = setInterval(() => this.#look(), WORKER_LIMITS.workerBeatMs).unref();
  }

  /**
   * Starts the first, which makes what a gateway makes at its first start, and then the others; resolves when all serve.
   *
   * @returns why one cannot start, in a sentence; undefined where all serve
   */
  async start(): Promise<string | undefined> {
    const first = await this.#starting([1]);
    if (first !== undefined) return first;
    return this.#starting(Array.from({ length: this.#parts.workers - 1 }, (_, i) => i + 2));
  }

  /** Where they serve. */
  get served(): Served | undefined {
    return this.#served;
  }

  /** The numbers of the workers, and whether each serves. */
  list(): readonly { readonly worker: number; readonly isServing: boolean }[] {
    return Array.from({ length: this.#parts.workers }, (_, i) => {
      const member = this.#members.get(i + 1);
      return { worker: i + 1, isServing: member?.isServing ?? false };
    });
  }

  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  /** Asks all workers that serve; those that do not answer in time are missing. */
  ask(what: AskedByParent): Promise<readonly WorkerAnswer[]> {
    return this.#ask(what, null, undefined);
  }

  /** Has each look at its policy files at once. */
  look(): void {
    this.#toAll({ kind: 'look' });
  }

  /** Stops all; resolves when they have ended. */
  stop(reason: string): Promise<void> {
    if (this.#stopping !== undefined) return this.#stopping.promise;
    this.#stopping = Promise.withResolvers();
    clearInterval(this.#timer);
    for (const timer of this.#waiting) clearTimeout(timer);
    this.#toAll({ kind: 'stop', reason });
    setTimeout(() => this.#kill('a worker does not stop, and is ended'), this.#parts.stopMaxMs).unref();
    this.#endIfAllHave();
    return this.#stopping.promise;
  }

  /** A stop waits for nothing more. */
  hurry(): void {
    this.#toAll({ kind: 'hurry' });
  }

  async #starting(numbers: readonly number[]): Promise<string | undefined> {
    const left = new Set(numbers);
    if (left.size === 0) return undefined;
    const failure = await new Promise<string | undefined>((resolve) => {
      this.#onStart = (member) => {
        left.delete(member.number);
        if (!member.isServing) resolve(member.sentence ?? `worker ${member.number} ended before it served`);
        else if (left.size === 0) resolve(undefined);
      };
      for (const number of numbers) this.#fork(number);
    });
    this.#onStart = undefined;
    return failure;
  }

  #fork(number: number): void {
    const process = cluster.fork();
    const member: Member = { number, process, isServing: false, sentence: undefined, silentLooks: 0 };
    this.#members.set(number, member);
    process.on('message', (message: ToParent) => this.#receive(member, message));
    // What cannot be sent is for one that is ending; its end is told.
    process.on('error', () => {});
    process.once('exit', (code, signal) => this.#ended(member, signal ?? String(code)));
  }

  #receive(member: Member, message: ToParent): void {
    member.silentLooks = 0;
    switch (message.kind) {
      case 'ready':
        this.#begin(member);
        return;
      case 'serves':
        this.#serves(member, message.served);
        return;
      case 'failed':
        member.sentence = message.sentence;
        return;
      case 'tell':
        this.#toAll({ kind: 'told', what: message.what, body: message.body }, member);
        return;
      case 'ask':
        void this.#ask(message.what, message.body, member).then((answers) =>
          this.#to(member, { kind: 'answers', id: message.id, bodies: answers.map(({ body }) => body) }),
        );
        return;
      case 'answer':
        this.#answered(member, message.id, message.body);
        return;
      case 'beat':
        this.#to(member, { kind: 'beat', beat: message.beat });
        return;
      case 'take': {
        const tokens = this.#buckets.takeUpTo(message.key, this.#parts.now(), message.tokensMax);
        this.#to(member, { kind: 'taken', id: message.id, tokens });
        return;
      }
      case 'charge':
        this.#buckets.charge(message.key, this.#parts.now(), message.tokens, message.debtMax);
        return;
      case 'owe': {
        const isTaken = this.#buckets.owe(message.key, this.#parts.now(), message.tokens, message.debtMax);
        this.#to(member, { kind: 'taken', id: message.id, tokens: isTaken ? 1 : 0 });
        return;
      }
    }
  }

  #begin({ number: worker, process }: Member): void {
    const beginning: Beginning = { ...this.#parts.beginning, worker, served: this.#served };
    process.send({ kind: 'begin', beginning } satisfies ToWorker);
  }

  #serves(member: Member, served: Served): void {
    this.#served ??= served;
    member.isServing = true;
    this.#toAll({ kind: 'joined' }, member);
    if (this.#stopping !== undefined) this.#to(member, { kind: 'stop', reason: 'the gateway stops' });
    this.#onStart?.(member);
  }

  #ended(member: Member, how: string): void {
    const { number, isServing, sentence } = member;
    if (this.#members.get(number) === member) this.#members.delete(number);
    for (const id of this.#asking.keys()) this.#leave(id, number);
    this.#toAll({ kind: 'missed' });
    member.isServing = false;
    if (this.#onStart !== undefined && !isServing) this.#onStart(member);
    else if (this.#stopping !== undefined) this.#endIfAllHave();
    else this.#replace(number, how, sentence);
  }

  #replace(number: number, how: string, sentence: string | undefined): void {
    const { log, now } = this.#parts;
    const waitMs = this.#restarts.waitMs(now());
    log.error({ worker: number, how, sentence, waitMs }, 'a worker has ended, and is started anew');
    const timer = setTimeout(() => {
      this.#waiting.delete(timer);
      this.#fork(number);
    }, waitMs);
    this.#waiting.add(timer);
  }

  #endIfAllHave(): void {
    if (this.#members.size === 0) this.#stopping?.resolve();
  }

  /** Limit: looks are counted, and not time: a machine that stood still is not a worker that hangs. */
  #look(): void {
    const { workerHungMs, workerBeatMs } = WORKER_LIMITS;
    for (const member of this.#members.values()) {
      if (!member.isServing || ++member.silentLooks < workerHungMs / workerBeatMs) continue;
      this.#parts.log.error({ worker: member.number }, 'a worker hangs, and is ended');
      member.process.process.kill('SIGKILL');
    }
  }

  #kill(why: string): void {
    for (const { number, process } of this.#members.values()) {
      this.#parts.log.error({ worker: number }, why);
      process.process.kill('SIGKILL');
    }
  }

  #ask(what: Asked | AskedByParent, body: unknown, except: Member | undefined): Promise<readonly WorkerAnswer[]> {
    const asked = [...this.#members.values()].filter((member) => member.isServing && member !== except);
    if (asked.length === 0) return Promise.resolve([]);
    const id = ++this.#lastAsked;
    return new Promise((resolve) => {
      const answers: WorkerAnswer[] = [];
      const done = () => {
        clearTimeout(timer);
        this.#asking.delete(id);
        resolve(answers);
      };
      const timer = setTimeout(done, WORKER_LIMITS.workerAnswerMs);
      this.#asking.set(id, { left: new Set(asked.map(({ number }) => number)), answers, done });
      for (const member of asked) this.#to(member, { kind: 'asked', id, what, body });
    });
  }

  #answered({ number }: Member, id: number, body: unknown): void {
    const asking = this.#asking.get(id);
    if (asking?.left.has(number) !== true) return;
    asking.answers.push({ worker: number, body });
    this.#leave(id, number);
  }

  #leave(id: number, number: number): void {
    const asking = this.#asking.get(id);
    if (asking === undefined || !asking.left.delete(number)) return;
    if (asking.left.size === 0) asking.done();
  }

  #toAll(message: ToWorker, except?: Member): void {
    for (const member of this.#members.values()) if (member !== except) this.#to(member, message);
  }

  #to({ process }: Member, message: ToWorker): void {
    if (process.isConnected()) process.send(message, () => {});
  }
}
