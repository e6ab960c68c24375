import { type Approval, isSamePerson, type Party, type Seat } from '../approval/approval.ts';
import { actsForAnother } from '../model/acts-for-another.ts';
import type { Caller } from '../model/caller.ts';
import type { Approver, Holding } from '../model/hold-terms.ts';
import { askedBy, isOwn } from '../model/is-own.ts';
import { callerMatcher } from '../policy/caller-match.ts';
import { type Role, type RoleName, reaches } from '../policy/role.ts';
import type { CallerMatch, TimeMatch } from '../policy/rule.ts';
import { timeMatcher } from '../policy/time-match.ts';

/** The caller as a party to questions. */
export function partyOf({ subject, issuer, groups, kind, person, actors, issued }: Caller): Party {
  return {
    ...{ subject, issuer, groups, kind },
    ...(person === undefined ? {} : { person }),
    ...(actors === undefined ? {} : { actors }),
    ...(issued === undefined ? {} : { token: issued.id }),
  };
}

/**
 * The seats of what rules hold. The team that a label of the namespace names is read now and stays, whatever the label says later; where it cannot be read, or says
 * nothing, that entry seats nobody.
 */
export function seatsOf(
  holds: readonly Pick<
    Holding,
    | 'rule'
    | 'reason'
    | 'approvers'
    | 'quorum'
    | 'signed'
    | 'escalate'
    | 'freshMs'
    | 'breakGlass'
    | 'delegate'
    | 'answerFrom'
  >[],
  labels: Readonly<Record<string, string>> | null | 'unknown',
): readonly Seat[] {
  return holds.map(
    ({ rule, reason, approvers, quorum, signed, escalate, freshMs, breakGlass, delegate, answerFrom }) => ({
      rule,
      reason,
      approvers: approvers.map((approver) => frozen(approver, labels)),
      quorum,
      ...(signed === undefined ? {} : { signed }),
      ...(freshMs === undefined ? {} : { freshMs }),
      ...(breakGlass === undefined ? {} : { breakGlass }),
      ...(delegate === undefined ? {} : { delegate }),
      ...(answerFrom === undefined ? {} : { answerFrom }),
      ...(escalate === undefined
        ? {}
        : {
            later: escalate.map(({ afterMs, approvers: others }) => ({
              afterMs,
              approvers: others.map((approver) => frozen(approver, labels)),
            })),
          }),
    }),
  );
}

/** Whether a seat's approvers hang on the labels of the namespace. */
export function hangsOnLabels(holds: readonly Pick<Holding, 'approvers' | 'escalate'>[]): boolean {
  return holds.some(({ approvers, escalate = [] }) =>
    [...approvers, ...escalate.flatMap((each) => each.approvers)].some((approver) => 'namespaceLabel' in approver),
  );
}

function frozen(approver: Approver, labels: Readonly<Record<string, string>> | null | 'unknown'): Approver {
  if (!('namespaceLabel' in approver)) return approver;
  const { namespaceLabel: key, groupPrefix } = approver;
  const value = labels === null || labels === 'unknown' || !Object.hasOwn(labels, key) ? '' : (labels[key] as string);
  // Security: without a value, the prefix alone could be a group.
  return { groups: value === '' ? [] : [groupPrefix + value] };
}

/** The rules whose seats the caller fills now: those that name it, and where a rule names nobody, the role `approver` for the place. */
export function seatsFilledBy(
  caller: Caller,
  roles: readonly Role[],
  approval: Approval,
  nowMs: number,
): readonly string[] {
  if (caller.kind !== 'person') return [];
  return approval.seats
    .filter(
      ({ approvers, later = [] }) =>
        (approvers.length === 0
          ? reachesAll(roles, ['approver'], approval)
          : callerMatcher(onShift(approvers, nowMs))(caller)) ||
        later.some(
          ({ afterMs, approvers: others }) =>
            nowMs >= approval.askedAt + afterMs && callerMatcher(onShift(others, nowMs))(caller),
        ),
    )
    .map(({ rule }) => rule);
}

