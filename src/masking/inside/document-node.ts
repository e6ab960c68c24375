/*
 * A document as far as masking needs it: keys, and where in the source each value stands. All texts here hold a character for each byte (latin1), so that
 * places are bytes and what is no UTF-8 stays as it is.
 */
import type { Edit } from './edit.ts';

export type DocumentNode = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly kind: 'map';
  /** In the document's order; a key may occur again. */
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: string;
  readonly node: DocumentNode;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly DocumentNode[];
}

export interface ScalarNode {
  readonly kind: 'scalar';
  /** What it says. */
  readonly text: string;
  /** What another reader of the same bytes takes it for, where it is something else. */
  readonly orText?: string;
  /** Whether it says a boolean or nothing, which no mask stands for. */
  readonly isBare: boolean;
  /** Where it is written; what is put there by `whole` says another text. */
  readonly start: number;
  readonly end: number;
  readonly whole: (text: string) => string;
  /** Which bytes of the source say which of the text, in order; undefined: an edit writes all of it anew. */
  readonly pieces: readonly Piece[] | undefined;
  /** How a text is written between the bytes that stay. */
  readonly part: (text: string) => string;
}

/** A run of bytes: those of the source as they are, or one that is written in another way than it says (an escape). */
export interface Piece {
  readonly said: number;
  readonly saidBytes: number;
  readonly raw: number;
  readonly rawBytes: number;
}

/** Edits of what a scalar says, as edits of its document. They are in order and do not overlap. */
export function placedEdits(scalar: ScalarNode, edits: readonly Edit[]): readonly Edit[] {
  if (edits.length === 0) return [];
  const { pieces, text, start, end } = scalar;
  const first = edits[0] as Edit;
  if (edits.length === 1 && first.start === 0 && first.end === text.length)
    return [{ start, end, text: scalar.whole(first.text) }];
  if (pieces === undefined) return [{ start, end, text: scalar.whole(edited(text, edits)) }];
  let index = 0;
  const seek = (place: number, isEnd: boolean) => {
    while (index < pieces.length - 1 && place >= nextSaid(pieces, index) + (isEnd ? 1 : 0)) index++;
    const piece = pieces[index] as Piece;
    const into = place - piece.said;
    if (piece.saidBytes === piece.rawBytes) return piece.raw + into;
    return isEnd && into > 0 ? piece.raw + piece.rawBytes : piece.raw;
  };
  return edits.map((edit) => ({
    start: seek(edit.start, false),
    end: seek(edit.end, true),
    text: scalar.part(edit.text),
  }));
}

function nextSaid(pieces: readonly Piece[], index: number): number {
  const { said, saidBytes } = pieces[index] as Piece;
  return said + saidBytes;
}

function edited(text: string, edits: readonly Edit[]): string {
  let out = '';
  let left = 0;
  for (const { start, end, text: put } of edits) {
    out += text.slice(left, start) + put;
    left = end;
  }
  return out + text.slice(left);
}

/** A scalar whose every byte says itself. */
export function plainScalar(
  text: string,
  start: number,
  written: {
    readonly whole: (text: string) => string;
    readonly part: (text: string) => string;
    readonly isBare?: boolean;
  },
): ScalarNode {
  return {
    kind: 'scalar',
    text,
    isBare: written.isBare ?? false,
    start,
    end: start + text.length,
    whole: written.whole,
    part: written.part,
    pieces: [{ said: 0, saidBytes: text.length, raw: start, rawBytes: text.length }],
  };
}
