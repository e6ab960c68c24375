/**
 * What is known of short runs of bytes that come again and again, as keys of Kubernetes' objects do: found without making a string of them.
 *
 * Limits: 4,096 of them, of at most 128 bytes each. Who fills it with others makes what follows slower, and nothing else.
 */
export class ByteTable<V> {
  readonly #slots: (Entry<V> | undefined)[] = new Array<Entry<V> | undefined>(slotCount).fill(undefined);
  #size = 0;

  /** What was added for equal bytes. */
  find(bytes: Uint8Array, start: number, end: number): V | undefined {
    if (end - start > bytesMax) return undefined;
    let slot = slotOf(bytes, start, end);
    for (let tries = 0; tries < triesMax; tries++) {
      const entry = this.#slots[slot];
      if (entry === undefined) return undefined;
      if (isSame(entry.bytes, bytes, start, end)) return entry.value;
      slot = (slot + 1) & (slotCount - 1);
    }
    return undefined;
  }

  /** Adds what was not found; a table that is full stays as it is, unless it is emptied. */
  add(bytes: Uint8Array, start: number, end: number, value: V): void {
    if (end - start > bytesMax || this.#size >= sizeMax) return;
    let slot = slotOf(bytes, start, end);
    for (let tries = 0; tries < triesMax; tries++) {
      if (this.#slots[slot] === undefined) {
        this.#slots[slot] = { bytes: Uint8Array.prototype.slice.call(bytes, start, end), value };
        this.#size++;
        return;
      }
      slot = (slot + 1) & (slotCount - 1);
    }
  }

  get isFull(): boolean {
    return this.#size >= sizeMax;
  }

  clear(): void {
    this.#slots.fill(undefined);
    this.#size = 0;
  }
}

interface Entry<V> {
  readonly bytes: Uint8Array;
  readonly value: V;
}

const slotCount = 8_192;
const sizeMax = 4_096;
const bytesMax = 128;
const triesMax = 16;

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
  return (hash ^ (hash >>> 15)) & (slotCount - 1);
}

function isSame(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const { length } = known;
  if (length !== end - start) return false;
  for (let at = 0; at < length; at++) if (known[at] !== bytes[start + at]) return false;
  return true;
}
