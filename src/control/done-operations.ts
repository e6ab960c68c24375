/*
 * Which kinds of operations callers have done in the last 30 days, for all gateways on one store: a row for each, written anew once a day at most, in turns beside the
 * path. A gateway has in memory what it has seen itself or looked up; what it has not, it looks up when a rule asks.
 *
 * The like of an operation is the same verb on the same kind in the same namespace of the same target, by the same caller; a program with a token that somebody gave it
 * is another than they are.
 *
 * Every request that is answered comes by here, and nearly all of them have been done that day already: so what is in memory is found by its own words, and the digest under which the store has it is made where the
 * store is asked or written.
 */
import { hash } from 'node:crypto';
import { type Caller, callerKey } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import type { Novelty } from '../pipeline/novelty.ts';
import type { Fact } from '../policy/facts.ts';
import type { Row, RowWriter, Store } from '../store/store.ts';

const DAY_MS = 24 * 3_600_000;

/** Limits of what is remembered of callers; documented in docs/reference/limits.md. */
export const DONE_LIMITS = Object.freeze({
  /** For how long. */
  rememberedDays: 30,
  /** Kinds of operations that a gateway has in memory; others it looks up. */
  inMemoryMax: 100_000,
  /** Kinds of one caller that are remembered anew in a day at one gateway; what is more stays unknown, so that a rule holds it. */
  newPerCallerDayMax: 1_000,
  /** Kinds that wait to be written. */
  waitingMax: 10_000,
  /** Rows that are written, or dropped, at once. */
  atOnceMax: 500,
  /** How often what waits is written. */
  writeEveryMs: 5_000,
});

interface Parts {
  readonly store: Pick<Store, 'get' | 'exclusively'>;
  /** By the clock by which policy is asked. */
  readonly now: () => number;
  readonly onFailure: (what: string, error: unknown) => void;
}

interface Waiting {
  readonly owner: string;
  readonly at: number;
}

/** See `Novelty`. */
export class DoneOperations implements Novelty {
  readonly #parts: Parts;
  /** When each was last done, as far as is known here, by `keyOf`; the one that was used last stands last. */
  readonly #known = new Map<string, number>();
  /** By the ids of their rows. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #newToday = new Map<string, number>();
  #day = 0;
  /** The last day whose rows were dropped. */
  #sweptDay = 0;
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => void this.write(), DONE_LIMITS.writeEveryMs).unref();
  }

  /** Resolves when what waits is written, or could not be. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.write();
  }

  async lastDone(operation: Operation, caller: Caller): Promise<Fact<number | null>> {
    const key = keyOf(operation, callerKey(caller), caller);
    const known = this.#known.get(key);
    // Another gateway may have seen it later.
    if (known !== undefined && this.#parts.now() - known < DAY_MS) return known;
    try {
      const row = await this.#parts.store.get('done', idOf(operation, caller));
      const at = Math.max(known ?? 0, row === undefined ? 0 : doneAt(row));
      if (at === 0) return null;
      this.#remember(key, at);
      return at;
    } catch (error) {
      this.#parts.onFailure('whether a caller has done the like before could not be looked up', error);
      return 'unknown';
    }
  }

  done(operation: Operation, caller: Caller): void {
    const now = this.#parts.now();
    const owner = callerKey(caller);
    const key = keyOf(operation, owner, caller);
    const known = this.#known.get(key);
    if (known !== undefined && dayOf(known) === dayOf(now)) return;
    if (known === undefined && !this.#mayRemember(owner, now)) return;
    if (this.#waiting.size >= DONE_LIMITS.waitingMax) return;
    this.#remember(key, now);
    this.#waiting.set(idOf(operation, caller), { owner, at: now });
  }

  /** Writes what waits, and drops what is over; called by a timer. */
  write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const today = dayOf(this.#parts.now());
    const some = [...this.#waiting].slice(0, DONE_LIMITS.atOnceMax);
    if (some.length === 0 && this.#sweptDay === today) return;
    try {
      await this.#parts.store.exclusively('done', async (rows) => {
        for (const [id, { owner, at }] of some) await put(rows, id, owner, at);
        if (this.#sweptDay !== today && (await sweep(rows, today))) this.#sweptDay = today;
      });
      for (const [id, waiting] of some) if (this.#waiting.get(id) === waiting) this.#waiting.delete(id);
    } catch (error) {
      this.#parts.onFailure('what callers have done could not be kept', error);
    }
  }

  #mayRemember(owner: string, now: number): boolean {
    if (this.#day !== dayOf(now)) {
      this.#day = dayOf(now);
      this.#newToday.clear();
    }
    const count = this.#newToday.get(owner) ?? 0;
    if (count >= DONE_LIMITS.newPerCallerDayMax) return false;
    this.#newToday.set(owner, count + 1);
    return true;
  }

  #remember(key: string, at: number): void {
    this.#known.delete(key);
    this.#known.set(key, at);
    if (this.#known.size > DONE_LIMITS.inMemoryMax) this.#known.delete(this.#known.keys().next().value as string);
  }
}

/** What a caller does the like of, in words of which none holds a line end: the owner is JSON, and a path with one is refused. */
function keyOf(operation: Operation, owner: string, { issued }: Caller): string {
  const { target, verb, apiGroup, resource, subresource, namespace } = operation;
  const who = `${owner}\n${issued === undefined}\n${target}\n${verb}`;
  return `${who}\n${apiGroup}\n${resource}\n${subresource}\n${namespace}\n${placeOf(operation)}`;
}

function placeOf({ isResourceRequest, path }: Operation): string {
  return isResourceRequest ? '' : path.split('/').slice(0, 3).join('/');
}

/** Under which the store has it: whoever reads the store does not read what callers do. */
function idOf(operation: Operation, caller: Caller): string {
  const { target, verb, apiGroup, resource, subresource, namespace } = operation;
  const place = placeOf(operation);
  const who = [callerKey(caller), caller.issued === undefined];
  return hash('sha256', JSON.stringify([who, target, verb, apiGroup, resource, subresource, namespace, place]), 'hex');
}

/** What is done within one day is written once; `state` is the day, by which what is over is found. */
async function put(rows: RowWriter, id: string, owner: string, at: number): Promise<void> {
  const before = await rows.get('done', id);
  if (before !== undefined && doneAt(before) >= at) return;
  const version = before?.version ?? 0;
  await rows.put({ kind: 'done', id, version, owner, state: String(dayOf(at)), body: { at }, isQuiet: true });
}

/** Whether nothing is left of days that are over. What was not looked at for longer than this goes when it is done again. */
async function sweep(rows: RowWriter, today: number): Promise<boolean> {
  let left = DONE_LIMITS.atOnceMax;
  const over = today - DONE_LIMITS.rememberedDays - 1;
  for (let day = over; day > over - DONE_LIMITS.rememberedDays && left > 0; day--)
    for (const { id } of await rows.list('done', { state: String(day), limit: left })) {
      await rows.delete('done', id);
      left--;
    }
  return left > 0;
}

function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}

/** Security: what a row holds was sealed by a gateway, and is taken as it wrote it. */
function doneAt({ body }: Row): number {
  return (body as { readonly at: number }).at;
}
