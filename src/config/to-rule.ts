import type { Amendment } from '../model/amendment.ts';
import { fieldPath } from '../model/field-pointer.ts';
import type { Approver, HoldTerms, NamedPersons } from '../model/hold-terms.ts';
import type { JsonValue } from '../model/operation.ts';
import type { StreamTerms } from '../model/stream-terms.ts';
import type { Role } from '../policy/role.ts';
import type { CallerMatch, NamespaceMatch, Rule, RuleSource, TimeMatch, TimeWindow } from '../policy/rule.ts';
import { deepFreeze } from '../std/deep-freeze.ts';
import { durationMs } from '../std/duration.ts';
import { hold, request } from './policy-later.ts';
import type { PolicyDocument, RuleDocument } from './policy-schema.ts';

type Amended = NonNullable<RuleDocument['amend']>[number];

/** The rule that a document writes, with what its policy says for all of its rules. */
export function toRule(policy: PolicyDocument, rule: RuleDocument, index: number, source: RuleSource): Rule {
  return deepFreeze({
    id: `${policy.metadata.name}/${rule.id ?? index + 1}`,
    effect: rule.effect,
    source,
    reason: rule.reason ?? '',
    callers: callerMatches(rule.callers ?? policy.callers ?? []),
    targets: rule.targets ?? policy.targets ?? [],
    verbs: rule.verbs ?? [],
    apiGroups: rule.apiGroups ?? [],
    resources: rule.resources ?? [],
    resourceNames: rule.resourceNames ?? [],
    nonResourceURLs: rule.nonResourceURLs ?? [],
    powers: rule.powers ?? [],
    serviceAccounts: rule.serviceAccounts ?? [],
    mountableSecrets: rule.mountableSecrets ?? [],
    equivalents: rule.equivalents ?? true,
    amend: (rule.amend ?? []).map(toAmendment),
    ...compact({
      namespaces: rule.namespaces?.map(
        (entry) => (typeof entry === 'string' ? { name: entry } : entry) as NamespaceMatch,
      ),
      observed: rule.mode === 'observe' ? true : undefined,
      query: rule.query,
      times: rule.times === undefined ? undefined : toTimes(rule.times),
      exec: rule.exec,
      log: rule.log,
      portForward: rule.portForward,
      proxy: rule.proxy,
      when: rule.when,
      neutralise: rule.output?.neutralise,
      record: rule.record === undefined ? undefined : recordTerms(rule.record),
      stream: rule.stream === undefined ? undefined : toStream(rule.stream),
      unmask: rule.unmask?.map(({ at }) => at),
      helm: rule.helm === true ? true : undefined,
      hold: rule.effect === 'hold' ? toHold(rule.hold ?? holdDefaults, policy.schedules) : undefined,
      request: rule.effect === 'request' ? toTerms(rule.request ?? requestDefaults, policy.schedules) : undefined,
    }),
  }) as Rule;
}

function toStream({ forMax, idleMax }: NonNullable<RuleDocument['stream']>): StreamTerms {
  return {
    ...(forMax === undefined ? {} : { forMaxMs: durationMs(forMax) }),
    ...(idleMax === undefined ? {} : { idleMaxMs: durationMs(idleMax) }),
  };
}

function recordTerms({ bodies, stdin, preImage }: NonNullable<RuleDocument['record']>) {
  return compact({ bodies, stdin, preImage: preImage === true ? true : undefined });
}

const holdDefaults = hold.parse({});

function toHold(
  {
    approvers = [],
    quorum,
    waitMax,
    upgradeWaitMax,
    claimFor,
    pin,
    lifts = [],
    intent,
    auto,
    escalate,
    signed,
    enrolled,
    fresh,
    breakGlass,
    delegate,
    answerFrom,
    novel,
  }: HoldDocument,
  schedules: Schedules,
): HoldTerms {
  return {
    approvers: toApprovers(approvers, schedules),
    quorum,
    waitMaxMs: durationMs(waitMax),
    upgradeWaitMaxMs: durationMs(upgradeWaitMax),
    claimForMs: durationMs(claimFor),
    pin,
    lifts,
    ...(intent === 'call' ? {} : { intent }),
    ...(auto === undefined
      ? {}
      : {
          auto: auto.map((each) => ({
            answer: each.answer,
            ...(each.times === undefined ? {} : { times: toTimes(each.times) }),
            ...(each.cooldown === undefined ? {} : { cooldownMs: durationMs(each.cooldown) }),
          })),
        }),
    ...toSigned({ signed, enrolled }),
    ...toFresh({ fresh }),
    ...(delegate === true ? { delegate } : {}),
    ...(answerFrom.includes('slack') ? { answerFrom: ['slack'] } : {}),
    ...(breakGlass === undefined ? {} : { breakGlass: callerMatches(breakGlass.callers) as readonly NamedPersons[] }),
    ...(novel === undefined ? {} : { novelMs: durationMs(novel) }),
    ...(escalate === undefined
      ? {}
      : {
          escalate: escalate.map((each) => ({
            afterMs: durationMs(each.after),
            approvers: toApprovers(each.approvers, schedules),
          })),
        }),
  };
}

