import { setTimeout } from 'node:timers/promises';
import type { Event } from '../recording/event.ts';
import type { Gone } from '../recording/gone.ts';
import { type RecordedEvent, readChain } from '../recording/read-chain.ts';
import { type JournalEnd, readSegments } from '../recording/read-segments.ts';
import { readFrom, segmentsOf } from './journal-files.ts';

/** Limit: how often, and after which pause, an unfinished last line is looked at again: a running gateway may be in the middle of writing it. */
const LAST_LINE_TRIES_MAX = 5;
const LAST_LINE_PAUSE_MS = 50;

/**
 * Gives every event of the journal that holds to `take`, in order, one chunk in memory at a time, and returns where it ends.
 *
 * Events that a rule has let go are told to `onGone`, between those that are there. A last line that is unfinished, and stays so, is a fault like any other: it was torn by a crash, or cut.
 *
 * @throws {CliError} a file cannot be read
 */
export async function readJournal(
  folder: string,
  take: Take,
  onGone: (gone: Gone) => void = () => {},
): Promise<JournalEnd> {
  const segments = segmentsOf(folder);
  let end = await drain(readSegments(segments, onGone), take);
  for (let tries = 0; isLastLine(end, segments.at(-1)?.name) && tries < LAST_LINE_TRIES_MAX; tries++) {
    await setTimeout(LAST_LINE_PAUSE_MS);
    const { fault, head } = end;
    if (fault === undefined) break;
    const more = await drain(
      readChain(readFrom(folder, fault.segment, fault.byte), head.seq === 0 ? undefined : head),
      take,
    );
    const line = fault.line + more.lines;
    const next = more.fault ?? (more.lines === 0 ? fault.fault : undefined);
    const isBeingWritten = more.lines > 0 && next?.kind === 'unfinished';
    end = {
      ...end,
      head: more.lines > 0 ? more.head : head,
      lines: end.lines + more.lines,
      bytes: end.bytes + more.bytes,
      fault:
        next === undefined || isBeingWritten
          ? undefined
          : { segment: fault.segment, line, byte: fault.byte + more.bytes, fault: next },
    };
  }
  return end;
}

function isLastLine({ fault }: JournalEnd, last: string | undefined): boolean {
  return fault !== undefined && fault.segment === last && fault.fault.kind === 'unfinished';
}

/** Takes an event; what it returns is waited for. */
export type Take = (event: Event, seq: number, line: Buffer, hash: string) => Promise<void> | undefined | void;

async function drain<End>(reader: AsyncGenerator<readonly RecordedEvent[], End>, take: Take): Promise<End> {
  for (let step = await reader.next(); ; step = await reader.next()) {
    if (step.done) return step.value;
    for (const { event, seq, line, hash } of step.value) {
      const taking = take(event, seq, line, hash);
      if (taking !== undefined) await taking;
    }
  }
}

/** Where and how a journal does not hold, in one sentence without a final stop. */
export function faultSentence({ fault, lines }: JournalEnd): string {
  if (fault === undefined) return '';
  const place = `${fault.segment}, line ${fault.line} (byte ${fault.byte})`;
  const before = `the ${lines} line${lines === 1 ? '' : 's'} before it hold`;
  switch (fault.fault.kind) {
    case 'gap':
      return `${place}: event ${fault.fault.seqFound} follows event ${fault.fault.seqExpected - 1}, those between are missing; ${before}`;
    case 'altered':
      return `${place}: these are not the bytes that were written as event ${fault.fault.seqExpected}; ${before}`;
    case 'damaged':
      return `${place}: ${fault.fault.why}; event ${fault.fault.seqExpected} is the first that cannot be read; ${before}`;
    case 'unfinished':
      return `${place}: the line is unfinished, torn by a crash or cut (a gateway that starts here sets it aside and records that); ${before}`;
  }
}
