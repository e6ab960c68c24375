/*
 * Rules of retention, kept: again and again what they let go is found, an event says what goes, and once that is on the disk it goes. Finding and letting go are done in a
 * thread of their own, which is made when there are rules.
 */

import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { RetentionRule } from '../../policy/retention-rule.ts';
import type { Event } from '../../recording/event.ts';
import type { Ranges } from '../../recording/ranges.ts';
import type { RetentionPlan } from '../../retention/plan-retention.ts';
import type { Clock } from '../../std/clock.ts';
import { ownThread } from '../../std/thread-options.ts';
import type { Ticket } from '../group.ts';
import type { RetentionAnswer, RetentionMessage, RetentionPlace } from './retention-thread.ts';

interface Parts {
  readonly folder: string;
  readonly rules: () => readonly RetentionRule[];
  /** How many bytes the disk lacks; 0: none. */
  readonly wantedBytes: () => number;
  readonly journal: { append(event: Event): Ticket };
  readonly clock: Clock;
  readonly onApplied: (plan: RetentionPlan) => void;
  /** Told once for each reason. */
  readonly onFailure: (why: string) => void;
  readonly everyMs?: number;
  /** See `RetentionWork`. */
  readonly settledMs?: number;
}

/** What keeps rules of retention. */
export interface Retention {
  /** Looks now, where it is not at it; resolves when what goes has gone. */
  look(): Promise<void>;
  /** Why nothing goes; undefined while all is well. */
  failure(): string | undefined;
  close(): Promise<void>;
}

const EVERY_MS = 60_000;

/** Limit: ranges in one event, which keeps it below the longest line. */
const RANGES_MAX = 4_000;

const THREAD = join(import.meta.dirname, `retention-thread${extname(import.meta.filename)}`);

/** Begins to keep the rules. */
export function openRetention(parts: Parts): Retention {
  const keeping = new Keeping(parts);
  keeping.start();
  return { look: () => keeping.look(), failure: () => keeping.failure, close: () => keeping.close() };
}

class Keeping {
  readonly #parts: Parts;
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isClosed = false;
  failure: string | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), this.#parts.everyMs ?? EVERY_MS).unref();
  }

  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch((error: Error) => this.#failed(error.message))
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#looking;
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    worker.postMessage({ kind: 'close' } satisfies RetentionMessage);
    await ended;
  }

  async #look(): Promise<void> {
    const { rules, wantedBytes, clock, onApplied } = this.#parts;
    if (this.#isClosed || (this.#worker === undefined && rules().length === 0)) return;
    const planned = await this.#ask({ kind: 'plan', rules: rules(), nowMs: clock.now(), wantedBytes: wantedBytes() });
    if (planned.kind === 'failed') return this.#failed(planned.why);
    this.failure = undefined;
    if (planned.kind !== 'planned' || planned.plan === undefined || this.#isClosed) return;
    await this.#say(planned.plan);
    const applied = await this.#ask({ kind: 'apply', plan: planned.plan, nowMs: clock.now() });
    if (applied.kind === 'failed') return this.#failed(applied.why);
    onApplied(planned.plan);
  }

  /** What goes is said, on the disk, before it goes. */
  async #say({ rules, reason, events, bodies }: RetentionPlan): Promise<void> {
    const { journal, clock } = this.#parts;
    const type = 'retention.applied';
    let last: Ticket | undefined;
    const say = (some: { readonly events: Ranges; readonly bodies: Ranges }) => {
      last = journal.append({ type, at: clock.now(), rules: rules.slice(0, 100), reason, ...some });
    };
    for (let from = 0; from < events.length; from += RANGES_MAX)
      say({ events: events.slice(from, from + RANGES_MAX), bodies: [] });
    for (let from = 0; from < bodies.length; from += RANGES_MAX)
      say({ events: [], bodies: bodies.slice(from, from + RANGES_MAX) });
    await last?.synced();
  }

  #ask(message: RetentionMessage): Promise<RetentionAnswer> {
    this.#worker ??= this.#open();
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const failed = (error: Error) => reject(new Error(`the thread of retention ended: ${error.message}`));
      worker.once('error', failed);
      worker.once('message', (answer: RetentionAnswer) => {
        worker.off('error', failed);
        resolve(answer);
      });
      worker.postMessage(message);
    });
  }

  #open(): Worker {
    const { folder, settledMs } = this.#parts;
    const worker = new Worker(THREAD, {
      ...ownThread('retention'),
      workerData: { folder, settledMs } satisfies RetentionPlace,
      env: {},
    });
    worker.unref();
    worker.once('error', () => {
      this.#worker = undefined;
    });
    return worker;
  }

  #failed(why: string): void {
    if (this.failure !== why) this.#parts.onFailure(why);
    this.failure = why;
  }
}
