import type { Edit } from '../inside/edit.ts';

/** Limit: the buffer in which bytes are put together is kept between uses up to this size; a larger one is made where it is needed, and given up. */
const keptBytesMax = 1024 * 1024;
const keptBytesMin = 128 * 1024;

let shared: Buffer = Buffer.alloc(0);
let isSharedInUse = false;

/** Bytes in one row, as what waited and what came since make them. What is done with them must be over when `use` returns: nothing of them may be kept. */
export function withRow<T>(parts: readonly Buffer[], byteCount: number, use: (bytes: Buffer) => T): T {
  if (parts.length === 1) return use(parts[0] as Buffer);
  if (isSharedInUse || byteCount > keptBytesMax) return use(Buffer.concat(parts, byteCount));
  if (shared.length < byteCount)
    shared = Buffer.allocUnsafeSlow(Math.min(keptBytesMax, Math.max(keptBytesMin, 2 * byteCount)));
  isSharedInUse = true;
  try {
    let at = 0;
    for (const part of parts) at += part.copy(shared, at);
    return use(shared.subarray(0, byteCount));
  } finally {
    isSharedInUse = false;
  }
}

/** Bytes with edits made to them, put together with one copy. */
export class Edited {
  readonly #bytes: Buffer;
  readonly #edits: Edit[] = [];
  /** Up to where they have left. */
  #end = 0;
  #growth = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Everything up to `end` leaves, with these edits, which are in order and lie behind what has left already. */
  leave(end: number, edits: readonly Edit[]): void {
    for (const edit of edits) {
      this.#growth += Buffer.byteLength(edit.text) - (edit.end - edit.start);
      this.#edits.push(edit);
    }
    this.#end = end;
  }

  get end(): number {
    return this.#end;
  }

  /** What leaves, in a buffer of its own. */
  taken(): Buffer {
    const out = Buffer.allocUnsafe(this.#end + this.#growth);
    let [from, at] = [0, 0];
    for (const { start, end, text } of this.#edits) {
      at += this.#bytes.copy(out, at, from, start);
      at += out.write(text, at);
      from = end;
    }
    this.#bytes.copy(out, at, from, this.#end);
    return out;
  }
}
