/**
 * Who asks: a bearer token that the stand-in was given, and whom the holder impersonates. Wrong or missing is 401; impersonating without the
 * right to is 403, as the API server has it.
 *
 * Source: k8s.io/apiserver pkg/endpoints/filters/impersonation
 */

import type { IncomingHttpHeaders } from 'node:http';
import { forbidden, StatusError, unauthorized } from './status.ts';

export interface Identity {
  readonly username: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: { readonly [key: string]: readonly string[] };
}

/** A token's holder, and whether it may take another identity. */
export interface TokenHolder extends Identity {
  readonly mayImpersonate?: boolean;
}

/** The requester, and the holder of its token where that is another. */
export interface Requester extends Identity {
  readonly impersonator?: Identity;
}

/** @throws {StatusError} 401 */
export function authenticated(headers: IncomingHttpHeaders, tokens: ReadonlyMap<string, TokenHolder>): TokenHolder {
  const [, token] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const holder = token === undefined ? undefined : tokens.get(token);
  if (holder === undefined) throw unauthorized();
  return { ...holder, groups: [...new Set([...holder.groups, 'system:authenticated'])] };
}

/**
 * The requester after its Impersonate- headers. Groups come from the raw headers, one value each: a joined header could be read two ways.
 *
 * @throws {StatusError} 403 where the holder may not impersonate, 500 where groups, uid or extra are asked for without a user, as there
 */
export function impersonated(holder: TokenHolder, rawHeaders: readonly string[]): Requester {
  const asked = askedFor(rawHeaders);
  if (asked.username === undefined) {
    if (!asked.isAny) return withoutRight(holder);
    const message = `Internal Server Error: requested [groups uid extra] without impersonating a user`;
    throw new StatusError(500, 'InternalError', message);
  }
  const isMaster = holder.groups.includes('system:masters');
  if (holder.mayImpersonate !== true && !isMaster) {
    const why = `User ${JSON.stringify(holder.username)} cannot impersonate resource "users" in API group "" at the cluster scope`;
    throw forbidden({ group: '', kind: 'users', name: asked.username }, why);
  }
  const isAnonymous = asked.username === 'system:anonymous';
  const own = isAnonymous ? 'system:unauthenticated' : 'system:authenticated';
  return {
    username: asked.username,
    groups: [...new Set([...asked.groups, own])],
    ...(asked.uid === undefined ? {} : { uid: asked.uid }),
    ...(Object.keys(asked.extra).length === 0 ? {} : { extra: asked.extra }),
    impersonator: withoutRight(holder),
  };
}

function askedFor(rawHeaders: readonly string[]): {
  username: string | undefined;
  groups: string[];
  uid: string | undefined;
  extra: Record<string, string[]>;
  isAny: boolean;
} {
  const asked = {
    username: undefined as string | undefined,
    groups: [] as string[],
    uid: undefined as string | undefined,
  };
  const extra: Record<string, string[]> = {};
  let isAny = false;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = [rawHeaders[index]?.toLowerCase(), rawHeaders[index + 1]];
    if (!name.startsWith('impersonate-')) continue;
    isAny = true;
    const rest = name.slice('impersonate-'.length);
    if (rest === 'user') asked.username = value;
    else if (rest === 'group') asked.groups.push(value);
    else if (rest === 'uid') asked.uid = value;
    else if (rest.startsWith('extra-')) {
      const key = extraKey(rest.slice('extra-'.length));
      extra[key] = [...(extra[key] ?? []), value];
    }
  }
  return { ...asked, extra, isAny };
}

function extraKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function withoutRight({ mayImpersonate: _, ...identity }: TokenHolder): Identity {
  return identity;
}
