/*
 * Break glass: in an emergency, a person whom the rule names goes through alone with what they ask themselves. It is the one exception to "nobody answers their own
 * question", so it is narrow: for that question alone, by the very identity that asks it, with a reason, after a recent sign-in, good for minutes, and marked for ever.
 *
 * Invariant: what a program asks never passes by it, whoever the program is of: an agent that has got hold of its person's session gains nothing for what it asked itself.
 */
import type { Answer, Approval, NotTaken, Saying, Seat } from './approval.ts';
import { restGiven } from './rest.ts';
import { hasSignedIn } from './signed-in.ts';

/** Limits of it; documented in docs/reference/limits.md. */
export const BREAK_GLASS_LIMITS = Object.freeze({
  /** How long the yes is good, if the rules do not say less. */
  goodForMs: 2 * 60_000,
  /** How long ago the person signed in at most, if the rules do not say less. */
  signedInMs: 15 * 60_000,
  /** The shortest reason, in characters. */
  reasonCharactersMin: 10,
});

/** What the control plane knows of who goes through. */
export interface BreakingGlass {
  /** Rules that name them for it. */
  readonly rules: readonly string[];
}

/** The question as who asks it has gone through; or why they do not. Every seat that still waits for somebody, `waiting`, has to name them for it. */
export function brokenGlass(
  approval: Approval,
  { answer, by, reason, signedInAt, rest, narrowed, proof }: Saying,
  { rules }: BreakingGlass,
  waiting: readonly Seat[],
  nowMs: number,
): Approval | NotTaken {
  const { asker } = approval;
  const isOwn = asker.kind === 'person' && by.subject === asker.subject && by.issuer === asker.issuer;
  const isNamed =
    waiting.length > 0 && waiting.every(({ rule, signed }) => rules.includes(rule) && signed === undefined);
  const isPlain = answer === 'approve' && rest === undefined && narrowed === undefined && proof === undefined;
  if (!isOwn || !isNamed || !isPlain || approval.grant !== undefined) return 'no-glass';
  if (reason.trim().length < BREAK_GLASS_LIMITS.reasonCharactersMin) return 'no-reason';
  const freshMs = Math.min(
    BREAK_GLASS_LIMITS.signedInMs,
    ...waiting.map((seat) => seat.freshMs ?? Number.POSITIVE_INFINITY),
  );
  if (!hasSignedIn({ ...(signedInAt === undefined ? {} : { signedInAt }) }, freshMs, nowMs)) return 'stale';
  const said: Answer = { answer, by, reason, seats: waiting.map(({ rule }) => rule), at: nowMs, isBreakGlass: true };
  const answers = [...approval.answers, said];
  const claimForMs = Math.min(approval.claimForMs, BREAK_GLASS_LIMITS.goodForMs);
  const goodUntil = nowMs + claimForMs;
  const given = restGiven({ answers, shown: approval.shown }, nowMs);
  // What a plan covers begins within it; a release that has begun is brought to its end.
  const covered =
    given === undefined || approval.planned === undefined
      ? given
      : { ...given, until: Math.min(given.until, goodUntil) };
  return {
    ...approval,
    claimForMs,
    answers,
    ...(covered === undefined ? {} : { rest: covered }),
    state: 'approved',
    endedAt: nowMs,
    goodUntil,
  };
}
