/*
 * Questions as the data path waits for them at this gateway: who waits is told by the store's changes, from whichever gateway the answer came, and a gateway that
 * stops lets all of them go. What ends by itself is written here, by whoever sees it first.
 */

import { type Approval, current } from '../approval/approval.ts';
import type { Amendment } from '../model/amendment.ts';
import { type Caller, callerKey } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import type { Approvals, HeldRequest, PlannedHeld, Waited } from '../pipeline/approvals.ts';
import type { InFlightShares } from '../pipeline/in-flight-shares.ts';
import { counted } from '../std/counted.ts';
import type { ExchangeId } from '../std/ids.ts';
import type { ChangeListener, RowKind, Store } from '../store/store.ts';
import { approvalOf, type KeptApproval } from './approval-rows.ts';
import { openEdits } from './closed-edits.ts';
import { HeardChanges } from './heard-changes.ts';
import type { KeptQuestions } from './kept-questions.ts';
import type { Questions } from './questions.ts';
import { storeUnavailable } from './store-unavailable.ts';

/** How often what ends by itself is looked for, in milliseconds. */
const LOOK_EVERY_MS = 500;

/** Limit: questions that are followed until they end by themselves. */
const FOLLOWED_MAX = 50_000;

/** The key of all callers together. */
const ALL = '';

interface Parts {
  readonly store: Store;
  readonly questions: () => Questions;
  readonly kept: Pick<KeptQuestions, 'get'>;
  /** See `PlannedQuestions`. */
  readonly closePlanned: Approvals['closePlanned'];
  /** Limits of requests that wait at this gateway. */
  readonly limits: { readonly heldMax: number; readonly heldPerCallerMax: number };
  /** What waits at other workers of this gateway, of each caller and under `ALL`; it counts too. */
  readonly elsewhere?: Pick<InFlightShares, 'of' | 'counted'> | undefined;
  readonly monotonic: () => number;
  readonly onFailure: (what: string, error: unknown) => void;
}

interface Waiting {
  readonly changed: (approval: Approval) => void;
  readonly stop: () => void;
}

