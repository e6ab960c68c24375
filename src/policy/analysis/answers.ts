/*
 * What a set of rules answers, over a whole space at once: where it certainly allows, where it may, and on what that hangs. The strengths are those of
 * `decide`: deny and guards, hold, allow.
 */
import type { Guard } from '../guards/guard.ts';
import type { Effect, Rule } from '../rule.ts';
import { asCreateParts } from './as-create-parts.ts';
import { intersect, type Region, simplify, subtract } from './box.ts';
import { guardParts } from './guard-parts.ts';
import { type Part, partsOfRule } from './rule-parts.ts';
import type { Space } from './space.ts';
import { universe } from './universe.ts';

/** The answers of one set of rules. */
export interface Answers {
  readonly parts: Readonly<Record<Effect | 'guard', readonly Part[]>>;
  /** Allowed, whatever the body, the time and all else that is not in the space. */
  readonly always: Region;
  /** Allowed for some of it. */
  readonly may: Region;
  /** Held for some of it. */
  readonly held: Region;
  /** Could be asked for, for some of it. */
  readonly requested: Region;
}

/** The answers of the rules. @throws {TooComplexError} */
export function answersOf(space: Space, rules: readonly Rule[], guards: readonly Guard[]): Answers {
  const partsOf = (effect: Effect) =>
    rules
      .filter((rule) => rule.effect === effect && rule.observed !== true)
      .flatMap((rule) => partsOfRule(space, rule));
  const written = {
    deny: partsOf('deny'),
    hold: partsOf('hold'),
    allow: partsOf('allow'),
    request: partsOf('request'),
    guard: guardParts(space, guards),
  };
  const real = universe(space);
  const { full } = space;
  const less = (a: Region, b: Region) => subtract(a, b, full);
  const refused = sure([...written.deny, ...written.guard]);
  const within = (from: readonly Part[]) => simplify(intersect(less(regionOf(from), refused), real), full);
  const may = simplify(less(within(written.allow), sure(written.hold)), full);
  const free = new Set(rules.filter(({ amend }) => amend.length === 0).map(({ id }) => id));
  const created = asCreateParts(space, may, written, free);
  const parts = {
    ...written,
    deny: [...written.deny, ...created.deny],
    hold: [...written.hold, ...created.hold],
  };
  const open = regionOf(
    [...parts.deny, ...parts.guard, ...parts.hold].filter(({ conditions }) => conditions.length > 0),
  );
  const certain = sure(parts.allow);
  return {
    parts,
    may,
    always: simplify(less(intersect(may, certain), open), full),
    held: simplify([...within(parts.hold), ...liftedHolds(space, rules, written)], full),
    requested: simplify(less(less(within(parts.request), certain), sure(parts.hold)), full),
  };
}

/**
 * What is held although a guard stops it: the yes that is asked for lifts the guard. As `decide` has it, a hold lifts what it names to the letter, and nothing of what
 * that equals.
 */
function liftedHolds(
  space: Space,
  rules: readonly Rule[],
  { deny, guard }: { readonly deny: readonly Part[]; readonly guard: readonly Part[] },
): Region {
  return rules.flatMap((rule) => {
    const lifts = new Set(rule.hold?.lifts.map((id) => `guard ${id}`) ?? []);
    if (rule.effect !== 'hold' || rule.observed === true || lifts.size === 0) return [];
    const literal = regionOf(partsOfRule(space, { ...rule, effect: 'allow' }));
    const closed = sure([...deny, ...guard.filter((part) => !lifts.has(part.rule))]);
    return intersect(subtract(literal, closed, space.full), universe(space));
  });
}

function regionOf(parts: readonly Part[]): Region {
  return parts.flatMap(({ region }) => region);
}

/** What parts without a condition speak of. */
function sure(parts: readonly Part[]): Region {
  return regionOf(parts.filter(({ conditions }) => conditions.length === 0));
}
