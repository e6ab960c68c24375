/** Bytes that may pass, in their order; slices that follow one another in memory become one. */
export class Passing {
  readonly list: Buffer[] = [];

  /** A run of the bytes that came. */
  pass(bytes: Buffer, start: number, end: number): void {
    append(this.list, bytes.subarray(start, end));
  }

  /** Bytes of the gateway's own. */
  own(bytes: Buffer): void {
    if (bytes.length > 0) this.list.push(bytes);
  }
}

/** Bytes that came and may not pass yet. */
export class Held {
  #list: Buffer[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  hold(bytes: Buffer, start: number, end: number): void {
    this.#bytes += end - start;
    append(this.#list, bytes.subarray(start, end));
  }

  /** They pass. */
  release(out: Passing): void {
    for (const held of this.#list) append(out.list, held);
    this.drop();
  }

  drop(): void {
    if (this.#bytes === 0) return;
    this.#list = [];
    this.#bytes = 0;
  }

  /** What is still held of a chunk is its end, one run; the rest of the chunk's memory is let go. */
  keep(chunk: Buffer): void {
    const last = this.#list.at(-1);
    if (last?.buffer === chunk.buffer) this.#list[this.#list.length - 1] = Buffer.from(last);
  }
}

function append(list: Buffer[], bytes: Buffer): void {
  const last = list.at(-1);
  if (last?.buffer === bytes.buffer && last.byteOffset + last.length === bytes.byteOffset)
    list[list.length - 1] = Buffer.from(bytes.buffer, last.byteOffset, last.length + bytes.length);
  else list.push(bytes);
}
