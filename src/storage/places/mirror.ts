/*
 * Sealed segments, their seals, the packs that they name and the notes of keys, copied to where rules say.
 *
 * Security: who changes what lies here does not change what lies there. A file is put there once. What rules let go is taken out of the place's own copy, for ranges that
 * signed lines of the journal name and no rule in force keeps (`copySegment`, `copyPack`); a seal is never touched again, and notes of keys only grow. Whatever else the two
 * do not agree on is a fault that is told, and both stay as they are. Tests: places.test.ts, places-attacked.test.ts.
 */
import { readdirSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RetentionRule } from '../../policy/retention-rule.ts';
import { KEY_NOTES_FILE } from '../../recording/key-notes.ts';
import { packNumbers } from '../../recording/piece.ts';
import { sealedName, sealName } from '../../recording/segment-name.ts';
import { placesOf } from '../../retention/places-of.ts';
import { segmentFiles } from '../../segments/segment-files.ts';
import { type AtPlace, fault, inFolder, NOT_HERE, putOnce, stampOf } from './at-place.ts';
import { Copied } from './copied.ts';
import { copyPack } from './copy-pack.ts';
import { copySegment } from './copy-segment.ts';
import type { CopyFault, Place } from './place.ts';
import { SaidGone } from './said-gone.ts';
import { type TrustedKeys, trustedSeal } from './trusted-seal.ts';

/** What was done. */
export interface Copying {
  /** Files that were put, made longer lived, thinned or removed there. */
  readonly sent: number;
  readonly faults: readonly CopyFault[];
}

/** Copies. */
export class Mirror {
  readonly #folder: string;
  readonly #places: ReadonlyMap<string, Place>;
  readonly #trusted: TrustedKeys;
  readonly #now: () => number;
  readonly #copied: Copied;
  readonly #said: SaidGone;

  constructor(
    folder: string,
    places: ReadonlyMap<string, Place>,
    trusted: TrustedKeys,
    now: () => number = () => Date.now(),
  ) {
    this.#folder = folder;
    this.#places = places;
    this.#trusted = trusted;
    this.#now = now;
    this.#copied = new Copied(folder);
    this.#said = new SaidGone(folder, trusted);
  }

  close(): void {
    this.#copied.close();
  }

  /**
   * Copies all that is to be copied now, and lets go there what may go. All rules that are in force are asked, since those that keep hold back what others let go.
   *
   * @throws {Error} a place does not take a file, or is not configured; what is left is tried again
   */
  async copy(rules: readonly RetentionRule[]): Promise<Copying> {
    const missing = rules.find(({ place }) => place !== undefined && !this.#places.has(place));
    if (missing !== undefined)
      throw new Error(`\`${missing.id}\` names a place \`${missing.place}\` that \`journal.places\` does not have`);
    await this.#removeScratch();
    const faults: CopyFault[] = [];
    const onFault = (found: CopyFault) => faults.push(found);
    await this.#judge(rules, onFault);
    let sent = 0;
    const nowMs = this.#now();
    const shared = { folder: this.#folder, copied: this.#copied, said: this.#said, trusted: this.#trusted };
    for (const [name, place] of this.#places)
      await this.#copyTo({ ...shared, name, place, rules, nowMs, onFault, onSent: () => sent++ });
    return { sent, faults };
  }

  /** Finds where segments belong of which that was not found under these rules. */
  async #judge(rules: readonly RetentionRule[], onFault: (fault: CopyFault) => void): Promise<void> {
    const placing = rules.filter(({ place }) => place !== undefined);
    const said = JSON.stringify(placing);
    for (const { number, form } of segmentFiles(this.#folder)) {
      if (form !== 'sealed' || this.#copied.isJudged(number, said)) continue;
      const file = sealName(number);
      const seal = trustedSeal(this.#folder, number, this.#trusted);
      if (typeof seal === 'string') {
        onFault({ place: '', file, why: `it is not copied, since no key of this journal signed it: ${seal}` });
        continue;
      }
      try {
        this.#copied.judged(number, said, await placesOf(this.#folder, seal, placing), seal);
      } catch (error) {
        onFault({ place: '', file: sealedName(number), why: `it is not copied: ${(error as Error).message}` });
      }
    }
  }

  async #copyTo(at: AtPlace): Promise<void> {
    const segments = this.#copied.segmentsAt(at.name);
    if (segments.length === 0) return;
    const newest = packNumbers(readdirSync(this.#folder)).at(-1) ?? 0;
    const packs = new Map<number, number>();
    for (const segment of segments) {
      await copySegment(at, segment);
      const { packFrom, packTo, until } = segment;
      // One that is being written is not yet among them.
      for (let pack = packFrom; pack > 0 && pack <= packTo && pack < newest; pack++)
        packs.set(pack, Math.max(packs.get(pack) ?? 0, until));
    }
    for (const [pack, until] of packs) await copyPack(at, pack, until, segments);
    await copyNotes(at);
  }

  /** What a crash left of looking at what is there. */
  async #removeScratch(): Promise<void> {
    for (const name of await readdir(this.#folder))
      if (/^places-[A-Za-z0-9]{6}$/.test(name)) await rm(join(this.#folder, name), { recursive: true, force: true });
  }
}

/** Notes of keys are only added to. */
async function copyNotes(at: AtPlace): Promise<void> {
  const stamp = stampOf(at.folder, KEY_NOTES_FILE);
  const before = at.copied.file(at.name, KEY_NOTES_FILE);
  if (stamp === NOT_HERE) {
    if (before !== undefined) fault(at, KEY_NOTES_FILE, 'it is not here any more');
    return;
  }
  if (before?.stamp === stamp) return;
  if ((await putOnce(at, KEY_NOTES_FILE, 0)) === 'other' && !(await addNotes(at))) return;
  at.copied.keep(at.name, KEY_NOTES_FILE, { stamp, until: 0, againAt: 0 });
}

/** Whether the place has the notes of here now: those that it had, and more. */
async function addNotes(at: AtPlace): Promise<boolean> {
  return inFolder(at.folder, async (scratch) => {
    const there = join(scratch, KEY_NOTES_FILE);
    if (!(await at.place.fetch(KEY_NOTES_FILE, there))) return false;
    const [mine, theirs] = await Promise.all([readFile(join(at.folder, KEY_NOTES_FILE)), readFile(there)]);
    if (!mine.subarray(0, theirs.length).equals(theirs)) {
      fault(at, KEY_NOTES_FILE, 'the place has notes that are not here');
      return false;
    }
    await at.place.replace(KEY_NOTES_FILE, join(at.folder, KEY_NOTES_FILE), 0);
    at.onSent();
    return true;
  });
}
