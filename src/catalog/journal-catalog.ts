/*
 * The catalog of one journal: tables made from its segments, each line checked against the chain before it is taken.
 *
 * Nothing is known here that the journal does not say. A place that the chain does not go on from (a tail was set aside after a crash, the folder was replaced)
 * has everything made anew. Two processes may take from one journal into one file: each batch says where it goes on from, and one that comes second is dropped.
 */
import { chmodSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { ChainHead } from '../recording/chain.ts';
import type {
  Catalog,
  ExchangeFilter,
  FoundExchange,
  FoundLine,
  FoundSession,
  FoundStory,
  Page,
  RuleUse,
  Viewer,
} from '../recording/found.ts';
import { runsOf } from '../recording/tell-runs.ts';
import { readLineOf } from '../segments/segment-files.ts';
import { keptText } from './kept-text.ts';
import { type Batch, type Place, type ReadEnd, readOn } from './read-on.ts';
import { PackReader } from './read-pieces.ts';
import { toExchange, toRunPart, toSession } from './rows.ts';
import { CATALOG_TABLES, CATALOG_VERSION } from './schema.ts';
import { EventTaker } from './take-event.ts';
import { allOf, matching, matchOf, visibleTo, type Where } from './where.ts';

/** Limit: lines that are read at once of one exchange. */
const LINES_MAX = 1_000;

/** Limit: exchanges of a session, the first, whose stories are told; and stories that are told. */
const TOLD_MAX = 20_000;
const STORIES_MAX = 1_000;

const COUNTS = `count(*) AS exchanges, sum(isChange) AS changes, sum(outcome = 'refused' AND NOT isPlanned) AS refused,
  sum(outcome IN ('broken', 'lost') OR (outcome = 'abandoned' AND status IS NULL)) AS failed, min(at) AS startedAt, max(at) AS lastAt`;

/** The catalog of the journal in a folder, kept in a file. */
export class JournalCatalog implements Catalog {
  readonly #folder: string;
  readonly #database: DatabaseSync;
  readonly #taker: EventTaker;
  #catching: Promise<void> | undefined;
  #isClosed = false;

  constructor(folder: string, file: string) {
    this.#folder = folder;
    this.#database = openTables(file);
    this.#taker = new EventTaker(this.#database);
  }

  /** Takes what the journal has and the tables have not; resolves when it has come to the journal's end, or to what does not hold. */
  catchUp(): Promise<void> {
    this.#catching ??= this.#takeAll().finally(() => {
      this.#catching = undefined;
    });
    return this.#catching;
  }

  /** The last line of the journal that it has; 0: none. */
  async takenTo(): Promise<number> {
    return this.#place()?.seq ?? 0;
  }

  /** Makes everything anew. */
  async remake(): Promise<void> {
    await this.#catching;
    this.#clear();
    await this.catchUp();
  }

  close(): void {
    this.#isClosed = true;
    this.#database.close();
  }

  async sessions(viewer: Viewer, filter: ExchangeFilter, { before, limit }: Page): Promise<readonly FoundSession[]> {
    const seen = visibleTo(viewer);
    const said = matchOf(filter.text);
    const where = allOf([
      seen,
      matching(filter),
      ...(said === undefined ? [] : [saidBefore(said, undefined)]),
      ...(before === undefined ? [] : [{ sql: 'session < ?', values: [before] }]),
    ]);
    const ids = this.#all(
      `SELECT DISTINCT session AS id FROM exchange WHERE ${where.sql} ORDER BY session DESC LIMIT ?`,
      [...where.values, limit],
    );
    return ids.flatMap(({ id }) => this.#sessionOf(seen, id as string) ?? []);
  }

  async session(viewer: Viewer, id: string) {
    const seen = visibleTo(viewer);
    const session = this.#sessionOf(seen, id);
    return session === undefined ? undefined : { session, stories: this.#storiesOf(seen, id) };
  }

  async exchanges(viewer: Viewer, filter: ExchangeFilter, page: Page): Promise<readonly FoundExchange[]> {
    const { before, limit, isById = false } = page;
    const isOldestFirst = filter.session !== undefined;
    const is = isOldestFirst ? '>' : '<';
    const sql = isById ? `id ${is} ?` : `n ${is} (SELECT n FROM exchange WHERE id = ?)`;
    const after: readonly Where[] = before === undefined ? [] : [{ sql, values: [before] }];
    const where = allOf([visibleTo(viewer), matching(filter), ...after]);
    const said = matchOf(filter.text);
    const rows =
      said === undefined
        ? this.#exchangesWhere([where], isOldestFirst, limit, isById)
        : isOldestFirst
          ? this.#exchangesWhere([where, saidIn(said, filter.session as string)], true, limit, isById)
          : this.#newestSaying(said, where, limit);
    return rows.map(toExchange);
  }

  #exchangesWhere(
    parts: readonly Where[],
    isOldestFirst: boolean,
    limit: number,
    isById = false,
  ): Record<string, unknown>[] {
    const { sql, values } = allOf(parts);
    const order = `${isById ? 'id' : 'n'} ${isOldestFirst ? 'ASC' : 'DESC'}`;
    return this.#all(`SELECT * FROM exchange WHERE ${sql} ORDER BY ${order} LIMIT ?`, [...values, limit]);
  }

  /** The newest that say it and fit: a word may stand in most of the journal, so what says it is looked at in parts, the newest first. */
  #newestSaying(said: string, where: Where, limit: number): Record<string, unknown>[] {
    const found = new Map<number, Record<string, unknown>>();
    let below: number | undefined;
    // What is kept may be told long after its exchange began: only those are in their order that began behind all lines that are still to be looked at.
    const isDone = () => [...found.keys()].filter((n) => below !== undefined && n >= below).length >= limit;
    for (let looks = 0; !isDone() && looks < LOOKS_MAX; looks++) {
      const part = saidBefore(said, below);
      for (const row of this.#exchangesWhere([where, part], false, limit)) found.set(row.n as number, row);
      const [least] = this.#all(`SELECT min(seq) AS seq FROM (${part.lines})`, part.lineValues);
      if (typeof least?.seq !== 'number') break;
      below = least.seq;
    }
    return [...found.values()].sort((a, b) => (b.n as number) - (a.n as number)).slice(0, limit);
  }

  async exchange(viewer: Viewer, id: string) {
    const where = allOf([visibleTo(viewer), { sql: 'id = ?', values: [id] }]);
    const [row] = this.#all(`SELECT * FROM exchange WHERE ${where.sql}`, where.values);
    if (row === undefined) return undefined;
    const [segment] = this.#all(
      'SELECT gateway FROM segment WHERE n = (SELECT segment FROM line WHERE exchange = ? ORDER BY seq LIMIT 1)',
      [row.n as number],
    );
    return {
      exchange: toExchange(row),
      gateway: String(segment?.gateway ?? ''),
      lines: await this.#lines('exchange = ?', [row.n as number]),
    };
  }

  async ruleUses(sinceMs: number) {
    const [first] = this.#all('SELECT at FROM exchange ORDER BY n LIMIT 1', []);
    const uses = this.#all(
      'SELECT rule, count(*) AS uses, max(at) AS lastAt FROM exchange WHERE rule IS NOT NULL AND at >= ? GROUP BY rule',
      [sinceMs],
    );
    return {
      uses: uses.map(({ rule, uses: count, lastAt }) => ({ rule, uses: count, lastAt }) as RuleUse),
      beginsAt: first?.at as number | undefined,
    };
  }

  async recorded(viewer: Viewer, id: string, afterSeq: number) {
    const where = allOf([visibleTo(viewer), { sql: 'id = ?', values: [id] }]);
    const sql = `isRecorded = 1 AND exchange = (SELECT n FROM exchange WHERE ${where.sql}) AND seq > ?`;
    return this.#lines(sql, [...where.values, afterSeq]);
  }

  async #lines(sql: string, values: Where['values']): Promise<readonly FoundLine[]> {
    const lines: FoundLine[] = [];
    for (const row of this.#all(`SELECT * FROM line WHERE ${sql} ORDER BY seq LIMIT ?`, [...values, LINES_MAX]))
      lines.push(...(await this.#readLine(row)));
    return lines;
  }

  #sessionOf(seen: Where, id: string): FoundSession | undefined {
    const [row] = this.#all(
      `SELECT session, subject, issuer, kind, target, ${COUNTS}, sum(outcome = 'open') AS open, sum(isPlanned) AS planned, count(recording) AS recordings
       FROM exchange WHERE session = ? AND ${seen.sql} GROUP BY session`,
      [id, ...seen.values],
    );
    return row === undefined ? undefined : toSession(row);
  }

  #storiesOf(seen: Where, id: string): readonly FoundStory[] {
    const rows = this.#all(
      `SELECT id, at, durationMs, outcome, status, verb, resource, name, isChange, isPlanned, claimedSession, claimedCommand
       FROM exchange WHERE session = ? AND ${seen.sql} ORDER BY n LIMIT ?`,
      [id, ...seen.values, TOLD_MAX],
    );
    return [...new Set(runsOf(rows.map(toRunPart)))].slice(0, STORIES_MAX);
  }

  #all(sql: string, values: readonly (string | number)[]): Record<string, unknown>[] {
    return this.#database.prepare(sql).all(...values) as Record<string, unknown>[];
  }

  /** None where a rule has let it go a moment ago. */
  async #readLine(row: Record<string, unknown>): Promise<readonly FoundLine[]> {
    const { seq, segment, byte, lineBytes } = row as { seq: number; segment: number; byte: number; lineBytes: number };
    const line = await readLineOf(this.#folder, { seq, segment, byte, lineBytes });
    if (line === undefined) return [];
    const { hash } = JSON.parse(line) as ChainHead;
    return [{ seq, hash, line }];
  }

  async #takeAll(): Promise<void> {
    let isAnew = this.#place() === undefined;
    while (!this.#isClosed) {
      const end = await this.#takeOn();
      if (end === 'taken') continue;
      // What the chain does not go on from was cut off or replaced: once, everything is made anew; then what holds is all that there is.
      if (end === 'end' || isAnew) return;
      isAnew = true;
      this.#clear();
    }
  }

  /** `taken`: somebody else takes it too. */
  async #takeOn(): Promise<ReadEnd | 'taken'> {
    const reading = readOn(this.#folder, this.#place());
    const packs = new PackReader(this.#folder);
    try {
      for (let step = await reading.next(); ; step = await reading.next()) {
        if (step.done) return step.value;
        if (this.#isClosed || !this.#takeBatch(step.value, keptIn(step.value, packs))) {
          await reading.return('end');
          return 'taken';
        }
      }
    } finally {
      packs.close();
    }
  }

  /** Whether nobody else has taken it meanwhile. */
  #takeBatch({ events, segment, byte, from, to }: Batch, kept: ReadonlyMap<number, string>): boolean {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const isNext = this.#place()?.hash === from?.hash;
      if (isNext) {
        for (const event of events) this.#taker.take(event, segment, byte, kept.get(event.seq) ?? '');
        this.#database
          .prepare('INSERT OR REPLACE INTO place (one, segment, byte, seq, hash) VALUES (1, ?, ?, ?, ?)')
          .run(to.segment, to.byte, to.seq, to.hash);
      }
      this.#database.exec('COMMIT');
      return isNext;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #place(): Place | undefined {
    return this.#all('SELECT segment, byte, seq, hash FROM place', [])[0] as Place | undefined;
  }

  #clear(): void {
    this.#database.exec(
      `BEGIN IMMEDIATE; DELETE FROM place; DELETE FROM segment; DELETE FROM line; DELETE FROM exchange; INSERT INTO said (said) VALUES ('delete-all'); COMMIT`,
    );
  }
}

