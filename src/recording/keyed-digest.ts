import { createHmac, type Hmac } from 'node:crypto';

/**
 * Digests of bytes that may hold what is secret: HMAC-SHA-256 under the journal's own key, `hmac-sha256:` and 64 hex digits.
 *
 * Equal bytes have equal digests, so that a body can be found by whoever has it and the key; who has the digest alone can try nothing, as with a plain hash of a
 * short secret.
 */
export function keyedDigest(key: Uint8Array): (bytes: Uint8Array) => string {
  return (bytes) => `hmac-sha256:${createHmac('sha256', key).update(bytes).digest('hex')}`;
}

/** The same of bytes that come one after the other, with how many they were. */
export class KeyedCount {
  readonly #hmac: Hmac;
  #bytes = 0;

  constructor(key: Uint8Array) {
    this.#hmac = createHmac('sha256', key);
  }

  take(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    this.#hmac.update(bytes);
  }

  /** Once, when nothing follows. */
  end(): { readonly bytes: number; readonly digest: string } {
    return { bytes: this.#bytes, digest: `hmac-sha256:${this.#hmac.digest('hex')}` };
  }
}
