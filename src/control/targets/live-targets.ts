/*
 * Targets by API that are in force here: what the store says of each is served from then on, without a restart, and what it says no more ends with its streams. What cannot be known to be in force,
 * since other gateways are not heard, is not sent to: it may have been removed, or its credential taken back.
 */
import { Refusal } from '../../model/refusal.ts';
import type { ChangeListener, RowKind, Store } from '../../store/store.ts';
import { StoreError } from '../../store/store.ts';
import { ENDED_REMEMBERED_MS, EndedVersions } from '../ended-versions.ts';
import { HeardChanges } from '../heard-changes.ts';
import { storeUnavailable } from '../store-unavailable.ts';
import { type KeptTarget, type OpenedCredential, openedCredential, targetOf } from './kept-target.ts';
import { TARGET_LIMITS } from './target-contract.ts';

interface Parts {
  readonly store: Store;
  /** Names that the configuration has; those are served as it says. */
  readonly isConfigured: (name: string) => boolean;
  /** Ends what is under way at a target: all of it, or its streams alone. */
  readonly endAccess: (target: string, what: 'all' | 'streams', refusal: Refusal) => void;
  readonly onFailure: (what: string, error: unknown) => void;
}

/** Serves targets on the data path. */
export interface TargetServer {
  /**
   * Begins to serve it, in the place of one of the same name.
   *
   * @param assertInForce to be called before anything is sent to it
   */
  open(kept: KeptTarget, credential: OpenedCredential, assertInForce: () => void): void;
  close(name: string): void;
}

/** A target as it is here. */
export interface LiveTarget {
  readonly kept: KeptTarget;
  /** Why it is not served; empty where it is. */
  readonly trouble: string;
}

/** How often what could not be read is tried again, in milliseconds. */
const LOOK_EVERY_MS = 250;

/** Why a target of the store is not served where the configuration has one of its name. */
export const SHADOWED = 'the configuration has a target of this name, which is the one that is served';

/** Targets by API in force. */
export class LiveTargets implements ChangeListener {
  readonly #parts: Parts;
  readonly #held = new Map<string, LiveTarget>();
  readonly #removed: EndedVersions;
  readonly #heard: HeardChanges;
  #server: TargetServer | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#removed = new EndedVersions(() => parts.store.now());
    this.#heard = new HeardChanges({
      read: (_, name) => this.#read(name),
      now: () => parts.store.now(),
      onFailure: parts.onFailure,
    });
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Serves all that is there, and from now on each as it changes. */
  serveWith(server: TargetServer): void {
    this.#server = server;
    for (const { kept } of [...this.#held.values()]) this.#open(kept);
  }

  has(name: string): boolean {
    return this.#held.get(name)?.trouble === '';
  }

  /** All that are registered, by name. */
  list(): readonly LiveTarget[] {
    return [...this.#held.values()].sort((a, b) => (a.kept.name < b.kept.name ? -1 : 1));
  }

  get(name: string): LiveTarget | undefined {
    return this.#held.get(name);
  }

  /** What it presents, in clear. @throws {StoreError} */
  credentialOf(kept: KeptTarget): OpenedCredential {
    return openedCredential(kept, this.#parts.store.vault);
  }

  /** Takes a target as it is in the store now. */
  take(kept: KeptTarget): void {
    const { name, version } = kept;
    const before = this.#held.get(name)?.kept;
    const known = Math.max(before?.version ?? 0, this.#removed.get(name) ?? 0);
    // Where one was removed so long ago that it has left the store, which was not heard here, another of its name begins with its first version.
    const isAnew = before !== undefined && changedAt(kept) - changedAt(before) >= ENDED_REMEMBERED_MS;
    if (version <= known && !isAnew) return;
    if (kept.state === 'removed') {
      this.#removed.note(name, version);
      this.#drop(name);
      return;
    }
    this.#open(kept);
    if (before !== undefined && !this.#parts.isConfigured(name))
      this.#parts.endAccess(name, 'streams', new Refusal('TARGET_CHANGED', 'the target was changed; begin again'));
  }

  changed(kind: RowKind, id: string): void {
    if (kind === 'target') this.#heard.hear(kind, id);
  }

  readAgain(): Promise<void> {
    return this.#heard.all(async () => {
      const rows = await this.#parts.store.list('target', { state: 'live', limit: TARGET_LIMITS.targetsMax });
      const live = new Set(rows.map(({ id }) => id));
      for (const row of rows) this.take(targetOf(row));
      for (const name of [...this.#held.keys()]) if (!live.has(name)) await this.#read(name);
    });
  }

  lost(): void {
    for (const name of this.#held.keys()) if (this.has(name)) this.#parts.endAccess(name, 'streams', notHeard());
  }

  /** Tries again what could not be read; called by a timer. */
  look(): void {
    for (const { id } of this.#heard.retry()) if (this.has(id)) this.#parts.endAccess(id, 'streams', unread());
  }

  async #read(name: string): Promise<void> {
    const row = await this.#parts.store.get('target', name);
    if (row === undefined) this.#drop(name);
    else this.take(targetOf(row));
  }

  #open(kept: KeptTarget): void {
    const { name, version } = kept;
    if (this.#parts.isConfigured(name)) {
      this.#held.set(name, { kept, trouble: SHADOWED });
      return;
    }
    this.#held.set(name, { kept, trouble: '' });
    try {
      this.#server?.open(kept, this.credentialOf(kept), () => this.#assertInForce(name, version));
    } catch (error) {
      // Security: what cannot be opened as it is now is not served as it was.
      this.#server?.close(name);
      this.#held.set(name, { kept, trouble: troubleOf(error) });
      this.#parts.onFailure(`target ${name} cannot be served`, error);
    }
  }

  #drop(name: string): void {
    if (!this.#held.delete(name)) return;
    if (this.#parts.isConfigured(name)) return;
    this.#server?.close(name);
    this.#parts.endAccess(name, 'all', new Refusal('TARGET_UNKNOWN', 'the target was removed'));
  }

  /** @throws {Refusal} TARGET_UNKNOWN, TARGET_CHANGED, STORE_UNAVAILABLE */
  #assertInForce(name: string, version: number): void {
    const held = this.#held.get(name);
    if (held === undefined) throw new Refusal('TARGET_UNKNOWN', 'the target was removed, and nothing was sent');
    if (held.kept.version !== version)
      throw new Refusal('TARGET_CHANGED', 'the target was changed meanwhile, and nothing was sent', {
        advice: 'try again',
      });
    if (!this.#parts.store.isHeard()) throw notHeard();
    if (this.#heard.isUnread('target', name)) throw unread();
  }
}

function changedAt({ history }: KeptTarget): number {
  return history.at(-1)?.at ?? 0;
}

function notHeard(): Refusal {
  return storeUnavailable('other gateways are not heard, so it cannot be known whether the target is still registered');
}

function unread(): Refusal {
  return storeUnavailable('the target was changed, and the change could not be read yet');
}

function troubleOf(error: unknown): string {
  return error instanceof StoreError
    ? 'its credential does not open: it was kept under another key, or for another address'
    : String(error instanceof Error ? error.message : error);
}
