/*
 * PostgreSQL: what several gateways share. Transactions of one key follow each other by an advisory lock; instants are the database's own, measured with
 * each heartbeat and counted on from there, since its clock decides and a request does not wait for it. They never go back, and go on at least about as fast as time passes.
 */
import pg from 'pg';
import type { Clock } from '../std/clock.ts';
import type { Backend, BackendListener, RunSql, SqlRow } from './backend.ts';
import { heard } from './heard.ts';
import { migrate, refuseNewer, STORE_TABLES, STORE_VERSION, storeVersion } from './migrations.ts';
import { CHANNEL, PostgresFeed } from './postgres-feed.ts';
import { StoreError } from './store.ts';

/** Limits of PostgreSQL as a store. */
export const POSTGRES_LIMITS = Object.freeze({
  /** Connections beside the one that listens. */
  connectionsMax: 8,
  /** How long a connection may take to be made. */
  connectTimeoutMs: 3_000,
  /** How long a statement may take. */
  statementTimeoutMs: 5_000,
  /** A database's clock that is further behind than this was set back, and is not followed: what ends after a time ends after that time. */
  setBackMs: 1_000,
});

interface Options {
  readonly url: string;
  readonly clock: Clock;
  readonly feedLostMs: number;
}

/**
 * The database at a URL, whose tables have this program's version: its role needs no right to change them.
 *
 * @throws {StoreError} it cannot be reached, or its tables are older or newer than the program
 */
export async function openPostgres(options: Options): Promise<Backend & Pick<PostgresBackend, 'measureClock'>> {
  const backend = new PostgresBackend(options);
  try {
    const version = await storeVersion(backend.read).catch((error: StoreError) => {
      // Source: undefined_table, https://www.postgresql.org/docs/15/errcodes-appendix.html
      if ((error.cause as { code?: string } | undefined)?.code === '42P01') return 0;
      throw error;
    });
    refuseNewer(version);
    if (version < STORE_VERSION)
      throw new StoreError(
        `the store has version ${version}, and this program needs ${STORE_VERSION}: run \`sallyport store migrate\` with a role that may change its tables`,
      );
    await backend.measureClock();
    return backend;
  } catch (error) {
    await backend.close();
    throw error;
  }
}

/**
 * Brings the tables of a database to this program's version, and gives `gatewayRole` what a gateway needs of them.
 *
 * @throws {StoreError} it cannot be reached, its tables are newer, or the role of the URL may not change them
 */
