import { createHash } from 'node:crypto';

/** A value that occurs nowhere else, so that wherever it is found it was leaked. */
export interface Canary {
  /** What it was planted as. */
  readonly id: string;
  readonly value: Buffer;
}

const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';

/** So many characters of small letters and digits that hang on `seed` alone, never a word: the same in every run. */
export function uniqueText(seed: string, length: number): string {
  const bytes = createHash('sha512').update(`canary ${seed}`).digest();
  const text = [...bytes.subarray(0, length)].map((byte) => alphabet[byte % alphabet.length]);
  // Letters and digits mixed, whatever the hash says: without both it could be a word or a number.
  return `${text.slice(0, length - 2).join('')}7q`;
}

export function canary(id: string, value: string | Buffer): Canary {
  return { id, value: Buffer.from(value) };
}
