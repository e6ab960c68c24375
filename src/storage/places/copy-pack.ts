/*
 * A closed pack at a place: as with segments, what goes there is taken out of the place's own copy. A piece stays while any event names it, here or at the place, that rules
 * have not let go of, or whose pieces a rule in force still keeps; and what events here name has to be here as it is there.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PieceError, readPiece } from '../../catalog/read-pieces.ts';
import { type PieceRef, packName, parseList } from '../../recording/piece.ts';
import { isInRanges } from '../../recording/ranges.ts';
import { readChain } from '../../recording/read-chain.ts';
import { sealedName } from '../../recording/segment-name.ts';
import type { Line } from '../../retention/segment-lines.ts';
import { stillKept } from '../../retention/still-kept.ts';
import { readSigned } from '../../segments/read-signed.ts';
import { readSegmentFile, segmentFiles } from '../../segments/segment-files.ts';
import { type KeptFrames, thinPack } from '../retention/thin-pack.ts';
import { type AtPlace, fault, inFolder, keepLonger, NOT_HERE, putOnce, stampOf } from './at-place.ts';
import type { PlacedSegment } from './copied.ts';
import { trustedSeal } from './trusted-seal.ts';

/** What cannot be told yet is asked again after so long. */
const SOON_MS = 600_000;
const AGAIN_MS = 86_400_000;

/** Copies, or lets go there. @throws {Error} the place does not take a file, or a segment here does not hold */
export async function copyPack(
  at: AtPlace,
  pack: number,
  until: number,
  segments: readonly PlacedSegment[],
): Promise<void> {
  const file = packName(pack);
  const stamp = stampOf(at.folder, file);
  const before = at.copied.file(at.name, file);
  const keep = (againAt: number) => at.copied.keep(at.name, file, { stamp, until, againAt });
  if (before === undefined) {
    if (stamp === NOT_HERE) return;
    if ((await putOnce(at, file, until)) !== 'other') return keep(0);
  } else {
    const isDue = before.againAt !== 0 && before.againAt <= at.nowMs;
    if (before.until < until) await keepLonger(at, file, until);
    if (before.stamp === stamp && !isDue) {
      if (before.until < until) keep(before.againAt);
      return;
    }
  }
  const again = await inFolder(at.folder, (scratch) => letGo(at, pack, until, { segments, scratch }));
  if (again !== undefined) keep(again);
}

/** Of what it may name nothing goes. */
class NotSigned extends Error {
  constructor(segment: number) {
    super(`segment ${segment} is not what was signed`);
  }
}

interface There {
  readonly segments: readonly PlacedSegment[];
  readonly scratch: string;
}

async function letGo(at: AtPlace, pack: number, until: number, { segments, scratch }: There) {
  const file = packName(pack);
  const there = join(scratch, file);
  await at.said.read();
  if (!(await at.place.fetch(file, there))) {
    if (stampOf(at.folder, file) !== NOT_HERE && (await at.place.create(file, join(at.folder, file), until)))
      at.onSent();
    return 0;
  }
  const named = new Named(at.folder, scratch, pack);
  try {
    await namedThere(at, segments, scratch, named);
    await namedHere(at, named);
    // What events here name that nothing has let go has to be here too.
    const wrong = await firstOther(join(at.folder, file), there, named.owed);
    if (wrong !== undefined) return void fault(at, file, `the piece at byte ${wrong} is not the same here and there`);
    const { size } = await stat(there);
    const kept: KeptFrames = new Map([...named.kept].filter(([byte, bytes]) => byte + bytes <= size));
    const whole = await digestOf(there);
    thinPack(scratch, pack, kept);
    if (kept.size === 0) await at.place.remove(file);
    else if (whole.equals(await digestOf(there))) return againAt(at, named);
    else await at.place.replace(file, there, until);
    at.onSent();
    return againAt(at, named);
  } catch (error) {
    if (!(error instanceof PieceError || error instanceof NotSigned)) throw error;
    return void fault(at, file, `what of it is named cannot be told: ${error.message}`);
  }
}

function againAt({ nowMs }: AtPlace, { isComing, isHeld }: Named): number {
  if (isComing) return nowMs + SOON_MS;
  return isHeld ? nowMs + AGAIN_MS : 0;
}

async function digestOf(path: string): Promise<Buffer> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer);
  return digest.digest();
}

