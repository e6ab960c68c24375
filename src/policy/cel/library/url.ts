import { type CelFunc, CelScalar, celFunc, celMethod, listType, mapType } from '@bufbuild/cel';
import { parseAddress } from './addresses.ts';
import { opaque, reads } from './opaque.ts';

const { BOOL, STRING } = CelScalar;
const Url = opaque('URL');

interface Parts {
  readonly scheme: string;
  /** With the port, and with the brackets of an IPv6 address. */
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

/**
 * The parts of an absolute URI or an absolute path; nothing is resolved, since what is judged is the text.
 *
 * It reads what Kubernetes reads, and refuses what it refuses: two readers of one URL that see two hosts are how an allow-list of hosts is gone round.
 *
 * @throws {Error} the text is neither
 * Source: `ParseRequestURI` and `Parse` in https://github.com/golang/go/blob/go1.26.0/src/net/url/url.go
 */
export function parseUrl(text: string): Parts {
  checkUrl(text);
  return split(text.replace(/#.*$/s, ''), true);
}

/** What `isURL` asks: a fragment counts as part of what it stands behind, and `//host` without a scheme is a path. @throws {Error} it is none */
function checkUrl(text: string): void {
  if (text === '' || /[\x00-\x1f\x7f]/.test(text)) throw new Error('not a URL');
  split(text, false);
}

function split(text: string, hasRelativeHosts: boolean): Parts {
  if (text === '*') return { scheme: '', host: '', path: '*', query: '' };
  const [, scheme = '', behind = ''] = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(.*)$/s.exec(text) ?? [];
  const [, rest = '', query = ''] = /^([^?]*)(?:\?(.*))?$/s.exec(behind) ?? [];
  if (!rest.startsWith('/')) {
    if (scheme === '') throw new Error('not a URL');
    return { scheme: scheme.toLowerCase(), host: '', path: '', query };
  }
  const hasHost = scheme !== '' || (hasRelativeHosts && !rest.startsWith('///'));
  const authority = hasHost ? /^\/\/([^/]*)/.exec(rest)?.[1] : undefined;
  const path = authority === undefined ? rest : rest.slice(authority.length + 2);
  if (/%(?![0-9a-fA-F]{2})/.test(path)) throw new Error('not a URL');
  const isWeb = /^https?$/i.test(scheme);
  return { scheme: scheme.toLowerCase(), host: hostOf(authority ?? '', isWeb), path: escaped(path), query };
}

/** Only `http` and `https` are strict about colons: other schemes list several hosts in one URL. */
function hostOf(authority: string, isWeb: boolean): string {
  const [, userinfo, host = ''] = /^(?:(.*)@)?([^@]*)$/s.exec(authority) ?? [];
  if (userinfo !== undefined && !/^(?:[-\w.:~!$&'()*+,;=@]|%[0-9a-fA-F]{2})*$/.test(userinfo))
    throw new Error('not a URL');
  const [, address] = /^\[(.*)\](?::\d*)?$/s.exec(host) ?? [];
  if (address !== undefined) {
    const [, plain = '', zone] = /^(.*?)(%25.+)?$/s.exec(address) ?? [];
    if (!plain.includes(':')) throw new Error('not a URL');
    if (zone !== undefined || !plain.startsWith('::ffff:')) parseAddress(plain);
    return host.replace('%25', '%');
  }
  const port = isWeb ? /^[^:]*(?::\d*)?$/ : /^(?:.*:\d*|[^:]*)$/s;
  if (!port.test(host) || /[[\]]/.test(host)) throw new Error('not a URL');
  return unescaped(host);
}

/** The bytes of a host that are not ASCII may be escaped, no others; and not every character of ASCII stands in one. */
function unescaped(host: string): string {
  if (!/^(?:[-\w.~!$&'()*+,;=:<>"]|[^\x00-\x7f]|%[89a-fA-F][0-9a-fA-F])*$/.test(host)) throw new Error('not a URL');
  return decodeURIComponent(host);
}

/** A path as it is, or, where it has a character that none has, as its bytes escaped. */
function escaped(path: string): string {
  if (/^(?:[-\w.~!$&'()*+,;=:@/[\]]|%)*$/.test(path)) return path;
  const decoded = decodeURIComponent(path);
  return encodeURI(decoded).replace(
    /[!'()*?#]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function parts(value: unknown): Parts {
  return parseUrl(Url.unwrap(value));
}

/** A pair with a semicolon, or with a percent sign that escapes nothing, is left out. */
function queryOf({ query }: Parts): ReadonlyMap<string, string[]> {
  const values = new Map<string, string[]>();
  const pairs = query.split('&').filter((pair) => !/;|%(?![0-9a-fA-F]{2})/.test(pair));
  for (const [key, value] of new URLSearchParams(pairs.join('&'))) values.set(key, [...(values.get(key) ?? []), value]);
  return values;
}

function getter(name: string, get: (url: Parts) => string): CelFunc {
  return celMethod(name, Url.type, [], STRING, function () {
    return get(parts(this));
  });
}

/** `url`, `isURL` and their methods. Source: pkg/cel/library/urls.go of k8s.io/apiserver v0.35.4 */
export const URLS: readonly CelFunc[] = [
  celFunc('url', [STRING], Url.type, (text) => {
    parseUrl(text);
    return Url.wrap(text);
  }),
  celFunc('isURL', [STRING], BOOL, (text) => reads(checkUrl, text)),
  getter('getScheme', ({ scheme }) => scheme),
  getter('getHost', ({ host }) => host),
  getter('getHostname', ({ host }) => host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/s, '$1')),
  getter('getPort', ({ host }) => /:(\d*)$/.exec(host)?.[1] ?? ''),
  getter('getEscapedPath', ({ path }) => path),
  celMethod('getQuery', Url.type, [], mapType(STRING, listType(STRING)), function () {
    return queryOf(parts(this));
  }),
];
