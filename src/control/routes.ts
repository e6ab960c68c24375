/*
 * `/api/v1`, whole: every operation with who may do it. Who sees or changes what of a list is decided here too, so that one file says it all.
 */
import { isFor } from '../grant/grant.ts';
import { actsForAnother } from '../model/acts-for-another.ts';
import { type Caller, callerKey } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import type { LivesBy } from '../pipeline/in-flight.ts';
import { type Role, type RoleName, reaches } from '../policy/role.ts';
import type { Catalog } from '../recording/found.ts';
import { durationMs } from '../std/duration.ts';
import { mappedInTurns } from '../std/mapped-in-turns.ts';
import type { Store } from '../store/store.ts';
import type { Answers } from './answers.ts';
import { approvalRoutes } from './approval-routes.ts';
import { askedSince } from './asked-since.ts';
import type { ChatPlace } from './chat/chat-place.ts';
import { slackRoute } from './chat/slack-route.ts';
import {
  type GatewayStatus,
  type GrantAskBody,
  grantAskSchema,
  grantListQuery,
  grantSchema,
  grantUseSchema,
  healthSchema,
  killAskSchema,
  killSchema,
  type Present,
  pageOf,
  presentSchema,
  type RefusalView,
  reasonSchema,
  refusalSchema,
  setKillSchema,
} from './contract.ts';
import { delegationRoutes } from './delegations/delegation-routes.ts';
import type { Delegations } from './delegations/delegations.ts';
import { eventRoutes } from './event-routes.ts';
import { exportRoute } from './export-route.ts';
import { statusRoute } from './gateway-status.ts';
import { grantUse } from './grant-use.ts';
import type { Grants } from './grants.ts';
import { journalRoutes, type Seals } from './journal-routes.ts';
import type { KeptQuestions } from './kept-questions.ts';
import type { Kills } from './kills.ts';
import type { LiveAccess } from './live-access.ts';
import type { LiveApprovals } from './live-approvals.ts';
import type { LiveExchanges } from './live-exchanges.ts';
import { liveRoutes } from './live-routes.ts';
import { meRoutes } from './me-routes.ts';
import type { Deliveries } from './notices/deliveries.ts';
import { noticeRoutes } from './notices/notice-routes.ts';
import { keyRoutes } from './person-keys/key-routes.ts';
import type { PersonKeys } from './person-keys/person-keys.ts';
import { planRoute } from './plan-route.ts';
import type { PlannedQuestions } from './planned-questions.ts';
import { type PolicyDesk, policyRoutes } from './policy-routes.ts';
import { reachesKill } from './reaches-kill.ts';
import { roleRequired } from './role-required.ts';
import type { Answered, Asked, Route } from './route.ts';
import type { KeptGrant } from './row-body.ts';
import { seen } from './seen.ts';
import { type KeptReader, sessionRoutes, viewerOf } from './session-routes.ts';
import type { ConsoleSessions } from './sign-in/console-sessions.ts';
import { signInRoutes } from './sign-in/sign-in-routes.ts';
import { type TargetParts, targetRoutes } from './targets/target-routes.ts';
import { tokenRoutes } from './token-routes.ts';
import type { Tokens } from './tokens.ts';
import { type UndoPort, undoRoutes } from './undo-routes.ts';
import { grantView, killView } from './views.ts';

interface Parts extends TargetParts {
  readonly grants: Grants;
  readonly kills: Kills;
  readonly tokens: Tokens;
  readonly access: LiveAccess;
  /** What a caller was refused last, the last first. */
  readonly refusals: { of(caller: Caller): Promise<readonly RefusalView[]> };
  readonly questions: KeptQuestions;
  readonly plannedQuestions: PlannedQuestions;
  readonly answers: Answers;
  readonly approvals: LiveApprovals;
  readonly sessions: ConsoleSessions;
  /** The issuers at which persons sign in. */
  readonly issuers: readonly string[];
  readonly deliveries: Deliveries;
  /** Rules whose questions the caller is named to answer. */
  readonly seatedIn: (caller: Caller) => readonly string[];
  readonly catalog: Catalog;
  readonly exchanges: LiveExchanges;
  readonly kept: KeptReader;
  readonly seals: Seals;
  readonly undo: () => UndoPort;
  /** What is under way at this gateway. */
  readonly underWay: () => Promise<readonly LivesBy[]>;
  readonly endExchange: Parameters<typeof liveRoutes>[0]['endExchange'];
  readonly personKeys: PersonKeys;
  readonly delegations: Delegations;
  readonly store: Store;
  readonly chats: ReadonlyMap<string, ChatPlace>;
  readonly allRoles: () => readonly Role[];
  readonly policy: Parameters<typeof policyRoutes>[0]['policy'];
  readonly desk: PolicyDesk;
  /** Whether there is a target of this name. */
  readonly targets: Pick<ReadonlySet<string>, 'has'>;
  readonly now: () => number;
  readonly status: () => Promise<GatewayStatus>;
  readonly version: string;
  /** Where this gateway's console is. */
  readonly gateway: () => string;
  readonly storeFailure: () => string;
}

