import type { IssuedToken } from './issued-token.ts';

/**
 * The authenticated requester.
 *
 * `subject` is what upstream sees as the impersonated name; it is unique over all issuers, because an issuer may only mint
 * subjects under the prefix that its configuration gives it.
 */
export interface Caller {
  readonly subject: string;
  /** Without any group that begins with `system:`; those are never taken from a token. */
  readonly groups: readonly string[];
  /** The name of the issuer in the configuration. */
  readonly issuer: string;
  /** Set by the issuer's configuration, not by the token; but by a token that says who acts for its subject (`act`), it is never a person. */
  readonly kind: 'autonomous' | 'person';
  /** Claims that the issuer's configuration maps to labels, for rules and recordings. */
  readonly labels: Readonly<Record<string, string>>;
  /** The person behind the identity, where its issuer names one: a program’s owner, or the one whom several identities are of. */
  readonly person?: string;
  /** Who acts for the subject, by the token's own word, the nearest first, empty where it names none: a program to which somebody delegates. They are stopped by their own names too. */
  readonly actors?: readonly string[];
  /** The run that the token is of, where it names one: a pod, a pipeline run, a session. Another run of the same caller has another. */
  readonly run?: string;
  /** Of a token that the gateway itself has given for somebody: what it is bound to. Subject and groups are the giver’s. */
  readonly issued?: IssuedToken;
  /** When the issuer last saw the person, where it says so (`auth_time`), in milliseconds since 1970. A token that is renewed keeps it. */
  readonly signedInAt?: number;
  /** From when the token is not taken any more, the skew of clocks included, in milliseconds since 1970. */
  readonly tokenEndsAt: number;
  /** A hash of the token, to tell sessions apart; the token itself is kept nowhere. */
  readonly tokenDigest: string;
}

/** The name under which upstream is asked whom it sees. It is no caller's. */
export const PROBE_SUBJECT = 'sallyport:probe';

/** The uid under which it is asked by which right we act for callers. */
export const PROBE_UID = 'sallyport:probe';

/** The key that was made last: a request asks for its caller's several times. */
let made = { issuer: '', subject: '', key: '["",""]' };

/** What tells one caller from every other; a new token changes nothing about it. */
export function callerKey({ issuer, subject }: Pick<Caller, 'issuer' | 'subject'>): string {
  if (made.subject !== subject || made.issuer !== issuer)
    made = { issuer, subject, key: JSON.stringify([issuer, subject]) };
  return made.key;
}
