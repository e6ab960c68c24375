/*
 * Tokens of the gateway's own, beside those of issuers: told apart by how they begin, verified under the gateway's keys, and taken while the control
 * plane holds them in force. What such a token may do is kept there; nothing of it is believed but its id.
 */
import { hash, type KeyObject } from 'node:crypto';
import { JOSEError, JWKSNoMatchingKey, JWTExpired } from 'jose/errors';
import { jwtVerify } from 'jose/jwt/verify';
import type { Caller } from '../model/caller.ts';
import { ISSUED_TOKEN_HEADER, ISSUED_TOKEN_ISSUER, ISSUED_TOKEN_PREFIX } from '../model/issued-token-form.ts';
import { Refusal } from '../model/refusal.ts';
import type { Clock } from '../std/clock.ts';
import { type Authenticator, TOKEN_LIMITS } from './authenticator.ts';
import { FAILURE_LIMITS, FailedTokens } from './failed-tokens.ts';

/** What is known of the gateway's own tokens. */
export interface IssuedTokens {
  /** The key that verifies what a key of this id signed. */
  readonly keyOf: (kid: string) => Promise<KeyObject | undefined>;
  /** Who presents the token of an id; undefined where it is not in force. @throws {Refusal} STORE_UNAVAILABLE */
  readonly callerOf: (id: string) => Caller | undefined;
  /** Learns of a token that another gateway may have given just now. @throws {Error} the store does not answer */
  readonly lookUp: (id: string) => Promise<void>;
}

/** An authenticator that takes the gateway's own tokens too. */
export function withIssuedTokens(others: Authenticator, issued: IssuedTokens, clock: Clock): Authenticator {
  const verified = new Map<string, string>();
  const failed = new FailedTokens(FAILURE_LIMITS, clock);
  return {
    async authenticate(request) {
      const { token, peer } = request;
      if (token === undefined || !token.startsWith(ISSUED_TOKEN_PREFIX)) return others.authenticate(request);
      const digest = hash('sha256', token, 'base64url');
      const id = verified.get(digest);
      const caller = id === undefined ? await firstSeen(token, digest, peer) : issued.callerOf(id);
      if (caller !== undefined) return caller;
      verified.delete(digest);
      throw ended();
    },
  };

  /** Limit: one that has ended costs a signature and the store a question each time that it comes, so it counts as one that failed. */
  async function firstSeen(token: string, digest: string, peer: string): Promise<Caller | undefined> {
    const giveBack = failed.reserve(peer);
    const id = await idOf(token, issued, clock);
    const caller = await inForce(id, issued).catch((error: unknown) => {
      giveBack();
      throw error;
    });
    if (caller === undefined) return undefined;
    giveBack();
    if (verified.size >= TOKEN_LIMITS.cachedTokensMax) verified.delete(verified.keys().next().value as string);
    verified.set(digest, id);
    return caller;
  }
}

/** @throws {Refusal} STORE_UNAVAILABLE it is genuine, and nobody can tell whether it is in force */
async function inForce(id: string, { lookUp, callerOf }: IssuedTokens): Promise<Caller | undefined> {
  await lookUp(id).catch((error: unknown) => {
    throw error instanceof Refusal ? error : storeUnavailable(error);
  });
  return callerOf(id);
}

async function idOf(token: string, { keyOf }: IssuedTokens, clock: Clock): Promise<string> {
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid = '' }) => {
        const key = /^[0-9a-z]{26}$/.test(kid) ? await keyOf(kid) : undefined;
        if (key === undefined) throw new JWKSNoMatchingKey();
        return key;
      },
      {
        algorithms: [ISSUED_TOKEN_HEADER.alg],
        issuer: ISSUED_TOKEN_ISSUER,
        typ: ISSUED_TOKEN_HEADER.typ,
        requiredClaims: ['exp', 'jti'],
        clockTolerance: TOKEN_LIMITS.clockSkewSeconds,
        currentDate: new Date(clock.now()),
      },
    );
    return payload.jti as string;
  } catch (error) {
    if (error instanceof JWTExpired) throw ended();
    if (error instanceof JOSEError)
      throw new Refusal('TOKEN_INVALID', 'the token is not taken: it is not one that this gateway signed', {
        detail: error.code,
        cause: error,
      });
    if (error instanceof Refusal) throw error;
    throw storeUnavailable(error);
  }
}

function storeUnavailable(cause: unknown): Refusal {
  return new Refusal('STORE_UNAVAILABLE', 'the store does not answer, so the token cannot be verified', {
    detail: cause instanceof Error ? cause.message : '',
    cause,
    retryAfterSeconds: 2,
  });
}

function ended(): Refusal {
  return new Refusal('TOKEN_EXPIRED', 'the token has ended', {
    advice: 'whoever gave it gives a new one: `sallyport run`',
  });
}
