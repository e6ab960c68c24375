/*
 * The first stage: what came from the wire becomes a request in normal form, or is refused.
 *
 * Nothing is cleaned up that could be read two ways. Credentials are taken out of the headers here and live in `token` alone; headers
 * that carry identity are removed by prefix, whatever their names are today. Where a caller asks to act as somebody else, that is noted:
 * `as-oneself.ts` refuses it once the caller is known, since what is left of such a request means more than was asked for.
 */
import { Refusal } from '../model/refusal.ts';
import type { RawRequest, Request, Upgrade, UpgradeProtocol } from '../model/request.ts';
import { connectionNames, isHopByHop } from '../std/hop-by-hop.ts';
import { remembered } from '../std/remembered.ts';
import { type BodyHears, bodyReader, NOBODY_HEARS } from './body-reader.ts';
import type { Limits } from './limits.ts';

/** Security: removed on arrival; only `forward` adds such headers. Without it T1 and T8 fail. */
const IDENTITY_PREFIXES = ['impersonate-', 'x-remote-', 'x-forwarded-'];
const IDENTITY_HEADERS = new Set(['authorization', 'proxy-authorization', 'cookie', 'forwarded', 'x-real-ip']);

/**
 * Security: any header by which a caller would act as somebody else, also one that `Connection` names alone. With `_` too, since servers behind
 * CGI's rules take it for `-`.
 */
const IMPERSONATION = /^impersonate[-_]/;

/** Headers of which a second one would be read by some and overlooked by others. */
const SINGLE_HEADERS = new Set([
  'authorization',
  'content-type',
  'content-length',
  'content-encoding',
  'host',
  'upgrade',
]);

/** A header that asks for another method than the one that is judged. */
const METHOD_OVERRIDE = /^x-(http-)?method(-override)?$/;

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Source: https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/authentication/request/websocket/protocol.go */
const WEBSOCKET_TOKEN_PREFIX = 'base64url.bearer.authorization.k8s.io.';

/**
 * The request in normal form, without its credentials and identity headers. `hears` hears of its body as it comes, may refuse it, and may have it wait.
 *
 * @throws {Refusal} METHOD_NOT_ALLOWED, REQUEST_MALFORMED, HTTP_VERSION_UNSUPPORTED, HEADERS_TOO_LARGE, CREDENTIALS_AMBIGUOUS, UPGRADE_UNSUPPORTED,
 * MEDIA_TYPE_UNSUPPORTED
 */
export function accept(raw: RawRequest, limits: Limits, hears: BodyHears = NOBODY_HEARS): Request {
  if (!METHODS.has(raw.method)) {
    throw new Refusal('METHOD_NOT_ALLOWED', `method \`${printable(raw.method)}\` is not one that the API has`, {
      advice: 'use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS',
    });
  }
  if (raw.httpVersion === '1.0')
    throw new Refusal('HTTP_VERSION_UNSUPPORTED', 'a request of HTTP/1.0 is not taken', {
      advice: 'use HTTP/1.1 or HTTP/2',
    });
  acceptUri(raw.uri);
  const { headers, tokens, impersonation } = acceptHeaders(raw.rawHeaders, limits);
  if (tokens.length > 1) {
    throw new Refusal('CREDENTIALS_AMBIGUOUS', 'more than one credential is presented', {
      advice: 'send one bearer token, in one header',
    });
  }
  return {
    id: raw.id,
    method: raw.method,
    uri: raw.uri,
    headers,
    warnings: [],
    impersonation,
    httpVersion: raw.httpVersion,
    peer: raw.peer,
    token: tokens[0],
    upgrade: acceptUpgrade(raw.upgrade, headers),
    readBody: bodyReader(raw.body, headers, limits, hears),
  };
}

function acceptUri(uri: string): void {
  if (!uri.startsWith('/')) throw new Refusal('REQUEST_MALFORMED', 'the request target is not a path');
  if (/[?&]access_token=/.test(uri)) {
    throw new Refusal('CREDENTIALS_AMBIGUOUS', 'a token in the query is not taken, and would be recorded', {
      advice: 'send it in the Authorization header',
    });
  }
}

interface AcceptedHeaders {
  readonly headers: Map<string, string[]>;
  readonly tokens: string[];
  readonly impersonation: string | undefined;
}

