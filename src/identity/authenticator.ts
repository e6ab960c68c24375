/*
 * From token to caller: the issuer is picked by the token's own claim, the signature and every claim that binds the token to this gateway are
 * checked, and the outcome is kept by the token's hash until it ends, or until its issuer withdraws the key that it was verified with. What is kept is the
 * caller; the token is kept nowhere.
 */
import { hash } from 'node:crypto';
import type { JWTVerifyOptions } from 'jose';
import { JOSEAlgNotAllowed, JOSEError, JWKSNoMatchingKey, JWTClaimValidationFailed, JWTExpired } from 'jose/errors';
import { decodeJwt } from 'jose/jwt/decode';
import type { Caller } from '../model/caller.ts';
import { Refusal, type RefusalOptions } from '../model/refusal.ts';
import type { Request } from '../model/request.ts';
import type { Clock } from '../std/clock.ts';
import { FAILURE_LIMITS, FailedTokens, type FailureLimits } from './failed-tokens.ts';
import type { Issuer } from './issuer.ts';
import { IssuerKeys, type KeysState } from './issuer-keys.ts';
import type { KeySet } from './key-set.ts';
import { toCaller } from './to-caller.ts';

/** Security: only signatures that need the issuer's private key; `none` and the symmetric ones would let anyone sign (T63). */
export const ALGORITHMS: readonly NonNullable<JWTVerifyOptions['algorithms']>[number][] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];

/** Limits of authentication. */
export const TOKEN_LIMITS = Object.freeze({
  /** The longest token that is looked at. */
  tokenBytesMax: 16 * 1024,
  /** How far the issuer's clock may be off. */
  clockSkewSeconds: 30,
  /** Verified tokens that are remembered; the oldest go first. */
  cachedTokensMax: 20_000,
});

/** Finds out who presents a request's token. */
export interface Authenticator {
  /** @throws {Refusal} TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED, ISSUER_UNAVAILABLE, AUTHENTICATION_THROTTLED */
  authenticate(request: Pick<Request, 'token' | 'peer'>): Promise<Caller>;
}

/** An issuer, and how its keys are. */
export interface IssuerState extends KeysState {
  readonly name: string;
}

/** Knows the callers of configured issuers. */
export interface IssuersAuthenticator extends Authenticator {
  /** How the keys of each are now; nobody is asked. */
  issuers(): readonly IssuerState[];
}

/** An authenticator for the given issuers; two issuers with one URL are a mistake of the configuration, which refuses them. */
export function createAuthenticator(
  issuers: readonly Issuer[],
  clock: Clock,
  failureLimits: FailureLimits = FAILURE_LIMITS,
): IssuersAuthenticator {
  const byUrl = new Map(issuers.map((issuer) => [issuer.url, { issuer, keys: new IssuerKeys(issuer, clock) }]));
  const cache = new Map<string, Known>();
  const failed = new FailedTokens(failureLimits, clock);
  return {
    issuers: () => [...byUrl.values()].map(({ issuer: { name }, keys }) => ({ name, ...keys.state })),
    async authenticate({ token, peer }) {
      if (token === undefined)
        throw new Refusal('TOKEN_MISSING', 'no bearer token is presented', {
          advice: 'present the token of a configured issuer',
        });
      if (token.length > TOKEN_LIMITS.tokenBytesMax)
        throw invalid(`it is longer than ${TOKEN_LIMITS.tokenBytesMax} bytes`);
      const digest = hash('sha256', token, 'base64url');
      const known = cache.get(digest);
      if (known !== undefined) {
        const fresh = known.keys.keepFresh();
        if (fresh !== undefined) await fresh;
        if (isKeyInForce(known)) return stillValid(known.caller, clock);
        cache.delete(digest);
      }
      // Limit: before anything is spent on a token that is not known.
      const giveBack = failed.reserve(peer);
      const verified = await verify(token, digest, byUrl, clock).catch((error: unknown) => {
        if (error instanceof Refusal && error.code === 'ISSUER_UNAVAILABLE') giveBack();
        throw error;
      });
      giveBack();
      if (cache.size >= TOKEN_LIMITS.cachedTokensMax) cache.delete(cache.keys().next().value as string);
      cache.set(digest, verified);
      return verified.caller;
    },
  };
}

/** A token that was verified. */
interface Known {
  readonly caller: Caller;
  readonly keys: IssuerKeys;
  /** The key that it was verified with. */
  readonly key: string;
  /** The last set that the key was found in. */
  set: KeySet | undefined;
}

/** Security: what is remembered of a token falls with its key, once a fetch that succeeded does not hold it any more (T63). */
function isKeyInForce(known: Known): boolean {
  const { set } = known.keys;
  if (set === known.set) return true;
  known.set = set;
  return set?.has(known.key) ?? false;
}

function stillValid(caller: Caller, clock: Clock): Caller {
  if (clock.now() >= caller.tokenEndsAt) throw expired();
  return caller;
}

type ByUrl = ReadonlyMap<string, { readonly issuer: Issuer; readonly keys: IssuerKeys }>;

async function verify(token: string, digest: string, byUrl: ByUrl, clock: Clock): Promise<Known> {
  const found = byUrl.get(claimedIssuer(token));
  if (found === undefined) throw invalid('its issuer is none of those configured');
  const { issuer, keys } = found;
  try {
    const { payload, key } = await keys.verify(token, {
      algorithms: [...ALGORITHMS],
      issuer: issuer.url,
      audience: [...issuer.audiences],
      clockTolerance: TOKEN_LIMITS.clockSkewSeconds,
      requiredClaims: ['exp', 'iss', 'aud'],
      currentDate: new Date(clock.now()),
    });
    const caller = toCaller(issuer, payload, digest, TOKEN_LIMITS.clockSkewSeconds);
    return { caller, keys, key, set: undefined };
  } catch (error) {
    throw toTokenRefusal(error, issuer);
  }
}

function claimedIssuer(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    throw invalid('it is not a JSON Web Token');
  }
}

function toTokenRefusal(error: unknown, issuer: Issuer): unknown {
  if (error instanceof JWTExpired) return expired();
  if (error instanceof JWTClaimValidationFailed) {
    if (error.claim === 'nbf') return new Refusal('TOKEN_EXPIRED', 'the token does not begin yet');
    const asked =
      error.claim === 'aud'
        ? `, which must be ${issuer.audiences.map((audience) => `\`${audience}\``).join(' or ')}`
        : '';
    return invalid(`its claim \`${error.claim}\` is not right${asked}`);
  }
  if (error instanceof JOSEError) return invalid(notVerified(error, issuer), { detail: error.code, cause: error });
  return error;
}

function notVerified(error: JOSEError, issuer: Issuer): string {
  if (error instanceof JOSEAlgNotAllowed) return 'it is not signed by an algorithm that is taken';
  if (error instanceof JWKSNoMatchingKey) return `issuer \`${issuer.name}\` has no key that it names`;
  return 'its signature does not verify';
}

function expired(): Refusal {
  return new Refusal('TOKEN_EXPIRED', 'the token has ended', { advice: 'get a new one from the issuer' });
}

function invalid(why: string, options: RefusalOptions = {}): Refusal {
  return new Refusal('TOKEN_INVALID', `the token is not taken: ${why}`, options);
}
