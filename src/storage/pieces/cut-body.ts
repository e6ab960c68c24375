import type { BodyCut } from '../../recording/keeping.ts';
import { PIECE_BYTES_MAX } from '../../recording/piece.ts';

/** Cuts a body into pieces where the same bytes are likely to come again, however its bytes came; together they are the body. */
export class BodyCutter {
  readonly #borders: (chunk: Buffer) => Iterable<number>;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(cut: BodyCut) {
    const items = new ItemBorders();
    this.#borders = cut === 'items' ? (chunk) => items.of(chunk) : cut === 'lines' ? lineBorders : () => [];
  }

  *write(chunk: Buffer): Generator<Buffer> {
    let from = 0;
    for (const border of this.#borders(chunk)) {
      yield* this.#take(chunk.subarray(from, border));
      yield* this.end();
      from = border;
    }
    yield* this.#take(chunk.subarray(from));
  }

  /** What is left. */
  *end(): Generator<Buffer> {
    if (this.#bytes === 0) return;
    yield this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
  }

  *#take(bytes: Buffer): Generator<Buffer> {
    for (let rest = bytes; rest.length > 0; ) {
      const room = PIECE_BYTES_MAX - this.#bytes;
      const part = rest.subarray(0, room);
      this.#parts.push(part);
      this.#bytes += part.length;
      rest = rest.subarray(part.length);
      if (this.#bytes >= PIECE_BYTES_MAX) yield* this.end();
    }
  }
}

function* lineBorders(chunk: Buffer): Generator<number> {
  for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) yield at + 1;
}

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The places before and behind each object in a list that stands in the outermost object: a comma goes with the object behind it. */
class ItemBorders {
  #depth = 0;
  #isString = false;
  #isEscaped = false;
  #isInList = false;
  /** Nothing but commas has come since the last border. */
  #isBetween = false;

  *of(chunk: Buffer): Generator<number> {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (this.#isString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#isString = false;
        continue;
      }
      if (byte === QUOTE) this.#isString = true;
      else if (byte === OPEN || byte === OPEN_LIST) {
        this.#depth += 1;
        if (this.#depth === 2) this.#isInList = byte === OPEN_LIST;
        if (this.#depth === 3 && this.#isInList && !this.#isBetween) yield at;
      } else if (byte === CLOSE || byte === CLOSE_LIST) {
        this.#depth -= 1;
        if (this.#depth === 2 && this.#isInList) {
          this.#isBetween = true;
          yield at + 1;
          continue;
        }
      }
      if (byte !== COMMA) this.#isBetween = false;
    }
  }
}
