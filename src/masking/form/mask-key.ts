import { createHmac } from 'node:crypto';
import { textMaskPrefix } from '../text/text-mask.ts';

/** How far two masks of equal values are equal: along one field of one object, over all fields of it, or over a target. */
export type Compare = 'field' | 'object' | 'target';

/** What a mask is keyed over beside the value. */
export interface MaskPlace {
  readonly target: string;
  /** Undefined: the mask compares with nothing but what the same exchange shows of the same place. */
  readonly uid: string | undefined;
  readonly path: string;
  readonly exchange: string;
  readonly compare: Compare;
}

/** How long a key is at least. */
export const maskKeyBytes = 32;

const digits = 'abcdefghijklmnopqrstuvwxyz234567';
const digitsCount = 20;

/**
 * The secret under which masks are made. Masks of one key are stable; who does not hold it cannot tell what value stands behind one, nor try.
 *
 * A mask is 40 characters of `[a-z0-9-]`: the fixed prefix, and 100 bits of HMAC-SHA-256. So it is valid as a label, a name, a line of YAML.
 */
export class MaskKey {
  readonly #key: Buffer;

  /** Tells keys apart, and nothing of them: 16 hex digits. */
  readonly fingerprint: string;

  /** `key`: at least 32 bytes. @throws {RangeError} it is shorter */
  constructor(key: Uint8Array) {
    if (key.length < maskKeyBytes) throw new RangeError(`a mask key has at least ${maskKeyBytes} bytes`);
    this.#key = Buffer.from(key);
    this.fingerprint = createHmac('sha256', this.#key).update('fingerprint of a mask key').digest('hex').slice(0, 16);
  }

  /** The mask of a value at a place. */
  maskOf({ target, uid, path, exchange, compare }: MaskPlace, value: Uint8Array): string {
    const scope = uid === undefined ? ['once', exchange, path] : scopeOf(compare, target, uid, path);
    const hmac = createHmac('sha256', this.#key).update(JSON.stringify(scope)).update('\n').update(value).digest();
    return textMaskPrefix + base32(hmac);
  }
}

function scopeOf(compare: Compare, target: string, uid: string, path: string): readonly string[] {
  switch (compare) {
    case 'field':
      return [compare, target, uid, path];
    case 'object':
      return [compare, target, uid];
    case 'target':
      return [compare, target];
  }
}

function base32(bytes: Uint8Array): string {
  let text = '';
  let [bits, held] = [0, 0];
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5 && text.length < digitsCount) {
      bits -= 5;
      text += digits[(held >> bits) & 31];
    }
    if (text.length === digitsCount) break;
  }
  return text;
}
