import type { Caller } from '../../model/caller.ts';

/** What binds an issuer's answer to the browser that was sent there. */
export interface Attempt {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** One issuer at which persons sign in, as this folder asks it. */
export interface LoginPort {
  newAttempt(redirectUri: string): Attempt;
  /** Where the browser is sent; with `isFresh` the issuer is to ask the person, also one that it knows. @throws {Refusal} ISSUER_UNAVAILABLE */
  begin(attempt: Attempt, isFresh: boolean): Promise<string>;
  /** Who comes back with this query, with `signedInAt` where the issuer says it. @throws {Refusal} SIGN_IN_FAILED, TOKEN_INVALID, TOKEN_EXPIRED, ISSUER_UNAVAILABLE */
  finish(query: URLSearchParams, attempt: Attempt): Promise<Caller>;
}
