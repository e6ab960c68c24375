import { createHash, createHmac, hash } from 'node:crypto';
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

/** SHA-256's block; HMAC puts one before what is hashed, made of the key. */
const blockBytes = 64;
const digestBytes = 32;
/** Limit: what is hashed with one call of the platform; longer values go piece by piece. */
const oneShotBytesMax = 64 * 1024;

/**
 * The secret under which masks are made. Masks of one key are stable; who does not hold it cannot tell what value stands behind one, nor try.
 *
 * A mask is 40 characters of `[a-z0-9-]`: the fixed prefix, and 100 bits of HMAC-SHA-256. So it is valid as a label, a name, a line of YAML.
 *
 * A list of Secrets needs one for each value, and setting up the platform's HMAC costs ten times what hashing a short value does. So HMAC is put together here
 * from two hashes in one call each, over buffers in which the key's blocks stand already.
 * Source: RFC 2104, 2
 */
export class MaskKey {
  readonly #key: Buffer;
  readonly #inner = Buffer.alloc(blockBytes + oneShotBytesMax);
  readonly #outer = Buffer.alloc(blockBytes + digestBytes);
  /** How the scope of the object begins whose values were masked last. */
  #begins: Begins | undefined;

  /** Tells keys apart, and nothing of them: 16 hex digits. */
  readonly fingerprint: string;

  /** `key`: at least 32 bytes. @throws {RangeError} it is shorter */
  constructor(key: Uint8Array) {
    if (key.length < maskKeyBytes) throw new RangeError(`a mask key has at least ${maskKeyBytes} bytes`);
    this.#key = Buffer.from(key);
    this.fingerprint = createHmac('sha256', this.#key).update('fingerprint of a mask key').digest('hex').slice(0, 16);
    const block = Buffer.alloc(blockBytes);
    block.set(key.length > blockBytes ? createHash('sha256').update(key).digest() : key);
    for (const [at, byte] of block.entries()) {
      this.#inner[at] = byte ^ 0x36;
      this.#outer[at] = byte ^ 0x5c;
    }
  }

  /** The mask of a value at a place. */
  maskOf(place: MaskPlace, value: Uint8Array): string {
    return textMaskPrefix + base32(this.#hmac(this.#scopeOf(place), value));
  }

  /** The digest, a character for each byte. */
  #hmac(scope: string, value: Uint8Array): string {
    const inner = this.#inner;
    if (3 * scope.length + value.length > oneShotBytesMax)
      return createHmac('sha256', this.#key).update(scope).update(value).digest('latin1');
    const valueAt = blockBytes + inner.write(scope, blockBytes);
    inner.set(value, valueAt);
    this.#outer.write(hash('sha256', inner.subarray(0, valueAt + value.length), 'latin1'), blockBytes, 'latin1');
    return hash('sha256', this.#outer, 'latin1');
  }

  /** What stands before the value: a list in JSON, and a line feed. */
  #scopeOf({ target, uid, path, exchange, compare }: MaskPlace): string {
    if (uid === undefined) return `${JSON.stringify(['once', exchange, path])}\n`;
    let begins = this.#begins;
    if (begins?.compare !== compare || begins.target !== target || begins.uid !== uid)
      begins = { compare, target, uid, text: JSON.stringify(scopeOf(compare, target, uid)).slice(0, -1) };
    this.#begins = begins;
    return compare === 'field' ? `${begins.text},${JSON.stringify(path)}]\n` : `${begins.text}]\n`;
  }
}

/** The beginning of a scope, without what closes it. */
interface Begins extends Pick<MaskPlace, 'compare' | 'target'> {
  readonly uid: string;
  readonly text: string;
}

function scopeOf(compare: Compare, target: string, uid: string): readonly string[] {
  return compare === 'target' ? [compare, target] : [compare, target, uid];
}

/** Two digits for each ten bits. */
const pairs = Array.from({ length: 1024 }, (_, bits) => `${digits[bits >> 5]}${digits[bits & 31]}`);

function base32(bytes: string): string {
  let text = '';
  let [bits, held] = [0, 0];
  for (let at = 0; text.length < digitsCount; at++) {
    held = ((held << 8) | bytes.charCodeAt(at)) & 0x3ffff;
    bits += 8;
    if (bits < 10) continue;
    bits -= 10;
    text += pairs[(held >> bits) & 1023];
  }
  return text;
}
