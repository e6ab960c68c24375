import type { ReplyHead } from '../model/reply.ts';
import { withoutHopByHop } from '../std/hop-by-hop.ts';

/** The head of a reply as it goes to the client. */
export interface WireHead {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: string[];
  /** What the reply says of its own length. */
  readonly contentLength: number | undefined;
}

const ORIGIN_HEADERS: ReadonlySet<string> = new Set([
  'set-cookie',
  'content-security-policy',
  'alt-svc',
  'clear-site-data',
  'nel',
  'report-to',
  'reporting-endpoints',
]);

/** Whether a header speaks for a whole origin, and so is the gateway's own to send: upstream's is not passed, behind a 101 neither. */
export function isOfOrigin(name: string): boolean {
  return ORIGIN_HEADERS.has(name.toLowerCase());
}

/**
 * The head that a client gets: hop-by-hop headers end here, what is opened in a browser may run nothing, and nothing that an application behind a
 * proxy says of a whole origin (a cookie, another place to reach it, where to report to) is passed: the origin is the gateway's, with all its targets.
 *
 * `Trailer` goes with a length, since nothing can then follow the body. A `Location` that is a path of the target is one of the gateway: `prefix`, under which the
 * client has its target, is put before it.
 *
 * @throws {RangeError} a status that ends no exchange; a length that is no number, or two that differ: two readers would see the end in two places
 */
export function wireHead(reply: ReplyHead, prefix = ''): WireHead {
  if (!(reply.status >= 200 && reply.status <= 599)) throw new RangeError('a status that ends no exchange');
  const headers: string[] = [];
  let contentLength: number | undefined;
  const kept = withoutHopByHop(reply.headers);
  for (let i = 0; i < kept.length; i += 2) {
    const name = kept[i] as string;
    const value = kept[i + 1] as string;
    if (isOfOrigin(name)) continue;
    if (name.toLowerCase() === 'content-length') {
      const length = parseLength(value);
      if (contentLength !== undefined && contentLength !== length) throw new RangeError('two lengths that differ');
      if (contentLength !== undefined) continue;
      contentLength = length;
    }
    headers.push(name, prefix !== '' && isLocation(name) ? located(value, prefix) : value);
  }
  headers.push('content-security-policy', 'sandbox');
  return {
    status: reply.status,
    headers: contentLength === undefined ? headers : without(headers, 'trailer'),
    contentLength,
  };
}

function isLocation(name: string): boolean {
  return name.length === 8 && name.toLowerCase() === 'location';
}

/** `//host/…` is another place, and `page` is relative to the request: only an absolute path begins at the target's root. */
function located(value: string, prefix: string): string {
  return value.startsWith('/') && !value.startsWith('//') ? prefix + value : value;
}

function parseLength(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new RangeError('a length that is no number');
  return Number(value);
}

function without(headers: string[], lowerCaseName: string): string[] {
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    if ((headers[i] as string).toLowerCase() === lowerCaseName) headers.splice(i, 2);
  }
  return headers;
}
