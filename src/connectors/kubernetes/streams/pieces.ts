/*
 * What of a reply becomes one WebSocket message.
 */
import { STREAM_LIMITS } from './stream-limits.ts';
import { eventsOf } from './watch-events.ts';
import { BINARY, TEXT } from './websocket-frames.ts';

/** Cuts a reply into messages. */
export interface Pieces {
  readonly opcode: number;
  /** What is said before anything comes. */
  readonly first: readonly Buffer[];
  /** @throws {RangeError} an event is longer than `eventBytesMax` */
  take(chunk: Uint8Array): readonly Buffer[];
}

/** As the API server's own reader. */
const LOG_PIECE_BYTES = 2048;

/** A log in pieces, as bytes or in base64. */
export function logPieces(protocol: string): Pieces {
  const isBase64 = protocol === 'base64.binary.k8s.io';
  return {
    opcode: isBase64 ? TEXT : BINARY,
    first: [Buffer.alloc(0)],
    take(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += LOG_PIECE_BYTES) {
        const piece = bytes.subarray(at, at + LOG_PIECE_BYTES);
        pieces.push(isBase64 ? Buffer.from(piece.toString('base64')) : piece);
      }
      return pieces;
    },
  };
}

/** A watch by its events, of protobuf without their lengths; undefined for an encoding that is not known. */
export function eventPieces(headers: readonly string[]): Pieces | undefined {
  const events = eventsOf(headers);
  if (events === undefined) return undefined;
  let held: Buffer[] = [];
  let heldBytes = 0;
  return {
    opcode: events.isText ? TEXT : BINARY,
    first: [],
    take(chunk) {
      const pieces: Buffer[] = [];
      let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      while (rest.length > 0) {
        // Of one that has not begun, its first byte belongs to it.
        const begun = events.isWhole ? 1 : 0;
        events.take(rest.subarray(0, begun));
        const end = begun + events.untilWhole(rest.subarray(begun));
        events.take(rest.subarray(begun, end));
        held.push(Buffer.from(rest.subarray(0, end)));
        heldBytes += end;
        if (heldBytes > STREAM_LIMITS.eventBytesMax)
          throw new RangeError(`an event is longer than ${STREAM_LIMITS.eventBytesMax} bytes`);
        rest = rest.subarray(end);
        if (!events.isWhole) break;
        pieces.push(Buffer.concat(held).subarray(events.isText ? 0 : 4));
        held = [];
        heldBytes = 0;
      }
      return pieces;
    },
  };
}
