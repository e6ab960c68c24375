/*
 * SQLite inside the process: one file, which one gateway has, in one process or in several workers. Transactions stand in a row, and those that wait at once share a commit; reads have a connection of their own and see
 * what has been committed. Each commit is on the disk before it is told (`synchronous = FULL`).
 *
 * Workers write in turns: who does not get the file's one write lock asks again a moment later, and serves meanwhile. What one has committed the others hear of by the way
 * between them, which carries names of rows alone; they read the rows from the file.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { setImmediate as immediate, setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../std/clock.ts';
import { ForwardClock } from '../std/forward-clock.ts';
import type { Backend, BackendListener, RunSql, SqlRow } from './backend.ts';
import { heard } from './heard.ts';
import { migrate, refuseNewer, storeVersion } from './migrations.ts';
import { StoreError } from './store.ts';

/** Limit: how long a statement waits for another process, such as a backup; the whole gateway waits meanwhile. */
const BUSY_TIMEOUT_MS = 100;

/** Limits of workers that write to one file; documented in docs/reference/limits.md. */
export const TURN_LIMITS = Object.freeze({
  /** How long a transaction waits for its turn; then it fails, as if the store did not answer. */
  turnMaxMs: 5_000,
  /** How often it asks. */
  turnAskedMs: 1,
  /** How long a worker leaves the file alone between two transactions, so that others get their turn. */
  turnLeftMs: 3,
  /** How often it is looked whether the others are heard. */
  lookMs: 250,
  /** How long until rows are read again that could not be. */
  readAgainMs: 500,
});

/** Limits of transactions that share one commit; documented in docs/reference/limits.md. */
export const TOGETHER_LIMITS = Object.freeze({
  /** How many there are at most. */
  togetherMax: 100,
  /** After so long no more begins in it. */
  togetherMs: 10,
  /** So soon after a commit the next waits for what comes in the same round of the event loop. */
  busyMs: 5,
});

/** Source: SQLITE_BUSY, https://www.sqlite.org/rescode.html */
const BUSY = 5;

/** The way between the workers of one gateway. */
export interface StoreFeed {
  /** Tells the other workers; what is told is heard in this order. */
  tell(payload: string): void;
  /** `told` hears what they tell; `missed` that one of them has ended, which may not have told what it had committed. */
  listen(listener: { readonly told: (payload: string) => void; readonly missed: () => void }): void;
  /** Whether the way was open at some moment of the last so many milliseconds. */
  isHeard(withinMs: number): boolean;
}

type Work = Parameters<Backend['transaction']>[1];

