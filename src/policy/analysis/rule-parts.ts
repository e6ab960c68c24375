/*
 * A rule as regions of a space. What permits is read to the letter; what denies or holds as `wide-parts.ts` has it.
 */
import { isWide } from '../compiled-rule.ts';
import { isInnerPath } from '../inner-paths.ts';
import { matchesRbacUnnamed } from '../rbac.ts';
import type { CallerMatch, Rule } from '../rule.ts';
import { box, intersectBoxes, type Region } from './box.ts';
import { conditionTexts, grantTexts } from './conditions-of.ts';
import { nameSet, namespaceSets } from './name-sets.ts';
import { type ClassSet, globPattern, literalPattern } from './partition.ts';
import { matched, type Space, type What, whatsWhere } from './space.ts';
import { type WhatPart, whatParts } from './what-part.ts';
import { asRequest, isOfStream } from './what-request.ts';
import { wideParts } from './wide-parts.ts';

/** Part of what a rule, or a guard, speaks of. */
export interface Part {
  /** The id of the rule or guard. */
  readonly rule: string;
  readonly region: Region;
  /** All must hold besides; none is a part that always matches. */
  readonly conditions: readonly string[];
  /** What an allow gives or changes beside. */
  readonly grants: readonly string[];
}

/** Everything that a rule speaks of. */
export function partsOfRule(space: Space, rule: Rule): readonly Part[] {
  const whats = isWide(rule) ? wideParts(space, rule) : narrowParts(space, rule);
  const target = box({ target: matched(space.targets, rule.targets.map(globPattern)) });
  if (target === undefined) return [];
  const callers = callerBoxes(space, rule.callers).flatMap((caller) => intersectBoxes(caller, target) ?? []);
  const own = conditionTexts(rule);
  const grants = grantTexts(rule);
  return whats.flatMap(({ box: what, conditions, isSure }) => {
    const region = callers.flatMap((caller) => intersectBoxes(caller, what) ?? []);
    return region.length === 0
      ? []
      : [{ rule: rule.id, region, conditions: isSure ? conditions : [...own, ...conditions], grants }];
  });
}

function callerBoxes(space: Space, matches: readonly CallerMatch[]): Region {
  return matches.flatMap(({ subjects, groups, issuers, labels = {}, kind }) => {
    const sets: Record<string, ClassSet | undefined> = {
      subject: subjects && matched(space.subjects, subjects.map(globPattern)),
      issuer: issuers && matched(space.issuers, issuers.map(literalPattern)),
      kind: kind && (kind === 'autonomous' ? 1n : 2n),
    };
    for (const [key, value] of Object.entries(labels)) {
      const values = space.labels.get(key);
      sets[`label:${key}`] = values && matched(values, [literalPattern(value)]) << 1n;
    }
    const base = box(sets);
    if (base === undefined) return [];
    return groups === undefined ? [base] : groups.map((group) => new Map(base).set(`group:${group}`, 2n));
  });
}

function narrowParts(space: Space, rule: Rule): readonly WhatPart[] {
  const what = whatsWhere(space, (each) => isNamedBy(rule, each) && isOfStream(rule, each, false));
  const resources = whatsWhere(space, (each) => each.isResource) & what;
  const name = nameSet(space, rule);
  const ofResources = namespaceSets(space, rule).flatMap(({ set, conditions }) =>
    whatParts(box({ what: resources, namespace: set, name }), conditions),
  );
  const ofPaths = rule.namespaces === undefined ? whatParts(box({ what: what & ~resources }), []) : [];
  return [...ofResources, ...ofPaths];
}

function isNamedBy(rule: Rule, what: What): boolean {
  if (!matchesRbacUnnamed(rule, asRequest(what), 'named')) return false;
  return what.isResource || !isInnerPath(what.path) || rule.nonResourceURLs.includes(what.path);
}
