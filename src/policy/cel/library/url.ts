import { type CelFunc, CelScalar, celFunc, celMethod, listType, mapType } from '@bufbuild/cel';
import { opaque, reads } from './opaque.ts';

const { BOOL, STRING } = CelScalar;
const Url = opaque('URL');

interface Parts {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

/**
 * The parts of an absolute URI or an absolute path; nothing is resolved, since what is judged is the text.
 *
 * @throws {Error} the text is neither, has a character that a URL has not, or a percent sign that escapes nothing
 * Source: `ParseRequestURI` of Go's net/url
 */
export function parseUrl(text: string): Parts {
  if (/[\x00-\x20\x7f]|%(?![0-9a-fA-F]{2})/.test(text)) throw new Error('not a URL');
  const [, scheme = '', , host = '', path = '', query = ''] =
    /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?$/.exec(text) ?? [];
  const isAbsolute = scheme !== '' || path.startsWith('/');
  if (text === '' || !isAbsolute || !/^(?:[^@]*@)?(?:\[[0-9a-fA-F:.]+\]|[^:[\]]*)(?::\d*)?$/.test(host))
    throw new Error('not a URL');
  return { scheme: scheme.toLowerCase(), host: host.replace(/^.*@/, ''), path, query };
}

function parts(value: unknown): Parts {
  return parseUrl(Url.unwrap(value));
}

function queryOf({ query }: Parts): ReadonlyMap<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(query)) values.set(key, [...(values.get(key) ?? []), value]);
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
  celFunc('isURL', [STRING], BOOL, (text) => reads(parseUrl, text)),
  getter('getScheme', ({ scheme }) => scheme),
  getter('getHost', ({ host }) => host),
  getter('getHostname', ({ host }) => host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1')),
  getter('getPort', ({ host }) => /:(\d*)$/.exec(host)?.[1] ?? ''),
  getter('getEscapedPath', ({ path }) => path),
  celMethod('getQuery', Url.type, [], mapType(STRING, listType(STRING)), function () {
    return queryOf(parts(this));
  }),
];
