/**
 * Masks a text while it passes: what detectors know by its look and values that are known, wherever chunks, frames and characters are cut, and with
 * colours in between. What comes out does not hang on the cuts, and memory does not grow with what comes.
 *
 * What cannot be the beginning of a value passes at once. What can is held until it is decided, on at most a few kilobytes. On a terminal, where a person waits
 * for each character, up to two bytes that may begin a known value pass; the rest of the value does not.
 *
 * Rejected: masks of detected values that compare (the value may not be at its end when its mask is written, and a mask of text that
 * a caller chose would be an oracle); holding whole lines (a prompt has no end of line).
 */
import type { Detection } from '../detect/detection.ts';
import { Look } from '../detect/look.ts';
import type { Tail } from '../detect/matcher.ts';
import type { Resume } from '../detect/scanner.ts';
import { type KnownSpan, scanKnown } from './known-scanner.ts';
import type { KnownValues } from './known-values.ts';
import { type Visible, visibleOf } from './visible.ts';

export interface TextMaskerOptions {
  readonly detection: Detection;
  readonly known: KnownValues | undefined;
  /** What stands in the place of a value that a detector found. */
  readonly maskOf: (detector: string) => string;
  /** Whether a person types at the other end. */
  readonly isTerminal?: boolean;
  /** Whether the stream is known not to be text, as that of `cp` is: it is looked through and never edited. */
  readonly isBinary?: boolean;
}

/** Why a stream must be ended: it is not text, so that nothing in it can be edited, and a value that must be masked is in it. */
export interface MustEnd {
  /** The detector, or `known` for a known value. */
  readonly by: string;
}

/** How many bytes a step looks at: the bound of what is copied at once. */
const stepBytes = 64 * 1024;
/** How far before what is still open bytes are kept, to see what a value stands behind. */
const contextBytes = 320;
/** How many bytes of what may begin a known value a terminal shows. */
const terminalBytesMax = 2;
/** Where more is held than this, it is sequences that nobody sees, and they go. */
const heldRawBytesMax = 16 * 1024;
const start: Resume = { at: 0, state: 0 };

export class TextMasker {
  readonly #options: TextMaskerOptions;
  /** Bytes that are kept, from the context of what is open on; all places below count from its beginning, as a reader sees it. */
  #raw: Buffer = Buffer.alloc(0);
  /** Up to where the raw bytes have left. */
  #leftRaw = 0;
  /** Up to where they have, as a reader sees them; and up to where the last mask reaches. */
  #left = 0;
  #maskedTo = 0;
  #detectFrom: Resume = start;
  #knownFrom = 0;
  #tail: Tail | undefined;
  #rest: Buffer | undefined;
  #kubeUserAt = Number.NEGATIVE_INFINITY;
  #isBinary: boolean;
  #mustEnd: MustEnd | undefined;
  #count = 0;
  /** Values that one pass has found while the other still holds what stands before them. */
  #waiting: Masked[] = [];

  constructor(options: TextMaskerOptions) {
    this.#options = options;
    this.#isBinary = options.isBinary === true;
  }

  /** Set once the stream must be ended: from then on nothing passes. */
  get mustEnd(): MustEnd | undefined {
    return this.#mustEnd;
  }

  /** How many values were masked. */
  get count(): number {
    return this.#count;
  }

  /** How many bytes are kept between writes. */
  get keptBytes(): number {
    return this.#raw.length;
  }

  /** What may leave now. */
  write(chunk: Buffer): Buffer {
    const out: Buffer[] = [];
    for (let at = 0; at < chunk.length && this.#mustEnd === undefined; at += stepBytes)
      this.#step(chunk.subarray(at, at + stepBytes), false, out);
    return out.length === 1 ? (out[0] as Buffer) : Buffer.concat(out);
  }

  /** What is left, now that nothing follows. */
  end(): Buffer {
    const out: Buffer[] = [];
    if (this.#mustEnd === undefined) this.#step(Buffer.alloc(0), true, out);
    return Buffer.concat(out);
  }

  #step(chunk: Buffer, isLast: boolean, out: Buffer[]): void {
    if (!this.#isBinary && chunk.includes(0)) this.#becomeBinary();
    const raw = this.#raw.length === 0 ? chunk : Buffer.concat([this.#raw, chunk]);
    const visible = this.#isBinary ? { bytes: raw, places: undefined, cutOffAt: raw.length } : visibleOf(raw, isLast);
    const spans = this.#waiting;
    const detected = this.#detect(visible, isLast, spans);
    const known = this.#find(visible, isLast, spans);
    const upTo = Math.min(detected, known);
    spans.sort((one, other) => one.start - other.start || rank(one) - rank(other));
    if (this.#isBinary) {
      const first = spans.find(({ start: at }) => at < upTo);
      if (first !== undefined || this.#mustEnd !== undefined) {
        this.#mustEnd ??= { by: (first as Masked).by };
        return;
      }
    }
    this.#leave(raw, visible, spans, upTo, out);
    this.#keep(raw, visible);
  }

  /** A stream that turned out not to be text must not have been edited. */
  #becomeBinary(): void {
    this.#isBinary = true;
    if (this.#count > 0) this.#mustEnd = { by: 'edited' };
  }

  #detect({ bytes }: Visible, isLast: boolean, spans: Masked[]): number {
    const end = bytes.length;
    const look = new Look(bytes, end, isLast, this.#kubeUserAt);
    let from = this.#detectFrom;
    if (this.#tail !== undefined) {
      const at = this.#tail.through(bytes, from.at, end, isLast);
      spans.push({ start: from.at, end: at, mask: '', by: 'tail' });
      from = { at, state: 0 };
      if (!this.#tail.isOver() && !isLast) {
        this.#detectFrom = from;
        return at;
      }
      this.#tail = undefined;
    }
    const scanned = this.#options.detection.scanner.scan(look, from, (by, match, keywordEnd) => {
      const at = this.#isBinary ? match.start : Math.max(match.start, Math.min(keywordEnd, match.end));
      spans.push({ start: at, end: match.end, mask: undefined, by });
    });
    this.#kubeUserAt = look.kubeUserAt;
    this.#detectFrom = scanned.resume;
    this.#tail = scanned.tail;
    return scanned.holdFrom;
  }

