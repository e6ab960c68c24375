/*
 * The space in which rules are compared: for everything that they can tell apart of callers, targets, operations, namespaces and names, one dimension
 * whose classes no rule divides.
 *
 * Operations are one dimension, each class a verb on a kind or a path: Kubernetes' own kinds, those that rules name, and one for any other, so that a
 * wildcard is seen to reach further than what is known today. Namespace and name share their classes, since a namespace itself is in both.
 */

import type { Power } from '../../model/operation.ts';
import { GUARDED_NAMES, SYSTEM_NAMESPACES } from '../guards/cluster.ts';
import { INNER_PATHS } from '../inner-paths.ts';
import type { CallerMatch, Rule } from '../rule.ts';
import {
  type ClassSet,
  globPattern,
  literalPattern,
  type Partition,
  type Pattern,
  partition,
  patternKey,
} from './partition.ts';

/** A kind of object, or a subresource of one. */
export interface CatalogKind {
  readonly apiGroup: string;
  readonly resource: string;
  /** Empty for the kind itself. */
  readonly subresource: string;
  readonly isNamespaced: boolean;
}

/** What is known of Kubernetes beside the rules. */
export interface Catalog {
  readonly kinds: readonly CatalogKind[];
  readonly powerOf: (asked: Omit<CatalogKind, 'isNamespaced'> & { readonly verb: string }) => Power | undefined;
  /** What may stand at a place of a kind's objects, in words such as `text` and `boolean`; nothing where none of them has such a place. Undefined: it is not known. */
  readonly typesAt?: (
    kind: Pick<CatalogKind, 'apiGroup' | 'resource'>,
    steps: readonly string[],
  ) => ReadonlySet<string> | undefined;
}

/** A verb on a kind. */
export interface ResourceWhat extends CatalogKind {
  readonly isResource: true;
  readonly verb: string;
  readonly power: Power | undefined;
  /** Not one of those that stand for any other. */
  readonly isKnown: boolean;
}

/** A verb on paths of one class. */
export interface PathWhat {
  readonly isResource: false;
  readonly verb: string;
  /** One of them. */
  readonly path: string;
  readonly pathClass: ClassSet;
}

/** One class of operations. */
export type What = ResourceWhat | PathWhat;

/** Stands for any group, resource or subresource that neither the catalog nor a rule names; no name can have such characters. */
export const OTHER = '<other>';

export const RESOURCE_VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
export const PATH_VERBS = ['get', 'head', 'post', 'put', 'patch', 'delete'];

/** Verbs that reach many objects at once where no name is given. */
export const COLLECTION_VERBS: ReadonlySet<string> = new Set(['list', 'watch', 'deletecollection']);

/** The space of some rules. */
export interface Space {
  readonly whats: readonly What[];
  readonly paths: Partition;
  /** Of namespaces and of names alike; class 0 is the empty string, for none. */
  readonly names: Partition;
  readonly subjects: Partition;
  readonly targets: Partition;
  readonly issuers: Partition;
  /** By key; a label that is not there is in class 0, which no value has. */
  readonly labels: ReadonlyMap<string, Partition>;
  readonly groups: readonly string[];
  /** Every class of a dimension. */
  readonly full: (dimension: string) => ClassSet;
}

/** Paths of the server's own insides, which a wildcard does not reach, and names that guards look at. */
const INNER_PATTERNS = INNER_PATHS.flatMap((path) => [literalPattern(path), globPattern(`${path}/*`)]);
const GUARDS_TELL_APART = ['', ...SYSTEM_NAMESPACES, ...GUARDED_NAMES].map(globPattern);

/** The space in which the rules, all of those that are to be compared, can be told apart. @throws {TooComplexError} */
export function spaceOf(rules: readonly Rule[], catalog: Catalog): Space {
  const matches = rules.flatMap(({ callers }) => callers);
  const names = partition([...GUARDS_TELL_APART, ...rules.flatMap(namePatterns)]);
  const paths = partition([
    ...INNER_PATTERNS,
    ...rules.flatMap(({ nonResourceURLs }) => nonResourceURLs.map(pathPattern)),
  ]);
  const whats = [...resourceWhats(rules, catalog), ...pathWhats(rules, paths)];
  const subjects = partition(matches.flatMap(({ subjects: list = [] }) => list.map(globPattern)));
  const targets = partition(rules.flatMap((rule) => rule.targets.map(globPattern)));
  const issuers = partition(matches.flatMap(({ issuers: list = [] }) => list.map(literalPattern)));
  const labels = labelPartitions(matches);
  const groups = [...new Set(matches.flatMap(({ groups: list = [] }) => list))].sort();
  const fulls: Record<string, ClassSet> = {
    what: (1n << BigInt(whats.length)) - 1n,
    namespace: names.full,
    name: names.full,
    subject: subjects.full,
    target: targets.full,
    issuer: issuers.full,
    kind: 3n,
  };
  for (const [key, { full }] of labels) fulls[`label:${key}`] = (full << 1n) | 1n;
  return {
    whats,
    paths,
    names,
    subjects,
    targets,
    issuers,
    labels,
    groups,
    full: (dimension) => fulls[dimension] ?? 3n,
  };
}

