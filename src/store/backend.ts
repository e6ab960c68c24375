/** A row of a query's answer. */
export type SqlRow = Readonly<Record<string, string | number | null>>;

/** Runs one statement; its parameters are `$1`, `$2`, … */
export type RunSql = (sql: string, parameters?: readonly (string | number)[]) => Promise<readonly SqlRow[]>;

/** Who hears what is told. */
export interface BackendListener {
  readonly told: (payload: string) => void;
  readonly readAgain: () => Promise<void>;
  /** Nothing has been heard for `feedLostMs`. */
  readonly lost: () => void;
}

/** A database as the store needs it: SQLite or PostgreSQL. Every call rejects with a `StoreError` where it cannot be reached. */
export interface Backend {
  /** Reads what has been committed. */
  readonly read: RunSql;
  /**
   * One transaction, with nobody else in one of the same key, nor, from then on, of any that `alsoKey` is given; `tell` tells of a change when it has been committed, which is
   * after all that `commitAfter` is given.
   */
  transaction<Result>(
    key: string,
    work: (
      run: RunSql,
      tell: (payload: string) => Promise<void>,
      alsoKey: (key: string) => Promise<void>,
      commitAfter: (done: Promise<unknown>) => void,
    ) => Promise<Result>,
  ): Promise<Result>;
  /** See `Store.now`. */
  now(): number;
  /** Begins to hear what is told; see `Store.changes`. */
  listen(listener: BackendListener): Promise<void>;
  isHeard(): boolean;
  /** See `Store`. */
  announce(address: string): void;
  peers(): readonly string[];
  /** Empty where it answers. */
  failure(): string;
  close(): Promise<void>;
}
