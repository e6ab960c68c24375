/*
 * An apply creates its object where there is none, and so does an update of some kinds. The data path asks then for the create as well (`as-create.ts`); so every
 * update and patch that is not free to create hangs on whether its object is there.
 */
import type { Rule } from '../rule.ts';
import { box, intersect, type Region, simplify, subtract } from './box.ts';
import type { ClassSet } from './partition.ts';
import type { Part } from './rule-parts.ts';
import type { Space, What } from './space.ts';

/** The condition of such a part. */
const NOT_THERE = 'the object is not there yet: then it would be created';

/** What stands in the way of updates and patches as creates. */
export interface AsCreateParts {
  /** Where a create is not allowed as it stands. */
  readonly deny: readonly Part[];
  /** Where a create is held. */
  readonly hold: readonly Part[];
}

/**
 * The parts of `within` that hang on whether the object is there, since its create is not allowed just the same.
 *
 * @param free rules that allow without edits
 * @throws {TooComplexError}
 */
export function asCreateParts(
  space: Space,
  within: Region,
  parts: Readonly<Record<'allow' | 'deny' | 'hold' | 'guard', readonly Part[]>>,
  free: ReadonlySet<Rule['id']>,
): AsCreateParts {
  const creates = creatings(space);
  const changing = [...creates.values()].reduce((set, each) => set | each, 0n);
  const own = limited(within, changing);
  if (own.length === 0) return { deny: [], hold: [] };
  const made = [...creates.keys()].reduce((set, each) => set | each, 0n);
  const regionOf = (list: readonly Part[]) => list.flatMap(({ region }) => limited(region, made));
  const less = (a: Region, b: Region) => subtract(a, b, space.full);
  const shifted = (region: Region) => region.flatMap((each) => shift(each, creates));
  const allowed = parts.allow.filter(({ rule, conditions }) => conditions.length === 0 && free.has(rule));
  const refused = [...parts.deny, ...parts.guard];
  const isFree = simplify(less(regionOf(allowed), regionOf([...refused, ...parts.hold])), space.full);
  const isHeld = less(regionOf(parts.hold), regionOf(refused.filter(({ conditions }) => conditions.length === 0)));
  return {
    deny: partOf(less(own, shifted(isFree))),
    hold: partOf(intersect(own, shifted(isHeld))),
  };
}

function partOf(region: Region): readonly Part[] {
  return region.length === 0 ? [] : [{ rule: '', region, conditions: [NOT_THERE], grants: [] }];
}

/** For each operation that creates an object, those that can create it too. */
function creatings({ whats }: Space): ReadonlyMap<ClassSet, ClassSet> {
  const kinds = new Map<string, ClassSet>();
  whats.forEach((what, i) => {
    const key = kindOf(what);
    if (key === undefined || !what.isResource || (what.verb !== 'update' && what.verb !== 'patch')) return;
    kinds.set(key, (kinds.get(key) ?? 0n) | (1n << BigInt(i)));
  });
  const found = new Map<ClassSet, ClassSet>();
  whats.forEach((what, i) => {
    const key = kindOf(what);
    if (key !== undefined && what.verb === 'create') found.set(1n << BigInt(i), kinds.get(key) ?? 0n);
  });
  return found;
}

function kindOf(what: What): string | undefined {
  return what.isResource && what.subresource === '' ? `${what.apiGroup} ${what.resource}` : undefined;
}

function limited(region: Region, what: ClassSet): Region {
  const only = box({ what });
  return only === undefined ? [] : intersect(region, [only]);
}

/** The box with each create replaced by what can create the same. */
function shift(each: Region[number], creates: ReadonlyMap<ClassSet, ClassSet>): Region {
  const set = each.get('what') ?? 0n;
  let what = 0n;
  for (const [create, changing] of creates) if ((set & create) !== 0n) what |= changing;
  return what === 0n ? [] : [new Map(each).set('what', what)];
}
