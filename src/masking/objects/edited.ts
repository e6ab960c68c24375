import type { Edit } from '../inside/edit.ts';

/** Bytes of which a beginning leaves, with edits, or as it was written elsewhere. */
export class Edited {
  readonly #parts: (Part | Buffer)[] = [];
  #open: Part | undefined;
  /** Up to where they have left. */
  #end = 0;

  /** Everything up to `end` leaves, with these edits, which are in order and lie behind what has left already. */
  leave(end: number, edits: readonly Edit[]): void {
    if (this.#open === undefined) {
      this.#open = { from: this.#end, end, edits: [], growth: 0 };
      this.#parts.push(this.#open);
    }
    const part = this.#open;
    for (const edit of edits) {
      part.growth += Buffer.byteLength(edit.text) - (edit.end - edit.start);
      part.edits.push(edit);
    }
    part.end = end;
    this.#end = end;
  }

  /** Everything up to `end` leaves as `bytes`. */
  leaveWritten(end: number, bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#open = undefined;
    this.#end = end;
  }

  get end(): number {
    return this.#end;
  }

  /** What leaves of the bytes, in a buffer of its own. */
  taken(bytes: Buffer): Buffer {
    const [first] = this.#parts;
    if (this.#parts.length === 1 && first !== undefined && !isPart(first)) return first;
    const length = this.#parts.reduce((sum, part) => sum + lengthOf(part), 0);
    const out = Buffer.allocUnsafe(length);
    let at = 0;
    for (const part of this.#parts) at += isPart(part) ? write(part, bytes, out, at) : part.copy(out, at);
    return out;
  }
}

interface Part {
  readonly from: number;
  end: number;
  readonly edits: Edit[];
  /** How much longer it leaves than it came. */
  growth: number;
}

function isPart(part: Part | Buffer): part is Part {
  return 'growth' in part;
}

function lengthOf(part: Part | Buffer): number {
  return isPart(part) ? part.end - part.from + part.growth : part.length;
}

/** Writes a part at a place; how long it is. */
function write(part: Part, bytes: Buffer, out: Buffer, at: number): number {
  let [from, to] = [part.from, at];
  for (const { start, end, text } of part.edits) {
    to += bytes.copy(out, to, from, start);
    to += out.write(text, to);
    from = end;
  }
  return to + bytes.copy(out, to, from, part.end) - at;
}