/** Takes up what events at the place name, where the place has more of a segment than there is here. */
async function namedThere(at: AtPlace, segments: readonly PlacedSegment[], scratch: string, named: Named) {
  for (const { number, packFrom, packTo } of segments) {
    if (named.pack < packFrom || named.pack > packTo) continue;
    const file = sealedName(number);
    const isAsHere = at.copied.file(at.name, file)?.againAt === 0 && stampOf(at.folder, file) !== NOT_HERE;
    if (isAsHere || !(await at.place.fetch(file, join(scratch, file)))) continue;
    const seal = trustedSeal(at.folder, number, at.trusted);
    if (typeof seal === 'string') throw new NotSigned(number);
    const lines: Line[] = [];
    const isSigned = await readSigned(scratch, seal, {
      onEvent: ({ seq, event, line }) => lines.push({ seq, bytes: line.length, event }),
    });
    if (!isSigned) throw new NotSigned(number);
    await named.take(lines, at);
  }
}

/** Takes up what events here name. */
async function namedHere(at: AtPlace, named: Named): Promise<void> {
  for (const { number, form } of segmentFiles(at.folder)) {
    if (form === 'gone') continue;
    const lines: Line[] = [];
    const take = ({ seq, event, line }: { seq: number; event: Line['event']; line: Buffer }) =>
      lines.push({ seq, bytes: line.length, event });
    if (form === 'sealed') {
      const seal = trustedSeal(at.folder, number, at.trusted);
      if (typeof seal !== 'string' && (named.pack < seal.packFrom || named.pack > seal.packTo)) continue;
      if (typeof seal === 'string' || !(await readSigned(at.folder, seal, { onEvent: take })))
        throw new NotSigned(number);
    } else {
      const reading = readChain(readSegmentFile(at.folder, number));
      for (let step = await reading.next(); !step.done; step = await reading.next()) step.value.forEach(take);
    }
    await named.take(lines, at, true);
  }
}

/** Where frames of a pack lie that are named. */
class Named {
  readonly pack: number;
  /** Those that stay at the place. */
  readonly kept = new Map<number, number>();
  /** Those that have to be here. */
  readonly owed = new Map<number, number>();
  /** Whether words that are not signed yet let anything of it go. */
  isComing = false;
  /** Whether rules in force keep anything of it that was let go. */
  isHeld = false;
  readonly #folders: readonly string[];

  constructor(folder: string, scratch: string, pack: number) {
    this.#folders = [folder, scratch];
    this.pack = pack;
  }

  /** @throws {PieceError} a list is not what was kept */
  async take(lines: readonly Line[], { said, rules, nowMs }: AtPlace, areHere = false): Promise<void> {
    const { bodies } = stillKept(lines, rules, nowMs);
    for (const { seq, event } of lines) {
      if (event.type !== 'exchange.recorded') continue;
      const isLetGo = isInRanges(said.signed.bodies, seq) || isInRanges(said.signed.events, seq);
      const isHeldHere = isLetGo && isInRanges(bodies, seq);
      if (isLetGo && !isHeldHere) continue;
      const isComing = isInRanges(said.coming.bodies, seq) || isInRanges(said.coming.events, seq);
      const isOwed = areHere && !isComing;
      let isNamed = false;
      for (const [pack, byte, bytes] of await this.#refsOf(event.pieces, event.isList === true)) {
        if (pack !== this.pack) continue;
        isNamed = true;
        this.kept.set(byte, bytes);
        if (isOwed) this.owed.set(byte, bytes);
      }
      if (!isNamed) continue;
      this.isHeld ||= isHeldHere;
      this.isComing ||= isComing && !isLetGo;
    }
  }

  /** @throws {PieceError} a list is not what was kept */
  async #refsOf(pieces: readonly PieceRef[], areLists: boolean): Promise<readonly PieceRef[]> {
    if (!areLists) return pieces;
    const refs: PieceRef[] = [...pieces];
    for (const ref of pieces) refs.push(...parseList(await this.#read(ref)));
    return refs;
  }

  async #read(ref: PieceRef): Promise<Buffer> {
    const [here, there] = this.#folders as [string, string];
    return readPiece(here, ref).catch(() => readPiece(there, ref));
  }
}

/** Where the first of these frames begins that the two do not have alike. */
async function firstOther(
  here: string,
  there: string,
  frames: ReadonlyMap<number, number>,
): Promise<number | undefined> {
  if (frames.size === 0) return undefined;
  const a = await open(here).catch(() => undefined);
  const b = await open(there);
  try {
    for (const [byte, bytes] of frames) {
      const [mine, theirs] = [Buffer.alloc(bytes), Buffer.alloc(bytes)];
      const read = await Promise.all([a?.read(mine, 0, bytes, byte), b.read(theirs, 0, bytes, byte)]);
      if (read[0]?.bytesRead !== bytes || !mine.equals(theirs)) return byte;
    }
    return undefined;
  } finally {
    await a?.close();
    await b.close();
  }
}
