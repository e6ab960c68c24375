/*
 * The life of a grant, as a state machine: `pending` (a person has to say yes), `live`, `ended`. Instants are arguments, by the store's clock; nothing here
 * reads one. What has ended never lives again.
 */
import type { Caller } from '../model/caller.ts';
import type { GrantScope } from '../model/grant-scope.ts';
import type { RequestTerms } from '../policy/rule.ts';
import { approvalDigest } from './rule-digest.ts';

/** One part of what is granted, and the rule that offers it. */
export interface GrantedPart {
  readonly rule: string;
  /** What the rule said when it was asked for; see `ruleDigest`. */
  readonly ruleDigest: string;
  /** Whom the rule asked then, where a person has to say yes; see `approvalDigest`. */
  readonly approvalDigest?: string;
  readonly scope: GrantScope;
}

/** Who a grant is bound to. */
export interface GrantHolder {
  readonly subject: string;
  readonly issuer: string;
}

/** What ended a grant. */
export type EndedBy =
  | 'time'
  | 'uses'
  | 'idle'
  | 'release'
  | 'revocation'
  | 'rule'
  | 'kill'
  | 'unanswered'
  | 'rejection'
  | 'restore';

/** A grant as it is kept; instants are in milliseconds since 1970. */
export interface Grant {
  readonly id: string;
  readonly state: 'pending' | 'live' | 'ended';
  readonly holder: GrantHolder;
  readonly parts: readonly GrantedPart[];
  /** The caller's own words. */
  readonly reason: string;
  readonly askedAt: number;
  /** How long it lasts from the yes. */
  readonly forMs: number;
  readonly usesMax?: number;
  readonly idleMaxMs?: number;
  /** The run whose token asked, where the grant is bound to it. */
  readonly run?: string;
  /** Who acted for the holder by the token that asked, the nearest first: it is theirs alone. Absent: nobody did. */
  readonly actors?: readonly string[];
  /** While it is pending: when the question is closed. */
  readonly closesAt?: number;
  readonly startsAt?: number;
  /** The names by which those are stopped on whose yes it hangs; absent: its rules gave it. */
  readonly givenBy?: readonly string[];
  readonly endsAt?: number;
  readonly uses: number;
  /** When it was used last; kept to a quarter of `idleMaxMs`. */
  readonly usedAt?: number;
  readonly endedAt?: number;
  readonly endedBy?: EndedBy;
  /** Who ended it, and their words; empty where nobody did. */
  readonly endedWith?: { readonly subject: string; readonly reason: string };
}

/**
 * Whether a caller who is its holder may use the grant.
 *
 * Security: what is granted to a run, to a program of the holder's or to whoever acts for them is not the holder's own, nor another's; what the holder was granted is not theirs who act for them.
 * Test: `T60: a grant that is asked for by who acts for a person is used by them alone`.
 */
export function isFor({ run, actors }: Grant, caller: Pick<Caller, 'run' | 'issued' | 'actors'>): boolean {
  const isActor = JSON.stringify(actors) === JSON.stringify(caller.actors);
  return isActor && (run === caller.run || (run === undefined && caller.issued === undefined));
}

/** A yes, of persons who are stopped by these names: the grant lives from now. */
export function given(grant: Grant, nowMs: number, by: readonly string[]): Grant {
  if (grant.state !== 'pending') return grant;
  const { closesAt: _, ...rest } = grant;
  const givenBy = by.length === 0 ? {} : { givenBy: by };
  return { ...rest, state: 'live', startsAt: nowMs, endsAt: nowMs + grant.forMs, ...givenBy };
}

/** The grant, ended; one that has ended stays as it ended. */
export function ended(grant: Grant, endedBy: EndedBy, nowMs: number, endedWith?: Grant['endedWith']): Grant {
  if (grant.state === 'ended') return grant;
  return {
    ...grant,
    state: 'ended',
    endedAt: nowMs,
    endedBy,
    ...(endedWith === undefined ? {} : { endedWith }),
  };
}

/** What ends the grant at this instant, by itself; undefined where nothing does. */
export function dueEnd(grant: Grant, nowMs: number): EndedBy | undefined {
  if (grant.state === 'pending') return nowMs >= (grant.closesAt ?? 0) ? 'unanswered' : undefined;
  if (grant.state === 'ended') return undefined;
  if (nowMs >= (grant.endsAt ?? 0)) return 'time';
  if (grant.usesMax !== undefined && grant.uses >= grant.usesMax) return 'uses';
  return nowMs >= idleEndsAt(grant) ? 'idle' : undefined;
}

function idleEndsAt({ idleMaxMs, usedAt, startsAt = 0 }: Grant): number {
  return idleMaxMs === undefined ? Number.POSITIVE_INFINITY : Math.max(usedAt ?? 0, startsAt) + idleMaxMs;
}

/** The grant used once more; undefined where it has no use left or does not live. */
export function used(grant: Grant, nowMs: number): Grant | undefined {
  if (grant.state !== 'live' || dueEnd(grant, nowMs) !== undefined) return undefined;
  return { ...grant, uses: grant.uses + 1, usedAt: nowMs };
}

/**
 * The grant under the terms that its rules have now: what has become less holds at once, what has become more does not. Undefined where a rule is gone or says
 * something else: then the grant is over. So is one that waits for a yes, where its rule asks others, or otherwise, now: who was asked may not be who gives it any more.
 */
export function underTerms(
  grant: Grant,
  termsOf: (rule: string) => { readonly digest: string; readonly terms: RequestTerms } | undefined,
): Grant | undefined {
  let bounded = grant;
  for (const part of grant.parts) {
    const now = termsOf(part.rule);
    if (now === undefined || now.digest !== part.ruleDigest) return undefined;
    if (grant.state === 'pending' && isAskedOtherwise(part, now.terms)) return undefined;
    bounded = boundedBy(bounded, now.terms);
  }
  return bounded;
}

function isAskedOtherwise(part: GrantedPart, { approval }: RequestTerms): boolean {
  return part.approvalDigest !== undefined && part.approvalDigest !== approvalDigest(approval);
}

function boundedBy(grant: Grant, { forMaxMs, usesMax, idleMaxMs }: RequestTerms): Grant {
  const endsAt = grant.startsAt === undefined ? undefined : Math.min(grant.endsAt ?? 0, grant.startsAt + forMaxMs);
  return {
    ...grant,
    forMs: Math.min(grant.forMs, forMaxMs),
    ...(endsAt === undefined ? {} : { endsAt }),
    ...lesser('usesMax', grant.usesMax, usesMax),
    ...lesser('idleMaxMs', grant.idleMaxMs, idleMaxMs),
  };
}

function lesser<Key extends string>(key: Key, a: number | undefined, b: number | undefined) {
  const bounds = [a, b].filter((bound) => bound !== undefined);
  return (bounds.length === 0 ? {} : { [key]: Math.min(...bounds) }) as Partial<Record<Key, number>>;
}
