/*
 * What is on the disk when a gateway starts.
 *
 * A crash leaves at most the last segment unfinished: a segment is synced before the next one is made, and a segment's opening lines before
 * anything else is written to it. What a crash can leave behind the last whole line is a line that was cut off, or pages that were never written
 * and read as zeros. That much is set aside (kept, not deleted) and the journal goes on. Anything else is no crash: the gateway then refuses to
 * start and names the place, since going on would hide it.
 */
import { join } from 'node:path';
import { CHAIN_START, type ChainHead } from '../recording/chain.ts';
import { trackOpen } from '../recording/open-exchanges.ts';
import { readChain, type SegmentEnd } from '../recording/read-chain.ts';
import { sealNumbers, segmentName, segmentNumbers } from '../recording/segment-name.ts';
import type { ExchangeId, SessionId } from '../std/ids.ts';
import type { Disk } from './disk.ts';
import { JournalError } from './journal-error.ts';
import { sealOn } from './sealing/seal-on.ts';
import { asideName, cutTail } from './set-aside.ts';

interface LastSegment {
  readonly segment: number;
  readonly bytes: number;
  readonly isOurs: boolean;
  /** When it was begun. */
  readonly openedAt: number;
}

/** Where the journal goes on. */
export interface Recovered {
  readonly head: ChainHead;
  /** The last segment, its size, and whether it is of this format: one of an older format is not gone on with. Undefined in an empty folder. */
  readonly last: LastSegment | undefined;
  readonly open: ReadonlyMap<ExchangeId, SessionId>;
  readonly tornBytes: number;
  /** Names of files in the folder that hold what was cut off. */
  readonly setAside: readonly string[];
}

/**
 * The state of the folder, after what a crash left has been set aside.
 *
 * @throws {JournalError} the last segment holds what no crash leaves
 */
export async function recover(disk: Disk, folder: string, nowMs: number): Promise<Recovered> {
  const setAside: string[] = [];
  let tornBytes = 0;
  const names = await disk.list(folder);
  for (const segment of [...segmentNumbers(names)].reverse()) {
    const name = segmentName(segment);
    const path = join(folder, name);
    const { end, open, isOpened, isOurs, openedAt } = await replay(disk, path);
    const fileBytes = (await disk.stat(path)).bytes;
    if (end.fault !== undefined && !(await isTorn(disk, path, end.bytes))) throw damaged(path, end);
    const torn = fileBytes - end.bytes;
    tornBytes += isOpened ? torn : fileBytes;
    const aside = asideName(segment, nowMs);
    if (!isOpened) {
      await disk.rename(path, join(folder, aside));
      setAside.push(aside);
      continue;
    }
    if (torn > 0) {
      await cutTail(disk, path, end.bytes, join(folder, aside));
      setAside.push(aside);
    }
    return { head: end.head, last: { segment, bytes: end.bytes, isOurs, openedAt }, open, tornBytes, setAside };
  }
  const sealed = sealNumbers(names).at(-1);
  if (sealed === undefined) return { head: CHAIN_START, last: undefined, open: new Map(), tornBytes, setAside };
  // A sealed segment is not gone on with.
  const { to, chain } = await sealOn(disk, folder, sealed);
  const last = { segment: sealed, bytes: 0, isOurs: false, openedAt: nowMs };
  return { head: { seq: to, hash: chain }, last, open: new Map(), tornBytes, setAside };
}

interface Replayed {
  readonly end: SegmentEnd;
  readonly open: ReadonlyMap<ExchangeId, SessionId>;
  /** All opening lines are there; until then nothing else has been written to the segment. */
  readonly isOpened: boolean;
  readonly isOurs: boolean;
  readonly openedAt: number;
}

async function replay(disk: Disk, path: string): Promise<Replayed> {
  const open = new Map<ExchangeId, SessionId>();
  let isOurs = false;
  let openedAt = 0;
  let carriedMissing = Number.POSITIVE_INFINITY;
  const events = readChain(disk.read(path, 0));
  for (let step = await events.next(); ; step = await events.next()) {
    if (step.done) return { end: step.value, open, isOpened: carriedMissing <= 0, isOurs, openedAt };
    for (const { event } of step.value) {
      trackOpen(open, event);
      if (event.type === 'journal.segment') {
        carriedMissing = event.carried;
        openedAt = event.at;
        isOurs = event.format === 'sallyport-journal/2';
      }
      if (event.type === 'journal.carried') carriedMissing -= event.exchanges.length;
    }
  }
}

/** Whether a crash can have left what stands behind the last whole line: no line has an end, or a page of it reads as zeros. */
async function isTorn(disk: Disk, path: string, start: number): Promise<boolean> {
  let hasEnd = false;
  for await (const chunk of disk.read(path, start)) {
    if (chunk.includes(0)) return true;
    hasEnd ||= chunk.includes(10);
  }
  return !hasEnd;
}

function damaged(path: string, end: SegmentEnd): JournalError {
  return new JournalError(
    `journal segment \`${path}\` was altered at line ${end.lines + 1} (byte ${end.bytes}), which no crash explains; ` +
      'keep the folder as evidence, and start with another or an empty one',
  );
}
