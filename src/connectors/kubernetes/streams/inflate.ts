/*
 * Inflates a zlib stream that is cut into blocks, each of which ends where its writer flushed (Z_SYNC_FLUSH), as the header blocks of SPDY do.
 *
 * Node's zlib does this too, but only asynchronously: each chunk of an exec would wait for a turn of the event loop, and could not be fuzzed as it is
 * used. Header blocks are a few hundred bytes, so this is written for exactness: what one block leaves over never becomes the beginning of the next.
 *
 * Source: RFC 1950 and RFC 1951
 */

const WINDOW_BYTES = 32_768;

/** Inflates the blocks of one stream, in their order. After it threw, it takes nothing more. */
export class Inflater {
  readonly #dictionary: Buffer;
  readonly #blockBytesMax: number;
  #window: Buffer | undefined;

  /** @param blockBytesMax how many bytes one block may inflate to */
  constructor(dictionary: Buffer, blockBytesMax: number) {
    this.#dictionary = dictionary;
    this.#blockBytesMax = blockBytesMax;
  }

  /**
   * What the next block inflates to.
   *
   * @throws {Error} it is no such block: it ends elsewhere than at a flush, ends the stream, or inflates to too much
   */
  read(block: Buffer): Buffer {
    const bits = new Bits(block);
    if (this.#window === undefined) {
      readHeader(bits, this.#dictionary);
      this.#window = this.#dictionary.subarray(-WINDOW_BYTES);
    }
    const out = new Output(this.#window, this.#blockBytesMax);
    let isFlushed = false;
    while (!bits.isAtEnd) isFlushed = inflateBlock(bits, out);
    if (!isFlushed) throw new Error('it does not end with a flush');
    this.#window = out.window();
    return out.bytes();
  }
}

/** The two bytes of zlib, and the sum of the dictionary that both sides have. */
function readHeader(bits: Bits, dictionary: Buffer): void {
  const head = (bits.byte() << 8) | bits.byte();
  if ((head & 0x0f00) !== 0x0800 || head >> 12 > 7 || head % 31 !== 0 || (head & 0x20) === 0)
    throw new Error('it has no header of zlib with a dictionary');
  let sum = 0;
  for (let i = 0; i < 4; i++) sum = sum * 256 + bits.byte();
  if (sum !== adler32(dictionary)) throw new Error('it is of another dictionary');
}

function adler32(bytes: Buffer): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}

/** Whether what it read was the empty block of a flush. */
function inflateBlock(bits: Bits, out: Output): boolean {
  if (bits.take(1) === 1) throw new Error('it ends the stream');
  switch (bits.take(2)) {
    case 0:
      return inflateStored(bits, out);
    case 1:
      inflateCodes(bits, out, FIXED_LENGTHS, FIXED_DISTANCES);
      return false;
    case 2: {
      const [lengths, distances] = readCodes(bits);
      inflateCodes(bits, out, lengths, distances);
      return false;
    }
    default:
      throw new Error('it has a block of no kind');
  }
}

function inflateStored(bits: Bits, out: Output): boolean {
  bits.align();
  const length = bits.byte() | (bits.byte() << 8);
  const check = bits.byte() | (bits.byte() << 8);
  if ((length ^ check) !== 0xffff) throw new Error('the length of a stored block is not what it should be');
  for (let i = 0; i < length; i++) out.put(bits.byte());
  return length === 0;
}

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12_289, 16_385, 24_577,
];
const END_OF_BLOCK = 256;

function inflateCodes(bits: Bits, out: Output, lengths: Codes, distances: Codes): void {
  for (;;) {
    const symbol = lengths.read(bits);
    if (symbol === END_OF_BLOCK) return;
    if (symbol < END_OF_BLOCK) {
      out.put(symbol);
      continue;
    }
    const base = LENGTH_BASE[symbol - 257];
    if (base === undefined) throw new Error('it has a length that there is not');
    const length = base + bits.take(LENGTH_EXTRA[symbol - 257] as number);
    const code = distances.read(bits);
    const from = DISTANCE_BASE[code];
    if (from === undefined) throw new Error('it has a distance that there is not');
    out.copy(from + bits.take(Math.max(0, (code >> 1) - 1)), length);
  }
}

