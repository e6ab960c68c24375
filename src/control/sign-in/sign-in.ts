/*
 * The two addresses of a browser's way to the issuer and back: `/sign-in` sends it there, `/sign-in/callback` takes it in again. What belongs to one attempt is
 * in a cookie, closed under the store's key, so that any gateway may end what another began, and nothing waits in memory for whoever never comes back.
 */
import { Refusal } from '../../model/refusal.ts';
import type { Clock } from '../../std/clock.ts';
import { TokenBuckets } from '../../std/token-buckets.ts';
import type { Vault } from '../../store/vault.ts';
import type { ConsoleSessions } from './console-sessions.ts';
import { ATTEMPT_COOKIE, clearCookie, cookieIn, SESSION_COOKIE, setCookie } from './cookies.ts';
import type { Attempt, LoginPort } from './login-port.ts';
import { pathOf } from './return-path.ts';

/** Limits of signing in. */
export const SIGN_IN_LIMITS = Object.freeze({
  /** How long a person may take at the issuer. */
  attemptMs: 10 * 60_000,
  /** Beginnings and returns of one address each second, over time; an office is one address. */
  triesPerAddressPerSecond: 5,
  /** Those at once, after it has been quiet. */
  triesPerAddressBurstMax: 200,
  /** Addresses whose rate is under way. */
  addressesMax: 20_000,
});

/** A request of a browser on its way. */
export interface Travelling {
  /** Behind `/sign-in`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly cookie: string | undefined;
  readonly host: string | undefined;
  /** `Sec-Fetch-Site`. */
  readonly site: string | undefined;
  readonly peer: string;
}

/** Where the browser is sent, and what it is to keep. */
export interface Sent {
  readonly location: string;
  readonly cookies: readonly string[];
}

interface Parts {
  readonly logins: ReadonlyMap<string, LoginPort>;
  readonly sessions: ConsoleSessions;
  readonly vault: Vault;
  /** The console's own address, its path prefix included. */
  readonly own: () => URL;
  readonly sessionMaxMs: number;
  readonly clock: Clock;
}

/** What the cookie of an attempt holds, closed. */
interface Kept {
  readonly issuer: string;
  readonly attempt: Attempt;
  /** Where on the console the person wanted to be. */
  readonly to: string;
  readonly endsAt: number;
  /** The cookie of the session that the browser had. */
  readonly replaces?: string;
}

/** What the cookie of an attempt is closed for. */
const PLACE = 'sign-in';

/** Signing in with a browser. */
export class SignIn {
  readonly #parts: Parts;
  readonly #rates = new TokenBuckets({
    perSecond: SIGN_IN_LIMITS.triesPerAddressPerSecond,
    burstMax: SIGN_IN_LIMITS.triesPerAddressBurstMax,
    keysMax: SIGN_IN_LIMITS.addressesMax,
  });

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The issuers at which persons sign in. */
  get issuers(): readonly string[] {
    return [...this.#parts.logins.keys()];
  }

  /** Takes the browser on. @throws {Refusal} NOT_FOUND, SIGN_IN_FAILED, ISSUER_UNAVAILABLE, AUTHENTICATION_THROTTLED, STORE_UNAVAILABLE */
  async take(request: Travelling): Promise<Sent> {
    if (!this.#rates.take(request.peer, this.#parts.clock.monotonic()))
      throw new Refusal('AUTHENTICATION_THROTTLED', 'too many tries to sign in came from your address', {
        retryAfterSeconds: 5,
      });
    if (request.path === '') return this.#begin(request);
    if (request.path === '/callback') return this.#finish(request);
    throw new Refusal('NOT_FOUND', 'the console has no such page');
  }

  async #begin({ query, cookie, host, site }: Travelling): Promise<Sent> {
    const own = this.#parts.own();
    // Security: no other site sends anybody to sign in, and so no other site chooses where they come back to.
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      return { location: `${baseOf(own)}/`, cookies: [] };
    // The issuer sends back to the console's own name alone, and cookies stay where they were set.
    if (host !== own.host) return { location: `${baseOf(own)}/sign-in?${query}`, cookies: [] };
    const [issuer, login] = this.#chosen(query.get('issuer'));
    const attempt = login.newAttempt(`${baseOf(own)}/sign-in/callback`);
    const replaces = cookieIn(cookie, SESSION_COOKIE);
    const kept: Kept = {
      ...{ issuer, attempt, to: pathOf(query.get('to'), own) },
      endsAt: this.#parts.clock.now() + SIGN_IN_LIMITS.attemptMs,
      ...(replaces === undefined ? {} : { replaces }),
    };
    const closed = this.#parts.vault.close(Buffer.from(JSON.stringify(kept)), PLACE);
    const location = await login.begin(attempt, query.get('fresh') === 'true');
    return { location, cookies: [setCookie(ATTEMPT_COOKIE, closed, 'Lax', SIGN_IN_LIMITS.attemptMs / 1000)] };
  }

  async #finish({ query, cookie, peer }: Travelling): Promise<Sent> {
    const { sessions, own, sessionMaxMs } = this.#parts;
    const { issuer, attempt, to, replaces } = this.#kept(cookieIn(cookie, ATTEMPT_COOKIE));
    const [, login] = this.#chosen(issuer);
    const caller = await login.finish(query, attempt);
    // Security: T77. A session is a person's from then on, whatever its ID token said.
    if (caller.kind !== 'person')
      throw new Refusal('SIGN_IN_FAILED', 'whoever acts for somebody does not sign in as they');
    const value = await sessions.begin({ caller, peer, replaces });
    return {
      location: `${own().origin}${to}`,
      cookies: [setCookie(SESSION_COOKIE, value, 'Strict', sessionMaxMs / 1000), clearCookie(ATTEMPT_COOKIE)],
    };
  }

  #chosen(name: string | null): readonly [string, LoginPort] {
    const { logins } = this.#parts;
    const [only, ...others] = logins.keys();
    const chosen = name ?? (others.length === 0 ? (only ?? '') : '');
    const login = logins.get(chosen);
    if (login === undefined)
      throw new Refusal('NOT_FOUND', 'nobody signs in at this issuer', {
        advice: `there ${logins.size === 1 ? 'is' : 'are'} ${this.issuers.map((each) => `\`${each}\``).join(', ') || 'none'}`,
      });
    return [chosen, login];
  }

  /** What this browser's attempt was. Security: an answer that was meant for another browser ends here. */
  #kept(closed: string | undefined): Kept {
    try {
      const kept = JSON.parse(Buffer.from(this.#parts.vault.open(closed ?? '', PLACE)).toString()) as Kept;
      if (this.#parts.clock.now() < kept.endsAt) return kept;
    } catch {
      // What was not closed here is as good as none.
    }
    throw new Refusal('SIGN_IN_FAILED', 'this browser did not begin to sign in here, or too long ago', {
      advice: 'begin again',
    });
  }
}

function baseOf({ origin, pathname }: URL): string {
  return origin + pathname.replace(/\/$/, '');
}
