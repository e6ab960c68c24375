/*
 * The frames of a SPDY/3.1 connection, as a client of port-forward sends them.
 *
 * What is data passes unseen. A control frame is held back until it is there whole and has been judged. Each has the very length that its kind
 * has: servers that read by kind and not by length (spdystream) would take what is left over for the next frame.
 */
import { Refusal } from '../../../model/refusal.ts';
import { assert } from '../../../std/assert.ts';
import { PORT_GATE_LIMITS } from './gate-limits.ts';

const HEAD_BYTES = 8;

const { controlFrameBytesMax } = PORT_GATE_LIMITS;

const SYN_STREAM = 1;
const SYN_STREAM_BYTES = 10;
const SETTINGS = 4;

/** The kinds of frame that have one length. */
const LENGTHS: ReadonlyMap<number, number> = new Map([
  [3, 8], // RST_STREAM
  [6, 4], // PING
  [7, 8], // GOAWAY
  [9, 8], // WINDOW_UPDATE
]);

/**
 * Reads the frames of one client. After it threw, it takes nothing more.
 *
 * Source: SPDY Protocol, Draft 3.1, sections 2.2 and 2.6, https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/
 */
export class SpdyFrames {
  readonly #onStream: (headers: Buffer) => Promise<void>;
  readonly #frame = Buffer.alloc(HEAD_BYTES + controlFrameBytesMax);
  #frameBytes = 0;
  #frameNeeds = HEAD_BYTES;
  #dataLeft = 0;

  /** @param onStream judges a stream that the client opens by its compressed headers; what it throws, `take` throws */
  constructor(onStream: (headers: Buffer) => Promise<void>) {
    this.#onStream = onStream;
  }

  /** Whether the bytes taken end inside of what is not judged yet. */
  get isHolding(): boolean {
    return this.#frameBytes > 0;
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
   * Whether these bytes, and with them all before, may pass; otherwise they must wait for those that follow.
   *
   * @throws {Refusal} REQUEST_MALFORMED a frame of another version, of a kind that no client of port-forward sends, or not of its kind's length;
   * whatever `onStream` throws
   */
  async take(bytes: Buffer): Promise<boolean> {
    assert(bytes.length <= this.needs, 'more of a SPDY frame than it needs');
    this.#frameBytes += bytes.copy(this.#frame, this.#frameBytes);
    return this.needs === 0 && (await this.#isJudged());
  }

  /** Whether what is collected may pass; false for a control frame of which only the head is there. */
  async #isJudged(): Promise<boolean> {
    const frame = this.#frame.subarray(0, this.#frameNeeds);
    const length = frame.readUIntBE(5, 3);
    if (((frame[0] as number) & 0x80) === 0) {
      if (frame.readUInt32BE(0) === 0) throw malformed('a SPDY data frame is of no stream');
      this.#dataLeft = length;
    } else if (this.#frameNeeds === HEAD_BYTES) {
      checkHead(frame, length);
      this.#frameNeeds += length;
      return false;
    } else {
      await this.#judge(frame);
    }
    this.#frameBytes = 0;
    this.#frameNeeds = HEAD_BYTES;
    return true;
  }

  async #judge(frame: Buffer): Promise<void> {
    const type = frame.readUInt16BE(2);
    if (type === SYN_STREAM) await this.#onStream(frame.subarray(HEAD_BYTES + SYN_STREAM_BYTES));
    else if (type === SETTINGS && frame.readUInt32BE(HEAD_BYTES) !== (frame.length - HEAD_BYTES - 4) / 8)
      throw wrongLength();
  }
}

function checkHead(head: Buffer, length: number): void {
  const type = head.readUInt16BE(2);
  if (head.readUInt16BE(0) !== 0x8003) throw malformed('a SPDY control frame is not of version 3');
  if (length > controlFrameBytesMax)
    throw malformed(`a SPDY control frame is longer than ${controlFrameBytesMax} bytes`);
  const expected = LENGTHS.get(type);
  if (type === SYN_STREAM ? length <= SYN_STREAM_BYTES : type === SETTINGS ? length < 4 : length !== expected) {
    if (type === SYN_STREAM || type === SETTINGS || expected !== undefined) throw wrongLength();
    // SYN_REPLY and HEADERS too: upstream opens no stream, and headers that came later would not be those that were judged.
    throw malformed('a SPDY control frame is of a kind that a client of port-forward does not send');
  }
}

function wrongLength(): Refusal {
  return malformed('a SPDY control frame does not have the length of its kind');
}

function malformed(message: string): Refusal {
  return new Refusal('REQUEST_MALFORMED', message);
}
