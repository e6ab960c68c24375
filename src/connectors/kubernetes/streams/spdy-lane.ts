/*
 * One direction of a SPDY connection, plain or in the messages of a WebSocket.
 *
 * What passes are the sender's own bytes. They are held back only from the first byte of what is not judged yet (the head of a frame, the frame that opens a
 * stream) to its last, so that which bytes pass depends on the bytes alone, never on how they were cut. Data of a stream that somebody edits is framed
 * anew, piece by piece.
 */
import { assert } from '../../../std/assert.ts';
import { spdyData, webSocketClose, webSocketMessage } from './frames.ts';
import type { CallerLane, Goodbye } from './lane.ts';
import { Held, type Passing } from './passing.ts';
import { malformed, type Side } from './side.ts';
import { SpdyFrames } from './spdy-frames.ts';
import type { SpdyStream, SpdyStreams } from './spdy-streams.ts';
import { STREAM_LIMITS } from './stream-limits.ts';
import type { Tapped } from './taps.ts';
import { unmasked, WebSocketFrames, type WebSocketPart } from './websocket-frames.ts';

const { heldBytesMax } = STREAM_LIMITS;

/** A tunnel's messages run into one another, so fragments change nothing. */
const TUNNEL_RULES = { isTextTaken: false, isFragmentTaken: true };

const NOTHING = Buffer.alloc(0);

/** The data frame under way. */
interface Data {
  readonly stream: SpdyStream | undefined;
  readonly tapped: Tapped | undefined;
  readonly isLast: boolean;
}

/** The lane of one side. */
export class SpdyLane implements CallerLane {
  readonly #side: Side;
  readonly #streams: SpdyStreams;
  readonly #websocket: WebSocketFrames | undefined;
  readonly #spdy: SpdyFrames;
  readonly #held = new Held();
  #data: Data = { stream: undefined, tapped: undefined, isLast: false };
  /** What goes before the frame that is judged. */
  #before: Buffer[] = [];
  /** A message of which the head has passed, and not all of the rest. */
  #isMidMessage = false;
  #isMidData = false;

