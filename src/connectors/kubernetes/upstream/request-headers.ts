import type { Headers } from '../../../model/request.ts';
import { connectionNames, isHopByHop } from '../../../std/hop-by-hop.ts';
import type { Credential } from './credential.ts';
import { type Identity, impersonationHeaders } from './impersonation.ts';

/** Security: stripped by prefix, whatever their names are today; `accept` does the same, and this does not count on it. T1 and T8. */
const IDENTITY_PREFIXES = ['impersonate-', 'x-remote-', 'x-forwarded-', 'proxy-'];
const IDENTITY_HEADERS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'forwarded', 'x-real-ip']);

/** Those that the connection to upstream has its own of. */
const REPLACED_HEADERS: ReadonlySet<string> = new Set(['host', 'content-length', 'expect', 'trailer']);

/** Source: https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/authentication/request/websocket/protocol.go */
const WEBSOCKET_TOKEN_PREFIX = 'base64url.bearer.authorization.k8s.io.';

/**
 * The headers upstream gets, names and values in turn: the caller's own, without those of its connection and those that carry identity, and
 * behind them ours. No name is both the caller's and ours. `identity` is absent only for a target that sees the gateway's own credential.
 *
 * @throws {Refusal} INTERNAL an identity that cannot be carried exactly; nothing is sent
 */
export function upstreamHeaders(headers: Headers, credential: Credential, identity: Identity | undefined): string[] {
  const named = connectionNames(headers.get('connection'));
  const result: string[] = [];
  for (const [name, values] of headers) {
    if (isHopByHop(name, named) || REPLACED_HEADERS.has(name) || IDENTITY_HEADERS.has(name)) continue;
    if (IDENTITY_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    for (const value of values) {
      const kept = name === 'sec-websocket-protocol' ? withoutToken(value) : value;
      if (kept !== undefined) result.push(name, kept);
    }
  }
  if (credential.authorization !== undefined) result.push('Authorization', credential.authorization);
  if (identity !== undefined) result.push(...impersonationHeaders(identity));
  return result;
}

/** The list of protocols without a token that hides among them; unchanged where there is none. */
function withoutToken(value: string): string | undefined {
  if (!value.toLowerCase().includes(WEBSOCKET_TOKEN_PREFIX)) return value;
  const protocols = value
    .split(',')
    .filter((protocol) => !protocol.trim().toLowerCase().startsWith(WEBSOCKET_TOKEN_PREFIX));
  return protocols.length === 0 ? undefined : protocols.join(',').trim();
}
