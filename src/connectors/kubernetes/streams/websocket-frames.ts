/*
 * The frames of a WebSocket connection, as one side sends them: what of the bytes is frame and what is the message in them.
 *
 * Nothing is collected: a read that ends inside a frame goes on in the next one, so the way the bytes are cut changes nothing. What a server
 * could read another way is refused, not skipped. Messages run into one another, as they do for who reads a tunnel out of them.
 */
import type { Refusal } from '../../../model/refusal.ts';
import { malformed, type Side } from './side.ts';

/** A run of the bytes taken. Only `payload` bytes belong to a message. */
export interface WebSocketPart {
  /** `head` the end of a frame's head (it may have begun in an earlier read), `partial` one that is not whole yet, `control` of a ping, pong or close. */
  readonly kind: 'head' | 'partial' | 'control' | 'payload';
  /** Where it begins and ends in the bytes taken. */
  readonly start: number;
  readonly end: number;
  /** The key that the bytes are masked with, 0 for none, and how much of the payload stands before them. */
  readonly mask: number;
  readonly offset: number;
}

const CONTINUATION = 0x0;
export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
const CONTROL_OPCODES: ReadonlySet<number> = new Set([0x8, 0x9, 0xa]);

/** Two bytes, eight of length, four of mask. */
const HEAD_BYTES_MAX = 14;

/** What messages a side may send. */
export interface MessageRules {
  readonly isTextTaken: boolean;
  /** Whether a message may come in several frames: a server that reads frame by frame (x/net/websocket) takes each for a message of its own. */
  readonly isFragmentTaken: boolean;
}

/**
 * Reads the frames of one side. After it threw, it takes nothing more.
 *
 * Source: RFC 6455, section 5
 */
export class WebSocketFrames {
  readonly #side: Side;
  readonly #rules: MessageRules;
  readonly #head = Buffer.alloc(HEAD_BYTES_MAX);
  #headBytes = 0;
  #headNeeds = 2;
  #isControl = false;
  #isInMessage = false;
  #isFirst = true;
  #mask = 0;
  #payloadBytes = 0;
  #payloadSeen = 0;
  #control = 0;

  constructor(side: Side, rules: MessageRules) {
    this.#side = side;
    this.#rules = rules;
  }

  /** Whether the frame under way is one of control; only behind its head. */
  get isControl(): boolean {
    return this.#isControl;
  }

  /** The opcode of the control frame that was last. */
  get control(): number {
    return this.#control;
  }

  /** Whether it is a close; only behind its head. */
  get isClose(): boolean {
    return this.#isControl && this.#control === CLOSE;
  }

  /** Whether all of the frame has been given out. */
  get isFrameOver(): boolean {
    return this.#headBytes === 0 && this.#payloadSeen >= this.#payloadBytes;
  }

  /** Whether all of the message has been given out. */
  get isMessageOver(): boolean {
    return this.isFrameOver && !this.#isInMessage;
  }

  /** Whether the payload that is given out now begins a message. */
  get isFirstFrame(): boolean {
    return this.#isFirst;
  }

  /**
   * The parts of these bytes, in their order and without gaps.
   *
   * @throws {Refusal} a frame that is not masked as its side must, or compressed, one that is of no kind taken here, a fragment out of its place, a length that
   * is not written in the shortest form, a control frame that is fragmented or long
   */
  *take(bytes: Buffer): Generator<WebSocketPart> {
    for (let at = 0; at < bytes.length; ) {
      const start = at;
      if (this.#payloadSeen < this.#payloadBytes) {
        const offset = this.#payloadSeen;
        at += Math.min(bytes.length - at, this.#payloadBytes - offset);
        this.#payloadSeen += at - start;
        yield { kind: this.#isControl ? 'control' : 'payload', start, end: at, mask: this.#mask, offset };
        continue;
      }
      at += this.#takeHead(bytes, at);
      yield { kind: this.#headBytes === 0 ? 'head' : 'partial', start, end: at, mask: 0, offset: 0 };
    }
  }

  /** How many bytes it took: up to the end of the head, or all there are. */
  #takeHead(bytes: Buffer, from: number): number {
    let at = from;
    while (this.#headBytes < this.#headNeeds && at < bytes.length) {
      const taken = bytes.copy(this.#head, this.#headBytes, at, at + this.#headNeeds - this.#headBytes);
      at += taken;
      this.#headBytes += taken;
      if (this.#headBytes === 2 && this.#headNeeds === 2) this.#readOpening();
    }
    if (this.#headBytes === this.#headNeeds) this.#readHead();
    return at - from;
  }

  #readOpening(): void {
    const [first = 0, second = 0] = this.#head;
    const isFinal = (first & 0x80) !== 0;
    const opcode = first & 0x0f;
    const length = second & 0x7f;
    if ((first & 0x70) !== 0) throw this.#malformed('a WebSocket frame uses an extension');
    const isMasked = (second & 0x80) !== 0;
    if (isMasked !== (this.#side === 'client')) throw this.#malformed('a WebSocket frame is not masked as it must be');
    this.#isControl = CONTROL_OPCODES.has(opcode);
    if (this.#isControl) {
      this.#control = opcode;
      if (!isFinal || length > 125) throw this.#malformed('a WebSocket control frame is fragmented or long');
    } else {
      if (!this.#isInPlace(opcode) || (!isFinal && !this.#rules.isFragmentTaken))
        throw this.#malformed('a WebSocket frame is of a kind that is not taken here, or out of its place');
      this.#isFirst = opcode !== CONTINUATION;
      this.#isInMessage = !isFinal;
    }
    this.#headNeeds = (isMasked ? 6 : 2) + (length === 126 ? 2 : length === 127 ? 8 : 0);
  }

  #isInPlace(opcode: number): boolean {
    if (this.#isInMessage) return opcode === CONTINUATION;
    return opcode === BINARY || (opcode === TEXT && this.#rules.isTextTaken);
  }

  #readHead(): void {
    const length = (this.#head[1] as number) & 0x7f;
    const keyBytes = this.#side === 'client' ? 4 : 0;
    const extended = this.#headNeeds - 2 - keyBytes;
    const long =
      extended === 2 ? this.#head.readUInt16BE(2) : extended === 8 ? Number(this.#head.readBigUInt64BE(2)) : length;
    if ((extended === 2 && long < 126) || (extended === 8 && long < 0x1_0000) || long > Number.MAX_SAFE_INTEGER)
      throw this.#malformed('the length of a WebSocket frame is not in its shortest form');
    this.#payloadBytes = long;
    this.#payloadSeen = 0;
    this.#mask = keyBytes === 0 ? 0 : this.#head.readUInt32BE(this.#headNeeds - 4);
    this.#headBytes = 0;
    this.#headNeeds = 2;
  }

  #malformed(message: string): Refusal {
    return malformed(this.#side, message);
  }
}

/** The bytes of a part, from one place in `bytes` to another, as they were before they were masked. */
export function unmasked(bytes: Buffer, { start, mask, offset }: WebSocketPart, from: number, to: number): Buffer {
  if (mask === 0) return bytes.subarray(from, to);
  const plain = Buffer.allocUnsafe(to - from);
  const key = [mask >>> 24, (mask >>> 16) & 0xff, (mask >>> 8) & 0xff, mask & 0xff];
  const shift = offset - start;
  for (let at = from; at < to; at++) plain[at - from] = (bytes[at] as number) ^ (key[(at + shift) & 3] as number);
  return plain;
}
