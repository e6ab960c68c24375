/*
 * The console's two cookies. `__Host-` makes a browser take them from this very host over TLS alone, for all of it, and from no name above or below it.
 *
 * Source: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis
 */

/** What stands for a person's session. Strict: no request that another site begins brings it along; the pages themselves need none. */
export const SESSION_COOKIE = '__Host-sallyport-session';

/** What binds a browser to its way to the issuer and back, which another site begins. */
export const ATTEMPT_COOKIE = '__Host-sallyport-sign-in';

/** The value of a cookie; undefined where it is not there, or there twice: which one is meant nobody knows. */
export function cookieIn(header: string | undefined, name: string): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

/** A `Set-Cookie` that sets one, for so many seconds. */
export function setCookie(name: string, value: string, sameSite: 'Strict' | 'Lax', forSeconds: number): string {
  return `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=${sameSite}; Max-Age=${forSeconds}`;
}

/** A `Set-Cookie` that takes one away. */
export function clearCookie(name: string): string {
  return `${name}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0`;
}