type HoldDocument = NonNullable<RuleDocument['hold']>;

function toSigned({
  signed = false,
  enrolled = false,
}: Pick<HoldDocument, 'signed' | 'enrolled'>): Pick<HoldTerms, 'signed'> {
  return signed ? { signed: enrolled ? 'enrolled' : 'files' } : {};
}

function toFresh({ fresh }: Pick<HoldDocument, 'fresh'>): Pick<HoldTerms, 'freshMs'> {
  return fresh === undefined ? {} : { freshMs: durationMs(fresh) };
}

type Schedules = PolicyDocument['schedules'];

/** A schedule as its shifts: who is on one answers while it lasts. One that is not there has been told, and seats nobody. */
function toApprovers(
  approvers: NonNullable<HoldDocument['approvers']>,
  schedules: Schedules = [],
): readonly Approver[] {
  return approvers.flatMap((approver): readonly Approver[] => {
    if ('namespaceLabel' in approver) return [approver];
    if (!('schedule' in approver))
      return [compact({ subjects: approver.subjects, groups: approver.groups, keys: approver.keys }) as Approver];
    const { timeZone, shifts = [] } = schedules.find(({ name }) => name === approver.schedule) ?? {};
    return shifts.map(({ subjects, days, from, to }) => ({
      subjects,
      times: toTimes({ windows: [{ days, from, to, timeZone: timeZone as string }] }),
    }));
  });
}

const requestDefaults = request.parse({});

function toTerms(
  { forMax, usesMax, idleMax, livePerCallerMax, bindTo, approval }: NonNullable<RuleDocument['request']>,
  schedules: Schedules,
) {
  return compact({
    forMaxMs: durationMs(forMax),
    usesMax,
    idleMaxMs: idleMax === undefined ? undefined : durationMs(idleMax),
    livePerCallerMax,
    bindTo,
    approval:
      approval === 'none'
        ? approval
        : {
            approvers: toApprovers(approval.approvers, schedules),
            quorum: approval.quorum,
            waitMaxMs: durationMs(approval.waitMax),
            ...toSigned(approval),
            ...toFresh(approval),
          },
  });
}

/** The role that a document writes. */
export function toRole({ role, callers, targets, namespaces }: NonNullable<PolicyDocument['roles']>[number]): Role {
  return deepFreeze({
    role,
    callers: callers.map(({ everyone: _, ...match }) => compact(match) as CallerMatch),
    ...(targets === undefined ? {} : { targets }),
    ...(namespaces === undefined ? {} : { namespaces }),
  });
}

function compact(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

function toTimes({ startsAt, endsAt, windows }: NonNullable<RuleDocument['times']>): TimeMatch {
  return compact({
    startsAt: startsAt === undefined ? undefined : Date.parse(startsAt),
    endsAt: endsAt === undefined ? undefined : Date.parse(endsAt),
    windows: windows?.map(
      ({ days, from, to, timeZone }): TimeWindow => ({
        days: (days ?? DAYS).map((day) => DAYS.indexOf(day)),
        fromMinute: minuteOf(from),
        toMinute: minuteOf(to),
        timeZone,
      }),
    ),
  });
}

/** In the order of a week that begins on Sunday, as `TimeWindow` counts. */
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

function minuteOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number) as [number, number];
  return hours * 60 + minutes;
}

function toAmendment(amended: Amended): Amendment {
  if ('forceDryRun' in amended) return { kind: 'force-dry-run' };
  if ('query' in amended) {
    const { key, value, max } = amended.query;
    return max === undefined ? { kind: 'set-query', key, value: value ?? '' } : { kind: 'cap-query', key, max };
  }
  if ('set' in amended)
    return { kind: 'set-field', path: fieldPath(amended.set.path), value: amended.set.value as JsonValue };
  if ('remove' in amended) return { kind: 'remove-field', path: fieldPath(amended.remove.path) };
  return 'label' in amended
    ? { kind: 'add-label', ...amended.label }
    : { kind: 'add-annotation', ...amended.annotation };
}

type CallerDocument = NonNullable<PolicyDocument['callers']>[number];

/** Callers as policy matches them. */
export function callerMatches(callers: readonly CallerDocument[]): readonly CallerMatch[] {
  return callers.map(({ everyone: _, ...match }) => compact(match) as CallerMatch);
}
