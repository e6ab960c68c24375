/*
 * What has ended leaves the store a time after its end, so that it does not grow for ever: in small transactions beside work, with a pause between them, at one gateway at a time, whichever takes the turn.
 * Nothing is told of it: nobody has in memory what ended so long ago. What became of all of it stands in the journal.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { newId } from '../std/ids.ts';
import type { Row, RowWriter, Store } from '../store/store.ts';
import type { EndedRows } from './ended-rows.ts';

/** Limits of removing what has ended; documented in docs/reference/limits.md. */
export const SWEEP_LIMITS = Object.freeze({
  /** How often one of the gateways on a store looks for what may go. */
  everyMs: 600_000,
  /** How often each asks whether it is its turn, and how long a turn lasts at most. */
  turnMs: 60_000,
  /** Rows that are looked at in one transaction. */
  rowsAtOnceMax: 25,
  /** How long the store is left alone before the next one. */
  pauseMs: 50,
});

/** How many rows of each kind were removed. */
export type Swept = ReadonlyMap<string, number>;

interface Parts {
  readonly store: Pick<Store, 'now' | 'get' | 'exclusively'>;
  /** How long what has ended is kept, in milliseconds. */
  readonly keptForMs: number;
  readonly kinds: readonly EndedRows[];
  /** What else is removed in a turn, until it is stopped. */
  readonly others: (stopped: AbortSignal) => Promise<void>;
  readonly onSwept: (swept: Swept) => void;
  readonly onFailure: (what: string, error: unknown) => void;
}

/** The row that says until when the turn is taken. */
const TURN = { kind: 'turn', id: 'sweep', owner: '', state: '' } as const;

/** Removes what ended long ago. */
export class StoreSweep {
  readonly #parts: Parts;
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), SWEEP_LIMITS.turnMs).unref();
  }

  /** Resolves when nothing is removed any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopped.abort();
    await this.#running;
  }

  /** Removes what may go, where it is this gateway's turn; resolves when that is done. */
  look(): Promise<void> {
    this.#running ??= this.#turn()
      .catch((error: unknown) =>
        this.#parts.onFailure('what ended long ago could not be removed from the store', error),
      )
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  async #turn(): Promise<void> {
    const { store, kinds, others, onSwept } = this.#parts;
    if (!(await this.#takesTurn())) return;
    const endsAt = store.now() + SWEEP_LIMITS.turnMs;
    const swept = new Map<string, number>();
    try {
      for (const each of kinds)
        for (const state of each.states) {
          const removed = await this.#sweep(each, state, endsAt);
          if (removed > 0) swept.set(each.kind, (swept.get(each.kind) ?? 0) + removed);
        }
      await others(this.#stopped.signal);
    } finally {
      if (swept.size > 0) onSwept(swept);
    }
  }

  /** Whoever writes it first has it. */
  async #takesTurn(): Promise<boolean> {
    const { store } = this.#parts;
    const isTaken = (row: Row | undefined) => {
      const leftMs = row === undefined ? 0 : (row.body as number) - store.now();
      // No turn lasts longer: the clock by which it was taken stood ahead of this one.
      return leftMs > 0 && leftMs <= SWEEP_LIMITS.everyMs;
    };
    if (isTaken(await store.get(TURN.kind, TURN.id))) return false;
    return store.exclusively('the turn to sweep', async (rows) => {
      const row = await rows.get(TURN.kind, TURN.id);
      if (isTaken(row)) return false;
      const body = store.now() + SWEEP_LIMITS.everyMs;
      await rows.put({ ...TURN, version: row?.version ?? 0, body, isQuiet: true });
      return true;
    });
  }

  /** Ids that are no names sort by when a row was made, so what was made too late to have ended long ago is not looked at. */
  async #sweep(kind: EndedRows, state: string, endsAt: number): Promise<number> {
    const { store, keptForMs } = this.#parts;
    const endedBefore = store.now() - keptForMs;
    let removed = 0;
    for (let before = kind.isNamed === true ? undefined : newId(endedBefore); ; ) {
      if (this.#stopped.signal.aborted || store.now() >= endsAt) return removed;
      const at = before;
      const done = await store.exclusively('the sweep', (rows) => some(rows, kind, { state, before: at, endedBefore }));
      removed += done.removed;
      before = done.before;
      if (before === undefined) return removed;
      await wait(SWEEP_LIMITS.pauseMs, undefined, { signal: this.#stopped.signal, ref: false }).catch(() => {});
    }
  }
}

/** Removes some, and says before which row to go on; undefined: there are no more. */
async function some(
  rows: RowWriter,
  kind: EndedRows,
  {
    state,
    before,
    endedBefore,
  }: { readonly state: string; readonly before: string | undefined; readonly endedBefore: number },
): Promise<{ readonly removed: number; readonly before: string | undefined }> {
  const isOver = (row: Row) => (kind.endOf(row) ?? endedBefore) < endedBefore;
  const looked = await rows.list(kind.kind, {
    state,
    ...(before === undefined ? {} : { before }),
    limit: SWEEP_LIMITS.rowsAtOnceMax,
  });
  let removed = 0;
  for (const { id } of looked.filter(isOver)) {
    // Somebody may be changing it, who never waits for a sweep in turn.
    await rows.alsoExclusively(kind.lockOf(id));
    const row = await rows.get(kind.kind, id);
    if (row === undefined || !isOver(row) || (await kind.isNeeded?.(row, rows)) === true) continue;
    for (const one of [...(await kind.along(row, rows)), row]) await rows.delete(one.kind, one.id, { isQuiet: true });
    removed++;
  }
  return { removed, before: looked.at(-1)?.id };
}
