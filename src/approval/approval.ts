/*
 * The life of a question that a person answers, as a state machine: `pending`, then for good `approved`, `rejected`, `expired` or `withdrawn`; and of what was
 * asked for, which goes on after the yes: `waiting` for it or its caller, `forwarded`, then `answered` or `unknown` (it may have run), or `gone`. Instants are
 * arguments, by the store's clock.
 *
 * Invariant: what was asked for is forwarded only from `approved` and `waiting`, by one exchange, within the time for which the yes is good. Only that exchange
 * says what became of it, and only it can give the yes back, where it knows that nothing was sent. Nothing leaves a final state but that.
 */
import type { Approver, Escalation, NamedPersons } from '../model/hold-terms.ts';
import { identitiesOf } from '../model/identities-of.ts';
import type { LookedUp, Shown, Unread } from '../model/shown.ts';
import { unreachable } from '../std/unreachable.ts';
import { type BreakingGlass, brokenGlass } from './broken-glass.ts';
import { type Narrowing, narrowed } from './narrowed.ts';
import { isOffered, type Rest, type RestAsked, restGiven } from './rest.ts';
import { riskOf } from './risk-of.ts';
import { shownDigest } from './shown-digest.ts';
import { hasSignedIn } from './signed-in.ts';
import { unreadOf } from './unread-of.ts';

/** Who a question or an answer is by. */
export interface Party {
  readonly subject: string;
  readonly issuer: string;
  readonly groups: readonly string[];
  readonly kind: 'autonomous' | 'person';
  /** The person behind the identity, where its issuer names one. */
  readonly person?: string;
  /** Who acts for the subject, by the token's word. */
  readonly actors?: readonly string[];
  /** Of a token that the gateway gave for the subject: its id. What carries it is a program of theirs. */
  readonly token?: string;
}

/** One rule's say: so many persons, each of whom it seats. */
export interface Seat {
  readonly rule: string;
  readonly reason: string;
  /** None: whoever holds the role `approver` for the place. */
  readonly approvers: readonly Approver[];
  readonly quorum: number;
  /** Whose signatures its yeses want; absent: none. */
  readonly signed?: 'files' | 'enrolled';
  /** Who may answer too, once the question has been open for so long; absent: nobody. */
  readonly later?: readonly Escalation[];
  /** How long ago at most who says yes signed in; absent: it is not asked. */
  readonly freshMs?: number;
  /** Who goes through alone in an emergency; absent: nobody. */
  readonly breakGlass?: readonly NamedPersons[];
  /** Where it may be answered beside the console and `/api/v1`; absent: nowhere. */
  readonly answerFrom?: readonly string[];
  /** Whether who fills it may hand that to another person for a time; absent: not. */
  readonly delegate?: true;
}

/** What a person's key signed beside an answer, in base64url; see control/person-keys. */
export interface Proof {
  /** Of the key's credential. */
  readonly id: string;
  readonly clientDataJSON: string;
  readonly authenticatorData: string;
  readonly signature: string;
  readonly nonce: string;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
}

/** What one person said. */
export interface Answer {
  readonly answer: 'approve' | 'reject';
  readonly by: Party;
  /** Rules whose seats the person fills. */
  readonly seats: readonly string[];
  readonly reason: string;
  readonly at: number;
  /** A yes to the rest of the command too, with these bounds. */
  readonly rest?: RestAsked;
  /** The rule itself answered: nobody did. */
  readonly isAuto?: true;
  /** Who asks went through alone, in an emergency: no second person has seen it. */
  readonly isBreakGlass?: true;
  /** Approvers whose seats the person fills, who have handed them on; absent: only seats of their own. */
  readonly inPlaceOf?: readonly Party[];
  /** A yes to less than was asked. */
  readonly narrowed?: Narrowing;
  /** Of a signed one: what was signed, and the digest of what was shown then. */
  readonly proof?: Proof;
  readonly shown?: string;
}

/** A word between who asks and who answers; it changes nothing of what is answered. */
export interface Word {
  readonly by: Party;
  readonly text: string;
  readonly at: number;
}

