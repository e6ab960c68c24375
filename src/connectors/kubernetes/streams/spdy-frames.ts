/*
 * The frames of a SPDY/3.1 connection, as one side of an exec, attach or port-forward sends them.
 *
 * What is data passes unseen by this reader. A control frame is held back until it is there whole and has been judged. Each has the very length that its
 * kind has: readers that go by kind and not by length (spdystream) would take what is left over for the next frame.
 */
import { assert } from '../../../std/assert.ts';
import { malformed, type Side } from './side.ts';
import { STREAM_LIMITS } from './stream-limits.ts';

const HEAD_BYTES = 8;

const { controlFrameBytesMax } = STREAM_LIMITS;

const SYN_STREAM = 1;
const SYN_STREAM_BYTES = 10;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const SETTINGS = 4;
const HEADERS = 8;
const FIN = 0x01;

/** The kinds of frame that have one length. */
const LENGTHS: ReadonlyMap<number, number> = new Map([
  [RST_STREAM, 8],
  [6, 4], // PING
  [7, 8], // GOAWAY
  [9, 8], // WINDOW_UPDATE
]);

/** The kinds that have a compressed block at their end, and the shortest that each may be. Who opens streams here is the client. */
const BLOCKS: Readonly<Record<Side, ReadonlyMap<number, number>>> = {
  client: new Map([[SYN_STREAM, SYN_STREAM_BYTES + 1]]),
  upstream: new Map([
    [SYN_REPLY, 4],
    [HEADERS, 4],
  ]),
};

/** What a frame says of a stream; what it throws, `take` throws. */
export interface SpdyEvents {
  /** A stream is opened, with these compressed headers; `isLast` where its opener will send nothing on it. */
  opened(id: number, headers: Buffer, isLast: boolean): void;
  replied(id: number): void;
  reset(id: number): void;
  /** A frame of `length` bytes of data begins, which `skip` counts. */
  data(id: number, length: number, isLast: boolean): void;
}

/** What became of bytes: they may pass, must wait for those that follow, or were a data frame's head, for whoever hears of it to decide on. */
export type Taken = 'pass' | 'wait' | 'data';

/**
 * Reads the frames of one side. After it threw, it takes nothing more.
 *
 * Source: SPDY Protocol, Draft 3.1, sections 2.2 and 2.6, https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/
 */
export class SpdyFrames {
  readonly #side: Side;
  readonly #events: SpdyEvents;
  readonly #frame = Buffer.alloc(HEAD_BYTES + controlFrameBytesMax);
  #frameBytes = 0;
  #frameNeeds = HEAD_BYTES;
  #dataLeft = 0;

  constructor(side: Side, events: SpdyEvents) {
    this.#side = side;
    this.#events = events;
  }

  /** Whether the bytes taken end inside of what is not judged yet. */
  get isHolding(): boolean {
    return this.#frameBytes > 0;
  }

  /** How many bytes of the data frame under way are still to come. */
  get dataLeft(): number {
    return this.#dataLeft;
  }

  /** How many of the next `bytes` are data, which pass without being taken. */
  skip(bytes: number): number {
    const skipped = Math.min(bytes, this.#dataLeft);
    this.#dataLeft -= skipped;
    return skipped;
  }

  /** How many bytes it wants to see next; more than these cannot be taken at once. */
  get needs(): number {
    return this.#frameNeeds - this.#frameBytes;
  }

  /**
   * Takes bytes of a head or of a control frame.
   *
   * @throws {Refusal} a frame of another version, of a kind that this side does not send, or not of its kind's length; whatever the events throw
   */
  take(bytes: Buffer): Taken {
    assert(bytes.length <= this.needs, 'more of a SPDY frame than it needs');
    this.#frameBytes += bytes.copy(this.#frame, this.#frameBytes);
    return this.needs === 0 ? this.#judged() : 'wait';
  }

  #judged(): Taken {
    const frame = this.#frame.subarray(0, this.#frameNeeds);
    const length = frame.readUIntBE(5, 3);
    const isData = ((frame[0] as number) & 0x80) === 0;
    if (isData) {
      const id = frame.readUInt32BE(0);
      if (id === 0) throw malformed(this.#side, 'a SPDY data frame is of no stream');
      this.#events.data(id, length, isLast(frame));
      this.#dataLeft = length;
    } else if (this.#frameNeeds === HEAD_BYTES) {
      this.#checkHead(frame, length);
      this.#frameNeeds += length;
      if (length > 0) return 'wait';
    } else {
      this.#judge(frame);
    }
    this.#frameBytes = 0;
    this.#frameNeeds = HEAD_BYTES;
    return isData ? 'data' : 'pass';
  }

  #judge(frame: Buffer): void {
    const type = frame.readUInt16BE(2);
    const id = frame.length >= HEAD_BYTES + 4 ? frame.readUInt32BE(HEAD_BYTES) & 0x7fff_ffff : 0;
    if (type === SYN_STREAM) {
      this.#events.opened(id, frame.subarray(HEAD_BYTES + SYN_STREAM_BYTES), isLast(frame));
    } else if (type === SYN_REPLY) this.#events.replied(id);
    else if (type === RST_STREAM) this.#events.reset(id);
    else if (type === SETTINGS && frame.readUInt32BE(HEAD_BYTES) !== (frame.length - HEAD_BYTES - 4) / 8)
      throw this.#wrongLength();
  }

  #checkHead(head: Buffer, length: number): void {
    const type = head.readUInt16BE(2);
    if (head.readUInt16BE(0) !== 0x8003) throw malformed(this.#side, 'a SPDY control frame is not of version 3');
    if (length > controlFrameBytesMax)
      throw malformed(this.#side, `a SPDY control frame is longer than ${controlFrameBytesMax} bytes`);
    const shortest = type === SETTINGS ? 4 : BLOCKS[this.#side].get(type);
    const exact = LENGTHS.get(type);
    if (shortest === undefined && exact === undefined)
      // Headers that came later would not be those that were judged, and upstream opens no stream.
      throw malformed(this.#side, 'a SPDY control frame is of a kind that this side does not send');
    if (shortest === undefined ? length !== exact : length < shortest) throw this.#wrongLength();
  }

  #wrongLength(): Error {
    return malformed(this.#side, 'a SPDY control frame does not have the length of its kind');
  }
}

function isLast(frame: Buffer): boolean {
  return ((frame[4] as number) & FIN) !== 0;
}