/** The words of what events say is kept, by their numbers. */
function keptIn({ events }: Batch, packs: PackReader): ReadonlyMap<number, string> {
  const kept = new Map<number, string>();
  for (const { seq, event } of events) if (event.type === 'exchange.recorded') kept.set(seq, keptText(packs, event));
  return kept;
}

/** Limit: lines that say what is asked, looked at together; and how often for one question. */
const SAYING_MAX = 5_000;
const LOOKS_MAX = 400;

interface Saying extends Where {
  /** The lines alone, as `seq`. */
  readonly lines: string;
  readonly lineValues: readonly (string | number)[];
}

/** Exchanges of which a line says it, the newest lines below a number. */
function saidBefore(said: string, below: number | undefined): Saying {
  const lines = `SELECT rowid AS seq FROM said WHERE said MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ${SAYING_MAX}`;
  const lineValues = [said, below ?? Number.MAX_SAFE_INTEGER];
  return {
    sql: `n IN (SELECT exchange FROM line WHERE seq IN (${lines}))`,
    values: lineValues,
    lines,
    lineValues,
  };
}

/** Exchanges of a session of which a line says it. */
function saidIn(said: string, session: string): Where {
  const first = 'SELECT min(n) FROM exchange WHERE session = ?';
  return {
    sql: `n IN (SELECT exchange FROM line WHERE seq IN (SELECT rowid FROM said WHERE said MATCH ? AND rowid >= (${first})))`,
    values: [said, session],
  };
}

/** Source: https://www.sqlite.org/rescode.html, SQLITE_CORRUPT and SQLITE_NOTADB */
const UNREADABLE = new Set([11, 26]);

function openTables(file: string): DatabaseSync {
  try {
    const database = tablesIn(file);
    if (database !== undefined) return database;
  } catch (error) {
    if (!UNREADABLE.has((error as { errcode?: number }).errcode ?? 0)) throw error;
  }
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  return tablesIn(file) as DatabaseSync;
}

/** Undefined where the tables are of another version. */
function tablesIn(file: string): DatabaseSync | undefined {
  const database = new DatabaseSync(file, { timeout: 10_000 });
  try {
    // Security: it says what the journal says.
    if (file !== ':memory:') chmodSync(file, 0o600);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
    if (version !== 0 && version !== CATALOG_VERSION) {
      database.close();
      return undefined;
    }
    database.exec(`${CATALOG_TABLES}PRAGMA user_version = ${CATALOG_VERSION};`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