/** Limit: words about one question. */
export const WORDS_MAX = 20;

/** What a request is about. */
export interface About {
  readonly verb: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource: string;
  /** Empty: of none, or of all. */
  readonly name: string;
}

/** One request of a planned command. */
export interface PlannedRequest {
  /** See `Approval.request`: of what will be asked by itself when the command is run. */
  readonly request: string;
  /** See `Approval.like`. */
  readonly like?: string;
  /** See `Approval.unread`. */
  readonly unread?: Unread;
}

/** A question and what became of it; instants are in milliseconds since 1970. */
export interface Approval {
  readonly id: string;
  readonly state: 'pending' | 'approved' | 'rejected' | 'expired' | 'withdrawn';
  readonly exchange: 'waiting' | 'forwarded' | 'answered' | 'unknown' | 'gone';
  /** Keyed by the installation: of the request as it will be sent: caller, target, method, path and query, body, rules, and the life of the live object. */
  readonly request: string;
  /** Of all that is shown; an answer says which it answers. */
  readonly digest: string;
  readonly asker: Party;
  readonly target: string;
  /** Empty: in none, or in every. */
  readonly namespace: string;
  /** Of a grant on several targets or in several namespaces: each; absent: those two say it. */
  readonly places?: { readonly targets: readonly string[]; readonly namespaces: readonly string[] };
  readonly seats: readonly Seat[];
  readonly shown: Shown;
  /** Until when what it would do is looked up at the latest; absent where it is not, or has been. */
  readonly lookingUntil?: number;
  /** When that was looked up. */
  readonly lookedUpAt?: number;
  /** What its asker is shown in place of that, where policy does not let it read all of it; absent: the same as others. */
  readonly unread?: Unread;
  readonly answers: readonly Answer[];
  /** Absent: nothing was said. */
  readonly words?: readonly Word[];
  readonly askedAt: number;
  readonly closesAt: number;
  readonly claimForMs: number;
  /** Until when its caller counts as there. A question whose caller was told to come back by itself lasts as long as it is open. */
  readonly attendedUntil: number;
  /** The exchange that attends it last. */
  readonly attendedBy: string;
  /** When `state` became final. */
  readonly endedAt?: number;
  /** Of an approved one: until when it can be used. */
  readonly goodUntil?: number;
  readonly usedBy?: string;
  readonly usedAt?: number;
  /** What upstream answered. */
  readonly status?: number;
  /** The grant that a yes gives; what is asked for is then no request. */
  readonly grant?: string;
  /** Which command it is a call of, and its verb, where the rest of it can be covered by one yes. */
  readonly command?: string;
  readonly verb?: string;
  /** What its yes covers beside it. */
  readonly rest?: Rest;
  /** Edits that its yes makes, closed in the vault: what they put there may be secret. */
  readonly edits?: string;
  /** What it is about; absent: a grant, or a planned command. */
  readonly about?: About;
  /** The session of the exchange that asked it; absent: a grant, or a planned command. */
  readonly session?: string;
  /** The question whose yes covers this one; nobody was asked. */
  readonly restOf?: string;
  /** Of one that is covered: who said that yes was shown this very request. */
  readonly wasShown?: true;
  /** The requests of a planned command that it asks about, in the order of `shown.planned`; absent: it is about one request, or a grant. */
  readonly planned?: readonly PlannedRequest[];
  /** Of what a no to it is meant for as well, keyed; absent: for nothing else. */
  readonly like?: string;
}

/** Limit: an exchange that has said nothing for so long after it took the yes is taken to have died with its gateway: it may have run. */
export const SILENT_MS_MAX = 15 * 60_000;

/** Why an answer is not taken. */
export type NotTaken =
  | 'closed'
  | 'looking'
  | 'changed'
  | 'machine'
  | 'own'
  | 'not-seated'
  | 'unsigned'
  | 'stale'
  | 'no-glass'
  | 'no-reason'
  | 'signed-before'
  | 'stopped-before'
  | 'twice'
  | 'rest'
  | 'narrow'
  | 'narrow-rest';

