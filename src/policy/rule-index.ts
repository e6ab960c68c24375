/*
 * Finds the rules that could speak of a question without looking at the rest: by caller, then resource, then namespace, then name, each a map from
 * what a rule names exactly to the rules below, beside those that do not narrow there.
 *
 * Invariant: a rule that is not found does not match. A place in the index only says where to look; the rule's own test decides. Rejected: one map over the
 * joined fields, whose keys would have to be built dozens of times a question.
 */
import type { Caller } from '../model/caller.ts';
import type { CompiledRule } from './compiled-rule.ts';
import type { Reading } from './reading.ts';
import type { CallerMatch, Rule } from './rule.ts';

/** Limit: a rule that names more than this many things at one level stands there with those that name none. */
const KEYS_PER_LEVEL_MAX = 256;

type NameLevel = Level<CompiledRule[]>;
type NamespaceLevel = Level<NameLevel>;
type ResourceLevel = Level<NamespaceLevel>;

/** One level: what is below each exact key, and below none. */
interface Level<Below> {
  readonly exact: Map<string, Below>;
  other: Below | undefined;
}

/** The rules of a set, by where they could match. */
export class RuleIndex {
  readonly #bySubject = new Map<string, ResourceLevel>();
  readonly #byGroup = new Map<string, ResourceLevel>();
  readonly #anyCaller: ResourceLevel = level();
  readonly size: number;

  constructor(rules: readonly CompiledRule[]) {
    this.size = rules.length;
    for (const rule of rules) {
      for (const callers of this.#callerLevels(rule.rule.callers)) insert(callers, rule);
    }
  }

  /**
   * The rules that could match, each perhaps more than once, in no order. With `isWide` also those that could match what the operation amounts to, or
   * one of the many names or namespaces that it reaches.
   */
  candidates(caller: Caller, readings: readonly Reading[], isWide: boolean): readonly CompiledRule[] {
    const found: CompiledRule[] = [];
    if (this.size === 0) return found;
    const levels = this.#levelsOf(caller);
    for (const reading of readings) {
      const keys = readingKeys(reading);
      for (const resources of levels) collectResources(resources, keys, reading, isWide, found);
      if (!isWide) break;
    }
    return found;
  }

  #levelsOf({ subject, groups }: Caller): readonly ResourceLevel[] {
    const levels = [this.#anyCaller];
    const own = this.#bySubject.get(subject);
    if (own !== undefined) levels.push(own);
    for (const group of groups) {
      const shared = this.#byGroup.get(group);
      if (shared !== undefined) levels.push(shared);
    }
    return levels;
  }

  #callerLevels(matches: readonly CallerMatch[]): ReadonlySet<ResourceLevel> {
    const levels = new Set<ResourceLevel>();
    for (const { subjects, groups } of matches) {
      if (subjects?.every((subject) => !subject.includes('*')))
        for (const subject of subjects) levels.add(below(this.#bySubject, subject));
      else if (subjects === undefined && groups !== undefined)
        for (const group of groups) levels.add(below(this.#byGroup, group));
      else levels.add(this.#anyCaller);
    }
    return levels;
  }
}

function level<Below>(): Level<Below> {
  return { exact: new Map(), other: undefined };
}

function below<Below>(map: Map<string, Level<Below>>, key: string): Level<Below> {
  const found = map.get(key) ?? level<Below>();
  map.set(key, found);
  return found;
}

function insert(resources: ResourceLevel, compiled: CompiledRule): void {
  const { rule } = compiled;
  for (const namespaces of children<NamespaceLevel>(resources, resourceKeys(rule), level)) {
    for (const names of children<NameLevel>(namespaces, namespaceKeys(rule), level)) {
      for (const rules of children<CompiledRule[]>(names, bounded(rule.resourceNames), () => [])) rules.push(compiled);
    }
  }
}

function children<Below>(parent: Level<Below>, keys: readonly string[], make: () => Below): readonly Below[] {
  if (keys.length === 0) {
    parent.other ??= make();
    return [parent.other];
  }
  return [...new Set(keys)].map((key) => {
    const found = parent.exact.get(key) ?? make();
    parent.exact.set(key, found);
    return found;
  });
}

function bounded(keys: readonly string[]): readonly string[] {
  return keys.length > KEYS_PER_LEVEL_MAX ? [] : keys;
}

/** Where a rule stands by resource: the entries as they are written, since a wildcard is looked up as such. */
function resourceKeys({ apiGroups, resources, powers, nonResourceURLs }: Rule): readonly string[] {
  const keys = apiGroups.flatMap((group) => resources.map((resource) => `${group} ${resource}`));
  for (const power of powers) keys.push(`!${power}`);
  for (const url of nonResourceURLs) keys.push(url.endsWith('*') ? '/*' : url);
  return bounded(keys);
}

function namespaceKeys({ namespaces }: Rule): readonly string[] {
  if (namespaces === undefined) return [];
  const names = namespaces.map((match) => ('name' in match && !match.name.includes('*') ? match.name : undefined));
  return names.every((name) => name !== undefined) ? bounded(names) : [];
}

/** Where the rules stand that could match a reading; undefined: anywhere. */
function readingKeys(reading: Reading): readonly string[] | undefined {
  if (reading.isEveryResource) return undefined;
  if (!reading.isResourceRequest) return [reading.path, '/*'];
  const { apiGroup, resource, subresource, power } = reading;
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  const keys = [`${apiGroup} ${combined}`, `* ${combined}`, `${apiGroup} *`, '* *'];
  if (subresource !== '') keys.push(`${apiGroup} */${subresource}`, `* */${subresource}`);
  if (power !== undefined) keys.push(`!${power}`);
  return keys;
}

function collectResources(
  { exact, other }: ResourceLevel,
  keys: readonly string[] | undefined,
  reading: Reading,
  isWide: boolean,
  found: CompiledRule[],
): void {
  if (keys === undefined) for (const below of exact.values()) collectNamespaces(below, reading, isWide, found);
  for (const key of keys ?? []) collectNamespaces(exact.get(key), reading, isWide, found);
  collectNamespaces(other, reading, isWide, found);
}

function collectNamespaces(
  level: NamespaceLevel | undefined,
  reading: Reading,
  isWide: boolean,
  found: CompiledRule[],
): void {
  if (level === undefined) return;
  if (isWide && reading.isEveryNamespace)
    for (const below of level.exact.values()) collectNames(below, reading, isWide, found);
  else collectNames(level.exact.get(reading.namespace), reading, isWide, found);
  collectNames(level.other, reading, isWide, found);
}

function collectNames(level: NameLevel | undefined, reading: Reading, isWide: boolean, found: CompiledRule[]): void {
  if (level === undefined) return;
  if (isWide && reading.names !== 'one') for (const rules of level.exact.values()) add(rules, found);
  else add(level.exact.get(reading.name), found);
  add(level.other, found);
}

function add(rules: readonly CompiledRule[] | undefined, found: CompiledRule[]): void {
  if (rules !== undefined) for (const rule of rules) found.push(rule);
}