const SEE: readonly RoleName[] = ['auditor', 'operator'];
const CHANGE: readonly RoleName[] = ['operator'];

/** Every operation of the control plane. */
export function routesOf(parts: Parts): readonly Route[] {
  const routes = [
    ...gatewayRoutes(parts),
    ...meRoutes(parts),
    ...signInRoutes(parts),
    ...targetRoutes(parts),
    ...refusalRoutes(parts),
    ...askRoutes(parts),
    ...grantRoutes(parts),
    ...approvalRoutes(parts),
    planRoute(parts),
    ...noticeRoutes(parts.deliveries),
    slackRoute(parts),
    ...tokenRoutes(parts),
    statusRoute(parts),
    ...sessionRoutes(parts),
    exportRoute(parts),
    ...liveRoutes(parts),
    ...policyRoutes(parts),
    ...journalRoutes(parts.seals),
    ...undoRoutes(parts),
    ...keyRoutes(parts),
    ...delegationRoutes({ delegations: parts.delegations, now: () => parts.questions.now() }),
    ...operatorRoutes(parts),
  ];
  // What is about one thing alone is no part of all that can be watched.
  const streams = routes.filter(({ answer: { schema }, path }) => schema === 'events' && !path.includes('{'));
  return [...eventRoutes(parts, streams), ...routes];
}

function gatewayRoutes({ version, storeFailure }: Parts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/health',
      id: 'health',
      summary: 'Whether the control plane answers, and its store.',
      needs: 'nobody',
      answer: { status: 200, schema: healthSchema, description: 'It answers.' },
      handle: async () => ({ status: 200, body: { version, store: storeFailure() === '' ? 'answers' : 'fails' } }),
    },
  ];
}

function refusalRoutes({ refusals }: Parts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/refusals',
      id: 'listRefusals',
      summary: 'What the caller was refused last at this gateway, the last first, and what would allow it.',
      needs: 'caller',
      answer: { status: 200, schema: pageOf(refusalSchema), description: 'All that is kept.' },
      handle: async ({ caller }) => ({
        status: 200,
        body: { items: await refusals.of(caller), next: null },
      }),
    },
    {
      method: 'GET',
      path: '/refusals/{id}',
      id: 'getRefusal',
      summary: 'One of these, by the id of its exchange.',
      needs: 'caller',
      answer: { status: 200, schema: refusalSchema, description: 'The refusal.' },
      handle: async ({ caller, path }) => {
        const kept = (await refusals.of(caller)).find(({ exchange }) => exchange === path.id);
        if (kept === undefined)
          throw new Refusal('NOT_FOUND', 'this gateway keeps no such refusal of yours', {
            advice:
              'the last few are kept, at the gateway that refused and until it is started anew; the journal has them all',
          });
        return { status: 200, body: kept };
      },
    },
  ];
}

/** What a route that answers with a grant answers. */
const answer = { schema: grantSchema, description: 'The grant; `ETag` is its version.' };

function answered(status: number, kept: KeptGrant): Answered {
  return { status, body: grantView(kept), version: kept.version };
}

