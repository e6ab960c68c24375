/*
 * The keys that the gateway's own tokens are signed with: made as they are needed, one a day, kept in the store closed under its key, and forgotten once
 * nothing that they signed can be in force. All gateways of a store have the same.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import { newId } from '../std/ids.ts';
import type { Row, RowReader, Store } from '../store/store.ts';
import { OWN_TOKEN_LIMITS } from './own-token-limits.ts';

/** How long a key signs, in milliseconds; after that another one does, and it only verifies. */
const SIGNS_FOR_MS = 24 * 3_600_000;

/** Limit: keys that are looked at; there are two where all goes well. */
const KEYS_MAX = 100;

interface KeyBody {
  readonly madeAt: number;
  /** As it is published. */
  readonly publicKey: JWK;
  /** PKCS #8, closed. */
  readonly privateKey: string;
}

/** A key to sign with. */
export interface SigningKey {
  readonly kid: string;
  readonly key: KeyObject;
}

/** The signing keys of a store. */
export class SigningKeys {
  readonly #store: Store;
  readonly #public = new Map<string, KeyObject>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The key to sign with now. @throws {StoreError} */
  forSigning(): Promise<SigningKey> {
    return this.#store.exclusively('signing keys', async (rows) => {
      const now = this.#store.now();
      const kept = await this.#list(rows);
      for (const row of kept) if (now - bodyOf(row).madeAt > verifiesForMs()) await rows.delete('signing-key', row.id);
      const current = kept.find((row) => now - bodyOf(row).madeAt < SIGNS_FOR_MS);
      if (current !== undefined) return { kid: current.id, key: this.#opened(current) };
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      const kid = newId(now);
      const body: KeyBody = {
        madeAt: now,
        publicKey: { ...(publicKey.export({ format: 'jwk' }) as JWK), kid, alg: 'EdDSA', use: 'sig' },
        privateKey: this.#store.vault.close(privateKey.export({ format: 'der', type: 'pkcs8' }), placeOf(kid)),
      };
      await rows.put({ kind: 'signing-key', id: kid, version: 0, owner: '', state: 'live', body });
      return { kid, key: privateKey };
    });
  }

  /** The key that verifies what `kid` signed; undefined where there is none. @throws {StoreError} */
  async toVerify(kid: string): Promise<KeyObject | undefined> {
    const known = this.#public.get(kid);
    if (known !== undefined) return known;
    const row = await this.#store.get('signing-key', kid);
    if (row === undefined) return undefined;
    const key = createPublicKey({ key: { ...bodyOf(row).publicKey }, format: 'jwk' });
    this.#public.set(kid, key);
    return key;
  }

  /** The public keys. Source: RFC 7517, 5. @throws {StoreError} */
  async published(): Promise<{ readonly keys: readonly JWK[] }> {
    return { keys: (await this.#list(this.#store)).map((row) => bodyOf(row).publicKey) };
  }

  /** Forgets a key that is not in the store any more. */
  changed(kid: string): void {
    this.#public.delete(kid);
  }

  #list(rows: RowReader): Promise<readonly Row[]> {
    return rows.list('signing-key', { limit: KEYS_MAX });
  }

  #opened({ id, body }: Row): KeyObject {
    const der = this.#store.vault.open((body as KeyBody).privateKey, placeOf(id));
    return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
  }
}

function bodyOf({ body }: Row): KeyBody {
  return body as KeyBody;
}

function placeOf(kid: string): string {
  return `signing-key ${kid}`;
}

function verifiesForMs(): number {
  return SIGNS_FOR_MS + OWN_TOKEN_LIMITS.forMaxMs;
}
