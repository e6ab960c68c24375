/*
 * Rules for what was seen, and for nothing else: each is a product of verbs, groups, resources, names and namespaces of which every member was seen.
 */

/** One operation that somebody did. */
export interface Observed {
  readonly verb: string;
  readonly apiGroup: string;
  /** With the subresource: `pods/exec`. */
  readonly resource: string;
  /** Empty for what is in none, and for a list over all. */
  readonly namespace: string;
  /** Empty for what has none in its path: lists, and most creates. */
  readonly name: string;
}

/** What a rule says in its fields; no namespaces: wherever, no names: whatever it is called. */
export interface ExactRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly namespaces: readonly string[];
}

const FIELDS = ['resourceNames', 'verbs', 'resources', 'namespaces', 'apiGroups'] as const;

/**
 * The rules that allow what was seen. Law: an operation with a name and a namespace is allowed by one of them only where it was seen, or where the same was
 * seen over all namespaces.
 */
export function exactRules(observed: Iterable<Observed>): readonly ExactRule[] {
  let rules = distinct([...observed].map(single));
  for (const field of FIELDS) rules = joined(rules, field);
  return rules.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function single({ verb, apiGroup, resource, namespace, name }: Observed): ExactRule {
  return {
    verbs: [verb],
    apiGroups: [apiGroup],
    resources: [resource],
    resourceNames: name === '' ? [] : [name],
    namespaces: namespace === '' ? [] : [namespace],
  };
}

function distinct(rules: readonly ExactRule[]): ExactRule[] {
  return [...new Map(rules.map((rule) => [keyOf(rule), rule])).values()];
}

/** Rules that differ in one field alone become one. What has no name is not joined with what has one: no names would mean any. */
function joined(rules: readonly ExactRule[], field: (typeof FIELDS)[number]): ExactRule[] {
  const groups = Map.groupBy(rules, (rule) => JSON.stringify([rule[field].length === 0, { ...rule, [field]: [] }]));
  return [...groups.values()].map((group) => {
    const values = new Set(group.flatMap((rule) => rule[field]));
    return { ...(group[0] as ExactRule), [field]: [...values].sort() };
  });
}

function keyOf({ apiGroups, resources, namespaces, verbs, resourceNames }: ExactRule): string {
  return JSON.stringify([apiGroups, resources, namespaces, verbs, resourceNames]);
}