function askRoutes({ grants, access, targets }: Parts): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/grants',
      id: 'requestGrant',
      summary: 'Ask for a grant. With an `Idempotency-Key`, the same question is answered with the same grant.',
      needs: 'caller',
      body: grantAskSchema,
      answer: { status: 201, ...answer },
      handle: async ({ caller, body, idempotencyKey }) => {
        const { scopes, for: length, uses, reason } = body as GrantAskBody;
        for (const { target } of scopes)
          if (!targets.has(target)) throw new Refusal('TARGET_UNKNOWN', `no target is called \`${target}\``);
        const asked = { scopes, forMs: length === undefined ? undefined : durationMs(length), usesMax: uses, reason };
        return answered(201, await grants.ask(caller, asked, idempotencyKey));
      },
    },
    {
      method: 'GET',
      path: '/grants',
      id: 'listGrants',
      summary: 'One’s own grants, or with `all` those that a role reaches; the newest first.',
      needs: 'caller',
      query: grantListQuery,
      answer: { status: 200, schema: pageOf(grantSchema), description: 'A page.' },
      handle: async ({ caller, roles, query }) => {
        const { state, subject, issuer, all, since, after, limit } = query as ReturnType<typeof grantListQuery.parse>;
        const isAll = all === 'true' || subject !== undefined;
        if (isAll && !roles.some(({ role }) => SEE.includes(role))) throw roleRequired(SEE);
        const owner = !isAll
          ? callerKey(caller)
          : subject === undefined
            ? undefined
            : callerKey({ subject, issuer: issuer ?? caller.issuer });
        const found = await grants.list({
          ...(owner === undefined ? {} : { owner }),
          ...(state === undefined ? {} : { state }),
          ...(after === undefined ? {} : { before: after }),
          limit,
        });
        const asked = askedSince(found, ({ grant }) => grant.askedAt, { since, limit });
        const visible = asked.items.filter((kept) => isOwn(kept, caller) || reachesGrant(roles, SEE, kept));
        const items = await mappedInTurns(visible, grantView);
        return { status: 200, body: { items, next: asked.isLast ? null : (found.at(-1)?.grant.id ?? null) } };
      },
    },
    {
      method: 'GET',
      path: '/grants/events',
      id: 'watchGrants',
      summary: 'Each grant as it changes, as server-sent events: one’s own, and those that a role reaches.',
      needs: 'caller',
      answer: { status: 200, schema: 'events', description: 'Events `grant`, each with a grant.' },
      handle: async ({ caller, roles }) => ({
        begin: (send) =>
          access.onGrant((kept) => {
            if (isOwn(kept, caller) || reachesGrant(roles, SEE, kept)) send('grant', grantView(kept));
          }),
      }),
    },
  ];
}

function grantRoutes({ grants, catalog }: Parts): readonly Route[] {
  const find = async ({ caller, roles, path }: Asked, names: readonly RoleName[]) => {
    const found = await grants.get(path.id as string);
    const kept = seen(found, 'grant', (grant) => isOwn(grant, caller) || reachesGrant(roles, SEE, grant));
    if (!isOwn(kept, caller) && !reachesGrant(roles, names, kept)) throw roleRequired(names);
    return kept;
  };
  return [
    {
      method: 'GET',
      path: '/grants/{id}',
      id: 'getGrant',
      summary: 'One grant.',
      needs: 'caller',
      answer: { status: 200, ...answer },
      handle: async (asked) => answered(200, await find(asked, SEE)),
    },
    {
      method: 'GET',
      path: '/grants/{id}/use',
      id: 'showGrantUse',
      summary: 'What of a grant was used at this gateway, and the narrower one that would have been enough.',
      needs: 'caller',
      answer: { status: 200, schema: grantUseSchema, description: 'Its use.' },
      handle: async (asked) => {
        const { grant } = await find(asked, SEE);
        return { status: 200, body: await grantUse(catalog, viewerOf(asked), grant) };
      },
    },
    {
      method: 'POST',
      path: '/grants/{id}/release',
      id: 'releaseGrant',
      summary: 'Give one’s own grant back, before its end.',
      needs: 'caller',
      body: reasonSchema,
      answer: { status: 200, ...answer },
      handle: async (asked) => {
        const { grant } = await find(asked, SEE);
        if (!isOwn({ grant }, asked.caller))
          throw new Refusal('ROLE_REQUIRED', 'only its holder gives a grant back', { advice: 'revoke it' });
        const { reason } = asked.body as { reason: string };
        const who = { subject: asked.caller.subject, reason };
        return answered(200, await grants.end(grant.id, 'release', who, asked.version));
      },
    },
    {
      method: 'POST',
      path: '/grants/{id}/revoke',
      id: 'revokeGrant',
      summary: 'End somebody’s grant now, with its streams.',
      needs: CHANGE,
      body: reasonSchema,
      answer: { status: 200, ...answer },
      handle: async (asked) => {
        const kept = await find(asked, CHANGE);
        if (!reachesGrant(asked.roles, CHANGE, kept)) throw roleRequired(CHANGE);
        const { reason } = asked.body as { reason: string };
        const who = { subject: asked.caller.subject, reason };
        return answered(200, await grants.end(kept.grant.id, 'revocation', who, asked.version));
      },
    },
  ];
}

