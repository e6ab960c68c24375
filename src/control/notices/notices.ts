/* What is worth telling people, in words: out of questions as they change and of events as the journal has them. */
import type { Approval } from '../../approval/approval.ts';
import type { CopyRefused } from '../../recording/copy-refused.ts';
import type { DelegationChanged } from '../../recording/delegation-changed.ts';
import type { Event, GrantChanged, KillChanged, MaskGuessed, MaskReturned } from '../../recording/event.ts';
import type { KeyChanged } from '../../recording/key-changed.ts';
import type { TargetChanged } from '../../recording/target-changed.ts';
import { newId } from '../../std/ids.ts';
import type { Notice } from './notice.ts';

/** Limit: fields of a difference that a notice has; the rest stands in the console. */
const CHANGES_MAX = 8;

/** What people are told of a question that is asked, or closed; nothing of one of which it is still looked up what it would do. */
export function noticesOf(approval: Approval): readonly Notice[] {
  const notice = noticeOfApproval(approval);
  if (notice === undefined) return [];
  return [...glassOf(approval, notice), notice, ...escalationsOf(approval, notice)].map(eachItsOwn);
}

/**
 * The notice with each fact marked as one, however many lines it has. Security: T78. What a caller chose (a body, the name of a chart) does not begin a line as if it were a
 * fact of the gateway's.
 */
function eachItsOwn(notice: Notice): Notice {
  return {
    ...notice,
    title: notice.title.replaceAll(LINES, ' ⏎ '),
    facts: notice.facts.map((fact) => fact.replaceAll(LINES, '\n│ ')),
  };
}

const LINES = /\r\n?|[\n\v\f\u0085\u2028\u2029]/g;

function noticeOfApproval(approval: Approval): Notice | undefined {
  const { id, state, asker, target, namespace, places, shown, answers, lookingUntil } = approval;
  // What rules answer by themselves is there from the beginning.
  const isAnswered = answers.some(({ isAuto }) => isAuto !== true);
  if (state === 'pending' && (lookingUntil !== undefined || isAnswered)) return undefined;
  // What a yes to the rest of a command covers was told with that yes.
  if (approval.exchange === 'forwarded' || approval.restOf !== undefined) return undefined;
  const where = { target, namespace, ...(places === undefined ? {} : { places }) };
  const about = { about: id, path: `/approvals/${id}`, ...where, caller: asker, risk: shown.risk };
  const what = `${asker.subject} asks to ${shown.operation} on ${target}`;
  if (state === 'pending')
    return {
      id: `${id}-asked`,
      kind: 'approval.asked',
      at: approval.lookedUpAt ?? approval.askedAt,
      title: what,
      ...answerable(approval),
      isOver: false,
      isLast: false,
      ...about,
    };
  const last = answers.at(-1);
  const by = last === undefined || state === 'expired' || state === 'withdrawn' ? '' : ` by ${last.by.subject}`;
  const why = last === undefined || last.reason === '' ? [] : [`their reason: “${last.reason}”`];
  const became = approval.exchange === 'waiting' || approval.exchange === 'gone' ? [] : [becameWords(approval)];
  return {
    id: `${id}-${state}-${approval.exchange}`,
    kind: 'approval.ended',
    at: approval.endedAt ?? approval.askedAt,
    title: `${state}${by}: ${what}`,
    facts: [...why, ...became],
    isOver: true,
    isLast: state !== 'approved' || approval.exchange !== 'waiting',
    ...about,
  };
}

/** For each time at which others may answer too: told then, if it still waits. */
function escalationsOf(approval: Approval, asked: Notice): readonly Notice[] {
  if (asked.kind !== 'approval.asked') return [];
  const times = new Set(approval.seats.flatMap(({ later = [] }) => later.map(({ afterMs }) => afterMs)));
  return [...times].map((afterMs) => ({
    ...asked,
    id: `${approval.id}-escalated-${afterMs}`,
    kind: 'approval.escalated',
    at: approval.askedAt + afterMs,
    title: `nobody has answered: ${asked.title}`,
  }));
}

