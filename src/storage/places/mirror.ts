/*
 * Sealed segments, their seals, the packs that they name and the notes of keys, copied to where rules say. What was thinned here is put there again, and what is gone here is
 * removed there; what may not be removed there yet stays. What has been copied is remembered in a small database beside the journal: one that is lost has all copied again.
 */
import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { RetentionRule } from '../../policy/retention-rule.ts';
import { KEY_NOTES_FILE } from '../../recording/key-notes.ts';
import { packName, packNumbers } from '../../recording/piece.ts';
import { sealedName, sealName } from '../../recording/segment-name.ts';
import { placesOf } from '../../retention/places-of.ts';
import { sealOf, segmentFiles } from '../../segments/segment-files.ts';
import type { Place } from './place.ts';

/** Copies. */
export class Mirror {
  readonly #folder: string;
  readonly #places: ReadonlyMap<string, Place>;
  readonly #kept: DatabaseSync;

  constructor(folder: string, places: ReadonlyMap<string, Place>) {
    this.#folder = folder;
    this.#places = places;
    this.#kept = new DatabaseSync(join(folder, 'places.db'), { timeout: 10_000 });
    this.#kept.exec(`CREATE TABLE IF NOT EXISTS segment (number INTEGER, place TEXT, until INTEGER, packFrom INTEGER, packTo INTEGER, PRIMARY KEY (number, place)) STRICT;
      CREATE TABLE IF NOT EXISTS looked (number INTEGER PRIMARY KEY, rules TEXT) STRICT;
      CREATE TABLE IF NOT EXISTS sent (place TEXT, name TEXT, stamp TEXT, until INTEGER, PRIMARY KEY (place, name)) STRICT;`);
  }

  close(): void {
    this.#kept.close();
  }

  /** Copies all that is to be copied now; how many files were. @throws {Error} a place does not take one, or is not configured; what is left is tried again */
  async copy(rules: readonly RetentionRule[]): Promise<number> {
    const missing = rules.find(({ place }) => place !== undefined && !this.#places.has(place));
    if (missing !== undefined)
      throw new Error(`\`${missing.id}\` names a place \`${missing.place}\` that \`journal.places\` does not have`);
    await this.#look(rules);
    let sent = 0;
    for (const [name, place] of this.#places) sent += await this.#copyTo(name, place);
    return sent;
  }

  /** Finds where segments belong that were not looked at under these rules. */
  async #look(rules: readonly RetentionRule[]): Promise<void> {
    const said = JSON.stringify(rules);
    const isLooked = this.#kept.prepare('SELECT 1 FROM looked WHERE number = ? AND rules = ?');
    const put = this.#kept.prepare(
      'INSERT INTO segment VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET until = max(until, excluded.until)',
    );
    const looked = this.#kept.prepare('INSERT OR REPLACE INTO looked VALUES (?, ?)');
    for (const { number, form } of segmentFiles(this.#folder)) {
      if (form !== 'sealed' || isLooked.get(number, said) !== undefined) continue;
      const seal = sealOf(this.#folder, number);
      if (seal === undefined) continue;
      const places = await placesOf(this.#folder, seal, rules);
      for (const [place, until] of places) put.run(number, place, until, seal.packFrom, seal.packTo);
      looked.run(number, said);
    }
  }

  async #copyTo(name: string, place: Place): Promise<number> {
    const wanted = await this.#wantedAt(name);
    if (wanted.size === 0) return 0;
    const known = this.#kept.prepare('SELECT stamp, until FROM sent WHERE place = ? AND name = ?');
    const note = this.#kept.prepare('INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?)');
    const forget = this.#kept.prepare('DELETE FROM sent WHERE place = ? AND name = ?');
    let sent = 0;
    for (const [file, until] of wanted) {
      const path = join(this.#folder, file);
      const found = statSync(path, { throwIfNoEntry: false });
      const before = known.get(name, file) as { stamp: string; until: number } | undefined;
      if (found === undefined) {
        if (before === undefined) continue;
        await place.remove(file);
        forget.run(name, file);
        continue;
      }
      const stamp = `${found.size}:${found.mtimeMs}`;
      if (before?.stamp === stamp && before.until >= until) continue;
      await place.put(file, path, until);
      note.run(name, file, stamp, until);
      sent += 1;
    }
    return sent;
  }

  /** The files that belong to a place, and until when. A pack that is being written is not yet among them. */
  async #wantedAt(place: string): Promise<ReadonlyMap<string, number>> {
    const wanted = new Map<string, number>();
    const want = (name: string, until: number) => wanted.set(name, Math.max(wanted.get(name) ?? 0, until));
    const rows = this.#kept.prepare('SELECT number, until, packFrom, packTo FROM segment WHERE place = ?').all(place);
    const packs = packNumbers(await readdir(this.#folder));
    const newest = packs.at(-1) ?? 0;
    for (const row of rows) {
      const [number, until, packFrom, packTo] = ['number', 'until', 'packFrom', 'packTo'].map((name) =>
        Number(row[name]),
      ) as [number, number, number, number];
      want(sealedName(number), until);
      want(sealName(number), until);
      for (let pack = packFrom; pack > 0 && pack <= packTo; pack++) if (pack < newest) want(packName(pack), until);
    }
    if (rows.length > 0) want(KEY_NOTES_FILE, 0);
    return wanted;
  }
}
