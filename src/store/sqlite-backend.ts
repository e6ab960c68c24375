/*
 * SQLite inside the process: one file, one writer. Transactions stand in a row; reads have a connection of their own and see what has been committed.
 * Each commit is on the disk before it is told (`synchronous = FULL`).
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { Clock } from '../std/clock.ts';
import { ForwardClock } from '../std/forward-clock.ts';
import type { Backend, BackendListener, RunSql, SqlRow } from './backend.ts';
import { migrate, refuseNewer, storeVersion } from './migrations.ts';
import { StoreError } from './store.ts';

/** Limit: how long a statement waits for another process, such as a backup; the whole gateway waits meanwhile. No process but this one writes. */
const BUSY_TIMEOUT_MS = 100;

/** Source: SQLITE_BUSY, https://www.sqlite.org/rescode.html */
const BUSY = 5;

/**
 * The database in `file`, made where there is none, with mode 0600, and brought to this program's version.
 *
 * @throws {StoreError} it cannot be opened, or is newer than the program
 */
export async function openSqlite(file: string, clock: Clock): Promise<Backend> {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const lock = lockStore(file);
    const backend = openLocked(file, clock, lock);
    await backend.transaction('migrate', migrate).catch(async (error: unknown) => {
      await backend.close();
      throw error;
    });
    return backend;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(`the store \`${file}\` cannot be opened: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * The database in `file`, to be read while a gateway has it.
 *
 * @throws {StoreError} there is none, or it is newer than the program
 */
export async function openSqliteReader(file: string): Promise<Backend> {
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    throw new StoreError(`the store \`${file}\` cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const read: RunSql = async (sql, parameters) => run(database, sql, parameters);
  refuseNewer(await storeVersion(read));
  return {
    read,
    now: Date.now,
    isHeard: () => true,
    announce() {},
    peers: () => [],
    failure: () => '',
    listen: async () => {},
    close: async () => database.close(),
    transaction: async () => {
      throw new StoreError('the store is only read here');
    },
  };
}

function openLocked(file: string, clock: Clock, lock: DatabaseSync): SqliteBackend {
  try {
    return new SqliteBackend(file, clock, lock);
  } catch (error) {
    lock.close();
    throw error;
  }
}

/**
 * One gateway a file: two would not hear what the other revokes. The lock is the kernel's own, by SQLite, on an empty file beside it, and ends with the
 * process however that dies.
 */
function lockStore(file: string): DatabaseSync {
  const lock = new DatabaseSync(`${file}.lock`, { timeout: 0 });
  try {
    lock.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
    chmodSync(`${file}.lock`, 0o600);
    return lock;
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== BUSY) throw error;
    throw new StoreError(`another gateway has the store \`${file}\`; several share PostgreSQL (\`store.postgres\`)`);
  }
}

class SqliteBackend implements Backend {
  readonly #lock: DatabaseSync;
  readonly #writer: DatabaseSync;
  readonly #reader: DatabaseSync;
  readonly #clock: ForwardClock;
  #listener: BackendListener | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #failure = '';

  constructor(file: string, clock: Clock, lock: DatabaseSync) {
    this.#lock = lock;
    this.#clock = new ForwardClock(clock);
    this.#writer = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    chmodSync(file, 0o600);
    this.#writer.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF');
    this.#reader = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    this.#reader.exec('PRAGMA query_only = ON');
  }

  readonly read: RunSql = async (sql, parameters) => this.#told(() => run(this.#reader, sql, parameters));

  transaction<Result>(_key: string, work: Parameters<Backend['transaction']>[1]): Promise<Result> {
    const next = this.#last.then(() => this.#transaction(work)) as Promise<Result>;
    this.#last = next.catch(() => {});
    return next;
  }

  async #transaction(work: Parameters<Backend['transaction']>[1]): Promise<unknown> {
    const payloads: string[] = [];
    this.#told(() => this.#writer.exec('BEGIN IMMEDIATE'));
    try {
      const result = await work(
        async (sql, parameters) => this.#told(() => run(this.#writer, sql, parameters)),
        async (payload) => {
          payloads.push(payload);
        },
      );
      this.#told(() => this.#writer.exec('COMMIT'));
      for (const payload of payloads) this.#listener?.told(payload);
      return result;
    } catch (error) {
      if (this.#writer.isOpen && this.#writer.isTransaction) this.#writer.exec('ROLLBACK');
      throw error;
    }
  }

  now(): number {
    return this.#clock.now();
  }

  async listen(listener: BackendListener): Promise<void> {
    this.#listener = listener;
    await listener.readAgain();
  }

  /** There is nobody else to be heard. */
  isHeard(): boolean {
    return true;
  }

  /** One gateway a file: nobody else hears. */
  announce(): void {}

  peers(): readonly string[] {
    return [];
  }

  failure(): string {
    return this.#failure;
  }

  async close(): Promise<void> {
    await this.#last;
    this.#reader.close();
    this.#writer.close();
    this.#lock.close();
  }

  /** What went wrong last stands in `failure` until something goes right. */
  #told<Result>(call: () => Result): Result {
    try {
      const result = call();
      this.#failure = '';
      return result;
    } catch (error) {
      this.#failure = (error as Error).message;
      throw new StoreError(`the store failed: ${this.#failure}`, { cause: error });
    }
  }
}

function run(database: DatabaseSync, sql: string, parameters: readonly SQLInputValue[] = []): readonly SqlRow[] {
  // The statements are written as PostgreSQL takes them.
  return database.prepare(sql.replace(/\$(\d+)/g, '?$1')).all(...parameters) as SqlRow[];
}
