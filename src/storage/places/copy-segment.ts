/*
 * A sealed segment and its seal at a place. Nothing that is there is ever overwritten with what is here: what rules let go is taken out of the place's own copy, once signed
 * lines of the journal say so, and only as far as no rule in force still keeps it. Whatever else differs is a fault, and both stay.
 */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clipRanges, coversRange, mergeRanges, type Ranges, withoutRanges } from '../../recording/ranges.ts';
import type { Seal } from '../../recording/seal.ts';
import { sealedName, sealName } from '../../recording/segment-name.ts';
import type { Line } from '../../retention/segment-lines.ts';
import { stillKept } from '../../retention/still-kept.ts';
import { readSigned } from '../../segments/read-signed.ts';
import { systemDisk } from '../disk.ts';
import { thinSegment } from '../retention/thin-segment.ts';
import { type AtPlace, fault, inFolder, keepLonger, NOT_HERE, putOnce, stampOf } from './at-place.ts';
import type { PlacedSegment } from './copied.ts';
import { trustedSeal } from './trusted-seal.ts';

/** What a rule in force still keeps at the place is asked about again after so long. */
const AGAIN_MS = 86_400_000;

/** Copies, or lets go there. @throws {Error} the place does not take a file */
export async function copySegment(at: AtPlace, { number, until }: PlacedSegment): Promise<void> {
  const [file, sealFile] = [sealedName(number), sealName(number)];
  if (!(await isSealThere(at, sealFile, until))) return;
  const stamp = stampOf(at.folder, file);
  const before = at.copied.file(at.name, file);
  const keep = (againAt: number) => at.copied.keep(at.name, file, { stamp, until, againAt });
  if (before === undefined) {
    // Gone before it was copied.
    if (stamp === NOT_HERE) return;
    const put = await putOnce(at, file, until);
    if (put !== 'other') return keep(0);
  } else {
    const isDue = before.againAt !== 0 && before.againAt <= at.nowMs;
    if (before.until < until) await keepLonger(at, file, until);
    if (before.stamp === stamp && !isDue) {
      if (before.until < until) keep(before.againAt);
      return;
    }
  }
  const again = await letGo(at, number, until);
  if (again !== undefined) keep(again);
}

/** Whether the place has this very seal, which is never changed or removed there. */
async function isSealThere(at: AtPlace, file: string, until: number): Promise<boolean> {
  const stamp = stampOf(at.folder, file);
  const before = at.copied.file(at.name, file);
  if (stamp === NOT_HERE) {
    fault(at, file, 'it is not here any more');
    return false;
  }
  const isKnown = before?.stamp === stamp;
  if (isKnown && before.until < until) await keepLonger(at, file, until);
  if (!isKnown && (await putOnce(at, file, until)) === 'other') {
    fault(at, file, 'the place has another seal of this segment');
    return false;
  }
  at.copied.keep(at.name, file, { stamp, until, againAt: 0 });
  return true;
}

/** Takes out of the place's copy what may go. When the two are to be looked at again, 0: never; undefined: they are not brought together now. */
async function letGo(at: AtPlace, number: number, until: number): Promise<number | undefined> {
  const file = sealedName(number);
  const seal = trustedSeal(at.folder, number, at.trusted);
  if (typeof seal === 'string') return void fault(at, file, `its seal does not hold: ${seal}`);
  await at.said.read();
  const isHere = stampOf(at.folder, file) !== NOT_HERE;
  const goneHere = isHere ? await goneIn(at.folder, seal) : [[seal.from, seal.to] as const];
  if (goneHere === undefined) return void fault(at, file, 'what is here is not what was signed');
  const isSaid = (ranges: Ranges) => goneHere.every(([from, to]) => coversRange(ranges, from, to));
  if (!isSaid(at.said.coming.events))
    return void fault(at, file, 'events of it are not here, and no event says that a rule let all of them go');
  // The word is on its way to be signed.
  if (!isSaid(at.said.signed.events)) return undefined;
  return inFolder(at.folder, async (scratch) => {
    const there = join(scratch, file);
    if (!(await at.place.fetch(file, there))) {
      if (isHere && (await at.place.create(file, join(at.folder, file), until))) at.onSent();
      return 0;
    }
    await copyFile(join(at.folder, sealName(number)), join(scratch, sealName(number)));
    return thinThere(at, seal, scratch, until);
  });
}

/** `scratch` has the place's copy, and its seal. */
async function thinThere(at: AtPlace, seal: Seal, scratch: string, until: number): Promise<number | undefined> {
  const file = sealedName(seal.segment);
  const lines: Line[] = [];
  const goneThere: (readonly [number, number])[] = [];
  const isSigned = await readSigned(scratch, seal, {
    onEvent: ({ seq, event, line }) => lines.push({ seq, bytes: line.length + 1, event }),
    onGone: ({ from, to }) => goneThere.push([from, to]),
  });
  if (!isSigned) return void fault(at, file, 'what the place has is not what was signed');
  const said = clipRanges(at.said.signed.events, seal.from, seal.to);
  const held = clipped(stillKept(lines, at.rules, at.nowMs).events, said);
  const going = withoutRanges(withoutRanges(said, held), mergeRanges(goneThere));
  if (going.length > 0) {
    if (coversRange(mergeRanges([...going, ...goneThere]), seal.from, seal.to)) await at.place.remove(file);
    else {
      await thinSegment(systemDisk, scratch, seal.segment, mergeRanges(going));
      await at.place.replace(file, join(scratch, file), until);
    }
    at.onSent();
  }
  return held.length > 0 ? at.nowMs + AGAIN_MS : 0;
}

function clipped(ranges: Ranges, to: Ranges): Ranges {
  return ranges.flatMap(([from, end]) => clipRanges(to, from, end));
}

/** The events that a segment lacks; undefined where it is not what was signed. */
async function goneIn(folder: string, seal: Seal): Promise<Ranges | undefined> {
  const gone: (readonly [number, number])[] = [];
  const isSigned = await readSigned(folder, seal, { onGone: ({ from, to }) => gone.push([from, to]) });
  return isSigned ? mergeRanges(gone) : undefined;
}
