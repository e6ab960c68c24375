/*
 * Kills: what an operator has stopped, until lifted. Recorded, kept in the store, and in force here at once; other gateways hear of it by the store.
 */
import { Refusal } from '../model/refusal.ts';
import type { KillChanged } from '../recording/event.ts';
import { newId } from '../std/ids.ts';
import { type Store, StoreError } from '../store/store.ts';
import { type LiveAccess, storeUnavailable } from './live-access.ts';
import { type Kill, killOf, killRow } from './row-body.ts';

interface Parts {
  readonly store: Store;
  readonly record: (event: KillChanged) => Promise<void>;
  readonly access: () => LiveAccess;
  /** Ends what a caller gave to its programs. */
  readonly endTokensOf: (subject: string, by: string) => Promise<void>;
}

/** Kills, as operators set and lift them. */
export class Kills {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Stops something. It holds here whether or not the store takes it: a store that is down must not keep an operator from stopping somebody.
   *
   * @throws {Refusal} STORE_UNAVAILABLE it holds at this gateway alone, and until it is started anew
   */
  async set(what: Kill['what'], value: string, by: string, reason: string): Promise<Kill> {
    const { store } = this.#parts;
    const now = store.now();
    const kill: Kill = { id: newId(now), what, value, reason, by, at: now };
    await this.#record(kill, 'live', by, reason);
    this.#parts.access().takeKill(kill);
    await this.#kept(
      () => store.exclusively('kill', (rows) => rows.put(killRow(kill, 0))),
      `it is stopped at this gateway alone, until that is started anew, since the store does not answer: kill \`${kill.id}\``,
    );
    // T60: lifted later, the kill gives nothing back to the programs that it stopped.
    if (what === 'caller') await this.#parts.endTokensOf(value, by);
    return kill;
  }

  /** @throws {Refusal} NOT_FOUND, STORE_UNAVAILABLE */
  async lift(id: string, by: string, reason: string): Promise<Kill> {
    const { store } = this.#parts;
    const lifted = await this.#kept(
      () =>
        store.exclusively('kill', async (rows) => {
          const row = await rows.get('kill', id);
          if (row === undefined) throw new Refusal('NOT_FOUND', `there is no kill \`${id}\``);
          const kill = killOf(row);
          if (kill.liftedAt !== undefined) return kill;
          const over: Kill = { ...kill, liftedBy: by, liftedAt: store.now() };
          await this.#record(over, 'lifted', by, reason);
          await rows.put(killRow(over, row.version));
          return over;
        }),
      'nothing is lifted, since the store does not answer',
    );
    this.#parts.access().takeKill(lifted);
    return lifted;
  }

  async #kept<Result>(call: () => Promise<Result>, sentence: string): Promise<Result> {
    try {
      return await call();
    } catch (error) {
      throw error instanceof StoreError ? storeUnavailable(sentence, error) : error;
    }
  }

  async #record({ id, what, value }: Kill, state: KillChanged['state'], by: string, reason: string): Promise<void> {
    await this.#parts.record({
      type: 'kill.changed',
      at: this.#parts.store.now(),
      kill: id,
      state,
      what,
      value,
      by,
      reason,
    });
  }
}
