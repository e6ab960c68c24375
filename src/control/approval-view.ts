import { type Approval, isLooking, isSamePerson, missing } from '../approval/approval.ts';
import { approverWords } from '../model/approver-words.ts';
import { type Caller, callerKey } from '../model/caller.ts';
import type { Shown } from '../model/shown.ts';
import type { Role } from '../policy/role.ts';
import type { ApprovalView } from './approval-contract.ts';
import { breaksGlassFor, type Handed, partyOf, seatedAs, seesAsOther } from './seats.ts';
import { shownToAsker } from './shown-to-asker.ts';
import { instant } from './views.ts';

/** A question as the wire has it, to one caller. */
export function approvalView(
  approval: Approval,
  caller: Caller,
  roles: readonly Role[],
  nowMs: number,
  handed: readonly Handed[],
): ApprovalView {
  const { asker, endedAt, goodUntil, usedBy, status, grant, session, rest, restOf } = approval;
  const lacking = new Map(missing(approval).map(({ rule, yeses }) => [rule, yeses]));
  return {
    id: approval.id,
    state: approval.state,
    exchange: exchangeOf(approval),
    digest: approval.digest,
    preview: isLooking(approval, nowMs) ? 'looking' : approval.lookedUpAt === undefined ? 'none' : 'shown',
    asker: askerView(asker),
    target: approval.target,
    namespace: approval.namespace,
    rules: approval.seats.map(({ rule, reason, approvers, quorum, signed, freshMs, later = [] }) => ({
      rule,
      reason,
      approvers: approvers.length === 0 ? ['holders of the role `approver`'] : approvers.map(approverWords),
      quorum,
      signed: signed !== undefined,
      ...(freshMs === undefined ? {} : { freshMs }),
      missing: lacking.get(rule) ?? 0,
      later: later.map(({ afterMs, approvers: others }) => ({
        at: instant(approval.askedAt + afterMs),
        approvers: others.map(approverWords),
      })),
    })),
    shown: writable(shownOf(approval, nowMs, seesAll(caller, roles, approval, nowMs, handed))),
    answers: approval.answers.map(({ answer, by, reason, at, proof, rest: more, isBreakGlass, inPlaceOf }) => ({
      isSigned: proof !== undefined,
      answer,
      subject: by.subject,
      issuer: by.issuer,
      reason,
      at: instant(at),
      ...(more === undefined ? {} : { rest: more }),
      ...(isBreakGlass === true ? { isBreakGlass } : {}),
      ...(inPlaceOf === undefined ? {} : { inPlaceOf: inPlaceOf.map((giver) => giver.subject) }),
    })),
    words: (approval.words ?? []).map(({ by, text, at }) => ({
      subject: by.subject,
      isAsker: by.subject === asker.subject && by.issuer === asker.issuer,
      text,
      at: instant(at),
    })),
    askedAt: instant(approval.askedAt),
    closesAt: instant(approval.closesAt),
    ...(endedAt === undefined ? {} : { endedAt: instant(endedAt) }),
    ...(goodUntil === undefined ? {} : { goodUntil: instant(goodUntil) }),
    ...(usedBy === undefined ? {} : { usedBy }),
    ...(status === undefined ? {} : { status }),
    ...(grant === undefined ? {} : { grant }),
    ...(session === undefined ? {} : { session }),
    ...(rest === undefined
      ? {}
      : {
          rest: {
            verbs: [...rest.verbs],
            usesMax: rest.usesMax,
            until: instant(rest.until),
            uses: rest.uses.map(({ operation, exchange, at }) => ({ operation, exchange, at: instant(at) })),
          },
        }),
    ...(restOf === undefined ? {} : { restOf }),
    ...(mayBreakGlass(approval, caller) ? { mayBreakGlass: true as const } : {}),
    ...answering(approval, caller, roles, nowMs, handed),
  };
}

/** T75: of a planned command, what became of all of it; each of its requests is a question of its own. */
function exchangeOf({ exchange, planned, rest }: Approval): Approval['exchange'] {
  const sent = rest?.uses.length ?? 0;
  if (planned === undefined || sent === 0) return exchange;
  return exchange === 'waiting' && sent < planned.length ? 'forwarded' : 'answered';
}

/** Whether who looks may answer, and in whose place. */
function answering(
  approval: Approval,
  caller: Caller,
  roles: readonly Role[],
  nowMs: number,
  handed: readonly Handed[],
): Pick<ApprovalView, 'mayAnswer' | 'inPlaceOf'> {
  if (isSamePerson(partyOf(caller), approval.asker)) return { mayAnswer: false };
  const { seats, inPlaceOf } = seatedAs(caller, roles, approval, nowMs, handed);
  return {
    mayAnswer: seats.length > 0,
    ...(inPlaceOf === undefined ? {} : { inPlaceOf: inPlaceOf.map(({ subject }) => subject) }),
  };
}

function askerView({ subject, issuer, kind, person }: Approval['asker']): ApprovalView['asker'] {
  return { subject, issuer, kind, ...(person === undefined ? {} : { person }) };
}

/** Whether who looks goes through alone, if they say why and have signed in lately. */
function mayBreakGlass(approval: Approval, caller: Caller): boolean {
  const rules = breaksGlassFor(caller, approval);
  return (
    approval.state === 'pending' &&
    callerKey(caller) === callerKey(approval.asker) &&
    missing(approval).every(({ rule }) => rules.includes(rule))
  );
}

/** Who goes through alone is shown what others would answer. */
function seesAll(...[caller, roles, approval, nowMs, handed]: Parameters<typeof seesAsOther>): boolean {
  return seesAsOther(caller, roles, approval, nowMs, handed) || mayBreakGlass(approval, caller);
}

/** Who looked may have died meanwhile: then that is said. */
function shownOf(approval: Approval, nowMs: number, isAll: boolean): Shown {
  const { state, lookingUntil } = approval;
  const shown = isAll ? approval.shown : shownToAsker(approval);
  if (state !== 'pending' || lookingUntil === undefined || isLooking(approval, nowMs)) return shown;
  return {
    ...shown,
    missing: [...shown.missing, 'what it would do: the gateway that looked it up has not told in time'],
  };
}

type Writable<T> = { -readonly [key in keyof T]: Writable<T[key]> };

/** The schema's types can be written to. */
function writable<T>(value: T): Writable<T> {
  return value as Writable<T>;
}
