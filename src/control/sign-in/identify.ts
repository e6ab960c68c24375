import type { Caller } from '../../model/caller.ts';
import { Refusal } from '../../model/refusal.ts';
import type { Clock } from '../../std/clock.ts';
import { TokenBuckets } from '../../std/token-buckets.ts';
import type { Received } from '../answer.ts';
import { type ConsoleSession, type ConsoleSessions, csrfOf } from './console-sessions.ts';
import { cookieIn, SESSION_COOKIE } from './cookies.ts';
import { refuseForeign } from './own-pages.ts';

/** Limits of cookies. */
export const COOKIE_LIMITS = Object.freeze({
  /** Requests of one address, each second, whose cookie stands for no session. */
  unknownPerAddressPerSecond: 5,
  /** Those at once. */
  unknownPerAddressBurstMax: 100,
  /** Addresses whose rate is under way. */
  addressesMax: 20_000,
});

/** Who makes a request, and for how long. */
export interface Identified {
  readonly caller: Caller;
  /** Of a browser that signed in. */
  readonly session: ConsoleSession | undefined;
  /** Whether the token or session it was made with is still in force. */
  readonly isStill: () => Promise<boolean>;
  /** Calls `over` as soon as the session ends, until the returned function is called; a token ends by itself. */
  readonly onEnd: (over: () => void) => () => void;
}

interface Parts {
  /** @throws {Refusal} */
  readonly authenticate: (request: { readonly token: string | undefined; readonly peer: string }) => Promise<Caller>;
  readonly sessions: ConsoleSessions;
  /** The console's own address. */
  readonly own: () => URL;
  readonly clock: Clock;
}

/**
 * Finds who makes a request: by a bearer token, or by the cookie of a browser's session, which the console's own pages must have sent.
 *
 * @throws {Refusal} CREDENTIALS_AMBIGUOUS, ORIGIN_REFUSED, SESSION_ENDED, AUTHENTICATION_THROTTLED, STORE_UNAVAILABLE, and those of a token
 */
export function identifying({ authenticate, sessions, own, clock }: Parts): (request: Received) => Promise<Identified> {
  const unknown = new TokenBuckets({
    perSecond: COOKIE_LIMITS.unknownPerAddressPerSecond,
    burstMax: COOKIE_LIMITS.unknownPerAddressBurstMax,
    keysMax: COOKIE_LIMITS.addressesMax,
  });
  return async ({ token, peer, method, browser }) => {
    const cookie = cookieIn(browser.cookie, SESSION_COOKIE);
    if (cookie === undefined) return byToken(await authenticate({ token, peer }), () => authenticate({ token, peer }));
    // Security: two credentials are one too many, whichever would be taken.
    if (token !== undefined)
      throw new Refusal('CREDENTIALS_AMBIGUOUS', 'both a token and the cookie of a session are presented');
    refuseForeign({ ...browser, method }, own(), csrfOf(cookie));
    if (!unknown.take(peer, clock.monotonic()))
      throw new Refusal('AUTHENTICATION_THROTTLED', 'too many cookies of no session came from your address', {
        retryAfterSeconds: 1,
      });
    const { caller, session } = await sessions.find(cookie, !browser.isBackground);
    unknown.putBack(peer, clock.monotonic());
    return {
      caller,
      session,
      isStill: () =>
        sessions.find(cookie, false).then(
          () => true,
          () => false,
        ),
      onEnd: (over) => sessions.onEnd(session.id, over),
    };
  };
}

/** Security: a token is asked about again, since its issuer may have taken its key back, and the gateway one of its own. */
function byToken(caller: Caller, again: () => Promise<Caller>): Identified {
  return {
    caller,
    session: undefined,
    isStill: () =>
      again().then(
        () => true,
        () => false,
      ),
    onEnd: () => () => {},
  };
}
