import { isTellingKey } from '../detect/telling-key.ts';
import { ByteTable } from './byte-table.ts';
import { type KeyRole, roleOf } from './key-role.ts';

/** A key of an object: what it says, and whether it says that its value is secret. */
export interface KnownKey {
  readonly text: string;
  readonly isTelling: boolean;
  readonly role: KeyRole;
}

/** Keys of Kubernetes' objects come again and again: each is read once. */
export class KnownKeys {
  readonly #known = new ByteTable<KnownKey>();

  /** The key that is written, without escapes, in bytes `start` to `end`. */
  read(bytes: Buffer, start: number, end: number): KnownKey {
    const known = this.#known.find(bytes, start, end);
    if (known !== undefined) return known;
    const made = keyOf(bytes.toString('utf8', start, end));
    this.#known.add(bytes, start, end, made);
    return made;
  }
}

/** A key that is not kept. */
export function keyOf(text: string): KnownKey {
  return { text, isTelling: isTellingKey(text), role: roleOf(text) };
}
