/*
 * One part of one exchange on its way into packs: lines of a terminal, or a body cut into pieces. Runs in the recorder's thread.
 */
import { CastLines } from '../../recording/cast-lines.ts';
import type { KeptEnd, KeptHead, Told, ToldKind } from '../../recording/keeping.ts';
import { PIECES_PER_EVENT_MAX, type PieceRef } from '../../recording/piece.ts';
import { BodyCutter } from './cut-body.ts';

/** Limit: bytes of lines that become one piece. */
const LINES_BYTES = 64 * 1024;

/** Limit: references in one piece that is a list. */
const REFS_PER_LIST = 2_000;

/** What is on its way to the journal. */
export interface KeptNow {
  readonly pieces: readonly PieceRef[];
  /** Whether the pieces hold lists of pieces. */
  readonly isList: boolean;
  /** Bytes that the pieces hold, or those that they list. */
  readonly bytes: number;
  readonly end: (KeptEnd & { readonly bytes: number }) | undefined;
}

/** Puts what comes into pieces. */
export class KeptPart {
  readonly #head: KeptHead;
  readonly #put: (piece: Uint8Array) => PieceRef;
  readonly #lines: CastLines | undefined;
  readonly #cutter: BodyCutter;
  #text = '';
  #refs: PieceRef[] = [];
  #lists: PieceRef[] = [];
  /** Kept and not told yet. */
  #bytes = 0;
  #bytesAll = 0;
  #bytesPassed = 0;
  #end: KeptEnd | undefined;

  constructor(head: KeptHead, put: (piece: Uint8Array) => PieceRef) {
    this.#head = head;
    this.#put = put;
    this.#lines = head.form === 'body' ? undefined : new CastLines(head);
    this.#cutter = new BodyCutter(head.form === 'body' ? head.cut : 'whole');
  }

  bytes(code: 'o' | 'e' | 'i', at: number, chunk: Buffer): void {
    this.#bytesPassed += chunk.length;
    if (this.#lines !== undefined) {
      this.#said(this.#lines.bytes(code, at, chunk));
      return;
    }
    const bytesMax = this.#head.form === 'body' ? this.#head.bytesMax : undefined;
    const room = bytesMax === undefined ? chunk.length : Math.max(0, bytesMax - this.#bytesAll);
    for (const piece of this.#cutter.write(chunk.subarray(0, room))) this.#keep(piece);
    this.#bytesAll += Math.min(room, chunk.length);
  }

  resize(at: number, cols: number, rows: number): void {
    this.#said(this.#lines?.resize(at, cols, rows) ?? '');
  }

  told(what: ToldKind, at: number, about: Told): void {
    this.#said(this.#lines?.told(what, at, about) ?? '');
  }

  end(at: number, end: KeptEnd): void {
    this.#said(this.#lines?.end(at, end.exitCode) ?? '');
    this.#flush();
    for (const piece of this.#cutter.end()) this.#keep(piece);
    const isCut = this.#head.form === 'body' && this.#bytesAll < this.#bytesPassed;
    this.#end = isCut ? { ...end, isWhole: false } : end;
  }

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  /** What may be told now that it is on the disk; a body that has an end is told with it, whatever else as it comes. */
  *takeKept(): Generator<KeptNow> {
    this.#flush();
    const isWaiting = this.#head.form === 'body' && this.#head.cut !== 'lines' && this.#end === undefined;
    if (isWaiting) return;
    const isList = this.#lists.length > 0;
    if (isList && this.#refs.length > 0) this.#list();
    const refs = isList ? this.#lists : this.#refs;
    const end = this.#end && { ...this.#end, bytes: this.#bytesPassed };
    if (refs.length === 0 && end === undefined) return;
    for (let from = 0; from === 0 || from < refs.length; from += PIECES_PER_EVENT_MAX) {
      const isLast = from + PIECES_PER_EVENT_MAX >= refs.length;
      const pieces = refs.slice(from, from + PIECES_PER_EVENT_MAX);
      yield { pieces, isList, bytes: isLast ? this.#bytes : 0, end: isLast ? end : undefined };
    }
    this.#refs = [];
    this.#lists = [];
    this.#bytes = 0;
  }

  #said(text: string): void {
    this.#text += text;
    if (this.#text.length >= LINES_BYTES) this.#flush();
  }

  #flush(): void {
    if (this.#text === '') return;
    for (const piece of this.#cutter.write(Buffer.from(this.#text))) this.#keep(piece);
    for (const piece of this.#cutter.end()) this.#keep(piece);
    this.#text = '';
  }

  #keep(piece: Buffer): void {
    this.#refs.push(this.#put(piece));
    this.#bytes += piece.length;
    const isBody = this.#head.form === 'body' && this.#head.cut !== 'lines';
    if (isBody && this.#refs.length >= REFS_PER_LIST) this.#list();
  }

  #list(): void {
    this.#lists.push(this.#put(Buffer.from(JSON.stringify(this.#refs))));
    this.#refs = [];
  }
}