export async function migratePostgres(
  options: Options,
  gatewayRole: string | undefined,
): Promise<{ readonly from: number; readonly to: number }> {
  const backend = new PostgresBackend(options);
  try {
    return await backend.transaction('migrate', async (run) => {
      const migrated = await migrate(run);
      if (gatewayRole !== undefined) {
        const role = pg.escapeIdentifier(gatewayRole);
        await run(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${STORE_TABLES.join(', ')} TO ${role}`);
        await run(`GRANT SELECT ON sallyport_version TO ${role}`);
      }
      return migrated;
    });
  } finally {
    await backend.close();
  }
}

class PostgresBackend implements Backend {
  readonly #pool: pg.Pool;
  readonly #clock: Clock;
  readonly #feed: PostgresFeed;
  #anchor: { readonly atMs: number; readonly monotonic: number };
  #isMeasured = false;
  #lastMs = 0;
  #failure = '';

  constructor({ url, clock, feedLostMs }: Options) {
    const connection = {
      connectionString: url,
      application_name: 'sallyport',
      connectionTimeoutMillis: POSTGRES_LIMITS.connectTimeoutMs,
      query_timeout: POSTGRES_LIMITS.statementTimeoutMs,
      keepAlive: true,
    };
    this.#clock = clock;
    this.#anchor = { atMs: clock.now(), monotonic: clock.monotonic() };
    this.#pool = new pg.Pool({
      ...connection,
      max: POSTGRES_LIMITS.connectionsMax,
      statement_timeout: POSTGRES_LIMITS.statementTimeoutMs,
    });
    // A connection that breaks while it waits is replaced; who uses one is told by the call itself.
    this.#pool.on('error', () => {});
    this.#feed = new PostgresFeed({
      connection: () => new pg.Client(connection),
      tell: (payload) => this.measureClock(payload),
      clock,
      feedLostMs,
    });
  }

  readonly read: RunSql = (sql, parameters) => this.#told(() => run(this.#pool, sql, parameters));

  async transaction<Result>(key: string, work: Parameters<Backend['transaction']>[1]): Promise<Result> {
    const client = await this.#told(() => this.#pool.connect());
    let broken: Error | undefined;
    // Without a listener a broken connection would end the process.
    const onError = (error: Error) => {
      broken = error;
    };
    client.on('error', onError);
    const runHere: RunSql = (sql, parameters) => this.#told(() => run(client, sql, parameters));
    try {
      await runHere('BEGIN');
      const alone = async (lock: string) => {
        await runHere('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`sallyport ${lock}`]);
      };
      await alone(key);
      const tell = async (payload: string) => {
        await runHere('SELECT pg_notify($1, $2)', [CHANNEL, payload]);
      };
      const before: Promise<unknown>[] = [];
      const result = await work(runHere, tell, alone, (done) => before.push(heard(done)));
      await Promise.all(before);
      await runHere('COMMIT');
      return result as Result;
    } catch (error) {
      await run(client, 'ROLLBACK').catch((failed: Error) => {
        broken ??= failed;
      });
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  now(): number {
    const { atMs, monotonic } = this.#anchor;
    this.#lastMs = Math.max(this.#lastMs, Math.floor(atMs + this.#clock.monotonic() - monotonic));
    return this.#lastMs;
  }

  /** Asks the database what time it is, and tells something in the same breath. */
  async measureClock(payload?: string): Promise<void> {
    const told = payload === undefined ? '' : ', pg_notify($1, $2)';
    const [answer] = await this.read(
      `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::double precision AS now${told}`,
      payload === undefined ? [] : [CHANNEL, payload],
    );
    // It may have been asked at any time until now: the later reading ends sooner.
    const [measuredMs, monotonic] = [Number(answer?.now), this.#clock.monotonic()];
    const goneOnMs = this.#anchor.atMs + monotonic - this.#anchor.monotonic;
    const isSetBack = this.#isMeasured && goneOnMs - measuredMs > POSTGRES_LIMITS.setBackMs;
    this.#anchor = { atMs: isSetBack ? goneOnMs : measuredMs, monotonic };
    this.#isMeasured = true;
  }

  listen = (listener: BackendListener): Promise<void> => this.#feed.start(listener);
  isHeard = (): boolean => this.#feed.isHeard();
  announce = (address: string): void => this.#feed.announce(address);
  peers = (): readonly string[] => this.#feed.peers();
  failure = (): string => this.#failure;

  async close(): Promise<void> {
    await this.#feed.stop();
    await this.#pool.end();
  }

  async #told<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      const result = await call();
      this.#failure = '';
      return result;
    } catch (error) {
      // What the database says may quote what it was asked; a row's body stands in parameters, which it never quotes here.
      this.#failure = failureOf(error as Error);
      throw new StoreError(`the store failed: ${this.#failure}`, { cause: error });
    }
  }
}

/** A pooler refuses what it does not know of a connection's beginning, which says nothing to who reads it. */
function failureOf({ message }: Error): string {
  return message.includes('unsupported startup parameter')
    ? `${message}: a pooler stands before the database; give \`store.postgres.urlFile\` an address of PostgreSQL itself, or set \`ignore_startup_parameters = statement_timeout\` and \`pool_mode = session\` in pgbouncer`
    : message;
}

async function run(
  client: pg.Pool | pg.PoolClient,
  sql: string,
  parameters: readonly (string | number)[] = [],
): Promise<readonly SqlRow[]> {
  return (await client.query(sql, [...parameters])).rows as readonly SqlRow[];
}
