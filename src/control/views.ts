import type { GrantScope } from '../model/grant-scope.ts';
import { durationText } from '../std/duration.ts';
import type { GrantView, KillView, RefusalView } from './contract.ts';
import type { KeptRefusal } from './refusals.ts';
import type { KeptGrant, Kill } from './row-body.ts';

/** What a rule lets a grant be for, as the wire has it. */
export function scopeView(rule: string, scope: GrantScope): GrantView['scopes'][number] {
  const { target, verbs, apiGroups, resources, resourceNames, namespaces, unmask } = scope;
  return {
    ...{ rule, target, verbs: [...verbs], apiGroups: [...apiGroups], resources: [...resources] },
    ...{ resourceNames: [...resourceNames], namespaces: [...namespaces] },
    ...(unmask === true ? { unmask } : {}),
  };
}

/** A grant as the wire has it. */
export function grantView({ grant }: Pick<KeptGrant, 'grant'>): GrantView {
  const { startsAt, endsAt, closesAt, endedAt, usesMax, idleMaxMs, endedBy, endedWith } = grant;
  return {
    id: grant.id,
    state: grant.state,
    holder: grant.holder,
    scopes: grant.parts.map(({ rule, scope }) => scopeView(rule, scope)),
    reason: grant.reason,
    askedAt: instant(grant.askedAt),
    for: durationText(grant.forMs),
    ...(startsAt === undefined ? {} : { startsAt: instant(startsAt) }),
    ...(endsAt === undefined ? {} : { endsAt: instant(endsAt) }),
    ...(closesAt === undefined ? {} : { closesAt: instant(closesAt) }),
    ...(usesMax === undefined ? {} : { usesMax }),
    uses: grant.uses,
    ...(idleMaxMs === undefined ? {} : { idleMax: durationText(idleMaxMs) }),
    isBoundToRun: grant.run !== undefined,
    ...(grant.actors === undefined ? {} : { actors: [...grant.actors] }),
    ...(endedAt === undefined ? {} : { endedAt: instant(endedAt) }),
    ...(endedBy === undefined ? {} : { endedBy }),
    ...(endedWith === undefined ? {} : { endedWith }),
    ...(grant.state === 'pending' ? { note: `a person is asked: \`sallyport approvals show ${grant.id}\`` } : {}),
  };
}

/** A kill as the wire has it. */
export function killView({ id, what, value, reason, by, at, liftedAt }: Kill): KillView {
  return { id, state: liftedAt === undefined ? 'live' : 'lifted', what, value, reason, by, at: instant(at) };
}

/** A refusal as the wire has it. */
export function refusalView({ exchange, at, target, refusal }: KeptRefusal): RefusalView {
  const { code, message, rule, advice, grant } = refusal;
  return {
    exchange,
    at: instant(at),
    target,
    code,
    message,
    ...(rule === '' ? {} : { rule }),
    ...(advice === '' ? {} : { advice }),
    ...(grant === undefined ? {} : { grant: { ...grant } }),
  };
}

/** As RFC 3339 in UTC. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}
