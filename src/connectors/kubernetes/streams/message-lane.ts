/*
 * One direction of Kubernetes' channels in WebSocket messages (`v4`, `v5`, without a version; binary or base64).
 *
 * What passes are the sender's own bytes; the head of a message is held back until its channel is known. What somebody edits goes on in messages of the
 * gateway's own, one for each piece that came.
 */
import type { Refusal } from '../../../model/refusal.ts';
import { webSocketClose, webSocketMessage } from './frames.ts';
import type { CallerLane, Goodbye } from './lane.ts';
import { MessageChannels, type MessageProtocol } from './message-channels.ts';
import { Held, type Passing } from './passing.ts';
import { malformed, type Side } from './side.ts';
import { STREAM_LIMITS } from './stream-limits.ts';
import type { Tapped, Taps } from './taps.ts';
import { TEXT, unmasked, WebSocketFrames, type WebSocketPart } from './websocket-frames.ts';

const { heldBytesMax } = STREAM_LIMITS;

const ERROR = 3;
const CLOSE_SIGNAL = 255;
const DIGIT_ZERO = 0x30;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const NOTHING = Buffer.alloc(0);

/** The lane of one side. */
export class MessageLane implements CallerLane {
  readonly #side: Side;
  readonly #protocol: MessageProtocol;
  readonly #websocket: WebSocketFrames;
  readonly #channels: MessageChannels;
  readonly #held = new Held();
  /** The channel of the message under way; undefined before its first byte. */
  #number: number | undefined;
  #tapped: Tapped | undefined;
  /** Whether the message under way has brought nothing but its channel. */
  #isEmpty = true;
  /** Base64 that is not four characters yet. */
  #rest = '';
  #isPadded = false;
  /** The channel that a close signal names. */
  #closed: number | undefined;
  /** A message has passed in part. */
  #isMid = false;
  #hasStatus = false;

  constructor(side: Side, protocol: MessageProtocol, taps: Taps) {
    this.#side = side;
    this.#protocol = protocol;
    // Security: the API server takes each frame of a client for a message of its own, and text for binary; of fragments it would read another channel.
    this.#websocket = new WebSocketFrames(side, { isTextTaken: true, isFragmentTaken: side === 'upstream' });
    this.#channels = new MessageChannels(side, protocol, taps);
  }