/** Somebody has gone through alone: told as soon as they have, before anything is sent, and again what became of it, should the first have got lost. */
function glassOf({ id, state, exchange, answers }: Approval, ended: Notice): readonly Notice[] {
  const said = answers.at(-1);
  if (said?.isBreakGlass !== true || state !== 'approved') return [];
  const isFirst = exchange === 'waiting';
  const did = isFirst ? 'and goes through alone' : 'and went through alone';
  const title = `${said.by.subject} has broken the glass, ${did}: ${ended.title}`;
  const own = isFirst ? `${id}-glass` : `${id}-glass-${exchange}`;
  return [{ ...ended, id: own, kind: 'glass.broken', title, risk: 'high', isOver: !isFirst, isLast: false }];
}

function becameWords({ exchange, status }: Approval): string {
  switch (exchange) {
    case 'answered':
      return `it ran, and the target answered ${status}`;
    case 'unknown':
      return 'it may have run: nobody knows';
    case 'forwarded':
      return 'it is being run';
    case 'waiting':
    case 'gone':
      return 'it was not run';
  }
}

/** What is told of it; all of it, where it can be answered from there (T78). */
function answerable(approval: Approval): Pick<Notice, 'facts' | 'answer'> {
  const { seats, digest, shown } = approval;
  const [first = [], ...others] = seats.map(({ answerFrom = [] }) => answerFrom);
  const from = first.filter((place) => others.every((each) => each.includes(place)));
  if (from.length === 0) return { facts: factsOf(approval, CHANGES_MAX) };
  const rest = Object.entries(shown).filter(([key]) => !TOLD.has(key));
  const whole = rest.map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return { facts: [...factsOf(approval, Number.POSITIVE_INFINITY), ...whole], answer: { from, digest } };
}

/** Of what is shown, what the facts have. */
const TOLD: ReadonlySet<string> = new Set(['operation', 'risk', 'risks', 'changes', 'missing', 'reason']);

function factsOf({ shown, seats, closesAt }: Approval, changesMax: number): readonly string[] {
  const { changes = [] } = shown;
  const more = changes.length - changesMax;
  return [
    `risk: ${shown.risk}`,
    ...shown.risks,
    ...changes
      .slice(0, changesMax)
      .map(({ at, before, after }) => `${at}: ${before ?? '(nothing)'} → ${after ?? '(nothing)'}`),
    ...(more > 0 ? [`and ${more} more fields`] : []),
    ...shown.missing.map((what) => `not shown: ${what}`),
    ...seats.map(({ rule, reason, quorum }) => `rule ${rule}${reason === '' ? '' : ` (${reason})`} asks ${quorum}`),
    `open until ${new Date(closesAt).toISOString()}`,
    ...(shown.reason === '' ? [] : [`in its own words: “${shown.reason}”`]),
  ];
}

/** An event that people may be told of; undefined for all others. */
export function noticeOfEvent(event: Event): Notice | undefined {
  const notice = ofEvent(event);
  return notice === undefined ? undefined : eachItsOwn(notice);
}

function ofEvent(event: Event): Notice | undefined {
  switch (event.type) {
    case 'kill.changed':
      return killNotice(event);
    case 'grant.changed':
      return grantNotice(event);
    case 'key.changed':
      return keyNotice(event);
    case 'delegation.changed':
      return delegationNotice(event);
    case 'target.changed':
      return targetNotice(event);
    case 'copy.refused':
      return copyNotice(event);
    case 'mask.returned':
    case 'mask.guessed':
      return maskNotice(event);
    default:
      return undefined;
  }
}

/** What an operator has opened at a gateway that has just started; undefined: nothing. */
export function noticeOfOpened(
  kind: 'guard.opened' | 'mask.opened',
  ids: readonly string[],
  at: number,
): Notice | undefined {
  if (ids.length === 0) return undefined;
  const what = kind === 'guard.opened' ? 'guards' : 'masks';
  const id = newId(at);
  return {
    ...NOTHING,
    id,
    about: id,
    kind,
    at,
    title: `a gateway has started with opened ${what}: ${ids.join(', ')}`,
    risk: 'high',
  };
}

const NOTHING = { facts: [], isOver: true, isLast: true, path: '', target: '', namespace: '' } as const;

/** Refusals or errors of a caller have piled up: what it is allowed is held until a person has looked. */
export function noticeOfTripped(
  budget: string,
  caller: Pick<Approval['asker'], 'subject' | 'issuer'>,
  at: number,
): Notice {
  return {
    ...NOTHING,
    id: newId(at),
    kind: 'budget.tripped',
    at,
    about: `budget ${budget} ${caller.subject}`,
    title: `${caller.subject} is over the budget ${budget}: its changes are held until a person has looked`,
    risk: 'raised',
    caller: { ...caller, groups: [], kind: 'autonomous' },
  };
}

