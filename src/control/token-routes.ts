/* The operations of `/api/v1` on tokens of the gateway's own. */
import { actsForAnother } from '../model/acts-for-another.ts';
import { type Caller, callerKey } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import { type Role, type RoleName, reaches } from '../policy/role.ts';
import { durationMs } from '../std/duration.ts';
import {
  givenTokenSchema,
  keySetSchema,
  pageOf,
  type TokenAskBody,
  type TokenView,
  tokenAskSchema,
  tokenListQuery,
  tokenSchema,
} from './contract.ts';
import { OWN_TOKEN_LIMITS } from './own-token-limits.ts';
import { roleRequired } from './role-required.ts';
import type { Asked, Route } from './route.ts';
import { seen } from './seen.ts';
import type { KeptToken } from './token-row.ts';
import type { Tokens } from './tokens.ts';
import { instant } from './views.ts';

interface Parts {
  readonly tokens: Tokens;
  readonly targets: Pick<ReadonlySet<string>, 'has'>;
}

const SEE: readonly RoleName[] = ['auditor', 'operator'];
const END: readonly RoleName[] = ['operator'];

/** What a route that answers with a token's state answers. */
const state = { status: 200, schema: tokenSchema, description: 'The token’s state, without the token.' };

/** Operations on tokens. */
export function tokenRoutes(parts: Parts): readonly Route[] {
  return [...giveRoutes(parts), ...ownRoutes(parts)];
}

function giveRoutes({ tokens, targets }: Parts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/jwks',
      id: 'signingKeys',
      summary: 'The public keys that verify the gateway’s own tokens.',
      needs: 'nobody',
      answer: { status: 200, schema: keySetSchema, description: 'A JSON Web Key Set.' },
      handle: async () => ({ status: 200, body: await tokens.publicKeys() }),
    },
    {
      method: 'POST',
      path: '/tokens',
      id: 'giveToken',
      summary:
        'A token for a program of the caller’s: a part of what the caller may, as a program, for an hour at most.',
      needs: 'caller',
      body: tokenAskSchema,
      answer: { status: 201, schema: givenTokenSchema, description: 'The token, this once.' },
      handle: async ({ caller, body }) => {
        const asked = body as TokenAskBody;
        for (const target of [...asked.targets, ...(asked.scopes ?? []).map((scope) => scope.target)])
          if (!targets.has(target)) throw new Refusal('TARGET_UNKNOWN', `no target is called \`${target}\``);
        const forMs = durationMs(asked.for);
        if (forMs > OWN_TOKEN_LIMITS.forMaxMs)
          throw new Refusal('REQUEST_MALFORMED', 'for: a token lasts an hour at most', {
            advice: 'ask for `1h` or less',
          });
        const { kept, jwt } = await tokens.give(caller, {
          task: asked.task,
          targets: [...new Set(asked.targets)],
          scopes: asked.scopes,
          forMs,
          isLeased: asked.leased,
        });
        return { status: 201, body: { ...tokenView(kept), token: jwt } };
      },
    },
    {
      method: 'GET',
      path: '/tokens',
      id: 'listTokens',
      summary: 'Tokens that one gave, or with `all` those that a role reaches; the newest first.',
      needs: 'caller',
      query: tokenListQuery,
      answer: { status: 200, schema: pageOf(tokenSchema), description: 'A page.' },
      handle: async ({ caller, roles, query }) => {
        const { state: wanted, all, after, limit } = query as ReturnType<typeof tokenListQuery.parse>;
        const isAll = all === 'true';
        if (isAll && !roles.some(({ role }) => SEE.includes(role))) throw roleRequired(SEE);
        const found = await tokens.list({
          ...(isAll ? {} : { owner: callerKey(caller) }),
          ...(wanted === undefined ? {} : { state: wanted }),
          ...(after === undefined ? {} : { before: after }),
          limit,
        });
        const items = found.filter((token) => isOwn(token, caller) || isReached(roles, SEE, token)).map(tokenView);
        return { status: 200, body: { items, next: found.length < limit ? null : (found.at(-1)?.id ?? null) } };
      },
    },
  ];
}

function ownRoutes({ tokens }: Parts): readonly Route[] {
  const find = async ({ caller, roles, path }: Asked) => {
    const found = await tokens.get(path.id as string);
    return seen(found, 'token', (token) => isOwn(token, caller) || isReached(roles, SEE, token));
  };
  return [
    {
      method: 'GET',
      path: '/tokens/{id}',
      id: 'getToken',
      summary: 'The state of one token.',
      needs: 'caller',
      answer: state,
      handle: async (asked) => ({ status: 200, body: tokenView(await find(asked)) }),
    },
    {
      method: 'POST',
      path: '/tokens/{id}/renew',
      id: 'renewToken',
      summary: 'Let a leased token of one’s own live on.',
      needs: 'caller',
      answer: state,
      handle: async (asked) => {
        const { id, giver } = await find(asked);
        if (actsForAnother(asked.caller) || callerKey(giver) !== callerKey(asked.caller))
          throw new Refusal('ROLE_REQUIRED', 'only its giver renews a token');
        return { status: 200, body: tokenView(await tokens.renew(id)) };
      },
    },
    {
      method: 'DELETE',
      path: '/tokens/{id}',
      id: 'endToken',
      summary: 'End a token now, with its streams and the grants that were given to it.',
      needs: 'caller',
      answer: state,
      handle: async (asked) => {
        const token = await find(asked);
        const own = isOwn(token, asked.caller);
        if (!own && !isReached(asked.roles, END, token)) throw roleRequired(END);
        const ended = await tokens.end(token.id, own ? 'giver' : 'operator', asked.caller.subject);
        return { status: 200, body: tokenView(ended) };
      },
    },
  ];
}

/** Security: a program of somebody's sees and ends its own token, and no other of theirs. */
function isOwn({ id, giver }: KeptToken, caller: Caller): boolean {
  return callerKey(giver) === callerKey(caller) && (!actsForAnother(caller) || caller.issued?.id === id);
}

function isReached(roles: readonly Role[], names: readonly RoleName[], { targets, scopes }: KeptToken): boolean {
  const places = scopes ?? targets.map((target) => ({ target, namespaces: [] }));
  return places.every((place) => reaches(roles, names, place));
}

function tokenView(token: KeptToken): TokenView {
  const { id, giver, task, targets, scopes, givenAt, endsAt, leaseEndsAt, endedAt, endedBy } = token;
  return {
    id,
    state: token.state,
    giver: { subject: giver.subject, issuer: giver.issuer },
    task,
    targets: [...targets],
    ...(scopes === undefined ? {} : { scopes: [...scopes] }),
    givenAt: instant(givenAt),
    endsAt: instant(endsAt),
    ...(leaseEndsAt === undefined ? {} : { leaseEndsAt: instant(leaseEndsAt) }),
    ...(endedAt === undefined ? {} : { endedAt: instant(endedAt) }),
    ...(endedBy === undefined ? {} : { endedBy }),
  };
}
