/*
 * Kills: what an operator has stopped, until lifted. Recorded, kept in the store, and in force here at once; other gateways hear of it by the store. Where
 * that does not answer, a kill is kept in a file of this gateway's own, holds here, and goes to the store when that is back.
 */

import { setTimeout as pause } from 'node:timers/promises';
import type { Caller } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import type { KillChanged } from '../recording/event.ts';
import { newId } from '../std/ids.ts';
import { type RowWriter, type Store, StoreError } from '../store/store.ts';
import { fromStore } from './from-store.ts';
import type { HeldKills } from './held-kills.ts';
import type { LiveAccess } from './live-access.ts';
import { roleRequired } from './role-required.ts';
import { type Kill, killOf, killRow, LIVE_ROWS_MAX } from './row-body.ts';
import { refuseStopped, stoppedNow } from './stopped-now.ts';
import { storeUnavailable } from './store-unavailable.ts';

/** How often the store is tried while kills are held for it, in milliseconds. */
const KILLS_TRIED_EVERY_MS = 1_000;

/** Limit: how long the store may take to say whether who stops somebody is stopped, in milliseconds; then it holds all the same. */
const KILLS_ASKED_FOR_MS = 1_000;

interface Parts {
  readonly store: Store;
  readonly held: HeldKills;
  readonly record: (event: KillChanged) => Promise<void>;
  readonly access: () => LiveAccess;
  /** Ends what a caller gave: to its programs, and by a yes. */
  readonly endTokensOf: (subject: string, by: string) => Promise<void>;
  readonly onFailure: (what: string, error: unknown) => void;
}

/** A kill that was set. */
interface SetKill {
  readonly kill: Kill;
  /** Whether the store has it, by which every gateway does. */
  readonly isKept: boolean;
  /** Other gateways, by the address of their consoles, that do not have it: those that were heard before the store went. */
  readonly notReached: readonly string[];
}