interface Queued {
  readonly work: Work;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** One that has done its work, and is not committed yet. */
interface Worked extends Queued {
  readonly payloads: readonly string[];
  /** What it is committed after. */
  readonly before: readonly Promise<unknown>[];
  readonly became: { readonly result: unknown } | { readonly error: unknown };
}

/** A worker's part in the file. */
export interface Shared {
  readonly feed: StoreFeed;
  readonly feedLostMs: number;
}

/**
 * The database in `file`, made where there is none, with mode 0600, and brought to this program's version; with `shared`, as one of the workers of the gateway that has it
 * (`holdStore`).
 *
 * @throws {StoreError} it cannot be opened, or is newer than the program
 */
export async function openSqlite(file: string, clock: Clock, shared?: Shared): Promise<Backend> {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const lock = shared === undefined ? lockStore(file) : joinStore(file);
    const backend = openLocked(file, clock, lock, shared);
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

function openLocked(file: string, clock: Clock, lock: DatabaseSync, shared: Shared | undefined): SqliteBackend {
  try {
    return new SqliteBackend(file, clock, lock, shared);
  } catch (error) {
    lock.close();
    throw error;
  }
}

/**
 * Has the file for the workers of one gateway, until the returned function is called.
 *
 * @throws {StoreError} another gateway has it, or a worker of one that is gone
 */
export function holdStore(file: string): () => void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const lock = lockStore(file);
  return () => lock.close();
}

/**
 * One gateway a file: two would not hear what the other revokes. The lock is the kernel's own, by SQLite, on an empty file beside it, and ends with the
 * process however that dies. A worker has a share in a second lock: so one that outlives its gateway still keeps the next from the file.
 */
function lockStore(file: string): DatabaseSync {
  const lock = locked(file, '.lock', 'BEGIN EXCLUSIVE');
  try {
    locked(file, '.workers.lock', 'BEGIN EXCLUSIVE').close();
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** A worker's share. */
function joinStore(file: string): DatabaseSync {
  return locked(file, '.workers.lock', 'BEGIN; SELECT count(*) FROM sqlite_schema');
}

function locked(file: string, end: string, sql: string): DatabaseSync {
  const lock = new DatabaseSync(`${file}${end}`, { timeout: 0 });
  try {
    lock.exec(`PRAGMA journal_mode = OFF; ${sql}`);
    chmodSync(`${file}${end}`, 0o600);
    return lock;
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new StoreError(`another gateway has the store \`${file}\`; several share PostgreSQL (\`store.postgres\`)`);
  }
}

/** Each with its own failure, where it had one; the others’ rows went with it. */
async function rejectAll(worked: readonly Worked[], failure: unknown): Promise<void> {
  for (const { became, before, reject } of worked) {
    const own = (await Promise.allSettled(before)).find((each) => each.status === 'rejected');
    if ('error' in became) reject(became.error);
    else if (own !== undefined) reject(own.reason);
    else if (failure instanceof StoreError) reject(failure);
    else reject(new StoreError('the store failed: a change of the same moment could not be made', { cause: failure }));
  }
}

function isBusy(error: unknown): boolean {
  return (((error as { errcode?: number }).errcode ?? 0) & 0xff) === BUSY;
}

class SqliteBackend implements Backend {
  readonly #lock: DatabaseSync;
  readonly #writer: DatabaseSync;
  readonly #reader: DatabaseSync;
  readonly #clock: ForwardClock;
  readonly #shared: Shared | undefined;
  readonly #monotonic: () => number;
  #listener: BackendListener | undefined;
  readonly #queue: Queued[] = [];
  #writing: Promise<void> | undefined;
  #committedAtMs = Number.NEGATIVE_INFINITY;
  #failure = '';
  #timer: NodeJS.Timeout | undefined;
  #isLost = false;
  #isClosed = false;
  #reading: Promise<void> | undefined;

  constructor(file: string, clock: Clock, lock: DatabaseSync, shared: Shared | undefined) {
    this.#lock = lock;
    this.#shared = shared;
    this.#clock = new ForwardClock(clock);
    this.#monotonic = () => clock.monotonic();
    this.#writer = new DatabaseSync(file, { timeout: shared === undefined ? BUSY_TIMEOUT_MS : 0 });
    chmodSync(file, 0o600);
    // Of workers that open it for the first time, one makes it a WAL at a time.
    this.#writer.exec(`PRAGMA busy_timeout = ${TURN_LIMITS.turnMaxMs}; PRAGMA journal_mode = WAL`);
    this.#writer.exec(`PRAGMA busy_timeout = ${shared === undefined ? BUSY_TIMEOUT_MS : 0}`);
    this.#writer.exec('PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF');
    this.#reader = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    this.#reader.exec('PRAGMA query_only = ON');
  }

  readonly read: RunSql = async (sql, parameters) => this.#told(() => run(this.#reader, sql, parameters));

  transaction<Result>(_key: string, work: Work): Promise<Result> {
    return new Promise<unknown>((resolve, reject) => {
      this.#queue.push({ work, resolve, reject });
      this.#writing ??= this.#write();
    }) as Promise<Result>;
  }

  async #write(): Promise<void> {
    while (this.#queue.length > 0) {
      if (this.#monotonic() - this.#committedAtMs < TOGETHER_LIMITS.busyMs) await immediate();
      await this.#together();
    }
    this.#writing = undefined;
  }

  /**
   * Those that wait, one after the other, and one commit of all: its sync of the disk is most of what a transaction costs, and nothing else is done meanwhile. One that fails takes
   * back its own rows alone. All are told when all are on the disk: what one of them saw may be another's.
   */
  async #together(): Promise<void> {
    try {
      await this.#begin();
    } catch (error) {
      this.#queue.shift()?.reject(error);
      return;
    }
    const worked: Worked[] = [];
    const { togetherMax, togetherMs } = TOGETHER_LIMITS;
    const until = this.#monotonic() + togetherMs;
    do {
      worked.push(await this.#one(this.#queue.shift() as Queued));
    } while (
      this.#queue.length > 0 &&
      worked.length < togetherMax &&
      this.#monotonic() < until &&
      this.#writer.isTransaction
    );
    try {
      await Promise.all(worked.flatMap(({ before }) => before));
      this.#told(() => this.#writer.exec('COMMIT'));
    } catch (error) {
      if (this.#writer.isOpen && this.#writer.isTransaction) this.#writer.exec('ROLLBACK');
      await rejectAll(worked, error);
      return;
    } finally {
      this.#committedAtMs = this.#monotonic();
    }
    for (const each of worked) this.#settle(each);
  }

  async #one(queued: Queued): Promise<Worked> {
    const payloads: string[] = [];
    const before: Promise<unknown>[] = [];
    try {
      this.#writer.exec('SAVEPOINT one');
      const result = await queued.work(
        async (sql, parameters) => this.#told(() => run(this.#writer, sql, parameters)),
        async (payload) => {
          payloads.push(payload);
        },
        // One transaction at a time has the whole file.
        async () => {},
        (done) => before.push(heard(done)),
      );
      this.#writer.exec('RELEASE one');
      return { ...queued, payloads, before, became: { result } };
    } catch (error) {
      // Some failures, as of a full disk, take back the whole transaction.
      if (this.#writer.isOpen && this.#writer.isTransaction) this.#writer.exec('ROLLBACK TO one; RELEASE one');
      return { ...queued, payloads, before: [], became: { error } };
    }
  }

  #settle({ payloads, became, resolve, reject }: Worked): void {
    if ('error' in became) {
      reject(became.error);
      return;
    }
    try {
      for (const payload of payloads) {
        this.#shared?.feed.tell(payload);
        this.#listener?.told(payload);
      }
      resolve(became.result);
    } catch (error) {
      reject(error);
    }
  }

  /** Begins to write, when it is this worker's turn. */
  async #begin(): Promise<void> {
    const began = this.#monotonic();
    const leftMs = this.#committedAtMs + TURN_LIMITS.turnLeftMs - began;
    if (this.#shared !== undefined && leftMs > 0) await pause(leftMs);
    for (;;) {
      try {
        this.#writer.exec('BEGIN IMMEDIATE');
        this.#failure = '';
        return;
      } catch (error) {
        const isOver = this.#monotonic() - began >= TURN_LIMITS.turnMaxMs;
        if (this.#shared === undefined || isOver || !isBusy(error)) throw this.#failed(error as Error);
        await pause(TURN_LIMITS.turnAskedMs);
      }
    }
  }

  now(): number {
    return this.#clock.now();
  }

  async listen(listener: BackendListener): Promise<void> {
    this.#listener = listener;
    const { feed } = this.#shared ?? {};
    if (feed !== undefined) {
      feed.listen({ told: (payload) => listener.told(payload), missed: () => this.#readAgain(listener) });
      this.#timer = setInterval(() => this.#look(listener), TURN_LIMITS.lookMs).unref();
    }
    await listener.readAgain();
  }

  /** Without workers there is nobody else to be heard. Looked at, and not told by a timer: a process that stood still has heard nothing meanwhile. */
  isHeard(): boolean {
    return this.#shared === undefined || this.#shared.feed.isHeard(this.#shared.feedLostMs);
  }

  #look(listener: BackendListener): void {
    const isHeard = this.isHeard();
    if (!isHeard && !this.#isLost) listener.lost();
    this.#isLost = !isHeard;
  }

  /** One after another, until it is done: what was missed may have ended what somebody has. */
  #readAgain(listener: BackendListener): void {
    const read = async () => {
      while (!this.#isClosed) {
        try {
          return await listener.readAgain();
        } catch {
          await pause(TURN_LIMITS.readAgainMs, undefined, { ref: false });
        }
      }
    };
    this.#reading = (this.#reading ?? Promise.resolve()).then(read);
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
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#writing;
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
      throw this.#failed(error as Error);
    }
  }

  #failed(error: Error): StoreError {
    this.#failure = error.message;
    return new StoreError(`the store failed: ${this.#failure}`, { cause: error });
  }
}

/** Statements of each connection; the store has some twenty. To prepare one costs more than to run it. */
const PREPARED = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

function run(database: DatabaseSync, sql: string, parameters: readonly SQLInputValue[] = []): readonly SqlRow[] {
  return prepared(database, sql).all(...parameters) as SqlRow[];
}

function prepared(database: DatabaseSync, sql: string): StatementSync {
  const own = PREPARED.get(database) ?? new Map<string, StatementSync>();
  PREPARED.set(database, own);
  const known = own.get(sql);
  if (known !== undefined) return known;
  // The statements are written as PostgreSQL takes them.
  const made = database.prepare(sql.replace(/\$(\d+)/g, '?$1'));
  own.set(sql, made);
  return made;
}
