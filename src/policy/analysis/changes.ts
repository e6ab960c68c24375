import type { Answers } from './answers.ts';
import { intersect, type Region, simplify, subtract } from './box.ts';
import { type Described, describe } from './describe.ts';
import type { Part } from './rule-parts.ts';
import type { Space } from './space.ts';
import { universe } from './universe.ts';

/** What one rule allows, holds or offers, for callers and operations in words. */
export interface DescribedPart extends Described {
  /** Its id; empty where no one rule does it. */
  readonly rule: string;
  /** What else must hold; none is always. */
  readonly when: readonly string[];
  /** What it gives or changes beside. */
  readonly grants: readonly string[];
  /** What denies or holds some of it all the same. */
  readonly unless: readonly string[];
}

/** A region of what may be done, told rule by rule: what two rules allow is told of both. */
export function allowedBy(space: Space, region: Region, { parts }: Answers): readonly DescribedPart[] {
  const open = [...parts.deny, ...parts.hold, ...parts.guard].filter(({ conditions }) => conditions.length > 0);
  return likeParts(parts.allow).flatMap((part) => {
    const own = simplify(intersect(part.region, region), space.full);
    const unless = open
      .filter((each) => intersect(each.region, own).length > 0)
      .map(({ rule, conditions }) => unlessText(rule, conditions));
    return inWords(space, part, own, unless);
  });
}

/**
 * A region of what is held or can be asked for, told rule by rule. A rule of which guards alone take something away is told whole, and that they do: a list
 * of the kinds that they leave is long, and says less than the rule.
 */
export function offeredBy(
  space: Space,
  region: Region,
  { parts }: Answers,
  effect: 'hold' | 'request',
): readonly DescribedPart[] {
  const closed = parts.guard.filter(({ conditions }) => conditions.length === 0).flatMap((guard) => guard.region);
  return likeParts(parts[effect]).flatMap((part) => {
    const own = simplify(intersect(part.region, region), space.full);
    if (own.length === 0) return [];
    const rest = subtract(intersect(part.region, universe(space)), own, space.full);
    if (subtract(rest, closed, space.full).length > 0) return inWords(space, part, own, []);
    // Also of what no request can be, a list over pods/log say: without it, the same verb is of fewer kinds for no reason that a reader could see.
    return inWords(space, part, part.region, rest.length === 0 ? [] : ['a guard denies it']);
  });
}

function inWords(
  space: Space,
  { rule, conditions: when, grants }: Part,
  region: Region,
  unless: readonly string[],
): readonly DescribedPart[] {
  return describe(space, region).map((words) => ({ ...words, rule, when, grants, unless: [...new Set(unless)] }));
}

/** Parts of one rule that hang on the same, as one. */
function likeParts(parts: readonly Part[]): readonly Part[] {
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
