/*
 * What the data path gives to be kept, handed to a thread of its own every few milliseconds, in one message: each costs some twenty microseconds here and as many there.
 *
 * Back-pressure: what was given and is not written yet is counted; beyond a bound nobody may give more until the thread has caught up. What the thread cannot keep
 * fails every part that is under way, and for a moment nothing new is taken: fail closed.
 */

import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Keeping, KeepingTold, KeptEnd, KeptHead } from '../../recording/keeping.ts';
import type { Clock } from '../../std/clock.ts';
import { ownThread } from '../../std/thread-options.ts';
import { unavailable } from '../committer.ts';
import type { KeptNow } from './kept-part.ts';
import type { PieceAnswer, PieceEntry, PieceMessage } from './piece-thread.ts';

/** Limits of what is under way; each is documented in docs/reference/journal.md. */
const PIECE_LIMITS = Object.freeze({
  /** Given and not written: beyond it, streams wait. */
  waitingBytesMax: 8 * 1024 * 1024,
  /** After a failure nothing new is taken for so long. */
  retryAfterMs: 1_000,
});

/** A place for what is kept. */
export interface Pieces {
  /**
   * Begins to keep one part of an exchange. `onKept` is told, in order, what is on the disk.
   *
   * @throws {Refusal} RECORDING_UNAVAILABLE nothing can be kept now
   */
  open(head: KeptHead, told: KeepingTold & { onKept(kept: KeptNow): void }): Keeping;
  /** @throws {Refusal} RECORDING_UNAVAILABLE nothing can be kept now */
  ready(): void;
  /** Resolves once all that was given is on the disk and told. */
  close(): Promise<void>;
}

interface Parts {
  readonly folder: string;
  readonly clock: Clock;
  /** Whether the disk has room for more. */
  readonly hasRoom: () => boolean;
  readonly onFailure: (why: string) => void;
}

const THREAD = join(import.meta.dirname, `piece-thread${extname(import.meta.filename)}`);

/** How long what was given waits for more that goes in its message, in milliseconds. */
const GIVE_MS = 5;

/** Bytes that one message has room for, before another is begun. */
const STAGED_BYTES = 64 * 1024;

/** Keeps pieces in packs beside the journal's segments. */
export function openPieces(parts: Parts): Pieces {
  const kept = new KeptParts(parts);
  return { open: (head, told) => kept.open(head, told), ready: () => kept.ready(), close: () => kept.close() };
}

type Told = Parameters<Pieces['open']>[1];

class KeptParts {
  readonly #parts: Parts;
  readonly #worker: Worker;
  readonly #told = new Map<number, Told>();
  /** Those that were told to wait. */
  readonly #full = new Set<Told>();
  readonly #ended: Promise<void>;
  #last = 0;
  #entries: PieceEntry[] = [];
  #staged = Buffer.alloc(0);
  #stagedBytes = 0;
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #closedUntil = 0;
  #failure: string | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#worker = new Worker(THREAD, { ...ownThread('recorder'), workerData: { folder: parts.folder }, env: {} });
    this.#worker.unref();
    this.#worker.on('message', (answer: PieceAnswer) => this.#answered(answer));
    this.#worker.on('error', (error: Error) => {
      this.#failure = `the recorder's thread ended: ${error.message}`;
      this.#failed([...this.#told.keys()], this.#failure);
    });
    this.#ended = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
  }

  ready(): void {
    if (this.#failure !== undefined) throw unavailable(this.#failure);
    if (this.#parts.clock.monotonic() < this.#closedUntil)
      throw unavailable('what passes could not be written a moment ago');
    if (!this.#parts.hasRoom()) throw unavailable('the disk is as good as full');
  }

  open(head: KeptHead, told: Told): Keeping {
    this.ready();
    const part = ++this.#last;
    this.#told.set(part, told);
    this.#give({ kind: 'open', part, head });
    let isOver = false;
    const now = () => this.#parts.clock.now();
    return {
      bytes: (code, chunk) => isOver || this.#bytes(part, told, { code, at: now(), chunk }),
      resize: (cols, rows) => {
        if (!isOver) this.#give({ kind: 'resize', part, at: now(), cols, rows });
      },
      told: (what, about) => {
        if (!isOver) this.#give({ kind: 'told', part, what, at: now(), about });
      },
      end: (end: KeptEnd) => {
        if (!isOver) this.#give({ kind: 'end', part, at: now(), end });
        isOver = true;
      },
    };
  }

  async close(): Promise<void> {
    this.#flush();
    this.#failure ??= 'the gateway stops';
    // Where nothing else is open any more, the process would end before what waits is written.
    this.#worker.ref();
    this.#worker.postMessage('close' satisfies PieceMessage);
    await this.#ended;
  }

  #bytes(
    part: number,
    told: Told,
    { code, at, chunk }: { readonly code: 'o' | 'e' | 'i'; readonly at: number; readonly chunk: Uint8Array },
  ): boolean {
    if (!this.#told.has(part)) return true;
    if (this.#stagedBytes + chunk.length > this.#staged.length) {
      if (this.#stagedBytes > 0) this.#flush();
      this.#staged = Buffer.allocUnsafeSlow(Math.max(STAGED_BYTES, chunk.length));
    }
    this.#staged.set(chunk, this.#stagedBytes);
    this.#stagedBytes += chunk.length;
    this.#waitingBytes += chunk.length;
    this.#give({ kind: 'bytes', part, code, at, length: chunk.length });
    if (this.#waitingBytes < PIECE_LIMITS.waitingBytesMax) return true;
    // What fills the disk ends, so that there is room for the ends of all that is under way.
    if (!this.#parts.hasRoom()) this.#failed([part], 'the disk is as good as full');
    this.#full.add(told);
    return false;
  }

  #give(entry: PieceEntry): void {
    this.#entries.push(entry);
    this.#timer ??= setTimeout(() => this.#flush(), GIVE_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#entries.length === 0) return;
    const bytes = this.#staged.subarray(0, this.#stagedBytes);
    const message: PieceMessage = { entries: this.#entries, bytes };
    this.#worker.postMessage(message, bytes.length === 0 ? [] : [bytes.buffer as ArrayBuffer]);
    this.#entries = [];
    this.#staged = Buffer.alloc(0);
    this.#stagedBytes = 0;
  }

  #answered(answer: PieceAnswer): void {
    if (answer.kind === 'failed') this.#failed(answer.parts, answer.why);
    if (answer.kind === 'kept') {
      for (const [part, kept] of answer.parts) {
        this.#told.get(part)?.onKept(kept);
        if (kept.end !== undefined) this.#told.delete(part);
      }
    }
    if (answer.kind !== 'taken') return;
    this.#waitingBytes -= answer.bytes;
    if (this.#waitingBytes > PIECE_LIMITS.waitingBytesMax / 2) return;
    const full = [...this.#full];
    this.#full.clear();
    for (const told of full) told.onRoom();
  }

  #failed(parts: readonly number[], why: string): void {
    this.#closedUntil = this.#parts.clock.monotonic() + PIECE_LIMITS.retryAfterMs;
    this.#parts.onFailure(why);
    for (const part of parts) {
      const told = this.#told.get(part);
      this.#told.delete(part);
      told?.onFailed(unavailable(`what passes cannot be kept: ${why}`));
    }
  }
}