/** Who says what to a question. */
export interface Saying extends Omit<Answer, 'at' | 'shown' | 'isBreakGlass'> {
  /** The digest of what the person was shown. */
  readonly digest: string;
  /** Rules for whose seats the signature was verified; absent: none. */
  readonly signedFor?: readonly string[];
  /** When who says it signed in; absent: nobody knows. */
  readonly signedInAt?: number;
  /** Who asks goes through alone: no answer to somebody else. */
  readonly breakingGlass?: BreakingGlass;
}

/**
 * The question with one more answer: one no rejects it, and it is approved once every seat has its quorum of persons.
 *
 * T61, T76, T77: nobody answers their own question, or one of another identity of theirs; no machine answers; the answer is to what was shown; and one person counts
 * once, whatever identities they have.
 */
export function answered(approval: Approval, saying: Saying, nowMs: number): Approval | NotTaken {
  if (approval.state !== 'pending' || dueEnd(approval, nowMs) !== undefined) return 'closed';
  if (saying.digest !== approval.digest) return 'changed';
  if (saying.by.kind !== 'person') return 'machine';
  if (saying.answer === 'approve' && isLooking(approval, nowMs)) return 'looking';
  if (saying.breakingGlass !== undefined) {
    const lacking = missing(approval).map(({ rule }) => rule);
    const waiting = approval.seats.filter(({ rule }) => lacking.includes(rule));
    return brokenGlass(approval, saying, saying.breakingGlass, waiting, nowMs);
  }
  if (speakersOf(saying).some((party) => isSamePerson(party, approval.asker))) return 'own';
  const named = approval.seats.filter(({ rule }) => saying.seats.includes(rule));
  if (named.length === 0) return 'not-seated';
  if (saying.answer === 'approve' && !named.every(({ freshMs }) => hasSignedIn(saying, freshMs, nowMs))) return 'stale';
  const seats = filledBy(saying, named);
  if (seats.length === 0) return 'unsigned';
  const isSigned = named.some(({ signed }) => signed !== undefined);
  if (saying.rest !== undefined && (isSigned || !isOffered(saying.rest, approval.shown.rest))) return 'rest';
  // Security: what is signed is a yes to all that was shown, and to nothing less or more.
  if (saying.narrowed !== undefined && isSigned) return 'narrow';
  // Security: what is left out of one request is not left out of those that come after it.
  if (saying.narrowed !== undefined && saying.rest !== undefined) return 'narrow-rest';
  const { digest, signedFor: _, signedInAt: __, breakingGlass: ___, ...unsaid } = saying;
  const said = unsaid.proof === undefined ? unsaid : { ...unsaid, shown: digest };
  const answer: Answer = { ...said, seats, at: nowMs };
  if (saying.answer === 'reject')
    return { ...approval, answers: [...approval.answers, answer], ...ended('rejected', nowMs) };
  const speakers = speakersOf(saying);
  if (
    approval.answers.some((said) => speakersOf(said).some((one) => speakers.some((other) => isSamePerson(one, other))))
  )
    return 'twice';
  // What others have said yes to is not changed behind them.
  if (
    saying.narrowed !== undefined &&
    (approval.answers.some(({ isAuto }) => isAuto !== true) ||
      approval.grant !== undefined ||
      approval.planned !== undefined)
  )
    return 'narrow';
  const less = saying.narrowed === undefined ? approval : narrowed(approval, saying.narrowed);
  const next = { ...less, answers: [...approval.answers, answer] };
  if (missing(next).length > 0) return next;
  const rest = restGiven(next, nowMs);
  const given = { ...next, state: 'approved', endedAt: nowMs, goodUntil: nowMs + less.claimForMs } as const;
  return rest === undefined ? given : { ...given, rest };
}

