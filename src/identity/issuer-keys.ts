/*
 * The public keys of one issuer: fetched once, refreshed as they grow old and when a token does not verify with them, and kept while the issuer is down.
 *
 * jose's own remote set forgets its keys when they grow old and the issuer is away; whoever is known to be valid must not be locked out by
 * that, so the last good set stays in force here, for a named time. What a fetch that succeeded does not hold any more is no key any more.
 */
import type { JWTVerifyOptions } from 'jose';
import { JWKSNoMatchingKey, JWSSignatureVerificationFailed } from 'jose/errors';
import { Refusal } from '../model/refusal.ts';
import type { Clock } from '../std/clock.ts';
import { keyFetcher } from './fetch-keys.ts';
import type { Issuer } from './issuer.ts';
import { KeySet, type Verified } from './key-set.ts';

/** Limits of key sets. */
export const KEY_LIMITS = Object.freeze({
  /** Keys are fetched anew in the background once they are older; who is the first after twice that time without any request waits for them. */
  keysFreshMs: 10 * 60_000,
  /** The same for keys in a file. */
  keyFileFreshMs: 10_000,
  /** Keys older than this are no longer believed when the issuer stays away. */
  keysStaleMaxMs: 24 * 3_600_000,
  /** Between two fetches, however many tokens turn up that do not verify. */
  refreshMinMs: 10_000,
});

/** How the keys of one issuer are. */
export interface KeysState {
  /** How many are in force; 0: none were fetched yet, or none could be. */
  readonly keys: number;
  /** How long ago they were fetched; undefined where none were. */
  readonly ageMs: number | undefined;
  /** Why the last fetch failed, for the operator; undefined where it did not, or there was none. */
  readonly failure: string | undefined;
}

/** The keys of one issuer. */
export class IssuerKeys {
  readonly #issuer: Issuer;
  readonly #clock: Clock;
  readonly #fetch: () => Promise<unknown>;
  readonly #freshMs: number;
  #keys: { readonly set: KeySet; readonly fetchedAt: number } | undefined;
  #triedAt = Number.NEGATIVE_INFINITY;
  #failure: string | undefined;
  #fetching: Promise<void> | undefined;
  #isAwaited = false;

  constructor(issuer: Issuer, clock: Clock) {
    this.#issuer = issuer;
    this.#clock = clock;
    this.#fetch = keyFetcher(issuer);
    this.#freshMs = issuer.keys.from === 'file' ? KEY_LIMITS.keyFileFreshMs : KEY_LIMITS.keysFreshMs;
  }

  /** The keys in force; another value after each fetch that succeeded. Undefined before the first. */
  get set(): KeySet | undefined {
    return this.#keys?.set;
  }

  get state(): KeysState {
    const { set, fetchedAt } = this.#keys ?? {};
    return {
      keys: set?.size ?? 0,
      ageMs: fetchedAt === undefined ? undefined : this.#clock.monotonic() - fetchedAt,
      failure: this.#failure,
    };
  }

  /**
   * Sees to it that keys in force do not grow old. A promise where they must not be believed before it resolves: nobody has asked the issuer for long. An issuer
   * that is down changes nothing.
   */
  keepFresh(): Promise<void> | undefined {
    const now = this.#clock.monotonic();
    if (this.#keys === undefined || now - this.#keys.fetchedAt <= this.#freshMs) return undefined;
    if (this.#fetching === undefined && now - this.#triedAt >= KEY_LIMITS.refreshMinMs) {
      this.#isAwaited = now - this.#triedAt > 2 * this.#freshMs;
      this.#refresh().catch(() => {});
    }
    return this.#isAwaited ? this.#fetching?.catch(() => {}) : undefined;
  }

  /**
   * Verifies a token. Where it does not verify with the keys at hand, they are fetched once more first, if that was not done a moment ago: the issuer may have
   * a new key, also under a name that an older one had.
   *
   * @throws {Refusal} ISSUER_UNAVAILABLE no keys could be fetched, those at hand are too old to be believed, or the token's key is none of theirs
   * @throws {JOSEError} as `KeySet.verify`
   */
  async verify(token: string, options: JWTVerifyOptions): Promise<Verified> {
    const ageMs = this.#keys === undefined ? Number.POSITIVE_INFINITY : this.#clock.monotonic() - this.#keys.fetchedAt;
    if (ageMs > KEY_LIMITS.keysStaleMaxMs) await this.#refreshed();
    else await this.keepFresh();
    const before = (this.#keys as { readonly set: KeySet }).set;
    try {
      return await before.verify(token, options);
    } catch (error) {
      const isUnknown = error instanceof JWKSNoMatchingKey;
      if (!isUnknown && !(error instanceof JWSSignatureVerificationFailed)) throw error;
      await this.#refreshed(error).catch((refusal: unknown) => {
        // A signature that does not verify with a key of this name is most likely forged: that costs its sender a failure, also while the issuer is down.
        throw isUnknown ? refusal : error;
      });
      return (this.#keys as { readonly set: KeySet }).set.verify(token, options);
    }
  }

  /** Resolves once keys were fetched that are newer than this call, or the last moment's. Throws `error` where they are of the last moment. */
  async #refreshed(error?: Error): Promise<void> {
    const isDue = this.#clock.monotonic() - this.#triedAt >= KEY_LIMITS.refreshMinMs;
    if (this.#fetching === undefined && !isDue) {
      if (this.#failure !== undefined || error === undefined) throw this.#unavailable(new Error('asked a moment ago'));
      throw error;
    }
    await this.#refresh().catch((cause: unknown) => {
      throw this.#unavailable(cause);
    });
  }

  #refresh(): Promise<void> {
    this.#fetching ??= (async () => {
      this.#triedAt = this.#clock.monotonic();
      const set = new KeySet(await this.#fetch());
      this.#keys = { set, fetchedAt: this.#clock.monotonic() };
      this.#failure = undefined;
    })()
      .catch((error: NodeJS.ErrnoException) => {
        this.#failure = error.message === '' ? (error.code ?? error.name) : error.message;
        throw error;
      })
      .finally(() => {
        this.#fetching = undefined;
        this.#isAwaited = false;
      });
    return this.#fetching;
  }

  #unavailable(cause: unknown): Refusal {
    return new Refusal('ISSUER_UNAVAILABLE', `the keys of issuer \`${this.#issuer.name}\` cannot be fetched`, {
      cause,
      detail: String(cause),
      retryAfterSeconds: 10,
    });
  }
}
