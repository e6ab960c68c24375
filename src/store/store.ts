/*
 * Where grants, kills and whatever else gives or takes power are kept: one interface, which SQLite in this process and PostgreSQL both serve.
 *
 * What is kept are rows: a document of its kind, sealed as a whole under the gateways' own key, so that whoever can write the database cannot write
 * itself a grant. Beside the document stand only the columns that it is found by, and the seal covers them too. Rejected: a table for each kind. Nothing
 * is joined here; each kind has one owner in the code that reads and writes it, and a column that no seal covers would be a way round it.
 *
 * Rows change in `exclusively` alone. Readers hear of each change by `changes`.
 */
import type { Vault } from './vault.ts';

/** What a row is of. */
export type RowKind =
  | 'grant'
  | 'kill'
  | 'answer'
  | 'key'
  | 'token'
  | 'signing-key'
  | 'mask-key'
  | 'honeytoken'
  | 'guess'
  | 'done'
  | 'approval'
  | 'login'
  | 'person-key'
  | 'delegation'
  | 'press'
  | 'question'
  | 'budget'
  | 'target'
  | 'notice'
  | 'notice-thread'
  | 'turn';

/** A sealed document. */
export interface Row {
  readonly kind: RowKind;
  /** Sorts by the time at which it was made. */
  readonly id: string;
  /** Counts its changes, from 1. */
  readonly version: number;
  /** Whose it is; what lists are narrowed by. */
  readonly owner: string;
  readonly state: string;
  /** Anything that JSON holds. */
  readonly body: unknown;
}

/** What a list holds. */
export interface RowQuery {
  readonly owner?: string;
  readonly state?: string;
  /** Only rows whose id comes before this one. */
  readonly before?: string;
  /** Limit: the most rows, the newest first. */
  readonly limit: number;
}

/** Reads rows. A row whose seal is not right counts as not there, and is told. */
export interface RowReader {
  get(kind: RowKind, id: string): Promise<Row | undefined>;
  list(kind: RowKind, query: RowQuery): Promise<readonly Row[]>;
}

/** A row as it is to be; `version` is the one that was read, 0 for a new row. */
export interface RowChange extends Row {
  /** Nobody is told of it: what only the store itself must know, such as a count of uses. */
  readonly isQuiet?: boolean;
}

/** What `exclusively` is given. */
export interface RowWriter extends RowReader {
  /** Writes the row with the next version. @throws {StoreError} it has another version, or is there already */
  put(change: RowChange): Promise<Row>;
  /** `isQuiet`: nobody is told of it, since nobody holds it in memory. */
  delete(kind: RowKind, id: string, how?: { readonly isQuiet: boolean }): Promise<void>;
  /**
   * Waits until nobody else is in an `exclusively` of this key too, until this one is over. Invariant: whoever has the second key never waits for the first, else both would
   * wait for each other.
   */
  alsoExclusively(key: string): Promise<void>;
  /**
   * What is put is there once `done` has resolved too; where it rejects, nothing is. Others do their work meanwhile: who awaited it would keep all of them waiting.
   */
  commitAfter(done: Promise<unknown>): void;
}

/** Who hears of changes. */
export interface ChangeListener {
  /** A row changed, here or at another gateway; it is to be read again. */
  changed(kind: RowKind, id: string): void;
  /** Changes may have been missed: all is to be read again. Called once at the beginning too. Changes told meanwhile are told afterwards. */
  readAgain(): Promise<void>;
  /** `isHeard` has become false: whatever lives by the store is to be ended. */
  lost(): void;
}

/** How well the store is heard. */
export interface StoreHealth {
  /** Empty where it answers. */
  readonly failure: string;
  /** Rows whose seal was not right, since the start. */
  readonly unsealed: number;
}

/** The store. Every call rejects with a `StoreError` where it cannot be reached. */
export interface Store extends RowReader {
  /** The instant by the store's own clock, in milliseconds since 1970; it never goes back. */
  now(): number;
  /**
   * Runs `work` with nobody else in an `exclusively` of the same key, at any gateway; all that it puts is there afterwards, or nothing is where it throws.
   */
  exclusively<Result>(key: string, work: (rows: RowWriter) => Promise<Result>): Promise<Result>;
  /** Tells of changes from now on; resolves when `readAgain` has been called and is done. */
  changes(listener: ChangeListener): Promise<void>;
  /** Whether changes of other gateways were heard of lately: not for `feedLostMs` means that any may have been missed. */
  isHeard(): boolean;
  /** Tells other gateways on the store where this one's console is. */
  announce(address: string): void;
  /** Where the consoles of others are that were heard until this gateway heard nothing any more; none where nobody shares the store. */
  peers(): readonly string[];
  health(): StoreHealth;
  /** For what must not stand in a row in clear. */
  readonly vault: Vault;
  close(): Promise<void>;
}

/** The store cannot be reached, or a row is not as it was read. Its message is for the operator. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
