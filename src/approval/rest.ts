/*
 * One yes for the rest of a command. Most commands send their calls one after another, so they cannot be gathered while the first waits; from the second question of
 * one command on, a person may say yes to what still comes. It is counted and short, and each call that it covers is a question of its own, approved by it and listed.
 *
 * Invariant: what it covers has the command, and with it caller, token, target, namespace and the rules that hold it; a verb that was asked about; and is no delete, no
 * power and nothing that a guard would stop. A no to any later question of the command ends it.
 */
import { REST_LIMITS } from '../model/rest-limits.ts';
import type { ShownRest } from '../model/shown.ts';
import type { Answer, Approval } from './approval.ts';

/** The bounds that a person says. */
export interface RestAsked {
  readonly usesMax: number;
  readonly forMs: number;
}

/** What a yes covers beside its own request. */
export interface Rest {
  readonly verbs: readonly string[];
  readonly usesMax: number;
  readonly until: number;
  /** What it has covered. */
  readonly uses: readonly RestUse[];
}

/** One request that it covered. */
export interface RestUse {
  readonly operation: string;
  readonly exchange: string;
  readonly at: number;
  /** Of a planned command: which request it was; see `PlannedRequest`. */
  readonly request?: string;
}

/** What a call is of its command. */
export interface CommandCall {
  readonly command: string;
  readonly verb: string;
  /** Of what says itself all that comes after it: what a yes to it covers. */
  readonly whole?: ShownRest;
}

/** What a yes to a new question could be widened to; undefined for the first of its command. `own` are the caller's newest questions. */
export function restOffered(
  { command, verb }: CommandCall,
  own: readonly Approval[],
  nowMs: number,
): ShownRest | undefined {
  const earlier = own.filter(
    (one) => one.command === command && one.restOf === undefined && one.askedAt > nowMs - REST_LIMITS.forMs,
  );
  if (earlier.length === 0) return undefined;
  const { forMs, usesMax, earlierMax } = REST_LIMITS;
  return {
    verbs: [...new Set([...earlier.flatMap(({ verb: asked }) => asked ?? []), verb])].sort(),
    usesMax,
    forMs,
    earlier: earlier.slice(0, earlierMax).map(({ shown }) => shown.operation),
  };
}

/** Whether what a person says lies within what was shown. */
export function isOffered({ usesMax, forMs }: RestAsked, shown: ShownRest | undefined): boolean {
  return shown !== undefined && usesMax >= 1 && usesMax <= shown.usesMax && forMs >= 1 && forMs <= shown.forMs;
}

/** What the yeses of a question cover beside it: as little as any of them says, and nothing where one says nothing. */
export function restGiven({ answers, shown }: Pick<Approval, 'answers' | 'shown'>, nowMs: number): Rest | undefined {
  const own = shown.rest?.covers === undefined ? undefined : shown.rest;
  // What is known beforehand is what was said yes to; edits of it would not be what comes after.
  const asked = answers.map(({ rest, narrowed }) => rest ?? (narrowed === undefined ? own : undefined));
  if (shown.rest === undefined || asked.some((one) => one === undefined)) return undefined;
  const bounds = asked as readonly RestAsked[];
  return {
    verbs: shown.rest.verbs,
    usesMax: Math.min(...bounds.map(({ usesMax }) => usesMax)),
    until: nowMs + Math.min(...bounds.map(({ forMs }) => forMs)),
    uses: [],
  };
}

/** Which of the caller's newest questions covers the call; undefined where none does. `saidNoAt`: of the last no to a call of its command that is kept. */
export function covering(
  call: CommandCall,
  own: readonly Approval[],
  saidNoAt: number,
  nowMs: number,
): Approval | undefined {
  const ofCommand = own.filter(({ command }) => command === call.command);
  const noAt = Math.max(saidNoAt, ...ofCommand.map(({ state, endedAt = 0 }) => (state === 'rejected' ? endedAt : 0)));
  return ofCommand.find((one) => covers(one, call, nowMs) && (one.endedAt ?? 0) > noAt);
}

function covers({ state, rest, command, shown, exchange }: Approval, call: CommandCall, nowMs: number): boolean {
  return (
    state === 'approved' &&
    rest !== undefined &&
    // The record of a release comes before what it says.
    (shown.rest?.covers === undefined || exchange === 'forwarded' || exchange === 'answered') &&
    command === call.command &&
    rest.verbs.includes(call.verb) &&
    rest.uses.length < rest.usesMax &&
    nowMs < rest.until
  );
}

/** The question with one more request that it covers; undefined where it does not. */
export function covered(
  approval: Approval,
  call: CommandCall,
  use: RestUse,
): (Approval & { readonly rest: Rest }) | undefined {
  if (approval.rest === undefined || !covers(approval, call, use.at)) return undefined;
  return { ...approval, rest: { ...approval.rest, uses: [...approval.rest.uses, use] } };
}

/**
 * The question about a planned command with one more of its requests that is run; undefined where its yes does not cover that. Each is covered once: what the plan has
 * twice, twice. A yes that was taken back, or is over, covers nothing. `saidNoAt`: of the last no to this very request, or to what is like it, that is kept.
 */
export function coveredAsPlanned(
  { state, exchange, rest, planned = [], ...approval }: Approval,
  use: RestUse & { readonly request: string },
  saidNoAt: number,
): (Approval & { readonly rest: Rest }) | undefined {
  if (state !== 'approved' || exchange !== 'waiting' || rest === undefined) return undefined;
  if ((approval.endedAt ?? 0) <= saidNoAt) return undefined;
  const isIt = ({ request }: { readonly request?: string }) => request === use.request;
  const isLeft = rest.uses.filter(isIt).length < planned.filter(isIt).length;
  if (!isLeft || rest.uses.length >= rest.usesMax || use.at >= rest.until) return undefined;
  return { ...approval, state, exchange, planned, rest: { ...rest, uses: [...rest.uses, use] } };
}

/** A new question as the yes to another covers it: approved by the same persons, of a plan by those who answered for its own rules, for as long as that yes lasts at most. */
export function approvedBy(asked: Approval, by: Approval & { readonly rest: Rest }, nowMs: number): Approval {
  const { lookingUntil: _, ...rest } = asked;
  const isItsOwn = ({ seats }: Answer) => asked.seats.some(({ rule }) => seats.includes(rule));
  return {
    ...rest,
    state: 'approved',
    answers: by.planned === undefined ? by.answers : by.answers.filter(isItsOwn),
    endedAt: nowMs,
    goodUntil: Math.min(nowMs + asked.claimForMs, by.rest.until),
    restOf: by.id,
    ...(by.planned === undefined ? {} : { wasShown: true }),
  };
}
