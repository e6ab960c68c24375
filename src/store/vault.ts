/*
 * What must not stand in the database in clear: sealed by AES-256-GCM under a key made from the store's own, for one named place, so that what is moved to
 * another row does not open.
 *
 * Source: NIST SP 800-38D; HKDF, RFC 5869; HMAC, RFC 2104
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { StoreError } from './store.ts';

/** Closes and opens secrets that rows hold. */
export interface Vault {
  /** The secret as text that may stand in a row; `place` names where it will stand. */
  close(secret: Uint8Array, place: string): string;
  /** @throws {StoreError} it was closed under another key, for another place, or has been changed */
  open(closed: string, place: string): Uint8Array;
  /** What tells one secret from another, to gateways that share the key alone: HMAC-SHA-256 in hex. Another `purpose` has other digests. */
  digest(secret: string, purpose: string): string;
}

const FORMAT = '1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A vault under the store's key. */
export function createVault(storeKey: Uint8Array): Vault {
  const key = Buffer.from(hkdfSync('sha256', storeKey, new Uint8Array(), 'sallyport-vault', 32));
  const digestKey = Buffer.from(hkdfSync('sha256', storeKey, new Uint8Array(), 'sallyport-digest', 32));
  return {
    close(secret, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place));
      const bytes = Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
      return `${FORMAT}.${bytes.toString('base64url')}`;
    },
    open(closed, place) {
      const [format, text = ''] = closed.split('.');
      const bytes = Buffer.from(text, 'base64url');
      if (format !== FORMAT || bytes.length < NONCE_BYTES + TAG_BYTES) throw unopened(place);
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
      try {
        const secret = decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES));
        return Buffer.concat([secret, decipher.final()]);
      } catch (error) {
        throw unopened(place, error);
      }
    },
    digest: (secret, purpose) =>
      createHmac('sha256', digestKey)
        .update(`${Buffer.byteLength(purpose)}:${purpose}`)
        .update(secret)
        .digest('hex'),
  };
}

function unopened(place: string, cause?: unknown): StoreError {
  return new StoreError(`what the store holds as ${place} does not open under \`store.keyFile\``, { cause });
}
