import { Duplex } from 'node:stream';
import type { StreamEnd } from '../../../model/channels.ts';
import { faultOf } from '../../../model/fault-of.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { RefusalCode } from '../../../model/refusal-codes.ts';
import { goodbyeOf } from './goodbye.ts';
import type { Codec } from './lane.ts';
import { Passing } from './passing.ts';
import { STREAM_LIMITS } from './stream-limits.ts';

/**
 * A connection to upstream of which both directions are read as they pass, with back-pressure both ways. What cannot be let pass ends it, with the
 * refusal as its error; the caller is told first, in the protocol that it speaks. So does a bug of who reads, masks or records it: nobody else’s stream ends with it.
 */
export class CodecSocket extends Duplex {
  readonly #socket: Duplex;
  readonly #codec: Codec;
  #head: Buffer;
  #bytesRead = 0;
  #bytesWritten = 0;
  #goOn: () => void = () => {};
  #ending: StreamEnd | undefined;
  /** What cut it. */
  #refusal: Refusal | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The caller has been given all that it ever gets. */
  #isSaid = false;
  /** The gateway has said goodbye, and reads nothing more of either side. */
  #isCut = false;
  #isTaking = false;
  /** How often it is held. */
  #holds = 0;

  /** @param head what upstream sent behind its 101 */
  constructor(socket: Duplex, head: Buffer, codec: Codec) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#head = head;
    this.#codec = codec;
    this.on('error', () => {}); // who splices it listens for itself; until then nobody does
    socket.pause();
    socket.on('data', (chunk: Buffer) => {
      if (!this.#receive(chunk)) socket.pause();
    });
    socket.once('end', () => this.#upstreamEnded());
    socket.on('error', () => {}); // told by its end
    socket.once('close', () => this.#closed());
    socket.on('drain', () => {
      if (this.#holds === 0) this.#goOn();
    });
    if (socket.destroyed) this.destroy();
  }

  /** Bytes that passed to the caller. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Bytes that passed to upstream. */
  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  /** Takes nothing more of either side until the function that it returns is called. */
  hold(): () => void {
    this.#holds += 1;
    this.#socket.pause();
    return once(() => {
      this.#holds -= 1;
      if (this.#holds > 0) return;
      if (!this.#socket.writableNeedDrain) this.#goOn();
      if (!this.#isCut) this.#socket.resume();
    });
  }

  /** Says goodbye to the caller as its protocol does, and ends; at the latest after `goodbyeTimeoutMs`. */
  sayGoodbye(end: StreamEnd): void {
    if (this.#ending !== undefined || this.destroyed) return;
    this.#ending = end;
    this.#timer = setTimeout(() => this.destroy(this.#refusal), STREAM_LIMITS.goodbyeTimeoutMs);
    this.once('end', () => this.destroy(this.#refusal));
    if (!this.#isTaking) this.#tryGoodbye();
  }

  override _read(): void {
    const head = this.#head;
    this.#head = Buffer.alloc(0);
    if (head.length > 0 && !this.#receive(head)) return;
    if (this.#holds === 0) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // What is said to who has gone is dropped, as is what may not pass while a frame is finished.
    if (this.#isCut || this.#refusal !== undefined || this.#ending?.why === 'fault') {
      done();
      return;
    }
    const { list, refusal } = this.#through((out) => this.#codec.toUpstream.take(chunk, out));
    let isTaken = true;
    for (const bytes of list) {
      if (!this.#socket.writable) break;
      this.#bytesWritten += bytes.length;
      isTaken = this.#socket.write(bytes);
    }
    if (isTaken && this.#holds === 0) done();
    else this.#goOn = once(done);
    this.#after(refusal);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#isCut || !this.#socket.writable) {
      done();
      return;
    }
    const { list, refusal } = this.#through((out) => this.#codec.toUpstream.end(out));
    for (const bytes of list) this.#socket.write(bytes);
    this.#socket.end(() => done());
    this.#after(refusal);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#socket.destroy();
    done(error);
  }

  /** Whether the caller can take more. */
  #receive(chunk: Buffer): boolean {
    if (this.#isSaid || (this.#refusal !== undefined && UNREADABLE.has(this.#refusal.code))) return true;
    const { list, refusal } = this.#through((out) => this.#codec.toCaller.take(chunk, out));
    const isTaken = this.#give(list);
    this.#after(refusal);
    return isTaken && this.#holds === 0;
  }

  #through(pass: (out: Passing) => void): { readonly list: readonly Buffer[]; readonly refusal: Refusal | undefined } {
    const out = new Passing();
    this.#isTaking = true;
    try {
      pass(out);
    } catch (thrown) {
      return { list: out.list, refusal: thrown instanceof Refusal ? thrown : faultOf(thrown) };
    } finally {
      this.#isTaking = false;
    }
    return { list: out.list, refusal: undefined };
  }

  #give(list: readonly Buffer[]): boolean {
    let isTaken = true;
    for (const bytes of list) {
      this.#bytesRead += bytes.length;
      isTaken = this.push(bytes);
    }
    return isTaken;
  }

  #after(refusal: Refusal | undefined): void {
    if (refusal !== undefined && this.#refusal === undefined) {
      this.#refusal = refusal;
      this.sayGoodbye({ why: 'fault', message: refusal.message });
    }
    if (this.#ending !== undefined) this.#tryGoodbye();
  }

  #tryGoodbye(): void {
    if (this.#isSaid) return;
    const bytes = this.#goodbye(this.#ending as StreamEnd);
    if (bytes === undefined) return; // once the frame under way is whole
    if (bytes.length > 0) this.#give([bytes]);
    this.#isSaid = true;
    this.#isCut = true;
    this.push(null);
    this.#socket.destroy();
  }

  /** What is said; nothing where that is a bug too, so that it is cut. */
  #goodbye(end: StreamEnd): Buffer | undefined {
    try {
      return this.#codec.toCaller.goodbye(goodbyeOf(end, this.#codec.hasStatus));
    } catch (thrown) {
      this.#refusal ??= faultOf(thrown);
      return undefined;
    }
  }

  #upstreamEnded(): void {
    if (this.#isSaid) return;
    this.#isSaid = true;
    const { list, refusal } = this.#through((out) => this.#codec.toCaller.end(out));
    this.#give(list);
    if (refusal === undefined) this.push(null);
    else this.destroy(refusal);
  }

  /** What had been taken of an upstream that broke is still given to the caller, and the break is told behind it. */
  #closed(): void {
    this.#goOn();
    // What came before an orderly end may still be on its way to the caller.
    if (this.#isSaid || this.#socket.readableEnded || this.destroyed) return;
    for (let chunk: Buffer | null = this.#socket.read(); chunk !== null; chunk = this.#socket.read())
      this.#receive(chunk);
    this.destroy(this.#refusal ?? this.#socket.errored ?? undefined);
  }
}

/** Of what upstream says nothing more can be told apart. */
const UNREADABLE: ReadonlySet<RefusalCode> = new Set(['OUTCOME_UNKNOWN', 'INTERNAL']);

function once(done: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) done();
    isDone = true;
  };
}
