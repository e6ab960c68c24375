/*
 * The keys of an issuer at one moment. Each is a set of one for jose, so that it is known which key a token was verified with: what is remembered of a
 * token falls with that key, and with no other.
 */
import { hash } from 'node:crypto';
import type { JSONWebKeySet, JWK, JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import { JWKSNoMatchingKey, JWSSignatureVerificationFailed } from 'jose/errors';
import { createLocalJWKSet } from 'jose/jwks/local';
import { jwtVerify } from 'jose/jwt/verify';

/** Limit: keys that one token is tried with. Each costs a signature; a token that names its key by `kid` is tried with those of that name alone. */
const KEYS_TRIED_MAX = 16;

/** What a verified token says, and the key that it was verified with. */
export interface Verified {
  readonly payload: JWTPayload;
  /** See `KeySet.has`. */
  readonly key: string;
}

/** A JSON Web Key Set as it was fetched. */
export class KeySet {
  readonly #keys: ReadonlyMap<string, JWTVerifyGetKey>;

  /** @throws {JOSEError} the document is no key set */
  constructor(document: unknown) {
    // jose says what a key set is.
    createLocalJWKSet(document as JSONWebKeySet);
    const { keys } = document as JSONWebKeySet;
    this.#keys = new Map(keys.map((jwk) => [keyId(jwk), finder(jwk)]));
  }

  get size(): number {
    return this.#keys.size;
  }

  /** Whether it is the very key, with everything that the issuer says of it. */
  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /**
   * Verifies with the first of its keys that fits: of the token's `kid` where it has one, else of its algorithm.
   *
   * @throws {JWKSNoMatchingKey} no key fits
   * @throws {JWSSignatureVerificationFailed} keys fit, and none verifies
   * @throws {JOSEError} the signature verifies, and a claim does not; or the token is none
   */
  async verify(token: string, options: JWTVerifyOptions): Promise<Verified> {
    let failure: Error = new JWKSNoMatchingKey();
    let tried = 0;
    for (const [key, find] of this.#keys) {
      try {
        const { payload } = await jwtVerify(token, find, options);
        return { payload, key };
      } catch (error) {
        if (error instanceof JWKSNoMatchingKey) continue;
        if (!(error instanceof JWSSignatureVerificationFailed)) throw error;
        failure = error;
        if (++tried >= KEYS_TRIED_MAX) break;
      }
    }
    throw failure;
  }
}

/** A key that cannot be used, since it is malformed or of a kind that the platform lacks, fits no token; those beside it do. */
function finder(jwk: JWK): JWTVerifyGetKey {
  const find = createLocalJWKSet({ keys: [jwk] });
  return (header, token) =>
    find(header, token).catch((cause: unknown) => {
      throw new JWKSNoMatchingKey(undefined, { cause });
    });
}

/** The same for the same members, in whatever order they stand. */
function keyId(jwk: JWK): string {
  const members = Object.entries(jwk).sort(([a], [b]) => (a < b ? -1 : 1));
  return hash('sha256', JSON.stringify(members), 'base64url');
}
