/*
 * What a client of port-forward sends, read before it passes: nothing of a stream for a port that is not allowed gets through.
 *
 * What passes are the client's own bytes. They are held back only from the first byte of what is not judged yet (the head of a frame, the frame
 * that opens a stream) to its last, so that which bytes pass depends on the bytes alone, never on how they were cut.
 */
import type { PortLimit } from '../../../model/decision.ts';
import { Refusal } from '../../../model/refusal.ts';
import { PORT_GATE_LIMITS } from './gate-limits.ts';
import { SpdyFrames } from './spdy-frames.ts';
import { SpdyHeaders } from './spdy-headers.ts';
import { unmasked, WebSocketFrames, type WebSocketPart } from './websocket-frames.ts';

const { heldBytesMax } = PORT_GATE_LIMITS;

/** What of the bytes may pass, in order, and why nothing more ever will. */
export interface Passage {
  readonly pass: readonly Buffer[];
  readonly cut?: Refusal;
}

/** The gate of one connection. Its calls must not overlap; after a `cut`, it takes nothing more. */
export class PortGate {
  readonly #websocket: WebSocketFrames | undefined;
  readonly #spdy: SpdyFrames;
  readonly #headers = new SpdyHeaders();
  readonly #limit: PortLimit;
  #held: Buffer[] = [];
  #heldBytes = 0;

  constructor(protocol: 'spdy' | 'tunnel', limit: PortLimit) {
    this.#limit = limit;
    this.#websocket = protocol === 'tunnel' ? new WebSocketFrames() : undefined;
    this.#spdy = new SpdyFrames((block) => this.#judge(block));
  }

  /** What of these bytes, and of those held back, may pass. */
  async take(bytes: Buffer): Promise<Passage> {
    const pass: Buffer[] = [];
    try {
      if (this.#websocket === undefined) await this.#takeSpdy(bytes, wholeOf(bytes), pass);
      else for (const part of this.#websocket.take(bytes)) await this.#takePart(bytes, part, pass);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      return { pass, cut: thrown };
    }
    this.#keepHeld(bytes);
    return { pass };
  }

  /** Gives back what it holds outside of the heap. */
  close(): void {
    this.#headers.close();
  }

  async #takePart(bytes: Buffer, part: WebSocketPart, pass: Buffer[]): Promise<void> {
    if (part.kind === 'payload') await this.#takeSpdy(bytes, part, pass);
    else if (part.kind === 'partial' || this.#spdy.isHolding) this.#hold(bytes, part.start, part.end);
    else this.#pass(bytes, part.start, part.end, pass);
  }

  async #takeSpdy(bytes: Buffer, part: WebSocketPart, pass: Buffer[]): Promise<void> {
    for (let at = part.start; at < part.end; ) {
      const data = this.#spdy.skip(part.end - at);
      // Data is most of what comes, and is not even unmasked.
      const end = data > 0 ? at + data : Math.min(part.end, at + this.#spdy.needs);
      if (data > 0 || (await this.#spdy.take(this.#plain(bytes, part, at, end)))) this.#pass(bytes, at, end, pass);
      else this.#hold(bytes, at, end);
      at = end;
    }
  }

  #plain(bytes: Buffer, part: WebSocketPart, from: number, to: number): Buffer {
    return this.#websocket === undefined ? bytes.subarray(from, to) : unmasked(bytes, part, from, to);
  }

  async #judge(block: Buffer): Promise<void> {
    const text = (await this.#headers.read(block)).get('port') ?? '';
    const port = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : Number.NaN;
    if (!(port <= 65_535)) throw new Refusal('REQUEST_MALFORMED', 'a stream names no port, or none that there is');
    if (!isAllowed(this.#limit, port)) throw new Refusal('DENIED_BY_RULE', notAllowed(this.#limit, port));
  }

  #pass(bytes: Buffer, start: number, end: number, pass: Buffer[]): void {
    for (const held of this.#held) append(pass, held);
    append(pass, bytes.subarray(start, end));
    this.#held = [];
    this.#heldBytes = 0;
  }

  #hold(bytes: Buffer, start: number, end: number): void {
    this.#heldBytes += end - start;
    if (this.#heldBytes > heldBytesMax)
      throw new Refusal('REQUEST_MALFORMED', `a frame that opens a stream takes more than ${heldBytesMax} bytes`);
    append(this.#held, bytes.subarray(start, end));
  }

  /** What is still held of a chunk is its end, one run; the rest of the chunk's memory is let go. */
  #keepHeld(chunk: Buffer): void {
    const last = this.#held.at(-1);
    if (last?.buffer === chunk.buffer) this.#held[this.#held.length - 1] = Buffer.from(last);
  }
}

/** Adds bytes to a list; those that follow the last ones in memory become one run with them. */
function append(list: Buffer[], bytes: Buffer): void {
  const last = list.at(-1);
  if (last?.buffer === bytes.buffer && last.byteOffset + last.length === bytes.byteOffset)
    list[list.length - 1] = Buffer.from(bytes.buffer, last.byteOffset, last.length + bytes.length);
  else list.push(bytes);
}

function isAllowed(limit: PortLimit, port: number): boolean {
  return 'allowed' in limit ? limit.allowed.includes(port) : !limit.denied.includes(port);
}

function notAllowed(limit: PortLimit, port: number): string {
  const which = 'allowed' in limit ? `the rules allow ${limit.allowed.join(', ')} alone` : 'a rule denies it';
  return `the stream was cut: it was to open port ${port}, and ${which}`;
}

function wholeOf(bytes: Buffer): WebSocketPart {
  return { kind: 'payload', start: 0, end: bytes.length, mask: 0, offset: 0 };
}
