/*
 * A store in one file: JSON lines, a head and then a row each, without their seals. It is the same for SQLite and PostgreSQL, so it is also the way from one
 * to the other; the key is not in it.
 *
 * Security: a restored grant could be one that has been revoked since, or that was written into the file. So every grant that lives in a backup is ended as it is restored; kills stay. A target by API
 * has its secrets closed for all that it says of itself, so that one that was written over in the file does not open.
 */
import { type Row, type RowKind, type Store, StoreError } from './store.ts';

const HEAD = { format: 'sallyport-store/1' };

/** Kinds that are kept; the key's own row is made anew. */
const KINDS: readonly RowKind[] = ['grant', 'kill', 'answer', 'approval', 'question', 'budget', 'target'];

/** Limit: rows of one kind. */
const ROWS_MAX = 1_000_000;

/** The lines of a backup, each kind as it is at one moment, while gateways go on. */
export async function backupLines(store: Store): Promise<readonly string[]> {
  const rows: Row[] = [];
  for (const kind of KINDS) rows.push(...(await store.list(kind, { limit: ROWS_MAX })));
  return [HEAD, ...rows].map((line) => JSON.stringify(line));
}

/**
 * Puts the rows of a backup into an empty store; `ended` makes of a row that gives power one that has given it.
 *
 * @throws {StoreError} the lines are no backup, or the store is not empty
 */
export async function restoreLines(
  store: Store,
  lines: readonly string[],
  ended: (row: Row, nowMs: number) => Row,
): Promise<number> {
  const [head, ...rest] = lines.filter((line) => line !== '');
  if (head === undefined || (JSON.parse(head) as typeof HEAD).format !== HEAD.format)
    throw new StoreError('this is no backup of a store: its first line names no format that this program knows');
  const rows = rest.map((line) => JSON.parse(line) as Row);
  await store.exclusively('restore', async (writer) => {
    for (const kind of KINDS)
      if ((await writer.list(kind, { limit: 1 })).length > 0)
        throw new StoreError('the store is not empty; a backup is restored into an empty one');
    for (const row of rows) await writer.put({ ...ended(row, store.now()), version: 0, isQuiet: true });
  });
  return rows.length;
}
