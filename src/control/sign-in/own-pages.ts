import { timingSafeEqual } from 'node:crypto';
import { Refusal } from '../../model/refusal.ts';

/** What a browser says of where a request comes from. */
export interface BrowserRequest {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`. Source: https://www.w3.org/TR/fetch-metadata/ */
  readonly site: string | undefined;
  readonly csrf: string | undefined;
}

/**
 * Refuses a request of a browser's session that the console's own pages did not make.
 *
 * Security: T61. Cookies know neither ports nor who began a request, so they prove nothing by themselves: the request must come to the console's own name
 * (another name for the same address is a page that was rebound), from no other site where the browser says so, and what changes anything must name the console's
 * own origin, port included, and bring what only its pages can read.
 *
 * @throws {Refusal} ORIGIN_REFUSED
 */
export function refuseForeign(request: BrowserRequest, own: URL, csrf: string): void {
  const { method, host, origin, site } = request;
  if (host !== own.host) throw refused(`it came to \`${host ?? ''}\`, and the console is \`${own.host}\``);
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw refused('another site began it');
  if (method === 'GET') return;
  if (origin !== own.origin)
    throw refused(`it names the origin \`${origin ?? ''}\`, and the console is \`${own.origin}\``);
  if (!isSame(request.csrf ?? '', csrf)) throw refused('its `x-csrf-token` is not that of the session');
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(why: string): Refusal {
  return new Refusal('ORIGIN_REFUSED', `a signed-in browser’s request is not taken: ${why}`, {
    advice: 'only the console’s own pages change anything with a browser’s session; commands present a token',
  });
}
