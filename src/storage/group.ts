import type { Refusal } from '../model/refusal.ts';
import { CHAIN_START, type ChainHead } from '../recording/chain.ts';

/** Tells when an accepted event is safe. */
export interface Ticket {
  /**
   * Resolves when the operating system has the event: it survives the end of this process, however that dies.
   *
   * @throws {Refusal} RECORDING_UNAVAILABLE
   */
  written(): Promise<void>;
  /**
   * Resolves when the event is on the disk: it survives the end of the machine.
   *
   * @throws {Refusal} RECORDING_UNAVAILABLE
   */
  synced(): Promise<void>;
}

/**
 * The lines that go out in one write, and those who wait for them: the ticket of each of its events.
 *
 * Promises are made only for those who ask, and shared by them. A group is acknowledged as a whole or fails as a whole.
 */
export class Group implements Ticket {
  /** Set where the group opens the segment of this number. */
  readonly segment: number | undefined;
  bytes = 0;
  head: ChainHead = CHAIN_START;
  #text = '';
  readonly #onSyncWanted: () => void;
  #isWritten = false;
  #isSynced = false;
  #failure: Refusal | undefined;
  #written: PromiseWithResolvers<void> | undefined;
  #synced: PromiseWithResolvers<void> | undefined;

  constructor(segment: number | undefined, onSyncWanted: () => void) {
    this.segment = segment;
    this.#onSyncWanted = onSyncWanted;
  }

  get isWritten(): boolean {
    return this.#isWritten;
  }

  get isSyncWanted(): boolean {
    return this.#synced !== undefined;
  }

  add(text: string, bytes: number, head: ChainHead): void {
    this.#text += text;
    this.bytes += bytes;
    this.head = head;
  }

  /** The bytes to write; nothing is added afterwards. */
  take(): Buffer {
    const bytes = Buffer.from(this.#text);
    this.#text = '';
    return bytes;
  }

  written(): Promise<void> {
    if (this.#isWritten) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#written ??= Promise.withResolvers();
    return this.#written.promise;
  }

  synced(): Promise<void> {
    if (this.#isSynced) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#synced === undefined) {
      this.#synced = Promise.withResolvers();
      this.#onSyncWanted();
    }
    return this.#synced.promise;
  }

  onWritten(): void {
    this.#isWritten = true;
    this.#written?.resolve();
  }

  onSynced(): void {
    this.#isSynced = true;
    this.#synced?.resolve();
  }

  onFailed(failure: Refusal): void {
    this.#failure = failure;
    this.#text = '';
    this.#written?.reject(failure);
    this.#synced?.reject(failure);
  }
}
