/*
 * Changes that the store has told of, until they are read. A change that is told is told once: one that cannot be read at that moment, though the store is heard, would be a
 * revocation that this gateway never learns of. So it is tried again until it is read, and whoever asks can tell that it is not yet.
 */
import type { RowKind } from '../store/store.ts';

/** Limit: a change that is unread for longer, in milliseconds, may have ended what it is of: its streams are ended. */
export const UNREAD_MS = 5_000;

interface Parts {
  readonly read: (kind: RowKind, id: string) => Promise<void>;
  /** By any clock that only goes forward, in milliseconds. */
  readonly now: () => number;
  readonly onFailure: (what: string, error: unknown) => void;
}

interface Change {
  readonly kind: RowKind;
  readonly id: string;
  readonly sinceMs: number;
  /** How often it was told: a read that began before the last time says nothing of it. */
  heard: number;
  isReading: boolean;
  hasFailed: boolean;
  isOverdue: boolean;
}

/** Reads what changed, until it is read. */
export class HeardChanges {
  readonly #parts: Parts;
  /** Limit: one for each row that changed while the store could not be read; none is told while it cannot be reached at all. */
  readonly #changes = new Map<string, Change>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A change is told: it is read at once. */
  hear(kind: RowKind, id: string): void {
    const key = keyOf(kind, id);
    const change = this.#changes.get(key) ?? {
      kind,
      id,
      sinceMs: this.#parts.now(),
      heard: 0,
      isReading: false,
      hasFailed: false,
      isOverdue: false,
    };
    change.heard++;
    this.#changes.set(key, change);
    this.#read(key, change);
  }

  /** Whether a change of a row was told and could not be read since. */
  isUnread(kind: RowKind, id: string): boolean {
    return this.#changes.get(keyOf(kind, id))?.hasFailed === true;
  }

  /** Tries again; called by a timer. Returns what has become overdue since the last time, each once. */
  retry(): readonly { readonly kind: RowKind; readonly id: string }[] {
    if (this.#changes.size === 0) return [];
    const overdue: Change[] = [];
    for (const [key, change] of this.#changes) {
      if (!change.hasFailed) continue;
      if (!change.isReading) this.#read(key, change);
      if (change.isOverdue || this.#parts.now() - change.sinceMs < UNREAD_MS) continue;
      change.isOverdue = true;
      overdue.push(change);
    }
    return overdue;
  }

  /** Reads everything; what was told before is read with it. */
  async all(read: () => Promise<void>): Promise<void> {
    const before = [...this.#changes].map(([key, { heard }]) => [key, heard] as const);
    await read();
    for (const [key, heard] of before) if (this.#changes.get(key)?.heard === heard) this.#changes.delete(key);
  }

  #read(key: string, change: Change): void {
    const { heard, kind, id } = change;
    change.isReading = true;
    this.#parts.read(kind, id).then(
      () => {
        change.isReading = false;
        if (change.heard === heard) this.#changes.delete(key);
      },
      (error: unknown) => {
        change.isReading = false;
        if (!change.hasFailed) this.#parts.onFailure(`${kind} ${id} could not be read`, error);
        change.hasFailed = true;
      },
    );
  }
}

function keyOf(kind: RowKind, id: string): string {
  return `${kind} ${id}`;
}
