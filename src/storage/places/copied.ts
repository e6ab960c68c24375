import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A segment that belongs to a place. */
export interface PlacedSegment {
  readonly number: number;
  /** It may not be removed there before, in milliseconds; 0: no such time. */
  readonly until: number;
  readonly packFrom: number;
  readonly packTo: number;
}

/** What is known of a file that a place has. */
export interface CopiedFile {
  /** Of the file here, when the two agreed. */
  readonly stamp: string;
  readonly until: number;
  /** When the two are to be looked at again, though nothing changes here; 0: never. */
  readonly againAt: number;
}

/**
 * What has been copied, remembered in a small database beside the journal.
 *
 * Security: it saves work and proves nothing. Who changes it has files looked at again, or later.
 */
export class Copied {
  readonly #database: DatabaseSync;

  constructor(folder: string) {
    this.#database = new DatabaseSync(join(folder, 'places.db'), { timeout: 10_000 });
    this.#database.exec(`CREATE TABLE IF NOT EXISTS placed (number INTEGER, place TEXT, until INTEGER, packFrom INTEGER, packTo INTEGER, PRIMARY KEY (number, place)) STRICT;
      CREATE TABLE IF NOT EXISTS judged (number INTEGER PRIMARY KEY, rules TEXT) STRICT;
      CREATE TABLE IF NOT EXISTS copied (place TEXT, name TEXT, stamp TEXT, until INTEGER, againAt INTEGER, PRIMARY KEY (place, name)) STRICT;`);
  }

  close(): void {
    this.#database.close();
  }

  /** Whether it was found under these rules where a segment belongs. */
  isJudged(number: number, rules: string): boolean {
    return this.#get('SELECT 1 FROM judged WHERE number = ? AND rules = ?', number, rules) !== undefined;
  }

  judged(
    number: number,
    rules: string,
    places: ReadonlyMap<string, number>,
    { packFrom, packTo }: { readonly packFrom: number; readonly packTo: number },
  ): void {
    const sql =
      'INSERT INTO placed VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET until = max(until, excluded.until)';
    for (const [place, until] of places) this.#run(sql, number, place, until, packFrom, packTo);
    this.#run('INSERT OR REPLACE INTO judged VALUES (?, ?)', number, rules);
  }

  segmentsAt(place: string): readonly PlacedSegment[] {
    const sql = 'SELECT number, until, packFrom, packTo FROM placed WHERE place = ? ORDER BY number';
    return this.#database
      .prepare(sql)
      .all(place)
      .map((row) => ({
        number: Number(row.number),
        until: Number(row.until),
        packFrom: Number(row.packFrom),
        packTo: Number(row.packTo),
      }));
  }

  file(place: string, name: string): CopiedFile | undefined {
    return this.#get('SELECT stamp, until, againAt FROM copied WHERE place = ? AND name = ?', place, name) as
      | CopiedFile
      | undefined;
  }

  keep(place: string, name: string, { stamp, until, againAt }: CopiedFile): void {
    this.#run('INSERT OR REPLACE INTO copied VALUES (?, ?, ?, ?, ?)', place, name, stamp, until, againAt);
  }

  #get(sql: string, ...values: readonly (string | number)[]): unknown {
    return this.#database.prepare(sql).get(...values);
  }

  #run(sql: string, ...values: readonly (string | number)[]): void {
    this.#database.prepare(sql).run(...values);
  }
}