function namePatterns({ namespaces = [], resourceNames }: Rule): readonly Pattern[] {
  return [
    ...namespaces.flatMap((match) => ('name' in match ? [globPattern(match.name)] : [])),
    ...resourceNames.map(literalPattern),
  ];
}

/** RBAC's own: a last `*` is any ending, any other is a character. */
export function pathPattern(url: string): Pattern {
  return url.endsWith('*') ? [...url.replace(/\*+$/, ''), null] : literalPattern(url);
}

function labelPartitions(matches: readonly CallerMatch[]): ReadonlyMap<string, Partition> {
  const values = new Map<string, Pattern[]>();
  for (const { labels = {} } of matches) {
    for (const [key, value] of Object.entries(labels))
      values.set(key, [...(values.get(key) ?? []), literalPattern(value)]);
  }
  return new Map([...values].map(([key, patterns]) => [key, partition(patterns)]));
}

function resourceWhats(rules: readonly Rule[], catalog: Catalog): readonly What[] {
  const verbs = new Set([
    ...RESOURCE_VERBS,
    ...rules.flatMap((rule) => (rule.resources.length === 0 ? [] : rule.verbs)),
  ]);
  verbs.delete('*');
  const kinds = new Map<string, CatalogKind & { readonly isKnown: boolean }>();
  const add = (kind: CatalogKind, isKnown: boolean) => {
    const key = `${kind.apiGroup} ${kind.resource}/${kind.subresource}`;
    if (!kinds.has(key)) kinds.set(key, { ...kind, isKnown });
  };
  for (const kind of catalog.kinds) add(kind, true);
  for (const kind of rules.flatMap((rule) => [...namedKinds(rule, catalog)])) add(kind, true);
  const groups = new Set([...[...kinds.values()].map(({ apiGroup }) => apiGroup), OTHER]);
  const subresources = new Set(['', OTHER, ...[...kinds.values()].map(({ subresource }) => subresource)]);
  for (const apiGroup of groups)
    for (const subresource of subresources) add({ apiGroup, resource: OTHER, subresource, isNamespaced: true }, false);
  return [...kinds.values()].flatMap((kind) =>
    [...verbs].map((verb): What => ({ isResource: true, verb, ...kind, power: catalog.powerOf({ ...kind, verb }) })),
  );
}

/** The kinds that a rule spells out. A pair of a group of Kubernetes' own and a resource of another is no kind. */
function* namedKinds({ apiGroups, resources }: Rule, { kinds }: Catalog): Generator<CatalogKind> {
  for (const entry of resources) {
    const [resource = '', ...rest] = entry.split('/');
    const subresource = rest.join('/');
    if (resource === '*') {
      if (subresource !== '') yield { apiGroup: OTHER, resource: OTHER, subresource, isNamespaced: true };
      continue;
    }
    const known = kinds.filter((kind) => kind.resource === resource);
    for (const apiGroup of apiGroups.map((group) => (group === '*' ? OTHER : group))) {
      const own = known.find((kind) => kind.apiGroup === apiGroup);
      const isOwnGroup = kinds.some((kind) => kind.apiGroup === apiGroup);
      if (own === undefined && isOwnGroup && known.length > 0) continue;
      yield { apiGroup, resource, subresource, isNamespaced: own?.isNamespaced ?? true };
    }
  }
}

function pathWhats(rules: readonly Rule[], paths: Partition): readonly What[] {
  const verbs = new Set([
    ...PATH_VERBS,
    ...rules.flatMap((rule) => (rule.nonResourceURLs.length === 0 ? [] : rule.verbs)),
  ]);
  verbs.delete('*');
  return paths.witnesses.flatMap((path, i) =>
    [...verbs].map((verb): What => ({ isResource: false, verb, path, pathClass: 1n << BigInt(i) })),
  );
}

/** The classes that any of some patterns match. */
export function matched({ sets }: Partition, patterns: readonly Pattern[]): ClassSet {
  return patterns.reduce((set, pattern) => set | (sets.get(patternKey(pattern)) ?? 0n), 0n);
}

/** The operations for which a test holds. */
export function whatsWhere({ whats }: Space, test: (what: What) => boolean): ClassSet {
  let set = 0n;
  whats.forEach((what, i) => {
    if (test(what)) set |= 1n << BigInt(i);
  });
  return set;
}
