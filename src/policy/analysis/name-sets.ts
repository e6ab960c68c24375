import type { Rule } from '../rule.ts';
import { selectorText } from './conditions-of.ts';
import { type ClassSet, globPattern, literalPattern } from './partition.ts';
import { matched, type Space } from './space.ts';

/** The class of no namespace and of no name. */
export const NONE: ClassSet = 1n;

/** Every class of a namespace or name that is there. */
export function someName(space: Space): ClassSet {
  return space.names.full & ~NONE;
}

/** The names that a rule is narrowed to; undefined for none. */
export function nameSet(space: Space, { resourceNames }: Rule): ClassSet | undefined {
  return resourceNames.length === 0 ? undefined : matched(space.names, resourceNames.map(literalPattern));
}

/** Namespaces, undefined for all and none, and what must hold for them. */
export interface NamespaceSet {
  readonly set: ClassSet | undefined;
  readonly conditions: readonly string[];
}

/** The namespaces that a rule names, and those that each of its selectors could mean. */
export function namespaceSets(space: Space, { namespaces }: Rule): readonly NamespaceSet[] {
  if (namespaces === undefined) return [{ set: undefined, conditions: [] }];
  const patterns = namespaces.flatMap((match) => ('name' in match ? [globPattern(match.name)] : []));
  const selectors = namespaces.filter((match) => 'selector' in match);
  return [
    { set: matched(space.names, patterns) & someName(space), conditions: [] },
    ...selectors.map((match) => ({ set: someName(space), conditions: [selectorText(match)] })),
  ];
}
