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
  /** Where the browser is sent. @throws {Refusal} ISSUER_UNAVAILABLE */
  begin(attempt: Attempt): Promise<string>;
  /** Who comes back with this query, and when the issuer saw them. @throws {Refusal} SIGN_IN_FAILED, TOKEN_INVALID, TOKEN_EXPIRED, ISSUER_UNAVAILABLE */
  finish(query: URLSearchParams, attempt: Attempt): Promise<{ readonly caller: Caller; readonly at: number }>;
}
