/*
 * A journal read on from a place, segment by segment, each line checked against the chain before anyone sees its event. Whoever keeps a place may come back after any
 * time: what is there goes on, and where it does not, it is said how.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { ChainFault, ChainHead } from '../recording/chain.ts';
import { type RecordedEvent, readChain } from '../recording/read-chain.ts';
import { readSegmentFile, sealOf, segmentFiles } from '../segments/segment-files.ts';

/** Behind which line of a journal somebody is. */
export interface Place extends ChainHead {
  readonly segment: number;
  /** Where the next line begins in that segment. */
  readonly byte: number;
}

/** Events that follow one another in one segment; none, where those up to `to` are gone. */
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
    const { segment, byte, previous, afterSeq, gone } = next;
    if (gone !== undefined) {
      const to: Place = { segment, byte: 0, ...gone };
      yield { events: [], segment, byte, from: place, to };
      place = to;
      continue;
    }
    const chunks = readSegmentFile(folder, segment, byte);
    try {
      const reading = readChain(chunks, previous);
      let step = await reading.next();
      for (; !step.done; step = await reading.next()) {
        const last = step.value.at(-1) as RecordedEvent;
        if (last.seq <= afterSeq) continue;
        const to: Place = { segment, byte: byte + last.byte + last.line.length + 1, seq: last.seq, hash: last.hash };
        yield { events: step.value.filter(({ seq }) => seq > afterSeq), segment, byte, from: place, to };
        place = to;
      }
      const { fault, head, bytes } = step.value;
      const end = endAfter(fault?.kind, folder, segment);
      if (end !== undefined) return end;
      if (head.seq <= (place?.seq ?? 0)) continue;
      const to: Place = { segment, byte: byte + bytes, seq: head.seq, hash: head.hash };
      yield { events: [], segment, byte, from: place, to };
      place = to;
    } finally {
      await chunks.return(undefined);
    }
  }
}

/** Undefined where the next segment goes on. */
function endAfter(fault: ChainFault['kind'] | undefined, folder: string, segment: number): ReadEnd | undefined {
  if (fault === undefined) return undefined;
  // A line that is not whole at the end of the last segment is what a gateway is writing, or was when it ended.
  const isBeingWritten = fault === 'unfinished' && segmentFiles(folder).at(-1)?.number === segment;
  return isBeingWritten ? 'end' : 'broken';
}

interface Next {
  readonly segment: number;
  readonly byte: number;
  readonly previous: ChainHead | undefined;
  /** What up to here it has is known. */
  readonly afterSeq: number;
  /** Where it ends, of a segment whose events are all gone. */
  readonly gone?: ChainHead;
}

function nextOf(folder: string, place: Place | undefined): Next | 'end' | 'gone' {
  const files = segmentFiles(folder);
  const wholly = (number: number, previous: ChainHead | undefined): Next => {
    const seal = files.find((file) => file.number === number)?.form === 'gone' ? sealOf(folder, number) : undefined;
    const gone = seal === undefined ? {} : { gone: { seq: seal.to, hash: seal.chain } };
    return { segment: number, byte: 0, previous, afterSeq: 0, ...gone };
  };
  const [first] = files;
  if (place === undefined) return first === undefined ? 'end' : wholly(first.number, undefined);
  const previous = { seq: place.seq, hash: place.hash };
  const later = files.find(({ number }) => number > place.segment);
  const here = files.find(({ number }) => number === place.segment);
  const bytes = here?.form === 'plain' ? sizeOf(join(folder, here.name)) : undefined;
  if (bytes !== undefined && bytes > place.byte)
    return { segment: place.segment, byte: place.byte, previous, afterSeq: 0 };
  if (bytes !== undefined && bytes < place.byte) return 'gone';
  const seal = here === undefined || bytes !== undefined ? undefined : sealOf(folder, place.segment);
  // A segment that was sealed meanwhile: its lines may lie elsewhere in it now, so that it is read again from its beginning.
  if (seal !== undefined && place.seq < seal.to)
    return here?.form === 'gone'
      ? wholly(place.segment, previous)
      : { segment: place.segment, byte: 0, previous: undefined, afterSeq: place.seq };
  if (later !== undefined) return wholly(later.number, previous);
  return here === undefined ? 'gone' : 'end';
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
