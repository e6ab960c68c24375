/*
 * What a plan says goes, once the journal says so on the disk. What is left to do is kept in a file, so that a crash in between is made good: a pack is looked at again
 * later, since what it has may be named by other events, or is too young for that to be known.
 */
import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readPiece } from '../../catalog/read-pieces.ts';
import { PACKS_SHARED_MAX, type PieceRef, packName, packNumbers, parseList } from '../../recording/piece.ts';
import { isInRanges, mergeRanges, type Ranges } from '../../recording/ranges.ts';
import { readChain } from '../../recording/read-chain.ts';
import type { RetentionPlan } from '../../retention/plan-retention.ts';
import { readSegmentFile, type SegmentFile, sealOf, segmentFiles } from '../../segments/segment-files.ts';
import { replaceFile } from '../../std/replace-file.ts';
import { systemDisk } from '../disk.ts';
import { thinPack } from './thin-pack.ts';
import { thinSegment } from './thin-segment.ts';

/** What stays to be done. */
interface Left {
  /** Of these `exchange.recorded` events the pieces may go. */
  readonly bodies: Ranges;
  /** Packs to be looked at. */
  readonly packs: readonly number[];
  /** Segments and events that have to go from them. */
  readonly segments: readonly number[];
  readonly events: Ranges;
}

const NOTHING: Left = { bodies: [], packs: [], segments: [], events: [] };

/** A pack is looked at once the one after which nothing new names it is this old: what passes then has been told by now. */
const SETTLED_MS = 3_600_000;

/** Does what plans say, in a folder. */
export class RetentionWork {
  readonly #folder: string;
  readonly #settledMs: number;
  #left: Left;

  /** @throws {Error} what is left to do cannot be read */
  constructor(folder: string, settledMs = SETTLED_MS) {
    this.#folder = folder;
    this.#settledMs = settledMs;
    this.#left = leftIn(join(folder, LEFT_FILE));
  }

  /** Whether rules have let go what this event names. */
  areBodiesGone(seq: number): boolean {
    return isInRanges(this.#left.bodies, seq);
  }

  /** Takes up a plan whose event is on the disk. */
  async take({ bodies, packs, segments, events }: RetentionPlan): Promise<void> {
    const left = this.#left;
    await this.#keep({
      bodies: mergeRanges([...left.bodies, ...bodies]),
      packs: [...new Set([...left.packs, ...packs])],
      segments: [...new Set([...left.segments, ...segments])],
      events: mergeRanges([...left.events, ...events]),
    });
  }

  /** Does all that can be done now. @throws {Error} of the file system, or a segment is not what was signed: what is left is tried again */
  async work(nowMs: number): Promise<void> {
    for (const segment of this.#left.segments) {
      const isThere = segmentFiles(this.#folder).some(({ number, form }) => number === segment && form === 'sealed');
      if (isThere) await thinSegment(systemDisk, this.#folder, segment, this.#left.events);
    }
    if (this.#left.segments.length > 0) await this.#keep({ ...this.#left, segments: [], events: [] });
    for (const pack of this.#left.packs) {
      if (!(await this.#isSettled(pack, nowMs))) continue;
      thinPack(this.#folder, pack, await this.#namedIn(pack));
      await this.#keep({ ...this.#left, packs: this.#left.packs.filter((other) => other !== pack) });
    }
  }

  /** Whether nothing new names what it has. */
  async #isSettled(pack: number, nowMs: number): Promise<boolean> {
    const packs = packNumbers(await readdir(this.#folder));
    if (pack + PACKS_SHARED_MAX > (packs.at(-1) ?? 0)) return false;
    const next = packs.find((number) => number >= pack + PACKS_SHARED_MAX - 1) as number;
    return statSync(join(this.#folder, packName(next))).mtimeMs + this.#settledMs <= nowMs;
  }

  /** Where in a pack frames lie that an event names whose pieces stay. */
  async #namedIn(pack: number): Promise<ReadonlyMap<number, number>> {
    const named = new Map<number, number>();
    const add = ([number, byte, bytes]: PieceRef) => {
      if (number === pack) named.set(byte, bytes);
    };
    for (const file of segmentFiles(this.#folder)) {
      if (!this.#mayName(file, pack)) continue;
      const reading = readChain(readSegmentFile(this.#folder, file.number));
      for (;;) {
        const step = await reading.next();
        if (step.done) {
          const { fault } = step.value;
          if (fault !== undefined && !(file.form === 'plain' && fault.kind === 'unfinished'))
            throw new Error(`segment ${file.number} does not hold: nothing goes of what it may name`);
          break;
        }
        for (const { seq, event } of step.value) {
          if (event.type !== 'exchange.recorded' || isInRanges(this.#left.bodies, seq)) continue;
          event.pieces.forEach(add);
          if (event.isList !== true) continue;
          for (const ref of event.pieces) parseList(await readPiece(this.#folder, ref)).forEach(add);
        }
      }
    }
    return named;
  }

  #mayName({ number, form }: SegmentFile, pack: number): boolean {
    if (form === 'gone') return false;
    const seal = form === 'sealed' ? sealOf(this.#folder, number) : undefined;
    return seal === undefined || (seal.packFrom <= pack && pack <= seal.packTo);
  }

  async #keep(left: Left): Promise<void> {
    await replaceFile(join(this.#folder, LEFT_FILE), JSON.stringify(left), 0o600);
    this.#left = left;
  }
}

/** In the journal's folder. */
const LEFT_FILE = 'retention.json';

function leftIn(file: string): Left {
  try {
    return { ...NOTHING, ...(JSON.parse(readFileSync(file, 'utf8')) as Partial<Left>) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING;
    throw new Error(`\`${file}\` cannot be read: ${(error as Error).message}`);
  }
}