/** The rules whose seats an answer fills. A no needs no signature; a yes without one fills nothing where one of them wants it, so that nobody is asked twice. */
function filledBy({ answer, proof, signedFor = [] }: Saying, named: readonly Seat[]): readonly string[] {
  const rulesOf = (seats: readonly Seat[]) => seats.map(({ rule }) => rule);
  if (answer === 'reject') return rulesOf(named);
  if (proof === undefined && named.some(({ signed }) => signed !== undefined)) return [];
  return rulesOf(named.filter(({ rule, signed }) => signed === undefined || signedFor.includes(rule)));
}

/** The question with one more word, while it waits: of its asker, or of somebody who may answer it. Undefined: it is closed, or as many were said as may be. */
export function withWord(approval: Approval, word: Word): Approval | undefined {
  const { words = [] } = approval;
  if (approval.state !== 'pending' || dueEnd(approval, word.at) !== undefined || words.length >= WORDS_MAX)
    return undefined;
  return { ...approval, words: [...words, word] };
}

/** Whether what it would do is being looked up. T78: nobody says yes to what is not shown yet. */
export function isLooking({ state, lookingUntil }: Approval, nowMs: number): boolean {
  return state === 'pending' && lookingUntil !== undefined && nowMs < lookingUntil;
}

/**
 * The question with what was looked up of what it would do: another question to who answers it, with another digest. Too late for one that is answered in part
 * or closed.
 */
export function previewed(approval: Approval, preview: LookedUp, nowMs: number): Approval {
  const { lookingUntil, ...rest } = approval;
  const isAnswered = approval.answers.some(({ isAuto }) => isAuto !== true);
  if (approval.state !== 'pending' || lookingUntil === undefined || isAnswered) return approval;
  const { risks, missing, isOwnToRead, ...looked } = preview;
  const { shown } = approval;
  const all = { ...shown, ...looked, risks: [...shown.risks, ...risks], missing: [...shown.missing, ...missing] };
  const unread = isOwnToRead === true ? {} : { unread: unreadOf(shown) };
  const next = { ...rest, ...unread, shown: { ...all, risk: riskOf(all) }, lookedUpAt: nowMs };
  return { ...next, digest: shownDigest(next) };
}

/** The seats that still lack a yes, and how many. */
export function missing({ seats, answers }: Approval): readonly { readonly rule: string; readonly yeses: number }[] {
  return seats.flatMap(({ rule, quorum }) => {
    if (answers.some((answer) => isAlone(answer) && answer.seats.includes(rule))) return [];
    const yeses = answers.filter(({ answer, seats: filled }) => answer === 'approve' && filled.includes(rule)).length;
    return yeses >= quorum ? [] : [{ rule, yeses: quorum - yeses }];
  });
}

/** Who is counted with an answer: who gives it, and in whose place. T61: an approver and their delegate are one voice. */
function speakersOf({ by, inPlaceOf = [] }: Pick<Answer, 'by' | 'inPlaceOf'>): readonly Party[] {
  return [by, ...inPlaceOf];
}

/** Whether an answer is a whole quorum by itself: the rule’s own, or that of who goes through in an emergency. */
function isAlone({ isAuto, isBreakGlass }: Answer): boolean {
  return isAuto === true || isBreakGlass === true;
}

/**
 * Whether two identities are of one person, as far as is known: one subject, one person, or the one the other's person. T61: whoever acts in the name of another is who asks
 * it, as much as the other.
 */
export function isSamePerson(a: Party, b: Party): boolean {
  const names = identitiesOf(a);
  return identitiesOf(b).some((name) => names.includes(name));
}

/** A question that is attended until nearly then by the same exchange is left as it is: keeping it costs a write to the disk. */
const ATTENDED_NEARLY_MS = 1_000;

/** Somebody is there for it, or will be until then, but for a second at most. */
export function attended(approval: Approval, by: string, untilMs: number): Approval {
  if (approval.state !== 'pending') return approval;
  if (approval.attendedBy === by && untilMs - approval.attendedUntil < ATTENDED_NEARLY_MS) return approval;
  return { ...approval, attendedBy: by, attendedUntil: Math.max(approval.attendedUntil, untilMs) };
}

