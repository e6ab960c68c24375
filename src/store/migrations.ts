/*
 * The tables, by the steps that made them. Forward only, each step in a transaction with its number: a step that fails leaves what was. The statements are
 * those that SQLite and PostgreSQL both take.
 */
import type { RunSql } from './backend.ts';
import { StoreError } from './store.ts';

const STEPS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE sallyport_rows (
      kind text NOT NULL, id text NOT NULL, version integer NOT NULL, owner text NOT NULL, state text NOT NULL,
      body text NOT NULL, seal text NOT NULL, PRIMARY KEY (kind, id)
    )`,
    'CREATE INDEX sallyport_rows_by_owner ON sallyport_rows (kind, owner, id)',
    'CREATE INDEX sallyport_rows_by_state ON sallyport_rows (kind, state, id)',
  ],
  // Without it the rows of an owner in a state are looked for among all in that state: each new question cost more the more of them waited.
  ['CREATE INDEX sallyport_rows_by_owner_state ON sallyport_rows (kind, owner, state, id)'],
];

/** The version of the tables that this program needs. */
export const STORE_VERSION = STEPS.length;

/** The tables that the gateway's own role reads and writes; it needs no other right. */
export const STORE_TABLES: readonly string[] = ['sallyport_rows'];

/** Reads the version of the tables; 0 where there are none. */
export async function storeVersion(run: RunSql): Promise<number> {
  const [found] = await run('SELECT version FROM sallyport_version');
  return Number(found?.version ?? 0);
}

/**
 * Brings the tables from `version` to the one that this program needs; `run` is in a transaction.
 *
 * @throws {StoreError} they are newer than the program
 */
export async function migrate(run: RunSql): Promise<{ readonly from: number; readonly to: number }> {
  await run('CREATE TABLE IF NOT EXISTS sallyport_version (version integer NOT NULL)');
  const from = await storeVersion(run);
  refuseNewer(from);
  for (const step of STEPS.slice(from)) for (const statement of step) await run(statement);
  if (from === 0) await run('INSERT INTO sallyport_version (version) VALUES ($1)', [STORE_VERSION]);
  else if (from < STORE_VERSION) await run('UPDATE sallyport_version SET version = $1', [STORE_VERSION]);
  return { from, to: STORE_VERSION };
}

/** @throws {StoreError} the tables are of a newer program, which may mean something else by what stands in them */
export function refuseNewer(version: number): void {
  if (version > STORE_VERSION)
    throw new StoreError(
      `the store has version ${version}, made by a newer program; this one knows ${STORE_VERSION}: run the newer program, or restore a backup from before it`,
    );
}
