/** What two rules of RBAC both say. Each field is a set; what both say is the field-wise meeting, and empty where any field's is. */

/** A rule on resources, in RBAC's words. */
export interface ResourceRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** None: every name. */
  readonly resourceNames: readonly string[];
}

const NOTHING: ResourceRule = { verbs: [], apiGroups: [], resources: [], resourceNames: [] };

/** What two rules on resources both permit. */
export function meet(a: ResourceRule, b: ResourceRule): ResourceRule {
  const resourceNames = meetNames(a.resourceNames, b.resourceNames);
  if (resourceNames === undefined) return NOTHING;
  return {
    verbs: pairs(a.verbs, b.verbs, meetWord),
    apiGroups: pairs(a.apiGroups, b.apiGroups, meetWord),
    resources: pairs(a.resources, b.resources, meetResource),
    resourceNames,
  };
}

/** A rule on paths. */
export interface PathRule {
  readonly verbs: readonly string[];
  /** With `*` at the end for anything behind. */
  readonly urls: readonly string[];
}

/** What two rules on paths both permit. */
export function meetPaths(a: PathRule, b: PathRule): PathRule {
  return { verbs: pairs(a.verbs, b.verbs, meetWord), urls: pairs(a.urls, b.urls, meetUrl) };
}

function pairs(
  as: readonly string[],
  bs: readonly string[],
  both: (a: string, b: string) => string | undefined,
): readonly string[] {
  return [...new Set(as.flatMap((a) => bs.map((b) => both(a, b))))].filter((each) => each !== undefined);
}

function meetWord(a: string, b: string): string | undefined {
  if (a === b || b === '*') return a;
  return a === '*' ? b : undefined;
}

/** `*` is every resource and subresource, `*` before a subresource every resource that has it. */
function meetResource(a: string, b: string): string | undefined {
  const either = meetWord(a, b);
  if (either !== undefined) return either;
  if (a.startsWith('*/') && b.endsWith(a.slice(1))) return b;
  return b.startsWith('*/') && a.endsWith(b.slice(1)) ? a : undefined;
}

function meetUrl(a: string, b: string): string | undefined {
  if (covers(a, b)) return b;
  return covers(b, a) ? a : undefined;
}

function covers(url: string, other: string): boolean {
  return url === other || (url.endsWith('*') && other.startsWith(url.slice(0, -1)));
}

/** Undefined: no name is in both. */
function meetNames(a: readonly string[], b: readonly string[]): readonly string[] | undefined {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const both = a.filter((name) => b.includes(name));
  return both.length === 0 ? undefined : both;
}