/** Its caller has gone away, while `by` was the last that attended it. */
export function left(approval: Approval, by: string, nowMs: number): Approval {
  if (approval.state !== 'pending' || approval.attendedBy !== by) return approval;
  return { ...approval, ...ended('withdrawn', nowMs) };
}

/** The question closed, because what it is about is over; one that is answered stays so. */
export function withdrawn(approval: Approval, state: 'expired' | 'withdrawn', nowMs: number): Approval {
  return approval.state === 'pending' ? { ...approval, ...ended(state, nowMs) } : approval;
}

/** What ends by itself at this instant; undefined where nothing does. */
export function dueEnd(approval: Approval, nowMs: number): 'expired' | 'withdrawn' | 'gone' | 'unknown' | undefined {
  const { state, exchange } = approval;
  if (state === 'pending') {
    if (nowMs >= approval.closesAt) return 'expired';
    return nowMs >= approval.attendedUntil ? 'withdrawn' : undefined;
  }
  if (exchange === 'waiting') return state === 'approved' && nowMs < (approval.goodUntil ?? 0) ? undefined : 'gone';
  return exchange === 'forwarded' && nowMs >= (approval.usedAt ?? 0) + SILENT_MS_MAX ? 'unknown' : undefined;
}

/** The question as it is at this instant. */
export function current(approval: Approval, nowMs: number): Approval {
  const due = dueEnd(approval, nowMs);
  switch (due) {
    case undefined:
      return approval;
    case 'expired':
    case 'withdrawn':
      return { ...approval, ...ended(due, nowMs) };
    case 'gone':
    case 'unknown':
      return { ...approval, exchange: due };
    default:
      return unreachable(due);
  }
}

function ended(state: 'rejected' | 'expired' | 'withdrawn', nowMs: number) {
  return { state, exchange: 'gone', endedAt: nowMs } as const;
}

/** The yes taken by one exchange; undefined where there is none to take. T59: there is one to take once. */
export function taken(approval: Approval, by: string, nowMs: number): Approval | undefined {
  const now = current(approval, nowMs);
  if (now.state !== 'approved' || now.exchange !== 'waiting') return undefined;
  return { ...now, exchange: 'forwarded', usedBy: by, usedAt: nowMs };
}

/** Everybody whose yes it hangs on: who gave one, and in whose place. */
export function saidBy({ answers }: Pick<Approval, 'answers'>): readonly Party[] {
  return answers.filter(({ isAuto }) => isAuto !== true).flatMap(speakersOf);
}

/** The yes that is not used any more, by anybody. */
export function unused(approval: Approval): Approval {
  return approval.state === 'approved' && approval.exchange === 'waiting'
    ? { ...approval, exchange: 'gone' }
    : approval;
}

/** The yes given back by the exchange that took it, which knows that nothing was sent: it can be taken again while it is good. */
export function givenBack(approval: Approval, by: string): Approval {
  if (approval.exchange !== 'forwarded' || approval.usedBy !== by) return approval;
  const { usedBy: _, usedAt: __, ...rest } = approval;
  return { ...rest, exchange: 'waiting' };
}

/** What became of it, as the exchange knows that took the yes: upstream's status, or `unknown` where it may have run. */
export function concluded(approval: Approval, by: string, outcome: number | 'unknown'): Approval {
  if (approval.exchange !== 'forwarded' || approval.usedBy !== by) return approval;
  return outcome === 'unknown'
    ? { ...approval, exchange: 'unknown' }
    : { ...approval, exchange: 'answered', status: outcome };
}

/** The question as a restored backup has it: what was open then is not answered now, and a yes that was not used is not used any more. */
export function endedByRestore(approval: Approval, nowMs: number): Approval {
  if (approval.state === 'pending') return { ...approval, ...ended('withdrawn', nowMs) };
  if (approval.exchange === 'waiting') return { ...approval, exchange: 'gone' };
  return approval.exchange === 'forwarded' ? { ...approval, exchange: 'unknown' } : approval;
}
