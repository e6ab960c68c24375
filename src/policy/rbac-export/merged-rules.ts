import type { NeededRule } from './needed-rule.ts';

/** The same in fewer rules: those that differ in their verbs, their resources or their groups alone become one. */
export function mergedRules(rules: readonly NeededRule[]): readonly NeededRule[] {
  return KEYS.reduce(joined, rules);
}

/** Verbs first, so that all that may be done with a kind is known when kinds are compared. */
const KEYS = ['verbs', 'resources', 'apiGroups'] as const;

const PARTS = ['verbs', 'apiGroups', 'resources', 'resourceNames', 'nonResourceURLs'] as const;

function joined(rules: readonly NeededRule[], key: (typeof KEYS)[number]): readonly NeededRule[] {
  const alike = Map.groupBy(rules, (rule) =>
    JSON.stringify(PARTS.map((part) => (part === key || rule[part] === undefined ? null : [...rule[part]].sort()))),
  );
  return [...alike.values()].map(([head, ...others]) => {
    const all = [head, ...others].flatMap((rule) => rule?.[key] ?? []);
    return all.length === 0 ? (head as NeededRule) : { ...(head as NeededRule), [key]: [...new Set(all)] };
  });
}
