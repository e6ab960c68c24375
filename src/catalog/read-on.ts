/*
 * A journal read on from a place, segment by segment, each line checked against the chain before anyone sees its event. Whoever keeps a place may come back after any
 * time: what is there goes on, and where it does not, it is said how.
 */
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ChainFault, ChainHead } from '../recording/chain.ts';
import { type RecordedEvent, readChain } from '../recording/read-chain.ts';
import { segmentName, segmentNumbers } from '../recording/segment-name.ts';

/** Behind which line of a journal somebody is. */
export interface Place extends ChainHead {
  readonly segment: number;
  /** Where the next line begins in that segment. */
  readonly byte: number;
}

/** Events that follow one another in one segment. */
export interface Batch {
  readonly events: readonly RecordedEvent[];
  readonly segment: number;
  /** Where in the segment reading began; places of events count from there. */
  readonly byte: number;
  readonly from: Place | undefined;
  readonly to: Place;
}

/**
 * Why reading ended: there is no more, for now; the segment is not there any more, or shorter than it was; the chain does not go on from that place.
 */
export type ReadEnd = 'end' | 'gone' | 'broken';

/** Reads on from a place, or from the first segment that is there. */
export async function* readOn(folder: string, start: Place | undefined): AsyncGenerator<Batch, ReadEnd> {
  let place = start;
  for (;;) {
    const next = nextOf(folder, place);
    if (next === 'end' || next === 'gone') return next;
    const { segment, byte, previous } = next;
    const chunks = createReadStream(join(folder, segmentName(segment)), { start: byte, highWaterMark: 256 * 1024 });
    try {
      const reading = readChain(chunks, previous);
      let step = await reading.next();
      for (; !step.done; step = await reading.next()) {
        const last = step.value.at(-1) as RecordedEvent;
        const to: Place = { segment, byte: byte + last.byte + last.line.length + 1, seq: last.seq, hash: last.hash };
        yield { events: step.value, segment, byte, from: place, to };
        place = to;
      }
      const end = endAfter(step.value.fault?.kind, folder, segment);
      if (end !== undefined) return end;
    } finally {
      chunks.destroy();
    }
  }
}

/** Undefined where the next segment goes on. */
function endAfter(fault: ChainFault['kind'] | undefined, folder: string, segment: number): ReadEnd | undefined {
  if (fault === undefined) return undefined;
  // A line that is not whole at the end of the last segment is what a gateway is writing, or was when it ended.
  const isBeingWritten = fault === 'unfinished' && segmentNumbers(readdirSync(folder)).at(-1) === segment;
  return isBeingWritten ? 'end' : 'broken';
}

interface Next {
  readonly segment: number;
  readonly byte: number;
  readonly previous: ChainHead | undefined;
}

function nextOf(folder: string, place: Place | undefined): Next | 'end' | 'gone' {
  const numbers = segmentNumbers(readdirSync(folder));
  if (place === undefined) {
    const [first] = numbers;
    return first === undefined ? 'end' : { segment: first, byte: 0, previous: undefined };
  }
  const previous = { seq: place.seq, hash: place.hash };
  const later = numbers.find((number) => number > place.segment);
  const bytes = numbers.includes(place.segment) ? statSync(join(folder, segmentName(place.segment))).size : undefined;
  if (bytes !== undefined && bytes > place.byte) return { segment: place.segment, byte: place.byte, previous };
  if (bytes !== undefined && bytes < place.byte) return 'gone';
  if (later !== undefined) return { segment: later, byte: 0, previous };
  return bytes === undefined ? 'gone' : 'end';
}
