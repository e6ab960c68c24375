import { createHmac, hash } from 'node:crypto';

/** SHA-256's block; HMAC puts one before what is hashed, made of the key. */
export const blockBytes = 64;
const digestBytes = 32;
/** Limit: what is hashed with one call of the platform; longer values go piece by piece. */
const oneShotBytesMax = 64 * 1024;

/** Shared by all keys: who hashes writes the key's block first. */
const inner = Buffer.alloc(blockBytes + oneShotBytesMax);
const outer = Buffer.alloc(blockBytes + digestBytes);

/**
 * The key under which masks of one target are made.
 *
 * Setting up the platform's HMAC costs ten times what hashing a short value does. So HMAC is put together here from two hashes in one call each.
 * Source: RFC 2104, 2
 */
export class TargetKey {
  readonly #key: Buffer;
  readonly #innerBlock: Buffer;
  readonly #outerBlock: Buffer;
  /** The key, with zeros behind it. */
  readonly block: Buffer;

  /** `key`: no longer than a block. */
  constructor(key: Buffer) {
    this.#key = key;
    this.block = Buffer.alloc(blockBytes);
    this.block.set(key);
    this.#innerBlock = this.block.map((byte) => byte ^ 0x36) as Buffer;
    this.#outerBlock = this.block.map((byte) => byte ^ 0x5c) as Buffer;
  }

  /** HMAC-SHA-256 of a scope with a value behind it, a character for each byte. */
  digest(scope: Uint8Array, value: Uint8Array): string {
    if (scope.length + value.length > oneShotBytesMax)
      return createHmac('sha256', this.#key).update(scope).update(value).digest('latin1');
    inner.set(this.#innerBlock);
    inner.set(scope, blockBytes);
    const valueAt = blockBytes + scope.length;
    inner.set(value, valueAt);
    outer.set(this.#outerBlock);
    outer.write(hash('sha256', inner.subarray(0, valueAt + value.length), 'latin1'), blockBytes, 'latin1');
    return hash('sha256', outer, 'latin1');
  }
}
