import { createHmac, type Hmac } from 'node:crypto';
import { textMaskPrefix } from '../text/text-mask.ts';
import { TargetKey } from './target-key.ts';

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

/** Limit: targets whose keys are kept; with more of them all are made anew. */
const keptTargetsMax = 1_000;

/**
 * The secret under which masks are made. Masks of one key are stable; who does not hold it cannot tell what value stands behind one, nor try.
 *
 * A mask is 40 characters of `[a-z0-9-]`: the fixed prefix, and 100 bits of HMAC-SHA-256 under a key of the target's own, which is HMAC-SHA-256 of its name under the secret. So it is valid as a
 * label, a name, a line of YAML.
 */
export class MaskKey {
  readonly #key: Buffer;
  readonly #targets = new Map<string, TargetKey>();
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
    const scope = uid === undefined ? scopeOf('x', exchange, path) : comparing(compare, uid, path);
    return textMaskPrefix + base32(this.ofTarget(target).digest(scope, value));
  }

  /** Makes a digest for a purpose of its own: who does not hold the key cannot tell of what, nor try. */
  keyed(purpose: string): Hmac {
    return createHmac('sha256', this.#key).update(`${purpose}\0`);
  }

  /** The key of a target. */
  ofTarget(target: string): TargetKey {
    const known = this.#targets.get(target);
    if (known !== undefined) return known;
    const made = new TargetKey(createHmac('sha256', this.#key).update(`masks of ${target}`).digest());
    if (this.#targets.size >= keptTargetsMax) this.#targets.clear();
    this.#targets.set(target, made);
    return made;
  }
}

function comparing(compare: Compare, uid: string, path: string): Buffer {
  switch (compare) {
    case 'field':
      return scopeOf('f', uid, path);
    case 'object':
      return scopeOf('o', uid, '');
    case 'target':
      return scopeOf('t', '', '');
  }
}

/** What stands before the value: how far it compares, how long the two others are, whose it is, and where. Equal to what wasm/digests.ts writes. */
function scopeOf(far: string, whose: string, path: string): Buffer {
  const head = Buffer.alloc(headBytes, far);
  const [ofWhom, place] = [Buffer.from(whose), Buffer.from(path)];
  head.writeUInt32LE(ofWhom.length, 1);
  head.writeUInt32LE(place.length, 5);
  return Buffer.concat([head, ofWhom, place]);
}

const headBytes = 9;

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