  take(bytes: Buffer, out: Passing): void {
    for (const part of this.#websocket.take(bytes)) {
      if (part.kind === 'payload') this.#takePayload(bytes, part, out);
      else if (part.kind === 'partial') this.#hold(bytes, part.start, part.end);
      else if (part.kind === 'control') this.#pass(bytes, part, out);
      else if (this.#websocket.isControl) this.#takeControlHead(bytes, part, out);
      else this.#takeHead(bytes, part, out);
    }
    this.#held.keep(bytes);
  }

  end(out: Passing): void {
    for (const [number, tapped] of this.#channels.open()) this.#finish(number, tapped, out);
  }

  goodbye({ status, message, closeCode }: Goodbye): Buffer | undefined {
    if (this.#isMid) return undefined;
    const said: Buffer[] = [];
    const { purpose } = this.#protocol;
    if (purpose.kind === 'portforward')
      for (let i = 0; i < purpose.ports.length; i++) said.push(this.#message(2 * i + 1, Buffer.from(message)));
    else if (!this.#hasStatus) said.push(this.#message(ERROR, status));
    return Buffer.concat([...said, webSocketClose(this.#side, closeCode, message)]);
  }

  #takeHead(bytes: Buffer, part: WebSocketPart, out: Passing): void {
    const { isFirstFrame, isFrameOver, isMessageOver } = this.#websocket;
    if (isFirstFrame) {
      this.#number = undefined;
      this.#tapped = undefined;
      this.#isEmpty = true;
      this.#rest = '';
      this.#isPadded = false;
      this.#closed = undefined;
      if (isFrameOver && !isMessageOver) throw this.#malformed('a message begins with a frame of nothing');
      // A message of nothing is of no channel.
      if (isMessageOver) this.#pass(bytes, part, out);
      else this.#hold(bytes, part.start, part.end);
      return;
    }
    if (this.#tapped?.isEdited === true) this.#held.drop();
    else this.#pass(bytes, part, out);
    if (isMessageOver) this.#messageEnds(out);
  }

  /** Behind a close nobody reads, so what was kept back goes before it. */
  #takeControlHead(bytes: Buffer, part: WebSocketPart, out: Passing): void {
    if (this.#websocket.isClose) this.end(out);
    this.#pass(bytes, part, out);
  }

  #takePayload(bytes: Buffer, part: WebSocketPart, out: Passing): void {
    let from = part.start;
    if (this.#number === undefined) {
      const byte = unmasked(bytes, part, from, from + 1)[0] as number;
      this.#number = this.#protocol.isBase64 ? byte - DIGIT_ZERO : byte;
      this.#tapped = this.#channels.tapped(this.#number);
      from++;
    }
    if (this.#protocol.hasCloseSignal && this.#number === CLOSE_SIGNAL) this.#takeCloseSignal(bytes, part, from, out);
    // What was kept back goes before a status, so nothing of its message passes until it brings something.
    else if (from === part.end && this.#isStatus && !this.#websocket.isMessageOver)
      this.#hold(bytes, part.start, part.end);
    else this.#takeContent(bytes, part, from, out);
  }

  #takeContent(bytes: Buffer, part: WebSocketPart, from: number, out: Passing): void {
    if (from < part.end) this.#brings(out);
    const isEdited = this.#tapped?.isEdited === true;
    if (isEdited) this.#held.drop();
    if (this.#tapped !== undefined && from < part.end) {
      const leaves = this.#tapped.write(this.#decoded(unmasked(bytes, part, from, part.end)));
      if (isEdited && leaves.length > 0) out.own(this.#message(this.#number as number, leaves));
    }
    if (!isEdited) this.#pass(bytes, part, out);
    if (this.#websocket.isMessageOver) this.#messageEnds(out);
  }

  /** The first byte of the message behind its channel. Upstream tells the status of a command when it has told all else. */
  #brings(out: Passing): void {
    this.#isEmpty = false;
    if (!this.#isStatus || this.#hasStatus) return;
    this.#hasStatus = true;
    for (const [number, tapped] of this.#channels.open())
      if (tapped.isEdited && number !== ERROR) {
        this.#finish(number, tapped, out);
        this.#channels.close(number);
      }
  }

  get #isStatus(): boolean {
    return this.#number === ERROR && this.#side === 'upstream' && this.#protocol.purpose.kind === 'command';
  }

  #takeCloseSignal(bytes: Buffer, part: WebSocketPart, from: number, out: Passing): void {
    if (from < part.end) this.#closed = unmasked(bytes, part, from, from + 1)[0];
    if (!this.#websocket.isMessageOver) {
      this.#hold(bytes, part.start, part.end);
      return;
    }
    const tapped = this.#closed === undefined ? undefined : this.#channels.tapped(this.#closed);
    if (tapped !== undefined) this.#finish(this.#closed as number, tapped, out);
    this.#pass(bytes, part, out);
  }

  #messageEnds(out: Passing): void {
    if (this.#rest !== '') throw this.#malformed('a message is not base64');
    if (this.#tapped?.isEdited !== true) return;
    this.#isMid = false;
    // By an empty message upstream says that it is there.
    if (this.#isEmpty) out.own(this.#message(this.#number as number, NOTHING));
  }

  #finish(number: number, tapped: Tapped, out: Passing): void {
    const rest = tapped.end();
    if (tapped.isEdited && rest.length > 0 && !this.#isMid) out.own(this.#message(number, rest));
  }

  #decoded(bytes: Buffer): Buffer {
    if (!this.#protocol.isBase64) return bytes;
    const text = this.#rest + bytes.toString('latin1');
    if (!BASE64.test(text) || (this.#isPadded && bytes.length > 0)) throw this.#malformed('a message is not base64');
    const whole = text.length - (text.length % 4);
    this.#rest = text.slice(whole);
    this.#isPadded = text[whole - 1] === '=';
    return Buffer.from(text.slice(0, whole), 'base64');
  }

  #message(number: number, data: Buffer): Buffer {
    if (!this.#protocol.isBase64) return webSocketMessage(this.#side, Buffer.concat([Buffer.from([number]), data]));
    return webSocketMessage(
      this.#side,
      Buffer.concat([Buffer.from([number + DIGIT_ZERO]), Buffer.from(data.toString('base64'))]),
      TEXT,
    );
  }

  #pass(bytes: Buffer, { start, end }: WebSocketPart, out: Passing): void {
    this.#held.release(out);
    out.pass(bytes, start, end);
    this.#isMid = !this.#websocket.isMessageOver;
  }

  #hold(bytes: Buffer, start: number, end: number): void {
    this.#held.hold(bytes, start, end);
    if (this.#held.bytes > heldBytesMax)
      throw this.#malformed(`what a channel begins with takes more than ${heldBytesMax} bytes`);
  }

  #malformed(message: string): Refusal {
    return malformed(this.#side, message);
  }
}
