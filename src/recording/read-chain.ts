/*
 * Reading a segment back, as it streams in: every line is checked against the chain before anyone sees its event, memory is bounded by one
 * chunk and one line, and how the bytes were cut into chunks changes nothing.
 */
import { CHAIN_START, type ChainFault, type ChainHead, checkLine, LINE_BYTES_MAX } from './chain.ts';
import { EVENT_TYPES, type Event } from './event.ts';

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
 * `previous` is the head of the segment before; without it the segment's own word is taken for what came before it.
 */
export async function* readChain(
  chunks: AsyncIterable<Uint8Array>,
  previous?: ChainHead,
): AsyncGenerator<readonly RecordedEvent[], SegmentEnd> {
  let head = previous;
  let bytes = 0;
  let lines = 0;
  let rest: Buffer = Buffer.alloc(0);
  const end = (fault: ChainFault | undefined): SegmentEnd => ({ head: head ?? CHAIN_START, bytes, lines, fault });
  const unfinished = (): ChainFault => ({ kind: 'unfinished', seqExpected: (head?.seq ?? 0) + 1 });
  for await (const chunk of chunks) {
    const data =
      rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.concat([rest, chunk]);
    const batch: RecordedEvent[] = [];
    let from = 0;
    for (let to = data.indexOf(10, from); to !== -1; to = data.indexOf(10, from)) {
      const line = data.subarray(from, to);
      const checked = checkLine(head ?? claimedStart(line), line);
      const event = 'kind' in checked ? undefined : decodeEvent(line);
      if ('kind' in checked || event === undefined) {
        if (batch.length > 0) yield batch;
        return end('kind' in checked ? checked : { kind: 'altered', seqExpected: checked.seq });
      }
      head = checked;
      batch.push({ seq: checked.seq, hash: checked.hash, event, byte: bytes, line });
      bytes += line.length + 1;
      lines += 1;
      from = to + 1;
    }
    // Copied, since the source may use its chunk again.
    rest = Buffer.from(data.subarray(from));
    if (batch.length > 0) yield batch;
    if (rest.length > LINE_BYTES_MAX) return end(unfinished());
  }
  return end(rest.length === 0 ? undefined : unfinished());
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
