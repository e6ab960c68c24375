/*
 * What a change of policy changes, for whom, over the whole space of both: what may now be done that could not be before, and the reverse; what hangs on
 * other conditions than before; what is held and what can be asked for.
 *
 * Conditions are compared as they are written, since whether two CEL expressions mean the same cannot be told.
 */
import type { Guard } from '../guards/guard.ts';
import type { Rule } from '../rule.ts';
import { type Answers, answersOf } from './answers.ts';
import { intersect, type Region, simplify, subtract } from './box.ts';
import { allowedBy, type DescribedPart, differing, offeredBy } from './changes.ts';
import type { Part } from './rule-parts.ts';
import { type Catalog, type Space, spaceOf } from './space.ts';

/** How an operation's answer changes. */
export type ChangeKind =
  | 'gains'
  | 'loses'
  | 'freed'
  | 'bound'
  | 'conditions'
  | 'now-held'
  | 'no-longer-held'
  | 'held-otherwise'
  | 'now-requestable'
  | 'no-longer-requestable'
  | 'requestable-otherwise';

/** One change, for callers and operations in words; the rule is the one that does it, after the change or, for what is lost, before. */
export interface Change extends DescribedPart {
  readonly kind: ChangeKind;
}

/** Every change from one set of rules to another. @throws {TooComplexError} */
export function compare(
  before: readonly Rule[],
  after: readonly Rule[],
  guards: readonly Guard[],
  catalog: Catalog,
): readonly Change[] {
  const space = spaceOf([...before, ...after], catalog);
  const [a, b] = [answersOf(space, before, guards), answersOf(space, after, guards)];
  const less = (from: Region, what: Region) => subtract(from, what, space.full);
  const both = simplify(intersect(a.may, b.may), space.full);
  const freed = intersect(less(b.always, a.always), a.may);
  const bound = intersect(less(a.always, b.always), b.may);
  const open = less(less(less(both, intersect(a.always, b.always)), freed), bound);
  const of = (kind: ChangeKind, region: Region, answers: Answers) =>
    allowedBy(space, region, answers).map((change): Change => ({ kind, ...change }));
  const offered = (kind: ChangeKind, region: Region, answers: Answers, effect: 'hold' | 'request') =>
    offeredBy(space, region, answers, effect).map((change): Change => ({ kind, ...change }));
  return [
    ...of('gains', less(b.may, a.may), b),
    ...of('freed', freed, b),
    ...of('conditions', otherwise(space, a, b, open, both), b),
    ...of('bound', bound, b),
    ...of('loses', less(a.may, b.may), a),
    ...offered('now-held', less(b.held, a.held), b, 'hold'),
    ...offered('no-longer-held', less(a.held, b.held), a, 'hold'),
    ...offered('held-otherwise', less(offeredOtherwise(space, a, b, 'hold'), both), b, 'hold'),
    ...offered('now-requestable', less(b.requested, a.requested), b, 'request'),
    ...offered('no-longer-requestable', less(a.requested, b.requested), a, 'request'),
    ...offered('requestable-otherwise', offeredOtherwise(space, a, b, 'request'), b, 'request'),
  ];
}

/** What may be done before and after, but hangs on other conditions, or is given or changed otherwise. */
function otherwise(space: Space, a: Answers, b: Answers, open: Region, both: Region): Region {
  const conditions = differing(space, conditional(a), conditional(b), (part) => part.conditions.join(' and '));
  const grants = differing(space, a.parts.allow, b.parts.allow, (part) => part.grants.join(' and '));
  return simplify([...intersect(open, conditions), ...intersect(both, grants)], space.full);
}

/** What is held, or can be asked for, before and after, but under other conditions. */
function offeredOtherwise(space: Space, a: Answers, b: Answers, effect: 'hold' | 'request'): Region {
  const [own, other] = [a.parts[effect], b.parts[effect]];
  const always = (parts: readonly Part[]) =>
    parts.filter(({ conditions }) => conditions.length === 0).flatMap(({ region }) => region);
  const within = effect === 'hold' ? intersect(a.held, b.held) : intersect(a.requested, b.requested);
  const open = subtract(within, intersect(always(own), always(other)), space.full);
  const differ = differing(space, own, other, (part) => part.conditions.join(' and '));
  return simplify(intersect(open, differ), space.full);
}

function conditional({ parts }: Answers): readonly Part[] {
  return [...parts.allow, ...parts.deny, ...parts.hold].filter(({ conditions }) => conditions.length > 0);
}
