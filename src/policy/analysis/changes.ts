import type { Answers } from './answers.ts';
import { intersect, type Region, simplify, subtract } from './box.ts';
import { type Described, describe } from './describe.ts';
import type { Part } from './rule-parts.ts';
import type { Space } from './space.ts';

/** What one rule allows, for callers and operations in words. */
export interface Allowed extends Described {
  readonly rule: string;
  /** What else must hold; none is always. */
  readonly when: readonly string[];
  /** What it gives or changes beside. */
  readonly grants: readonly string[];
  /** What denies or holds some of it all the same. */
  readonly unless: readonly string[];
}

/** A region of what may be done, told rule by rule: what two rules allow is told of both. */
export function allowedBy(space: Space, region: Region, answers: Answers): readonly Allowed[] {
  const open = [...answers.parts.deny, ...answers.parts.hold, ...answers.parts.guard].filter(
    ({ conditions }) => conditions.length > 0,
  );
  return likeParts(answers.parts.allow).flatMap((part) => {
    const own = simplify(intersect(part.region, region), space.full);
    if (own.length === 0) return [];
    const unless = open
      .filter((each) => intersect(each.region, own).length > 0)
      .map(({ rule, conditions }) => unlessText(rule, conditions));
    const { rule, conditions: when, grants } = part;
    return describe(space, own).map((words) => ({ ...words, rule, when, grants, unless: [...new Set(unless)] }));
  });
}

/** Parts of one rule that hang on the same, as one. */
export function likeParts(parts: readonly Part[]): readonly Part[] {
  const groups = Map.groupBy(parts, ({ rule, conditions, grants }) => JSON.stringify([rule, conditions, grants]));
  return [...groups.values()].map((group) => ({
    ...(group[0] as Part),
    region: group.flatMap(({ region }) => region),
  }));
}

function unlessText(rule: string, conditions: readonly string[]): string {
  return rule === '' || rule.startsWith('guard ') ? (conditions[0] as string) : `${rule}: ${conditions.join(' and ')}`;
}

/** Where the texts of parts are not the same before and after. */
export function differing(
  space: Space,
  before: readonly Part[],
  after: readonly Part[],
  textOf: (part: Part) => string,
): Region {
  const [a, b] = [labelled(before, textOf), labelled(after, textOf)];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((text) => {
    const [one, other] = [a.get(text) ?? [], b.get(text) ?? []];
    return [...subtract(one, other, space.full), ...subtract(other, one, space.full)];
  });
}

function labelled(parts: readonly Part[], textOf: (part: Part) => string): ReadonlyMap<string, Region> {
  const found = new Map<string, Region>();
  for (const part of parts) {
    const text = textOf(part);
    if (text !== '') found.set(text, [...(found.get(text) ?? []), ...part.region]);
  }
  return found;
}
