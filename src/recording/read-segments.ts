import { CHAIN_START, type ChainFault, type ChainHead } from './chain.ts';
import type { Gone } from './gone.ts';
import { type RecordedEvent, readChain, type SegmentEnd } from './read-chain.ts';

/** A segment to be read, or what stays of one whose events are all gone. */
export type SegmentSource =
  | { readonly name: string; readonly chunks: AsyncIterable<Uint8Array> }
  | { readonly name: string; readonly gone: Gone };

/** The exact place where a journal does not hold. */
export interface JournalFault {
  readonly segment: string;
  /** Counted from 1. */
  readonly line: number;
  /** Where that line begins, counted from 0. */
  readonly byte: number;
  readonly fault: ChainFault;
}

/** Where reading a journal came to its end. */
export interface JournalEnd {
  /** The last line that holds. */
  readonly head: ChainHead;
  readonly segments: number;
  readonly lines: number;
  readonly bytes: number;
  readonly fault: JournalFault | undefined;
}

/**
 * The events of a journal in order, checked as one chain over all its segments, ending at the first line that does not hold.
 *
 * The first segment's own word is taken for what came before it: older ones may have been moved away.
 */
export async function* readSegments(
  segments: Iterable<SegmentSource>,
  onGone: (gone: Gone) => void = () => {},
): AsyncGenerator<readonly RecordedEvent[], JournalEnd> {
  let head: ChainHead | undefined;
  let read = 0;
  let lines = 0;
  let bytes = 0;
  for (const segment of segments) {
    const { name } = segment;
    const end = 'chunks' in segment ? yield* readChain(segment.chunks, head, onGone) : passGone(segment.gone, head);
    if ('gone' in segment && end.fault === undefined) onGone(segment.gone);
    read += 1;
    lines += end.lines;
    bytes += end.bytes;
    const isEmpty = end.lines === 0 && end.fault === undefined;
    const fault = isEmpty ? ({ kind: 'unfinished', seqExpected: (head?.seq ?? 0) + 1 } as const) : end.fault;
    head = end.lines === 0 ? head : end.head;
    if (fault !== undefined) {
      return {
        head: head ?? CHAIN_START,
        segments: read,
        lines,
        bytes,
        fault: { segment: name, line: end.lines + 1, byte: end.bytes, fault },
      };
    }
  }
  return { head: head ?? CHAIN_START, segments: read, lines, bytes, fault: undefined };
}

function passGone(gone: Gone, head: ChainHead | undefined): SegmentEnd {
  const seqExpected = head === undefined ? gone.from : head.seq + 1;
  const isNext = gone.from === seqExpected;
  return {
    head: isNext ? { seq: gone.to, hash: gone.chain } : (head ?? CHAIN_START),
    bytes: 0,
    lines: isNext ? 1 : 0,
    fault: isNext ? undefined : { kind: 'gap', seqExpected, seqFound: gone.from },
  };
}