  constructor(side: Side, protocol: 'spdy' | 'tunnel', streams: SpdyStreams) {
    this.#side = side;
    this.#streams = streams;
    this.#websocket = protocol === 'tunnel' ? new WebSocketFrames(side, TUNNEL_RULES) : undefined;
    this.#spdy = new SpdyFrames(side, {
      opened: (id, headers, isLast) => streams.open(id, headers, isLast),
      replied: (id) => this.#replied(id),
      reset: (id) => this.#reset(id),
      data: (id, length, isLast) => this.#dataBegins(id, length, isLast),
    });
  }

  take(bytes: Buffer, out: Passing): void {
    if (this.#websocket === undefined) this.#takeSpdy(bytes, wholeOf(bytes), out);
    else for (const part of this.#websocket.take(bytes)) this.#takePart(bytes, part, out);
    this.#held.keep(bytes);
  }

  end(out: Passing): void {
    for (const stream of this.#streams.all) {
      const tapped = this.#tappedOf(stream);
      if (tapped === undefined) continue;
      const rest = tapped.end();
      if (tapped.isEdited && !this.#isMidData) out.own(spdyData(stream.id, rest));
    }
  }

  goodbye({ status, message, closeCode }: Goodbye): Buffer | undefined {
    if (this.#isMidMessage || this.#isMidData) return undefined;
    const said: Buffer[] = [];
    for (const stream of this.#streams.all) {
      if (stream.name !== 'error' || stream.isUpstreamDone) continue;
      // A client drops what comes on a stream before the answer to its opening.
      if (!stream.isReplied) return undefined;
      const words = stream.connection === undefined ? status : Buffer.from(message);
      said.push(spdyData(stream.id, stream.hasSpoken ? NOTHING : words, true));
    }
    const bytes = Buffer.concat(said);
    if (this.#websocket === undefined) return bytes;
    const close = webSocketClose(this.#side, closeCode, message);
    return bytes.length === 0 ? close : Buffer.concat([webSocketMessage(this.#side, bytes), close]);
  }

  #takePart(bytes: Buffer, part: WebSocketPart, out: Passing): void {
    if (part.kind === 'payload') this.#takeSpdy(bytes, part, out);
    else if (part.kind === 'partial' || this.#spdy.isHolding) this.#hold(bytes, part.start, part.end);
    else this.#pass(bytes, part.start, part.end, out);
  }

  #takeSpdy(bytes: Buffer, part: WebSocketPart, out: Passing): void {
    for (let at = part.start; at < part.end; ) {
      const data = this.#spdy.skip(part.end - at);
      // Data is most of what comes, and is not even unmasked where nobody sees it.
      const end = data > 0 ? at + data : Math.min(part.end, at + this.#spdy.needs);
      if (data > 0) this.#takeData(bytes, part, at, end, out);
      else this.#takeFrame(bytes, part, at, end, out);
      at = end;
    }
  }

  #takeData(bytes: Buffer, part: WebSocketPart, at: number, end: number, out: Passing): void {
    const { tapped } = this.#data;
    if (tapped === undefined) this.#pass(bytes, at, end, out, part.end);
    else if (tapped.isEdited) this.#own(tapped.write(this.#plain(bytes, part, at, end)), out);
    else {
      tapped.write(this.#plain(bytes, part, at, end));
      this.#pass(bytes, at, end, out, part.end);
    }
    if (this.#spdy.dataLeft === 0) this.#dataEnds(out);
  }

  #takeFrame(bytes: Buffer, part: WebSocketPart, at: number, end: number, out: Passing): void {
    const taken = this.#spdy.take(this.#plain(bytes, part, at, end));
    for (const own of this.#before.splice(0)) out.own(own);
    switch (taken) {
      case 'wait':
        this.#hold(bytes, at, end);
        break;
      case 'data':
        if (this.#data.tapped?.isEdited === true) this.#held.drop();
        else this.#pass(bytes, at, end, out, part.end);
        if (this.#spdy.dataLeft === 0) this.#dataEnds(out);
        break;
      case 'pass':
        this.#pass(bytes, at, end, out, part.end);
        break;
      default:
        taken satisfies never;
    }
  }

  #plain(bytes: Buffer, part: WebSocketPart, from: number, to: number): Buffer {
    return this.#websocket === undefined ? bytes.subarray(from, to) : unmasked(bytes, part, from, to);
  }

  #dataBegins(id: number, length: number, isLast: boolean): void {
    const stream = this.#streams.get(id);
    if (stream !== undefined && this.#side === 'upstream' && length > 0) stream.hasSpoken = true;
    if (stream === undefined && !this.#streams.isUnknownPassed)
      throw malformed(this.#side, 'data is of a stream that was not opened');
    const tapped = stream && this.#tappedOf(stream);
    assert(tapped?.isEdited !== true || this.#websocket === undefined, 'what is in a tunnel cannot be edited');
    this.#data = { stream, tapped, isLast };
  }

  #dataEnds(out: Passing): void {
    const { stream, tapped, isLast } = this.#data;
    if (!isLast) return;
    const rest = tapped?.end();
    if (stream !== undefined) this.#isDone(stream);
    if (stream !== undefined && rest !== undefined && tapped?.isEdited === true) {
      // Whoever has been told that all is there gets no more.
      out.own(spdyData(stream.id, rest, true));
    }
  }

  #own(edited: Buffer, out: Passing): void {
    out.own(spdyData((this.#data.stream as SpdyStream).id, edited));
  }

  #replied(id: number): void {
    const stream = this.#streams.get(id);
    if (stream !== undefined) stream.isReplied = true;
  }

  #reset(id: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    const tapped = this.#tappedOf(stream);
    const rest = tapped?.end();
    if (tapped?.isEdited === true) this.#before.push(spdyData(id, rest as Buffer));
    // Either side's reset ends both directions.
    stream.isUpstreamDone = true;
    stream.isClientDone = true;
    this.#streams.forget(stream);
  }

  #isDone(stream: SpdyStream): void {
    if (this.#side === 'client') stream.isClientDone = true;
    else stream.isUpstreamDone = true;
    this.#streams.forget(stream);
  }

  #tappedOf(stream: SpdyStream): Tapped | undefined {
    return this.#side === 'client' ? stream.toUpstream : stream.toCaller;
  }

  #pass(bytes: Buffer, start: number, end: number, out: Passing, partEnd = end): void {
    this.#held.release(out);
    out.pass(bytes, start, end);
    this.#isMidData = this.#spdy.dataLeft > 0 && this.#data.tapped?.isEdited !== true;
    this.#isMidMessage = this.#websocket !== undefined && (!this.#websocket.isMessageOver || end < partEnd);
  }

  #hold(bytes: Buffer, start: number, end: number): void {
    this.#held.hold(bytes, start, end);
    if (this.#held.bytes > heldBytesMax)
      throw malformed(this.#side, `a frame that opens a stream takes more than ${heldBytesMax} bytes`);
  }
}

function wholeOf(bytes: Buffer): WebSocketPart {
  return { kind: 'payload', start: 0, end: bytes.length, mask: 0, offset: 0 };
}