const CODE_LENGTHS_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function readCodes(bits: Bits): readonly [lengths: Codes, distances: Codes] {
  const lengthCount = bits.take(5) + 257;
  const distanceCount = bits.take(5) + 1;
  const orderCount = bits.take(4) + 4;
  if (lengthCount > 286 || distanceCount > 30) throw new Error('it has more codes than there are');
  const orderLengths = new Array<number>(19).fill(0);
  for (let i = 0; i < orderCount; i++) orderLengths[CODE_LENGTHS_ORDER[i] as number] = bits.take(3);
  const order = new Codes(orderLengths);
  const all: number[] = [];
  while (all.length < lengthCount + distanceCount) {
    const symbol = order.read(bits);
    if (symbol < 16) {
      all.push(symbol);
      continue;
    }
    const last = all.at(-1);
    if (symbol === 16 && last === undefined) throw new Error('it repeats a length before there is one');
    const value = symbol === 16 ? (last as number) : 0;
    const times = symbol === 16 ? 3 + bits.take(2) : symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7);
    for (let i = 0; i < times; i++) all.push(value);
  }
  if (all.length > lengthCount + distanceCount) throw new Error('it repeats a length too often');
  if (all[END_OF_BLOCK] === 0) throw new Error('it has no code for the end of a block');
  return [new Codes(all.slice(0, lengthCount)), new Codes(all.slice(lengthCount))];
}

/** A canonical Huffman code, read bit by bit. */
class Codes {
  readonly #counts = new Array<number>(16).fill(0);
  readonly #symbols: number[] = [];

  constructor(lengths: readonly number[]) {
    for (const length of lengths) this.#counts[length] = (this.#counts[length] as number) + 1;
    let left = 1;
    for (let length = 1; length < 16; length++) {
      left = left * 2 - (this.#counts[length] as number);
      if (left < 0) throw new Error('it has more codes than fit');
    }
    const used = lengths.length - (this.#counts[0] as number);
    // Of incomplete codes readers take a single one of one bit alone.
    if (left > 0 && !(used === 0 || (used === 1 && this.#counts[1] === 1))) throw new Error('it has too few codes');
    for (let length = 1; length < 16; length++)
      for (let symbol = 0; symbol < lengths.length; symbol++)
        if (lengths[symbol] === length) this.#symbols.push(symbol);
  }

  read(bits: Bits): number {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length < 16; length++) {
      code |= bits.take(1);
      const count = this.#counts[length] as number;
      if (code - count < first) return this.#symbols[index + (code - first)] as number;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Error('it has a code that there is not');
  }
}

const FIXED_LENGTHS = new Codes([
  ...new Array<number>(144).fill(8),
  ...new Array<number>(112).fill(9),
  ...new Array<number>(24).fill(7),
  ...new Array<number>(8).fill(8),
]);
const FIXED_DISTANCES = new Codes(new Array<number>(32).fill(5));

class Bits {
  readonly #bytes: Buffer;
  #at = 0;
  #held = 0;
  #count = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#count === 0 && this.#at === this.#bytes.length;
  }

  take(count: number): number {
    while (this.#count < count) {
      this.#held |= this.#next() << this.#count;
      this.#count += 8;
    }
    const value = this.#held & ((1 << count) - 1);
    this.#held >>>= count;
    this.#count -= count;
    return value;
  }

  /** Drops what is left of a byte that was begun. */
  align(): void {
    this.#held = 0;
    this.#count = 0;
  }

  /** The next byte; only where none was begun. */
  byte(): number {
    return this.#next();
  }

  #next(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Error('it breaks off');
    return byte;
  }
}

/** What a block inflates to, behind what came before it. */
class Output {
  readonly #buffer: Buffer;
  readonly #start: number;
  #at: number;

  constructor(window: Buffer, bytesMax: number) {
    this.#buffer = Buffer.allocUnsafe(window.length + bytesMax);
    window.copy(this.#buffer);
    this.#start = this.#at = window.length;
  }

  put(byte: number): void {
    if (this.#at === this.#buffer.length)
      throw new Error(`it inflates to more than ${this.#buffer.length - this.#start} bytes`);
    this.#buffer[this.#at++] = byte;
  }

  copy(distance: number, length: number): void {
    if (distance > this.#at || distance > WINDOW_BYTES) throw new Error('it copies from before its beginning');
    for (let i = 0; i < length; i++) this.put(this.#buffer[this.#at - distance] as number);
  }

  bytes(): Buffer {
    return this.#buffer.subarray(this.#start, this.#at);
  }

  /** A copy, so that the rest is let go. */
  window(): Buffer {
    return Buffer.from(this.#buffer.subarray(Math.max(0, this.#at - WINDOW_BYTES), this.#at));
  }
}