function operatorRoutes({ kills, access, underWay, gateway }: Parts): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/kills',
      id: 'kill',
      summary: 'Stop a caller, a session, a target or all, at once and until lifted.',
      needs: CHANGE,
      body: killAskSchema,
      answer: { status: 201, schema: setKillSchema, description: 'It is stopped, here at least.' },
      handle: async ({ caller, roles, body }) => {
        const { what, value, reason } = body as ReturnType<typeof killAskSchema.parse>;
        if (!reachesKill(roles, CHANGE, { what, value })) throw roleRequired(CHANGE);
        const { kill, isKept, notReached } = await kills.set(what, value, caller, reason);
        return { status: 201, body: { ...killView(kill), isKept, gateway: gateway(), notReached } };
      },
    },
    {
      method: 'GET',
      path: '/kills',
      id: 'listKills',
      summary:
        'What is stopped, of what a role reaches; a caller, a session and all are reached by one without bounds.',
      needs: SEE,
      answer: { status: 200, schema: pageOf(killSchema), description: 'All of it.' },
      handle: async ({ roles }) => {
        const visible = access.kills.list().filter((kill) => reachesKill(roles, SEE, kill));
        return { status: 200, body: { items: visible.map(killView), next: null } };
      },
    },
    {
      method: 'DELETE',
      path: '/kills/{id}',
      id: 'liftKill',
      summary: 'Lift a stop.',
      needs: CHANGE,
      answer: { status: 200, schema: killSchema, description: 'It is lifted.' },
      handle: async ({ caller, roles, path }) => {
        const lifted = await kills.lift(path.id as string, caller, (kill) => reachesKill(roles, CHANGE, kill));
        return { status: 200, body: killView(lifted) };
      },
    },
    {
      method: 'GET',
      path: '/who',
      id: 'who',
      summary: 'Who is in at this gateway now, and by which grant.',
      needs: SEE,
      answer: {
        status: 200,
        schema: pageOf(presentSchema),
        description: 'One entry for each caller, session and grant.',
      },
      handle: async ({ roles }) => {
        const seen = (await underWay()).filter(({ target }) => reaches(roles, SEE, { target, namespaces: [] }));
        return { status: 200, body: { items: present(seen), next: null } };
      },
    },
  ];
}

function present(underWay: readonly LivesBy[]): readonly Present[] {
  const found = new Map<string, { -readonly [Key in keyof Present]: Present[Key] }>();
  for (const { subject, target, session, grant, isStream } of underWay) {
    if (subject === '') continue;
    const key = JSON.stringify([session, target, grant]);
    const entry = found.get(key) ?? {
      subject,
      target,
      session,
      ...(grant === undefined ? {} : { grant }),
      requests: 0,
      streams: 0,
    };
    if (isStream) entry.streams++;
    else entry.requests++;
    found.set(key, entry);
  }
  return [...found.values()];
}

/** Security: a program of somebody's, and whoever acts for them, sees and ends what was granted to it, and nothing else of theirs. */
function isOwn({ grant }: Pick<KeptGrant, 'grant'>, caller: Caller): boolean {
  if (callerKey(grant.holder) !== callerKey(caller)) return false;
  return !actsForAnother(caller) || isFor(grant, caller);
}

function reachesGrant(roles: readonly Role[], names: readonly RoleName[], { grant }: KeptGrant): boolean {
  return grant.parts.every(({ scope }) => reaches(roles, names, scope));
}
