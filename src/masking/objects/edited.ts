import type { Edit } from '../inside/edit.ts';

/** Edits of bytes of which a beginning leaves, put together with one copy. */
export class Edited {
  readonly #edits: Edit[] = [];
  /** Up to where they have left. */
  #end = 0;
  #growth = 0;

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

  /** What leaves of the bytes, in a buffer of its own. */
  taken(bytes: Buffer): Buffer {
    const out = Buffer.allocUnsafe(this.#end + this.#growth);
    let [from, at] = [0, 0];
    for (const { start, end, text } of this.#edits) {
      at += bytes.copy(out, at, from, start);
      at += out.write(text, at);
      from = end;
    }
    bytes.copy(out, at, from, this.#end);
    return out;
  }
}
