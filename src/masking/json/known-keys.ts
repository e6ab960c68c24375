import { isTellingKey } from '../detect/telling-key.ts';
import { type KeyRole, roleOf } from './key-role.ts';

/** A key of an object: what it says, and whether it says that its value is secret. */
export interface KnownKey {
  readonly text: string;
  readonly isTelling: boolean;
  readonly role: KeyRole;
  readonly bytes: Uint8Array;
}

const slots = 8_192;
/** Limit: keys that are kept; the others are read anew each time. */
const keptMax = 4_096;
const keptBytesMax = 64;

/** Keys of Kubernetes' objects come again and again: each is read once. */
export class KnownKeys {
  readonly #table: (KnownKey | undefined)[] = new Array<KnownKey | undefined>(slots).fill(undefined);
  #kept = 0;

  /** The key that is written, without escapes, in bytes `start` to `end`. */
  read(bytes: Buffer, start: number, end: number): KnownKey {
    const length = end - start;
    if (length > keptBytesMax) return keyOf(bytes.toString('utf8', start, end));
    let hash = length;
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
    let slot = (hash ^ (hash >>> 15)) & (slots - 1);
    for (let tries = 0; tries < 16; tries++) {
      const known = this.#table[slot];
      if (known === undefined) return this.#keep(slot, bytes, start, end);
      if (isSame(known.bytes, bytes, start, length)) return known;
      slot = (slot + 1) & (slots - 1);
    }
    return keyOf(bytes.toString('utf8', start, end));
  }

  #keep(slot: number, bytes: Buffer, start: number, end: number): KnownKey {
    const text = bytes.toString('utf8', start, end);
    if (this.#kept >= keptMax) return keyOf(text);
    this.#kept++;
    const made = { ...keyOf(text), bytes: Uint8Array.prototype.slice.call(bytes, start, end) };
    this.#table[slot] = made;
    return made;
  }
}

/** A key that is not kept. */
export function keyOf(text: string): KnownKey {
  return { text, isTelling: isTellingKey(text), role: roleOf(text), bytes: new Uint8Array(0) };
}

function isSame(known: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let at = 0; at < length; at++) if (known[at] !== bytes[start + at]) return false;
  return true;
}
