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

/** The requester, and the holder of its token where that is another. */
export interface Requester extends Identity {
  readonly impersonator?: Identity;
}

/** @throws {StatusError} 401 */
export function authenticated(headers: IncomingHttpHeaders, tokens: ReadonlyMap<string, Identity>): Identity {
  const [, token] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const holder = token === undefined ? undefined : tokens.get(token);
  if (holder === undefined) throw unauthorized();
  return { ...holder, groups: [...new Set([...holder.groups, 'system:authenticated'])] };
}

/** What is impersonated, as RBAC names it: `users`, `groups`, `serviceaccounts`, `uids`, `userextras/<key>`. */
export interface Impersonated {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/**
 * The requester after its Impersonate- headers. Groups come from the raw headers, one value each: a joined header could be read two ways.
 *
 * @throws {StatusError} 403 where the holder may not impersonate, 400 where groups, uid or extra are asked for without a user, as there
 */
export function impersonated(
  holder: Identity,
  rawHeaders: readonly string[],
  may: (what: Impersonated) => boolean,
): Requester {
  const asked = askedFor(rawHeaders);
  if (asked.username === undefined) {
    if (!asked.isAny) return holder;
    throw new StatusError(400, 'BadRequest', 'requested impersonation of groups, uid or extra without a user');
  }
  const [, namespace = '', account = ''] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(asked.username) ?? [];
  for (const what of impersonations(asked, namespace, account)) {
    if (!may(what)) throw mayNot(holder, what);
  }
  const accountGroups =
    account === '' || asked.groups.length > 0 ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  const own = asked.username === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return {
    username: asked.username,
    groups: [...new Set([...asked.groups, ...accountGroups, own])],
    ...(asked.uid === undefined ? {} : { uid: asked.uid }),
    ...(Object.keys(asked.extra).length === 0 ? {} : { extra: asked.extra }),
    impersonator: holder,
  };
}

interface Asked {
  readonly username: string | undefined;
  readonly groups: readonly string[];
  readonly uid: string | undefined;
  readonly extra: { readonly [key: string]: readonly string[] };
  readonly isAny: boolean;
}

function impersonations(asked: Asked, namespace: string, account: string): readonly Impersonated[] {
  const bare = { group: '', subresource: '', namespace: '' };
  const inGroup = { ...bare, group: 'authentication.k8s.io' };
  const user = { ...bare, resource: 'users', name: asked.username ?? '' };
  return [
    account === '' ? user : { ...bare, resource: 'serviceaccounts', namespace, name: account },
    ...asked.groups.map((name) => ({ ...bare, resource: 'groups', name })),
    ...Object.entries(asked.extra).flatMap(([subresource, values]) =>
      values.map((name) => ({ ...inGroup, resource: 'userextras', subresource, name })),
    ),
    ...(asked.uid === undefined ? [] : [{ ...inGroup, resource: 'uids', name: asked.uid }]),
  ];
}

function mayNot(holder: Identity, { group, resource, subresource, namespace, name }: Impersonated): StatusError {
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const why = `User ${JSON.stringify(holder.username)} cannot impersonate resource "${whole}" in API group "${group}" ${where}`;
  return forbidden({ group, kind: resource, name }, why);
}

function askedFor(rawHeaders: readonly string[]): Asked {
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
