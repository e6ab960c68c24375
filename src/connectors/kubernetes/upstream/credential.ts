/** A client certificate chain and its key, both PEM. */
export interface ClientCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

/** What a credential is made of. */
export interface CredentialParts {
  readonly token?: string;
  readonly clientCertificate?: ClientCertificate;
  /** When it ends, in milliseconds since 1970; absent where it does not say. */
  readonly endsAt?: number;
}

/**
 * What we present upstream. It lives in memory only: printed, logged or serialised it shows nothing of itself.
 */
export class Credential {
  readonly #parts: CredentialParts;

  constructor(parts: CredentialParts) {
    this.#parts = parts;
  }

  /** The value of the Authorization header; absent where a client certificate says it all. */
  get authorization(): string | undefined {
    return this.#parts.token === undefined ? undefined : `Bearer ${this.#parts.token}`;
  }

  get clientCertificate(): ClientCertificate | undefined {
    return this.#parts.clientCertificate;
  }

  get endsAt(): number | undefined {
    return this.#parts.endsAt;
  }

  toJSON(): string {
    return '[credential]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[credential]';
  }
}

/** Where credentials for one target come from. */
export interface CredentialSource {
  /**
   * A credential that has not ended.
   *
   * @throws {Refusal} CREDENTIAL_UNAVAILABLE
   */
  current(signal: AbortSignal): Promise<Credential>;
  /** Upstream did not take this one: the next call of `current` looks for a newer. */
  invalidate(credential: Credential): void;
}

/** A credential that does not change. */
export function fixedCredential(parts: CredentialParts): CredentialSource {
  const credential = new Credential(parts);
  return { current: async () => credential, invalidate: () => {} };
}
