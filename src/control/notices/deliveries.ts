/*
 * Notices on their way, in the store: whichever gateway finds one that is due takes it, tries it, and says what came of it. A gateway that dies while it tries has had
 * its time, and another one tries again: whoever is told twice sees the same id. What is given up stays, and is seen.
 */
import type { RowWriter, Store } from '../../store/store.ts';
import { begun, begunAnew, type Delivery, failed, NOTICE_LIMITS, newDelivery } from './delivery.ts';
import type { Notice } from './notice.ts';
import type { Notifier } from './notifier.ts';
import { SendFailure } from './send-failure.ts';

interface Parts {
  readonly store: Store;
  readonly notifiers: ReadonlyMap<string, Notifier>;
  /** Who is told of a notice now. */
  readonly recipients: (notice: Notice) => readonly string[];
  /** Whether a question still waits for an answer. */
  readonly isPending: (approval: string) => Promise<boolean>;
  /** The console's address; empty: there is none yet. */
  readonly consoleUrl: () => string;
  readonly onFailure: (what: string, error: unknown) => void;
}

/** How often it is looked what is due, in milliseconds. */
const LOOK_EVERY_MS = 2_000;

/** The deliveries of one gateway. */
export class Deliveries {
  readonly #parts: Parts;
  readonly #running = new Set<Promise<unknown>>();
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #dead = 0;
  /** When those that were given up are counted next; at once where one was. */
  #countAt = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#parts.notifiers.size > 0) this.#timer = setInterval(() => this.#wake(), LOOK_EVERY_MS).unref();
  }

  /** Tells nobody any more; resolves when nothing is written any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopped.abort(new Error('the gateway stops'));
    await Promise.allSettled([...this.#running, this.#looking]);
  }

  /** How many were given up, as it was last looked. */
  get dead(): number {
    return this.#dead;
  }

  /** Whether all that was told is in the queue, and nothing is tried; else resolves when what was under way has ended. */
  async isIdle(): Promise<boolean> {
    const under = [...this.#running, ...(this.#looking === undefined ? [] : [this.#looking])];
    await Promise.allSettled(under);
    return under.length === 0;
  }

  /** Puts a notice into the queue of each that policy names; never throws, and nothing waits for it. */
  tell(notice: Notice): void {
    const names = this.#parts.recipients(notice).filter((name) => this.#parts.notifiers.has(name));
    for (const name of names) this.#track(this.#enqueue(newDelivery(notice, name)), 'a notice could not be kept');
  }

  /** Those that wait or were given up, the newest first. */
  async list(state: Delivery['state'], limit: number): Promise<readonly Delivery[]> {
    return (await this.#parts.store.list('notice', { state, limit })).map(({ body }) => body as Delivery);
  }

  /** One that was given up is tried anew; undefined: there is none, or not one that may be. */
  async again(id: string, mayBe: (delivery: Delivery) => boolean): Promise<Delivery | undefined> {
    this.#countAt = 0;
    return this.#change(id, (delivery) =>
      delivery.state === 'dead' && mayBe(delivery) ? begunAnew(delivery, this.#parts.store.now()) : undefined,
    );
  }

  /** Tries all that is due; resolves when each try has ended. */
  async look(): Promise<void> {
    const { store } = this.#parts;
    const waiting = await this.list('waiting', NOTICE_LIMITS.waitingMax);
    if (store.now() >= this.#countAt) await this.#countDead();
    // The oldest first: what is about the same comes in its order.
    const rest = waiting
      .toReversed()
      .filter(({ nextAt }) => nextAt <= store.now())
      .values();
    const worker = async () => {
      for (const { id } of rest) if (!this.#stopped.signal.aborted) await this.#try(id);
    };
    await Promise.all(Array.from({ length: NOTICE_LIMITS.atOnceMax }, worker));
  }

  async #countDead(): Promise<void> {
    const { store } = this.#parts;
    this.#countAt = store.now() + NOTICE_LIMITS.countEveryMs;
    const dead = await this.list('dead', NOTICE_LIMITS.deadMax * 2);
    for (const { id } of dead.slice(NOTICE_LIMITS.deadMax)) await this.#drop(id);
    this.#dead = Math.min(dead.length, NOTICE_LIMITS.deadMax);
  }

  #wake(): void {
    this.#looking ??= this.look()
      .catch((error: unknown) => this.#parts.onFailure('notices that wait could not be read', error))
      .finally(() => {
        this.#looking = undefined;
      });
  }

  async #enqueue(delivery: Delivery): Promise<void> {
    const { store } = this.#parts;
    await store.exclusively(`notice ${delivery.id}`, async (rows) => {
      if ((await rows.get('notice', delivery.id)) !== undefined) return;
      const isFull =
        (await rows.list('notice', { state: 'waiting', limit: NOTICE_LIMITS.waitingMax })).length ===
        NOTICE_LIMITS.waitingMax;
      const kept = isFull ? failed(delivery, `${NOTICE_LIMITS.waitingMax} others wait`, store.now(), true) : delivery;
      await rows.put(rowOf(kept, 0));
    });
    this.#wake();
  }

  async #try(id: string): Promise<void> {
    const { store, notifiers, consoleUrl } = this.#parts;
    const taken = await this.#change(id, (delivery) => begun(delivery, store.now()));
    if (taken === undefined) return;
    const { notice, notifier: name } = taken;
    if (notice.kind === 'approval.escalated' && !(await this.#parts.isPending(notice.about))) return this.#drop(id);
    const notifier = notifiers.get(name);
    const threadId = `${name}/${notice.about}`;
    try {
      if (notifier === undefined) throw new SendFailure('the configuration has no such notifier any more', true);
      const thread = (await store.get('notice-thread', threadId))?.body as string | undefined;
      const link = notice.path === '' || consoleUrl() === '' ? '' : consoleUrl() + notice.path;
      const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(NOTICE_LIMITS.sendTimeoutMs)]);
      const next = await notifier.send(notice, { signal, link, thread, nowMs: store.now() });
      await this.#sent(taken, threadId, notice.isLast ? undefined : next);
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      const reason =
        error instanceof SendFailure ? error.message : ((error as NodeJS.ErrnoException).code ?? (error as Error).name);
      const kept = await this.#change(id, (delivery) =>
        failed(delivery, reason, store.now(), error instanceof SendFailure && error.isHopeless),
      );
      if (kept?.state === 'dead') this.#countAt = 0;
      if (kept?.state === 'dead') this.#parts.onFailure(`notifier ${name} could not tell of ${notice.kind}`, reason);
    }
  }

  /** What arrived is gone; what comes next about the same goes to the same place. */
  async #sent({ id, notice }: Delivery, threadId: string, thread: string | undefined): Promise<void> {
    await this.#drop(id);
    await this.#parts.store.exclusively(`notice-thread ${threadId}`, async (rows) => {
      const row = await rows.get('notice-thread', threadId);
      if (thread === undefined) return row === undefined ? undefined : rows.delete('notice-thread', threadId);
      await rows.put({
        kind: 'notice-thread',
        id: threadId,
        version: row?.version ?? 0,
        // It goes with what it is about, by whose name it is found.
        owner: notice.about,
        state: '',
        body: thread,
        isQuiet: true,
      });
    });
  }

  #drop(id: string): Promise<void> {
    return this.#parts.store.exclusively(`notice ${id}`, (rows) => rows.delete('notice', id));
  }

  #change(id: string, change: (delivery: Delivery) => Delivery | undefined): Promise<Delivery | undefined> {
    return this.#parts.store.exclusively(`notice ${id}`, async (rows: RowWriter) => {
      const row = await rows.get('notice', id);
      const next = row === undefined ? undefined : change(row.body as Delivery);
      if (row === undefined || next === undefined) return undefined;
      await rows.put(rowOf(next, row.version));
      return next;
    });
  }

  #track(work: Promise<unknown>, what: string): void {
    const tracked = work
      .catch((error: unknown) => this.#parts.onFailure(what, error))
      .finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }
}

function rowOf(delivery: Delivery, version: number) {
  const { id, notifier, state } = delivery;
  return { kind: 'notice', id, version, owner: notifier, state, body: delivery, isQuiet: true } as const;
}
