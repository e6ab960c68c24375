/**
 * Makes output safe to show, to a terminal and to a model, while it passes: what sets a title or the clipboard, asks the terminal for a report, links to where
 * it does not say, turns the direction of text or hides it, is shown instead of done.
 *
 * Colours stay: `ESC [ … m` (but concealed text, SGR 8), and `ESC [ K`, which grep puts behind them. Of all other sequences the escape character is replaced by its picture,
 * so that what follows is plain text. What comes out does not hang on the cuts: at most 32 bytes wait. Bytes that are no UTF-8 pass, but for those that an 8-bit
 * terminal takes for controls.
 */
import { type Harm, harmOf, shown } from './harm.ts';

/** Of ASCII, what is only text. */
const plain = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d ? 1 : 0,
);

export class Neutraliser {
  #held: Buffer = Buffer.alloc(0);
  #behindVisible = false;
  #isBinary: boolean;
  readonly #counts = new Map<Harm, number>();

  /** `isBinary`: the stream is known not to be text; it passes as it is. So does all from the piece on that has a NUL, as the first of an archive or a program has. */
  constructor(isBinary = false) {
    this.#isBinary = isBinary;
  }

  /** How many of each kind were neutralised. */
  get counts(): ReadonlyMap<Harm, number> {
    return this.#counts;
  }

  /** What may leave now. */
  write(chunk: Buffer): Buffer {
    return this.#pass(chunk, false);
  }

  /** What is left, now that nothing follows. */
  end(): Buffer {
    return this.#pass(Buffer.alloc(0), true);
  }

  #pass(chunk: Buffer, isLast: boolean): Buffer {
    if (chunk.includes(0)) this.#isBinary = true;
    if (this.#isBinary && this.#held.length === 0) return chunk;
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    if (this.#isBinary) return bytes;
    const out: Buffer[] = [];
    let from = 0;
    let at = 0;
    while (at < bytes.length) {
      const next = skipPlain(bytes, at);
      if (next > at) this.#behindVisible = false;
      at = next;
      if (at === bytes.length) break;
      const piece = pieceAt(bytes, at, isLast);
      if (piece === 'more') {
        this.#held = Buffer.from(bytes.subarray(at));
        out.push(bytes.subarray(from, at));
        return Buffer.concat(out);
      }
      const harm = piece.harm ?? (piece.code === undefined ? undefined : harmOf(piece.code, this.#behindVisible));
      if (harm !== undefined) {
        out.push(bytes.subarray(from, at), Buffer.from(piece.shown ?? shown(piece.code as number)));
        this.#counts.set(harm, (this.#counts.get(harm) ?? 0) + 1);
        from = at + piece.bytes;
      }
      this.#behindVisible = harm === undefined && piece.code !== undefined && isBase(piece.code);
      at += piece.bytes;
    }
    if (from === 0) return bytes;
    out.push(bytes.subarray(from));
    return Buffer.concat(out);
  }
}

/** Of a text, each character that does harm, and what shows it instead; places count UTF-16 units. */
export function harmIn(
  text: string,
): readonly { readonly start: number; readonly end: number; readonly text: string }[] {
  if (!suspicious.test(text)) return [];
  const found: { start: number; end: number; text: string }[] = [];
  let behindVisible = false;
  for (const { 0: piece, index } of text.matchAll(/\x1b\[[0-9;:]*[mK]|[\s\S]/gu)) {
    const code = piece.codePointAt(0) as number;
    const isSequence = piece.length > 2;
    if (isSequence && isColour(piece)) continue;
    const harm: Harm | undefined = isSequence ? 'sequence' : harmOf(code, behindVisible);
    behindVisible = harm === undefined && isBase(code);
    if (harm !== undefined)
      found.push({ start: index, end: index + (isSequence ? 1 : piece.length), text: shown(code) });
  }
  return found;
}

const suspicious = /[^\t\n\r\x20-\x7e]/;

/** Neither ASCII nor one of those that only go with another. */
function isBase(code: number): boolean {
  return code > 0x9f && code !== 0x200c && code !== 0x200d && code !== 0xfe0e && code !== 0xfe0f;
}

interface Piece {
  readonly bytes: number;
  /** Its character, where it is one. */
  readonly code?: number;
  readonly harm?: Harm;
  readonly shown?: string;
}

const escapeByte = 0x1b;
const sequenceBytesMax = 32;

function skipPlain(bytes: Uint8Array, from: number): number {
  const set = plain;
  const end = bytes.length;
  let at = from;
  while (at < end - 3) {
    const all =
      (set[bytes[at] as number] as number) &
      (set[bytes[at + 1] as number] as number) &
      (set[bytes[at + 2] as number] as number) &
      (set[bytes[at + 3] as number] as number);
    if (all === 0) break;
    at += 4;
  }
  while (at < end && set[bytes[at] as number] === 1) at++;
  return at;
}

/** What stands at a place that is not plain: a colour, a control, a character, or a byte that is none. */
function pieceAt(bytes: Buffer, at: number, isLast: boolean): Piece | 'more' {
  const byte = bytes[at] as number;
  if (byte === escapeByte) return sequenceAt(bytes, at, isLast);
  if (byte < 0x80) return { bytes: 1, code: byte };
  const length =
    byte >= 0xf0 && byte <= 0xf4 ? 4 : byte >= 0xe0 && byte <= 0xef ? 3 : byte >= 0xc2 && byte <= 0xdf ? 2 : 1;
  let code = length === 2 ? byte & 0x1f : byte & 0x0f;
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i];
    if (next === undefined && !isLast) return 'more';
    if (next === undefined || (next & 0xc0) !== 0x80) return { bytes: 1 };
    code = (code << 6) | (next & 0x3f);
  }
  if (length > 1) return code < (leastOf[length] as number) ? { bytes: 1 } : { bytes: length, code };
  return byte <= 0x9f ? { bytes: 1, harm: 'control', shown: `\\x${byte.toString(16)}` } : { bytes: 1 };
}

const leastOf: Readonly<Record<number, number>> = { 2: 0x80, 3: 0x800, 4: 0x10000 };

function sequenceAt(bytes: Buffer, at: number, isLast: boolean): Piece | 'more' {
  const harmful: Piece = { bytes: 1, harm: 'sequence', shown: shown(escapeByte) };
  for (let i = 1; i < sequenceBytesMax; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return isLast ? harmful : 'more';
    if (i === 1 && byte !== 0x5b) return harmful;
    if (i === 1 || (byte >= 0x30 && byte <= 0x3b)) continue;
    const isKept = isColour(bytes.subarray(at, at + i + 1).toString('latin1'));
    return isKept ? { bytes: i + 1 } : harmful;
  }
  return harmful;
}

/** Whether a sequence sets a colour or a style that hides nothing, or clears the rest of the line as grep does. */
function isColour(sequence: string): boolean {
  if (/^\x1b\[0?K$/.test(sequence)) return true;
  const parameters = /^\x1b\[([0-9;:]*)m$/.exec(sequence)?.[1];
  if (parameters === undefined) return false;
  const withoutColours = parameters.replaceAll(/(^|[;:])[345]8[;:](5[;:]\d*|2[;:][\d:]*[;:]?\d*[;:]?\d*)/g, '');
  return !withoutColours.split(/[;:]/).some((parameter) => Number(parameter) === 8);
}
