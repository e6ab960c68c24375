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
import { type Allowed, allowedBy, differing } from './changes.ts';
import { describe } from './describe.ts';
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
  | 'now-requestable'
  | 'no-longer-requestable';

/** One change, for callers and operations in words; the rule is the one that allows it, after the change or, for what is lost, before. */
export interface Change extends Allowed {
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
  return [
    ...of('gains', less(b.may, a.may), b),
    ...of('freed', freed, b),
    ...of('conditions', otherwise(space, a, b, open, both), b),
    ...of('bound', bound, b),
    ...of('loses', less(a.may, b.may), a),
    ...bare(space, 'now-held', less(b.held, a.held)),
    ...bare(space, 'no-longer-held', less(a.held, b.held)),
    ...bare(space, 'now-requestable', less(b.requested, a.requested)),
    ...bare(space, 'no-longer-requestable', less(a.requested, b.requested)),
  ];
}

/** What may be done before and after, but hangs on other conditions, or is given or changed otherwise. */
function otherwise(space: Space, a: Answers, b: Answers, open: Region, both: Region): Region {
  const conditions = differing(space, conditional(a), conditional(b), (part) => part.conditions.join(' and '));
  const grants = differing(space, a.parts.allow, b.parts.allow, (part) => part.grants.join(' and '));
  return simplify([...intersect(open, conditions), ...intersect(both, grants)], space.full);
}

function conditional({ parts }: Answers): readonly Part[] {
  return [...parts.allow, ...parts.deny, ...parts.hold].filter(({ conditions }) => conditions.length > 0);
}

function bare(space: Space, kind: ChangeKind, region: Region): readonly Change[] {
  return describe(space, region).map((words) => ({ kind, ...words, rule: '', when: [], grants: [], unless: [] }));
}
