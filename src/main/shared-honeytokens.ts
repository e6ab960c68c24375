/*
 * Masks that are remembered, for all gateways on one store: what one of them has shown, the others know when it comes back, and each after a restart.
 *
 * A row is one showing, and is never changed: two gateways that show the same write two, and who reads them takes both for one. Nobody waits for the store: the mask has
 * left already, and a showing that is lost with the process costs one row of an event that tells of something else.
 */
import { HONEYTOKEN_LIMITS, type Honeytokens, type Showing } from '../pipeline/honeytokens.ts';
import type { ChangeListener, Row, RowKind, Store } from '../store/store.ts';

/** Limits of what is written of masks that are remembered; documented in docs/reference/limits.md. */
export const SHARED_HONEYTOKEN_LIMITS = Object.freeze({
  /** How long showings wait for others, so that a list costs one write. */
  honeytokensWaitMs: 250,
  /** Showings that wait for the store; beyond them, this gateway alone knows. */
  honeytokensWaitingMax: 10_000,
  /** Showings in one write. */
  honeytokensWrittenMax: 500,
});

interface Parts {
  readonly store: Pick<Store, 'get' | 'list' | 'exclusively' | 'now'>;
  readonly honeytokens: Honeytokens;
  readonly onFailure: (what: string, error: unknown) => void;
}

export class SharedHoneytokens implements ChangeListener {
  readonly #parts: Parts;
  #waiting: Showing[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.honeytokens.onShown = (one) => this.#shown(one);
  }

  changed(kind: RowKind, id: string): void {
    if (kind !== 'honeytoken') return;
    this.#parts.store
      .get('honeytoken', id)
      .then((row) => this.#learn(row))
      .catch((error: unknown) => this.#parts.onFailure('a mask that is remembered could not be read', error));
  }

  async readAgain(): Promise<void> {
    const { store } = this.#parts;
    const limit = HONEYTOKEN_LIMITS.honeytokensMax;
    const rows = await store.list('honeytoken', { limit });
    for (const row of rows.toReversed()) this.#learn(row);
    const oldest = rows.length < limit ? undefined : rows.at(-1)?.id;
    if (oldest === undefined) return;
    const more = await store.list('honeytoken', { before: oldest, limit });
    await store.exclusively('honeytokens', async (writer) => {
      for (const { id } of more) await writer.delete('honeytoken', id);
    });
  }

  /** What was shown stays known here, whoever is heard. */
  lost(): void {}

  /** Writes what waits; for tests and the end. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#write();
  }

  #shown(one: Showing): void {
    if (this.#waiting.length >= SHARED_HONEYTOKEN_LIMITS.honeytokensWaitingMax) return;
    this.#waiting.push(one);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#write();
    }, SHARED_HONEYTOKEN_LIMITS.honeytokensWaitMs).unref();
  }

  #write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.slice(0, SHARED_HONEYTOKEN_LIMITS.honeytokensWrittenMax);
        try {
          await this.#put(batch);
          this.#waiting = this.#waiting.slice(batch.length);
        } catch (error) {
          // They wait for the next that is shown.
          this.#parts.onFailure('masks that are remembered could not be written', error);
          return;
        }
      }
    });
    return this.#writing;
  }

  #put(batch: readonly Showing[]): Promise<void> {
    const { store } = this.#parts;
    return store.exclusively('honeytokens', async (rows) => {
      for (const one of batch) {
        const id = `${String(store.now()).padStart(15, '0')}-${one.token.slice(-20)}-${one.reader.exchange}`;
        if ((await rows.get('honeytoken', id)) !== undefined) continue;
        await rows.put({ kind: 'honeytoken', id, version: 0, owner: '', state: 'shown', body: one });
      }
    });
  }

  #learn(row: Row | undefined): void {
    // Security: what a row holds was sealed by a gateway, and is taken as it wrote it.
    if (row !== undefined) this.#parts.honeytokens.learn(row.body as Showing);
  }
}