/** Kills, as operators set and lift them. */
export class Kills {
  readonly #parts: Parts;
  #timer: NodeJS.Timeout | undefined;
  #isTrying = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Puts in force what was held when the gateway ended, and brings it to the store from now on. */
  start(): void {
    for (const kill of this.#parts.held.list()) this.#parts.access().takeKill(kill);
    this.#timer = setInterval(() => void this.bringToStore(), KILLS_TRIED_EVERY_MS).unref();
  }

  /**
   * Puts in force what another worker of this gateway holds for the store, and no more what it has lifted without the store. What it has brought there is read from there, and what
   * cannot be read holds on.
   */
  readHeld(): void {
    const { held, access, store, onFailure } = this.#parts;
    const before = held.list();
    try {
      held.readAgain();
    } catch (error) {
      // Those that were known hold on.
      onFailure('kills that wait for the store could not be read', error);
      return;
    }
    for (const kill of held.list()) access().takeKill(kill);
    for (const kill of before) {
      if (held.has(kill.id)) continue;
      store
        .get('kill', kill.id)
        .then((row) =>
          access().takeKill(row === undefined ? { ...kill, liftedBy: '', liftedAt: store.now() } : killOf(row)),
        )
        .catch((error: unknown) => onFailure(`whether kill ${kill.id} still holds could not be read`, error));
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * Stops something. It holds here, over restarts, whether or not the store takes it: a store that is down must not keep an operator from stopping somebody.
   *
   * @throws {Refusal} KILLED; STORE_UNAVAILABLE neither store nor disk takes it; RECORDING_UNAVAILABLE; it holds here all the same, until the gateway is started anew
   */
  async set(what: Kill['what'], value: string, by: Caller, reason: string): Promise<SetKill> {
    const { store, access } = this.#parts;
    await this.#refuseStopped(by);
    const now = store.now();
    const kill: Kill = { id: newId(now), what, value, reason, by: by.subject, at: now };
    access().takeKill(kill);
    await this.#record(kill, 'live', by.subject, reason);
    try {
      await store.exclusively('kill', (rows) => rows.put(killRow(kill, 0)));
      await this.#endTokens(kill);
      return { kill, isKept: true, notReached: [] };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#hold(kill);
      this.#parts.onFailure(`kill ${kill.id} holds at this gateway alone, until the store takes it`, error);
      return { kill, isKept: false, notReached: store.peers() };
    }
  }

  /** Whether the store does not have a kill yet. */
  isHeld(id: string): boolean {
    return this.#parts.held.has(id);
  }

  /** Brings to the store what it has not taken yet. What stops the same there already stands for it. */
  async bringToStore(): Promise<void> {
    const { store, held } = this.#parts;
    if (this.#isTrying || held.list().length === 0) return;
    this.#isTrying = true;
    try {
      for (const kill of held.list()) {
        const kept = await store.exclusively('kill', (rows) => broughtTo(rows, kill));
        await this.#endTokens(kept);
        held.remove(kill.id);
        if (kept.id !== kill.id) this.#parts.access().kills.forget(kill.id);
        this.#parts.access().takeKill(kept);
      }
    } catch (error) {
      if (!(error instanceof StoreError)) this.#parts.onFailure('kills could not be brought to the store', error);
    } finally {
      this.#isTrying = false;
    }
  }

  /**
   * Lifts a stop. Security: whether somebody may is decided by the stop as the store has it, and by who is stopped there, in the very transaction; this gateway may not have heard of
   * either.
   *
   * @throws {Refusal} NOT_FOUND, ROLE_REQUIRED, KILLED, STORE_UNAVAILABLE
   */
  async lift(id: string, by: Caller, mayLift: (kill: Kill) => boolean): Promise<Kill> {
    const { store } = this.#parts;
    await this.bringToStore();
    if (this.isHeld(id)) return this.#liftHeld(id, by, mayLift);
    const lifted = await this.#kept(
      () =>
        store.exclusively('kill', async (rows) => {
          const row = await rows.get('kill', id);
          if (row === undefined) throw new Refusal('NOT_FOUND', `there is no kill \`${id}\``);
          const kill = killOf(row);
          if (!mayLift(kill)) throw roleRequired(['operator']);
          (await stoppedNow(rows)).refuseCaller(by);
          if (kill.liftedAt !== undefined) return kill;
          const over: Kill = { ...kill, liftedBy: by.subject, liftedAt: store.now() };
          await this.#record(over, 'lifted', by.subject, '');
          await rows.put(killRow(over, row.version));
          return over;
        }),
      'nothing is lifted, since the store does not answer',
    );
    this.#parts.access().takeKill(lifted);
    return lifted;
  }

  /** Security: this gateway may not have heard that who stops others is stopped. Where the store does not answer that cannot be known, and a stop gives nobody anything. */
  async #refuseStopped(by: Caller): Promise<void> {
    const { store, access } = this.#parts;
    const asked = refuseStopped(by, access().kills, store).catch((error: unknown) => {
      if (!(error instanceof StoreError)) throw error;
    });
    await Promise.race([asked, pause(KILLS_ASKED_FOR_MS, undefined, { ref: false })]);
  }

  /** T60: lifted later, a kill gives nothing back to the programs that it stopped, nor by a yes that came before it. */
  async #endTokens({ what, value, by }: Kill): Promise<void> {
    if (what === 'caller') await this.#parts.endTokensOf(value, by);
  }

  #hold(kill: Kill): void {
    try {
      this.#parts.held.add(kill);
    } catch (error) {
      throw storeUnavailable(
        `it is stopped at this gateway alone, until that is started anew: neither store nor \`dataFolder\` takes it: kill \`${kill.id}\``,
        error,
      );
    }
  }

  /** What the store may never have had is lifted without it, and goes there as lifted; where it has it all the same, it is there to be lifted again. */
  async #liftHeld(id: string, { subject }: Caller, mayLift: (kill: Kill) => boolean): Promise<Kill> {
    const { held, store, access } = this.#parts;
    const kill = held.list().find((each) => each.id === id) as Kill;
    if (!mayLift(kill)) throw roleRequired(['operator']);
    if (kill.liftedAt !== undefined) return kill;
    const over: Kill = { ...kill, liftedBy: subject, liftedAt: store.now() };
    await this.#record(over, 'lifted', subject, '');
    held.replace(over);
    access().takeKill(over);
    return over;
  }

  #kept<Result>(call: () => Promise<Result>, sentence: string): Promise<Result> {
    return fromStore(sentence, call);
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

/** It may be there: its answer was lost, or another gateway was given the same. */
async function broughtTo(rows: RowWriter, kill: Kill): Promise<Kill> {
  const own = await rows.get('kill', kill.id);
  if (own !== undefined) return killOf(own);
  if (kill.liftedAt !== undefined) return killOf(await rows.put(killRow(kill, 0)));
  const live = (await rows.list('kill', { state: 'live', limit: LIVE_ROWS_MAX })).map(killOf);
  const same = live.find(({ what, value }) => what === kill.what && value === kill.value);
  if (same !== undefined) return same;
  return killOf(await rows.put(killRow(kill, 0)));
}