function acceptHeaders(rawHeaders: readonly string[], limits: Limits): AcceptedHeaders {
  if (rawHeaders.length / 2 > limits.headersCountMax) {
    throw new Refusal(
      'HEADERS_TOO_LARGE',
      `there are more than ${limits.headersCountMax} headers (\`limits.headersCountMax\`)`,
    );
  }
  const headers = new Map<string, string[]>();
  const tokens: string[] = [];
  let impersonation: string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const { name, isSingle, meaning } = headerNamed(rawHeaders[i] as string);
    const value = rawHeaders[i + 1] as string;
    if (meaning === 'pseudo') continue;
    const values = headers.get(name);
    if (isSingle && (values !== undefined || (name === 'authorization' && tokens.length > 0))) throw twice(name);
    if (meaning === 'method')
      throw new Refusal('REQUEST_MALFORMED', `header \`${name}\` asks for another method than the request's own`);
    if (name === 'authorization') tokens.push(bearer(value));
    if (meaning === 'impersonation') impersonation ??= name;
    if (meaning !== 'own') continue;
    const kept = name === 'sec-websocket-protocol' ? withoutToken(value, tokens) : value;
    if (kept === '' && name === 'sec-websocket-protocol') continue;
    if (values === undefined) headers.set(name, [kept]);
    else values.push(kept);
  }
  refuseUnsent(headers);
  const unsent = [...connectionNames(headers.get('connection'))].find((name) => IMPERSONATION.test(name));
  return { headers, tokens, impersonation: impersonation ?? unsent };
}

/** A name as it is told from others: `own` is what goes on as the caller sent it. */
const headerNamed = remembered((raw: string) => {
  const name = raw.toLowerCase();
  return { name, isSingle: SINGLE_HEADERS.has(name), meaning: meaningOf(name) } as const;
});

function meaningOf(name: string): 'pseudo' | 'method' | 'impersonation' | 'identity' | 'own' {
  if (name.startsWith(':')) return 'pseudo';
  if (METHOD_OVERRIDE.test(name)) return 'method';
  if (IMPERSONATION.test(name)) return 'impersonation';
  const isIdentity = IDENTITY_HEADERS.has(name) || IDENTITY_PREFIXES.some((prefix) => name.startsWith(prefix));
  return isIdentity ? 'identity' : 'own';
}

/** Security: what `Connection` names ends at this hop, so it would be judged here and not be seen by the API server (T2). */
function refuseUnsent(headers: ReadonlyMap<string, readonly string[]>): void {
  for (const name of connectionNames(headers.get('connection'))) {
    if (headers.has(name) && !isHopByHop(name, NONE))
      throw new Refusal(
        'REQUEST_MALFORMED',
        `header \`connection\` names \`${printable(name)}\`, which would not be sent on`,
      );
  }
}

const NONE: ReadonlySet<string> = new Set();

function twice(name: string): Refusal {
  if (name === 'authorization') {
    return new Refusal('CREDENTIALS_AMBIGUOUS', 'more than one credential is presented', {
      advice: 'send one Authorization header',
    });
  }
  return new Refusal('REQUEST_MALFORMED', `header \`${name}\` is given twice`);
}

function bearer(value: string): string {
  const token = /^bearer +([!-~]+)$/i.exec(value)?.[1];
  if (token === undefined) {
    throw new Refusal('TOKEN_MISSING', 'the Authorization header holds no bearer token', {
      advice: 'present the token of a configured issuer as `Bearer …`',
    });
  }
  return token;
}

/** One protocol, or nothing between two commas. Kubernetes' own `SPDY/3.1+portforward.k8s.io` is no `token` of RFC 6455, so a slash passes. */
const PROTOCOL = /^[!-~]*$/;

/** Takes the token that browsers must hide among WebSocket protocols out of them, into `tokens`. */
function withoutToken(value: string, tokens: string[]): string {
  const protocols = value.split(',').map((protocol) => protocol.trim());
  for (const protocol of protocols) {
    // Security: a token beside a word that is no protocol would not be seen as one, and go on (T6).
    if (!PROTOCOL.test(protocol) || protocol.lastIndexOf(WEBSOCKET_TOKEN_PREFIX) > 0)
      throw new Refusal('REQUEST_MALFORMED', 'header `sec-websocket-protocol` is not a list of protocols');
    if (protocol.startsWith(WEBSOCKET_TOKEN_PREFIX)) {
      tokens.push(Buffer.from(protocol.slice(WEBSOCKET_TOKEN_PREFIX.length), 'base64url').toString('latin1'));
    }
  }
  return protocols.filter((protocol) => !protocol.startsWith(WEBSOCKET_TOKEN_PREFIX)).join(', ');
}

function acceptUpgrade(
  upgrade: Upgrade | undefined,
  headers: ReadonlyMap<string, readonly string[]>,
): Request['upgrade'] {
  const name = headers.get('upgrade')?.[0];
  if (upgrade === undefined && name === undefined) return undefined;
  const protocol = name === undefined ? undefined : UPGRADES.get(name.toLowerCase());
  if (upgrade === undefined || protocol === undefined) {
    throw new Refusal('UPGRADE_UNSUPPORTED', `an upgrade to \`${printable(name ?? '')}\` is not possible here`, {
      advice: 'use WebSocket or SPDY/3.1 over HTTP/1.1',
    });
  }
  return { ...upgrade, protocol };
}

const UPGRADES: ReadonlyMap<string, UpgradeProtocol> = new Map([
  ['websocket', 'websocket'],
  ['spdy/3.1', 'spdy/3.1'],
]);

/** The caller's own words, safe to print: bounded, and without control characters. */
function printable(text: string): string {
  return text.slice(0, 64).replace(/[^ -~]/g, '?');
}
