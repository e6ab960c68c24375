/*
 * Three-valued truth, as a number, because a decision asks ten thousand times: -1 is no, 0 is yes, and anything else is the set of what
 * is missing, one bit for each kind of fact, one for a condition that failed while it was evaluated, and, where an access review is asked about, one for
 * each part of a request that it does not say. Bitwise or is then `and`:
 * no absorbs everything, yes changes nothing, and what is missing adds up.
 */
import { FACT_KINDS, type FactKind } from './facts.ts';

/** No, yes, or a set of what is missing. */
export type Truth = number;

export const NO: Truth = -1;
export const YES: Truth = 0;

/** A condition that broke off with an error: missing like a fact, but no look-up can bring it. */
export const BROKEN: Truth = 1 << FACT_KINDS.length;

/** What an access review does not say of a request. */
export const UNSAID_KINDS = [
  'name',
  'namespace',
  'body',
  'options',
  'command',
  'container',
  'ports',
  'path',
  'condition',
] as const;

export type UnsaidKind = (typeof UNSAID_KINDS)[number];

/** Both: no if either is no, yes if both are yes, else all that is missing. */
export function and(a: Truth, b: Truth): Truth {
  return a | b;
}

/** Either: yes if either is yes, no if both are no, else all that is missing. */
export function or(a: Truth, b: Truth): Truth {
  if (a === YES || b === YES) return YES;
  if (a === NO) return b;
  return b === NO ? a : a | b;
}

/** The opposite; what is missing stays missing. */
export function not(value: Truth): Truth {
  if (value === YES) return NO;
  return value === NO ? YES : value;
}

/** Yes or no. */
export function truth(is: boolean): Truth {
  return is ? YES : NO;
}

/** Missing exactly this fact. */
export function missing(kind: FactKind): Truth {
  return 1 << FACT_KINDS.indexOf(kind);
}

/** The kinds of fact that are missing, in the order of `FACT_KINDS`. */
export function missingFacts(value: Truth): readonly FactKind[] {
  return value === NO ? [] : FACT_KINDS.filter((_, bit) => (value & (1 << bit)) !== 0);
}

/** Missing exactly this part of the request. */
export function unsaid(kind: UnsaidKind): Truth {
  return BROKEN << (1 + UNSAID_KINDS.indexOf(kind));
}

/** The parts of the request that are missing, in the order of `UNSAID_KINDS`. */
export function missingParts(value: Truth): readonly UnsaidKind[] {
  return value === NO ? [] : UNSAID_KINDS.filter((kind) => (value & unsaid(kind)) !== 0);
}
