/*
 * The seal of a row: an HMAC over all of it. Each field is preceded by its length, so that no two rows have the same bytes.
 *
 * Limit: a seal says who wrote a row, and not that it is the newest: whoever can write the database can put an older version back, or take a row away.
 * A gateway that has seen the newer version does not take the older one; one that starts afterwards does. What ends by itself still ends.
 */
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';

/** The fields of a row as they are kept. */
export interface SealedFields {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  readonly owner: string;
  readonly state: string;
  /** The document as text, byte for byte. */
  readonly body: string;
}

/** Makes and checks seals under one key. */
export interface Seal {
  of(fields: SealedFields): string;
  isRight(fields: SealedFields, seal: string): boolean;
}

/** Limit: a key with fewer bytes is refused. */
export const SEAL_KEY_BYTES_MIN = 32;

const FORMAT = '1';

/** Seals under a key. */
export function createSeal(key: Uint8Array): Seal {
  // Made once: a list of ten thousand rows is as many seals.
  const secret = createSecretKey(key);
  const of = ({ kind, id, version, owner, state, body }: SealedFields): string => {
    let text = '';
    for (const field of ['sallyport-row', FORMAT, kind, id, String(version), owner, state, body])
      text += `${Buffer.byteLength(field)}:${field}`;
    return `${FORMAT}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  return {
    of,
    isRight(fields, seal) {
      const [expected, given] = [Buffer.from(of(fields)), Buffer.from(seal)];
      return expected.length === given.length && timingSafeEqual(expected, given);
    },
  };
}