/** See `Approvals`. */
export class LiveApprovals implements Approvals, ChangeListener {
  readonly canAsk = true;
  readonly #parts: Parts;
  readonly #waiting = new Map<string, Set<Waiting>>();
  readonly #byCaller = new Map<string, number>();
  /** When each open question ends by itself. */
  readonly #dueAt = new Map<string, number>();
  /** When a wait ended without an answer. */
  readonly #toldAt = new Map<string, number>();
  /** The newest version of each question that was seen. */
  readonly #versions = new Map<string, number>();
  readonly #listeners = new Set<(kept: KeptApproval) => void>();
  readonly #writing = new Set<Promise<unknown>>();
  #held = 0;
  #isStopping = false;
  readonly #heard: HeardChanges;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#heard = new HeardChanges({
      read: (_, id) => this.#read(id),
      now: () => parts.store.now(),
      onFailure: parts.onFailure,
    });
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** How many requests wait. */
  get held(): number {
    return this.#held;
  }

  /** Lets all that wait go, to another gateway. */
  release(): void {
    this.#isStopping = true;
    for (const waiting of [...this.#waiting.values()].flatMap((each) => [...each])) waiting.stop();
  }

  /** Resolves when what is being written is. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.allSettled(this.#writing);
  }

  async ask(held: HeldRequest): Promise<Approval> {
    this.#refuseUnheard();
    return this.#parts.questions().ask(held);
  }

  async wait(asked: Approval, caller: Caller, ms: number, signal: AbortSignal): Promise<Waited> {
    signal.throwIfAborted();
    const leave = this.#enter(caller);
    let stop = () => {};
    try {
      const ended = new Promise<Waited>((resolve, reject) => {
        const done = (approval: Approval, isStopping = false) => resolve({ approval, isStopping });
        const now = this.#parts.store.now();
        const timer = setTimeout(
          () => done(current(asked, this.#parts.store.now())),
          // A timer may come a millisecond early, and a question is closed at its very end.
          Math.min(ms, Math.max(0, asked.closesAt + 1 - now)),
        );
        const gone = () => reject(signal.reason as Error);
        signal.addEventListener('abort', gone, { once: true });
        const waiting: Waiting = {
          changed: (approval) => {
            if (approval.state !== 'pending') done(approval);
          },
          stop: () => done(asked, true),
        };
        this.#add(asked.id, waiting);
        stop = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', gone);
          this.#remove(asked.id, waiting);
        };
        if (this.#isStopping) waiting.stop();
      });
      // It is heard of below, and may end before.
      ended.catch(() => {});
      // Whoever answered between asking and waiting has told nobody here.
      const now = await this.#parts.kept.get(asked.id);
      if (now !== undefined && now.approval.state !== 'pending') return { approval: now.approval, isStopping: false };
      const waited = await ended;
      if (waited.approval.state === 'pending') this.#told(asked.id);
      return waited;
    } finally {
      stop();
      leave();
    }
  }

  closePlanned(planned: PlannedHeld): Promise<string> {
    return this.#parts.closePlanned(planned);
  }

  wasToldLately(id: string, withinMs: number): boolean {
    const at = this.#toldAt.get(id);
    return at !== undefined && this.#parts.monotonic() - at < withinMs;
  }

  attend(id: string, exchange: ExchangeId, ms: number): Promise<void> {
    return this.#parts.questions().attend(id, exchange, ms);
  }

  leave(id: string, exchange: ExchangeId): void {
    this.#write(`that the caller of approval ${id} has gone`, this.#parts.questions().leave(id, exchange));
  }

  editsOf(approval: Approval): readonly Amendment[] {
    return openEdits(this.#parts.store.vault, approval);
  }

  async take(id: string, exchange: ExchangeId): Promise<void> {
    this.#refuseUnheard();
    await this.#parts.questions().take(id, exchange);
  }

  conclude(id: string, exchange: ExchangeId, outcome: number | 'unknown' | 'unsent'): void {
    this.#write(`what became of approval ${id}`, this.#parts.questions().conclude(id, exchange, outcome));
  }

  /** Tells of each question as it changes, until the returned function is called. */
  onApproval(listener: (kept: KeptApproval) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes a question as it is in the store now. */
  receive(kept: KeptApproval): void {
    const { approval, version } = kept;
    const { id, state } = approval;
    // Told once, by whoever wrote it here or by the store, and never of what is older.
    if ((this.#versions.get(id) ?? 0) >= version) return;
    this.#versions.delete(id);
    this.#versions.set(id, version);
    if (this.#versions.size > FOLLOWED_MAX) this.#versions.delete(this.#versions.keys().next().value as string);
    if (state === 'pending' && this.#dueAt.size < FOLLOWED_MAX) this.#dueAt.set(id, approval.attendedUntil);
    else this.#dueAt.delete(id);
    for (const waiting of [...(this.#waiting.get(id) ?? [])]) waiting.changed(approval);
    for (const listener of this.#listeners) listener(kept);
  }

  /** Ends what ends by itself; called by a timer. */
  look(): void {
    // A question that cannot be read is not answered meanwhile: what waits, waits on.
    this.#heard.retry();
    const now = this.#parts.store.now();
    for (const [id, dueAt] of this.#dueAt) {
      if (now < dueAt) continue;
      // It may be attended for longer by now: then the store says until when.
      this.#dueAt.delete(id);
      this.#write(`the end of approval ${id}`, this.#lapse(id));
    }
    const forgotten = this.#parts.monotonic() - 60_000;
    for (const [id, at] of this.#toldAt) if (at < forgotten) this.#toldAt.delete(id);
  }

  async #lapse(id: string): Promise<void> {
    await this.#parts.questions().lapse(id);
    const kept = await this.#parts.kept.get(id);
    if (kept?.approval.state === 'pending') this.#dueAt.set(id, kept.approval.attendedUntil);
  }

  // What the store tells.

  changed(kind: RowKind, id: string): void {
    if (kind === 'approval') this.#heard.hear(kind, id);
  }

  async readAgain(): Promise<void> {
    const rows = await this.#parts.store.list('approval', { state: 'pending', limit: FOLLOWED_MAX });
    for (const row of rows) this.receive(approvalOf(row));
    for (const id of this.#waiting.keys()) await this.#read(id);
  }

  lost(): void {
    const refusal = notHeard();
    for (const waiting of [...this.#waiting.values()].flatMap((each) => [...each])) waiting.stop();
    this.#parts.onFailure('questions wait', refusal);
  }

  async #read(id: string): Promise<void> {
    const row = await this.#parts.store.get('approval', id);
    if (row !== undefined) this.receive(approvalOf(row));
  }

  #refuseUnheard(): void {
    if (!this.#parts.store.isHeard()) throw notHeard();
  }

  #told(id: string): void {
    this.#toldAt.set(id, this.#parts.monotonic());
  }

  #enter(caller: Caller): () => void {
    const { heldMax, heldPerCallerMax } = this.#parts.limits;
    const key = callerKey(caller);
    const own = (this.#byCaller.get(key) ?? 0) + this.#elsewhere(key);
    if (own >= heldPerCallerMax)
      throw tooMany(
        `you have ${counted(own, 'request that waits', 'requests that wait')} for a person`,
        'limits.heldPerCallerMax',
      );
    const all = this.#held + this.#elsewhere(ALL);
    if (all >= heldMax)
      throw tooMany(`${counted(all, 'request waits', 'requests wait')} for a person`, 'limits.heldMax');
    this.#count(key, 1);
    return () => this.#count(key, -1);
  }

  #elsewhere(key: string): number {
    return this.#parts.elsewhere?.of(key).requests ?? 0;
  }

  #count(key: string, more: 1 | -1): void {
    const { limits, elsewhere } = this.#parts;
    this.#held += more;
    const own = (this.#byCaller.get(key) ?? 0) + more;
    if (own === 0) this.#byCaller.delete(key);
    else this.#byCaller.set(key, own);
    elsewhere?.counted(key, { requests: own, streams: 0 }, { requests: limits.heldPerCallerMax, streams: 1 });
    elsewhere?.counted(ALL, { requests: this.#held, streams: 0 }, { requests: limits.heldMax, streams: 1 });
  }

  #add(id: string, waiting: Waiting): void {
    const all = this.#waiting.get(id) ?? new Set();
    all.add(waiting);
    this.#waiting.set(id, all);
  }

  #remove(id: string, waiting: Waiting): void {
    const all = this.#waiting.get(id);
    all?.delete(waiting);
    if (all?.size === 0) this.#waiting.delete(id);
  }

  #write(what: string, writing: Promise<unknown>): void {
    const written = writing.catch((error: unknown) => this.#parts.onFailure(`${what} could not be kept`, error));
    this.#writing.add(written);
    void written.finally(() => this.#writing.delete(written));
  }
}

function notHeard(): Refusal {
  return storeUnavailable('other gateways are not heard, so it cannot be known what persons answer');
}

function tooMany(what: string, key: string): Refusal {
  return new Refusal('TOO_MANY_REQUESTS', `${what}, as many as may (\`${key}\`)`, {
    advice: 'wait for some of them to be answered',
    retryAfterSeconds: 5,
  });
}
