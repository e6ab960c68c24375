import { createHmac } from 'node:crypto';

/**
 * Digests of bytes that may hold what is secret: HMAC-SHA-256 under the journal's own key, `hmac-sha256:` and 64 hex digits.
 *
 * Equal bytes have equal digests, so that a body can be found by whoever has it and the key; who has the digest alone can try nothing, as with a plain hash of a
 * short secret.
 */
export function keyedDigest(key: Uint8Array): (bytes: Uint8Array) => string {
  return (bytes) => `hmac-sha256:${createHmac('sha256', key).update(bytes).digest('hex')}`;
}