  #find({ bytes }: Visible, isLast: boolean, spans: Masked[]): number {
    const { known, isTerminal } = this.#options;
    const end = bytes.length;
    if (known === undefined) return end;
    let from = this.#knownFrom;
    if (this.#rest !== undefined) {
      const at = equalEnd(bytes, from, end, this.#rest);
      spans.push({ start: from, end: at, mask: '', by: 'tail' });
      const isMore = at === end && !isLast && at - from < this.#rest.length;
      this.#rest = isMore ? this.#rest.subarray(at - from) : undefined;
      from = at;
      this.#knownFrom = from;
      if (isMore) return at;
    }
    const scanned = scanKnown(known, { bytes, end, isLast }, from, (span: KnownSpan) => {
      spans.push({ ...span, by: 'known' });
    });
    this.#knownFrom = scanned.resume;
    this.#rest = scanned.rest;
    const isShown = isTerminal === true && scanned.rest === undefined && end - scanned.holdFrom <= terminalBytesMax;
    return isShown ? end : scanned.holdFrom;
  }

  /** Lets all leave that is before a place, with masks in the place of values. */
  #leave(raw: Buffer, visible: Visible, spans: readonly Masked[], upTo: number, out: Buffer[]): void {
    const { places, bytes } = visible;
    const placeOf = (index: number) =>
      places === undefined ? index : index < places.length ? (places[index] as number) : raw.length;
    for (const { start: spanStart, end, mask, by } of spans) {
      if (spanStart >= upTo && end > spanStart) break;
      if (end <= this.#left) continue;
      const isMore = mask === '' || spanStart < this.#maskedTo;
      const from = Math.max(spanStart, this.#left);
      if (from > this.#left || !isMore) out.push(raw.subarray(this.#leftRaw, Math.max(this.#leftRaw, placeOf(from))));
      if (!isMore) {
        out.push(Buffer.from(mask ?? this.#options.maskOf(by), 'latin1'));
        this.#count++;
      }
      const first = from > this.#left || !isMore ? placeOf(from) : this.#leftRaw;
      const lastEnd = placeOf(end - 1) + 1;
      if (places !== undefined) out.push(hiddenBetween(raw, places, Math.max(first, this.#leftRaw), from, end));
      this.#leftRaw = Math.max(this.#leftRaw, lastEnd);
      this.#left = end;
      this.#maskedTo = end;
    }
    const to = upTo >= bytes.length ? visible.cutOffAt : placeOf(upTo);
    if (to > this.#leftRaw) out.push(raw.subarray(this.#leftRaw, to));
    this.#leftRaw = Math.max(this.#leftRaw, to);
    this.#left = Math.max(this.#left, Math.min(upTo, bytes.length));
  }

  /** Drops what is no longer needed; of what has left already, the sequences that nobody sees. */
  #keep(raw: Buffer, visible: Visible): void {
    const { known } = this.#options;
    const needed = Math.min(this.#left, this.#detectFrom.at, known === undefined ? this.#left : this.#knownFrom);
    const cut = Math.max(0, needed - contextBytes);
    if (visible.places === undefined) {
      this.#raw = cut === 0 ? raw : Buffer.from(raw.subarray(cut));
      this.#leftRaw -= cut;
    } else {
      const context = visible.bytes.subarray(cut, this.#left);
      const isLong = raw.length - this.#leftRaw > heldRawBytesMax;
      const rest = isLong
        ? [visible.bytes.subarray(this.#left), raw.subarray(visible.cutOffAt)]
        : [raw.subarray(this.#leftRaw)];
      this.#raw = Buffer.concat([context, ...rest]);
      this.#leftRaw = context.length;
    }
    this.#waiting = this.#waiting
      .filter(
        ({ start: at, end, by }) => end > this.#left && at < (by === 'known' ? this.#knownFrom : this.#detectFrom.at),
      )
      .map((span) => ({ ...span, start: span.start - cut, end: span.end - cut }));
    this.#left -= cut;
    this.#maskedTo -= cut;
    this.#kubeUserAt -= cut;
    this.#detectFrom = { at: this.#detectFrom.at - cut, state: this.#detectFrom.state };
    this.#knownFrom -= cut;
  }
}

/** A value that leaves as a mask; what goes on from the step before has none of its own. */
interface Masked {
  readonly start: number;
  readonly end: number;
  readonly mask: string | undefined;
  readonly by: string;
}

/** Of what begins at one place: first what goes on, then what is known. */
function rank({ by }: Masked): number {
  return by === 'tail' ? 0 : by === 'known' ? 1 : 2;
}

/** The control sequences that stood inside a value: they stay, so that a colour that begins there also ends. */
function hiddenBetween(raw: Buffer, places: Uint32Array, fromRaw: number, from: number, end: number): Buffer {
  const parts: Buffer[] = [];
  let at = fromRaw;
  for (let index = from; index < end; index++) {
    const place = places[index] as number;
    if (place > at) parts.push(raw.subarray(at, place));
    at = place + 1;
  }
  return Buffer.concat(parts);
}

function equalEnd(bytes: Uint8Array, from: number, end: number, rest: Buffer): number {
  let at = from;
  while (at < end && at - from < rest.length && bytes[at] === rest[at - from]) at++;
  return at;
}
