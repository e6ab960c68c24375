import { Duplex } from 'node:stream';
import type { PortGate } from './port-gate.ts';

/**
 * A connection to upstream of which the writing side goes through a gate, with back-pressure both ways; what the gate cuts destroys both, with the
 * gate's refusal as the error.
 */
export class WatchedSocket extends Duplex {
  readonly #socket: Duplex;
  readonly #gate: PortGate;
  #bytesRead = 0;
  #bytesWritten = 0;
  #goOn: () => void = () => {};

  constructor(socket: Duplex, gate: PortGate) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#gate = gate;
    this.on('error', () => {}); // who splices it listens for itself; until then nobody does
    socket.pause();
    socket.on('data', (chunk: Buffer) => {
      this.#bytesRead += chunk.length;
      if (!this.push(chunk)) socket.pause();
    });
    socket.once('end', () => this.push(null));
    socket.on('error', () => {}); // told by its end
    socket.once('close', () => this.#closed());
    socket.on('drain', () => this.#goOn());
    if (socket.destroyed) this.destroy();
  }

  /** Bytes from upstream. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Bytes that passed to upstream. */
  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  override _read(): void {
    this.#socket.resume();
  }

  /** What had been taken of an upstream that broke is still given to the client, and the break is told behind it. */
  #closed(): void {
    this.#goOn();
    // What came before an orderly end may still be on its way to the client.
    if (this.#socket.readableEnded || this.destroyed) return;
    for (let chunk: Buffer | null = this.#socket.read(); chunk !== null; chunk = this.#socket.read()) {
      this.#bytesRead += chunk.length;
      this.push(chunk);
    }
    this.destroy(this.#socket.errored ?? undefined);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#gate.take(chunk).then(({ pass, cut }) => {
      if (this.destroyed) return done();
      if (!this.#socket.writable) return done(cut); // what is said to who has gone is dropped
      let isTaken = true;
      for (const bytes of pass) {
        this.#bytesWritten += bytes.length;
        isTaken = this.#socket.write(bytes);
      }
      if (cut !== undefined) done(cut);
      else if (isTaken) done();
      else this.#goOn = once(done);
    }, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#gate.close();
    this.#socket.destroy();
    done(error);
  }
}

function once(done: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) done();
    isDone = true;
  };
}
