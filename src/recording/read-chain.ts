/*
 * Reading a segment back, as it streams in: every line is checked against the chain before anyone sees its event, memory is bounded by one
 * chunk and one line, and how the bytes were cut into chunks changes nothing.
 */
import { CHAIN_START, type ChainFault, type ChainHead, checkLine, LINE_BYTES_MAX } from './chain.ts';
import { EVENT_TYPES, type Event } from './event.ts';
import { type Gone, isGoneLine, parseGone } from './gone.ts';
import { FrameError } from './seekable.ts';

/** An event with its place. */
export interface RecordedEvent {
  readonly seq: number;
  readonly hash: string;
  readonly event: Event;
  /** Where its line begins, counted from where reading began. */
  readonly byte: number;
  /** Its line, without the end; good until the next batch is asked for. */
  readonly line: Buffer;
}

/** Where reading a segment came to its end. */
export interface SegmentEnd {
  /** The last line that holds. */
  readonly head: ChainHead;
  /** Bytes of the lines that hold; whatever the file has behind them is not part of the chain. */
  readonly bytes: number;
  readonly lines: number;
  /** Undefined where the segment is whole. */
  readonly fault: ChainFault | undefined;
}

/**
 * The events of one segment in order, a batch for each chunk, ending at the first line that does not hold.
 *
 * `previous` is the head of the segment before; without it the segment's own word is taken for what came before it. Events that a rule has let go are told to `onGone`,
 * in their place: whether a rule has is for who reads to ask.
 */
export async function* readChain(
  chunks: AsyncIterable<Uint8Array>,
  previous?: ChainHead,
  onGone: (gone: Gone) => void = () => {},
): AsyncGenerator<readonly RecordedEvent[], SegmentEnd> {
  let head = previous;
  let bytes = 0;
  let lines = 0;
  let rest: Buffer = Buffer.alloc(0);
  const end = (fault: ChainFault | undefined): SegmentEnd => ({ head: head ?? CHAIN_START, bytes, lines, fault });
  const seqExpected = () => (head?.seq ?? 0) + 1;
  try {
    for await (const chunk of chunks) {
      const data =
        rest.length === 0
          ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
          : Buffer.concat([rest, chunk]);
      let batch: RecordedEvent[] = [];
      let from = 0;
      for (let to = data.indexOf(10, from); to !== -1; to = data.indexOf(10, from)) {
        const line = data.subarray(from, to);
        const read = readLine(head, line);
        if ('kind' in read) {
          if (batch.length > 0) yield batch;
          return end(read);
        }
        if ('event' in read) batch.push({ ...read.head, event: read.event, byte: bytes, line });
        else {
          // In their place: whoever takes events has those before them.
          if (batch.length > 0) yield batch;
          batch = [];
          onGone(read.gone);
        }
        head = read.head;
        bytes += line.length + 1;
        lines += 1;
        from = to + 1;
      }
      // Copied, since the source may use its chunk again.
      rest = Buffer.from(data.subarray(from));
      if (batch.length > 0) yield batch;
      if (rest.length > LINE_BYTES_MAX) return end({ kind: 'unfinished', seqExpected: seqExpected() });
    }
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return end({ kind: 'damaged', seqExpected: seqExpected(), why: error.message });
  }
  return end(rest.length === 0 ? undefined : { kind: 'unfinished', seqExpected: seqExpected() });
}

/** The event of a line, or those that are gone, with the head after it; or why it does not continue the chain. */
function readLine(
  previous: ChainHead | undefined,
  line: Buffer,
):
  | { readonly head: ChainHead; readonly event: Event }
  | { readonly head: ChainHead; readonly gone: Gone }
  | ChainFault {
  if (isGoneLine(line)) {
    const gone = parseGone(line);
    const seqExpected = (previous?.seq ?? 0) + 1;
    if (gone === undefined) return { kind: 'altered', seqExpected };
    if (previous !== undefined && gone.from > seqExpected) return { kind: 'gap', seqExpected, seqFound: gone.from };
    if (previous !== undefined && gone.from < seqExpected) return { kind: 'altered', seqExpected };
    return { head: { seq: gone.to, hash: gone.chain }, gone };
  }
  const head = checkLine(previous ?? claimedStart(line), line);
  if ('kind' in head) return head;
  const event = decodeEvent(line);
  return event === undefined ? { kind: 'altered', seqExpected: head.seq } : { head, event };
}

/** What the first line of a segment says that it follows; checked by the line's own hash. */
function claimedStart(line: Buffer): ChainHead {
  const event = decodeEvent(line);
  const seq = Number(/^\{"seq":(\d{1,15}),/.exec(line.toString('latin1', 0, 32))?.[1] ?? 0);
  const isStart = event?.type === 'journal.segment' && seq > 0 && /^[0-9a-f]{64}$/.test(event.previous);
  return isStart ? { seq: seq - 1, hash: event.previous } : CHAIN_START;
}

function decodeEvent(line: Buffer): Event | undefined {
  try {
    const event = JSON.parse(line.toString('utf8')) as Event;
    return Object.hasOwn(EVENT_TYPES, event.type) && Number.isSafeInteger(event.at) ? event : undefined;
  } catch {
    return undefined;
  }
}