function killNotice({ kill, state, what, value, by, reason, at }: KillChanged): Notice {
  const isOver = state !== 'live';
  return {
    ...NOTHING,
    id: `${kill}-${state}`,
    kind: 'kill.changed',
    at,
    about: kill,
    title: `${by} has ${isOver ? 'let go on' : 'stopped'} ${what}${value === '' ? '' : ` ${value}`}`,
    facts: reason === '' ? [] : [`their reason: “${reason}”`],
    risk: 'high',
    isOver,
    isLast: isOver,
    target: what === 'target' ? value : '',
  };
}

/** Security: who has stolen a session shows itself here, to its owner and to whoever operates the gateway. */
function keyNotice({ key, state, name, owner, by, at }: KeyChanged): Notice {
  const done = { enrolled: 'has enrolled', confirmed: 'lets count', removed: 'has removed' }[state];
  return {
    ...NOTHING,
    id: `${key}-${state}-${at}`,
    kind: 'key.changed',
    at,
    about: `key ${key}`,
    title: `${by.subject} ${done} a key with which ${owner.subject} signs answers`,
    facts: [`its name, in their own words: “${name}”`],
    risk: 'high',
    path: '/keys',
    caller: { ...owner, groups: [], kind: 'person' },
  };
}

function targetNotice({ target, change, version, server, by, reason, at }: TargetChanged): Notice {
  const about = `target-${target}-${version}`;
  return {
    ...NOTHING,
    id: about,
    about,
    kind: 'target.changed',
    at,
    title: `${by} has ${change} target ${target}`,
    facts: [`its address: ${server}`, `their reason: “${reason}”`],
    risk: 'high',
    target,
  };
}

function delegationNotice({ delegation, state, from, to, rules, endsAt, by, reason, at }: DelegationChanged): Notice {
  const isOver = state === 'ended';
  const where = rules.length === 0 ? 'each rule that lets it' : rules.join(', ');
  return {
    ...NOTHING,
    id: `${delegation}-${state}`,
    kind: 'delegation.changed',
    at,
    about: `delegation ${delegation}`,
    title: isOver
      ? `${by} has ended that ${to.subject} answers in the place of ${from.subject}`
      : `${from.subject} lets ${to.subject} answer in their place`,
    facts: [
      `for ${where}, until ${new Date(endsAt).toISOString()}`,
      ...(reason === '' ? [] : [`their reason: “${reason}”`]),
    ],
    risk: 'raised',
    isOver,
    isLast: isOver,
  };
}

function copyNotice({ place, file, why, at }: CopyRefused): Notice {
  const about = `copy-${place}-${file}`;
  return {
    ...NOTHING,
    id: `${about}-${at}`,
    about,
    kind: 'copy.refused',
    at,
    title: `the journal's ${file} and its copy do not agree: somebody has changed one of them`,
    facts: [`place: ${place || 'not yet known'}`, why, 'both stay as they are, and nothing there is let go'],
    risk: 'high',
  };
}

function grantNotice({ grant, state, holder, reason, parts, at }: GrantChanged): Notice {
  return {
    ...NOTHING,
    id: `${grant}-${state}`,
    kind: 'grant.changed',
    at,
    about: `grant ${grant}`,
    title: `a grant of ${holder.subject} is ${state}`,
    facts: reason === '' ? [] : [`in its own words: “${reason}”`],
    risk: 'plain',
    isOver: state !== 'pending',
    isLast: state === 'ended',
    target: parts[0]?.target ?? '',
    places: { targets: parts.map(({ target }) => target), namespaces: [] },
    caller: { ...holder, groups: [], kind: 'autonomous' },
  };
}

function maskNotice(event: MaskReturned | MaskGuessed): Notice {
  const title =
    event.type === 'mask.returned'
      ? 'a masked value that is watched came back from elsewhere'
      : 'a caller tries what masked values are, by writing';
  const { exchange, type: kind, at } = event;
  return {
    ...NOTHING,
    id: `${exchange}-${kind}`,
    kind,
    at,
    about: exchange,
    title,
    facts: [`exchange ${exchange}`],
    risk: 'high',
  };
}
