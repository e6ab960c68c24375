import { Duplex } from 'node:stream';
import { StreamEnded } from '../../../model/channels.ts';
import { faultOf } from '../../../model/fault-of.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { ByteSource } from '../../../std/byte-source.ts';
import { webSocketClose, webSocketMessage } from './frames.ts';
import type { Pieces } from './pieces.ts';
import { unmasked, WebSocketFrames } from './websocket-frames.ts';

const PING = 0x9;
const PONG = 0xa;

/** Source: RFC 6455, section 7.4.1 */
const [NORMAL, PROTOCOL_ERROR, POLICY_VIOLATION, INTERNAL_ERROR] = [1000, 1002, 1008, 1011];

/** Limit: what waits for a client, answers to its pings among it, before the reply waits and nothing more of the client is read. */
const WAITING_BYTES_MAX = 16 * 1024;

/**
 * A reply as the server's side of a WebSocket, with back-pressure. What the client says is overlooked but for pings and a close; an end in order closes with
 * 1000, anything else with another code. A bug ends this stream alone.
 */
export class FramedSocket extends Duplex {
  readonly #source: ByteSource;
  readonly #pieces: Pieces;
  readonly #client = new WebSocketFrames('client', { isTextTaken: true, isFragmentTaken: true });
  #ping: Buffer[] = [];
  #hasStarted = false;
  #isOver = false;
  /** Lets the client say more. */
  #goOn: () => void = () => {};

  constructor(source: ByteSource, pieces: Pieces) {
    super({ allowHalfOpen: true, readableHighWaterMark: WAITING_BYTES_MAX });
    this.#source = source;
    this.#pieces = pieces;
    this.on('error', () => {}); // who splices it listens for itself
  }

  override _read(): void {
    this.#letGoOn();
    if (this.#hasStarted) {
      this.#source.resume();
      return;
    }
    this.#hasStarted = true;
    for (const piece of this.#pieces.first) this.#say(piece);
    this.#source.start({
      write: (chunk) => this.#take(chunk),
      end: () => this.#close(NORMAL, ''),
      fail: (error) =>
        error instanceof StreamEnded
          ? this.#close(POLICY_VIOLATION, `ended by the gateway: ${error.message}`)
          : this.#close(INTERNAL_ERROR, 'the reply broke off'),
    });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    try {
      if (!this.#isOver) this.#hear(chunk);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) {
        done(faultOf(thrown));
        return;
      }
      this.#stop(PROTOCOL_ERROR, thrown.message);
    }
    if (this.#isOver || this.readableLength < WAITING_BYTES_MAX) done();
    else this.#goOn = done;
  }

  /** A client that says nothing more has gone. */
  override _final(done: () => void): void {
    this.#stop(NORMAL, '');
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#isOver = true;
    this.#source.cancel(error ?? new Error('the client went away'));
    done(error);
  }

  #hear(chunk: Buffer): void {
    for (const part of this.#client.take(chunk)) {
      if (part.kind === 'control') this.#ping.push(Buffer.from(unmasked(chunk, part, part.start, part.end)));
      else if (part.kind !== 'head') continue;
      if (!this.#client.isControl || !this.#client.isFrameOver) continue;
      const said = Buffer.concat(this.#ping.splice(0));
      if (this.#client.isClose) {
        this.#stop(NORMAL, '');
        return;
      }
      if (this.#client.control === PING) this.push(webSocketMessage('upstream', said, PONG));
    }
  }

  #take(chunk: Uint8Array): boolean {
    if (this.#isOver) return false;
    let wantsMore = true;
    try {
      for (const piece of this.#pieces.take(chunk)) wantsMore = this.#say(piece);
    } catch (thrown) {
      if (thrown instanceof RangeError) this.#stop(INTERNAL_ERROR, thrown.message);
      else this.destroy(faultOf(thrown));
      return false;
    }
    return wantsMore;
  }

  #say(piece: Buffer): boolean {
    return this.push(webSocketMessage('upstream', piece, this.#pieces.opcode));
  }

  #stop(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#source.cancel(new Error('the client went away'));
    this.#close(code, reason);
  }

  #close(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.push(webSocketClose('upstream', code, reason));
    this.push(null);
    this.#letGoOn(); // what it still says is dropped
  }

  #letGoOn(): void {
    const goOn = this.#goOn;
    this.#goOn = () => {};
    goOn();
  }
}