/** Seats that an approver has handed to whoever asks, as the approver fills them: who they are, their roles, and which rules it is for (none: each that lets it). */
export interface Handed {
  readonly giver: Caller;
  readonly roles: readonly Role[];
  readonly rules: readonly string[];
}

/**
 * What the caller answers with: the rules whose seats it fills, and in whose place it fills those that are not its own. Security: nobody is in the place of who asks, nor
 * where a rule does not say `delegate`, nor where one wants a signature, which is a person's own.
 */
export function seatedAs(
  caller: Caller,
  roles: readonly Role[],
  approval: Approval,
  nowMs: number,
  handed: readonly Handed[],
): { readonly seats: readonly string[]; readonly inPlaceOf?: readonly Party[] } {
  const own = seatsFilledBy(caller, roles, approval, nowMs);
  const lent = new Map<string, Party>();
  if (caller.kind === 'person' && !actsForAnother(caller))
    for (const { giver, roles: givers, rules } of handed) {
      if (isSamePerson(partyOf(giver), approval.asker)) continue;
      const filled = seatsFilledBy(giver, givers, approval, nowMs);
      for (const { rule, delegate, signed } of approval.seats)
        if (
          delegate === true &&
          signed === undefined &&
          filled.includes(rule) &&
          (rules.length === 0 || rules.includes(rule)) &&
          !own.includes(rule) &&
          !lent.has(rule)
        )
          lent.set(rule, partyOf(giver));
    }
  if (lent.size === 0) return { seats: own };
  return { seats: [...own, ...lent.keys()], inPlaceOf: [...new Set(lent.values())] };
}

/** The rules that name the caller as who goes through alone, with what it asks itself. Security: a program is never one, whatever a rule says. */
export function breaksGlassFor(caller: Caller, { seats }: Pick<Approval, 'seats'>): readonly string[] {
  if (caller.kind !== 'person' || actsForAnother(caller)) return [];
  return seats.filter(({ breakGlass = [] }) => callerMatcher(breakGlass)(caller)).map(({ rule }) => rule);
}

/** Those who answer now: a schedule seats whoever is on shift when they answer, and not when it is asked. */
function onShift(approvers: readonly Approver[], nowMs: number): readonly CallerMatch[] {
  return approvers.filter(
    (one) => !('times' in one) || one.times === undefined || timeMatcher(one.times as TimeMatch)(nowMs),
  ) as readonly CallerMatch[];
}

const SEE: readonly RoleName[] = ['auditor', 'operator', 'approver'];

/** Whether the caller may see a question: who asks, who may answer, and whoever has a role for the place. */
export function maySee(
  caller: Caller,
  roles: readonly Role[],
  approval: Approval,
  nowMs: number,
  handed: readonly Handed[] = [],
): boolean {
  return isOwn(approval.asker, askedBy(caller)) || seesAsOther(caller, roles, approval, nowMs, handed);
}

/** Whether the caller would see a question that they did not ask: they may answer it, or have a role for the place. */
export function seesAsOther(
  caller: Caller,
  roles: readonly Role[],
  approval: Approval,
  nowMs: number,
  handed: readonly Handed[] = [],
): boolean {
  if (reachesAll(roles, SEE, approval)) return true;
  return (
    seatedAs(caller, roles, approval, nowMs, handed).seats.length > 0 && !isSamePerson(partyOf(caller), approval.asker)
  );
}

/** Security: a role for one of several targets is none for the others, however the names of all together read. */
function reachesAll(
  roles: readonly Role[],
  names: readonly RoleName[],
  { target: only, namespace, places }: Approval,
): boolean {
  const namespaces = namespace === '' ? [] : [namespace];
  return (places?.targets ?? [only]).every((target) => reaches(roles, names, { target, namespaces }));
}
