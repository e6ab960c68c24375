/*
 * A rule narrowed to what it was used for. Each part has the rule's own conditions and its own callers; only verbs, groups, resources, powers, names, namespaces
 * and paths become fewer.
 *
 * Law (test/policy/narrow-laws.test.ts): the parts together permit nothing that the rule does not, and all that it was used for.
 */
import type { Power } from '../../model/operation.ts';
import { anyGlob } from '../glob.ts';
import { isCreatePower } from '../rbac.ts';
import type { NamespaceMatch, Rule } from '../rule.ts';
import { exactRules, type Observed } from './exact-rules.ts';

/** One operation that a rule permitted. */
export interface Use {
  readonly isResourceRequest: boolean;
  readonly path: string;
  readonly verb: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource: string;
  readonly power: Power | undefined;
  readonly namespace: string;
  /** Empty where the path has none, and where it is not known any more. */
  readonly name: string;
}

/** The fields that stand in place of the rule's own. What is absent is left out of the rule. */
export interface NarrowedFields {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly powers?: readonly Power[];
  readonly namespaces?: readonly NamespaceMatch[];
}

/** The parts of an allow that it was used for; none where it was not used at all. `namesMax`: where a verb reached more names of a resource, any is meant. */
export function narrowRule(rule: Rule, uses: Iterable<Use>, namesMax: number): readonly NarrowedFields[] {
  const all = [...uses];
  if (rule.nonResourceURLs.length > 0) return pathParts(all);
  const [byPower, byFields] = partition(all, ({ power }) => power !== undefined && rule.powers.includes(power));
  const powers = exactRules(
    unnamed(
      byPower.map((use) => ofPower(rule, use)),
      namesMax,
    ),
  ).map(({ resources, resourceNames, namespaces }) => ({
    powers: resources as readonly Power[],
    ...placed(rule, resourceNames, namespaces),
  }));
  const fields = exactRules(
    unnamed(
      byFields.map((use) => ofFields(rule, use)),
      namesMax,
    ),
  ).map(({ verbs, apiGroups, resources, resourceNames, namespaces }) => ({
    verbs,
    apiGroups,
    resources,
    ...placed(rule, resourceNames, namespaces),
  }));
  return [...fields, ...powers];
}

/** What no part says is what the rule says: any name, any namespace, or those of a selector. */
function placed(rule: Rule, names: readonly string[], namespaces: readonly string[]): NarrowedFields {
  const ownNames = names.length === 0 ? rule.resourceNames : names;
  const ownNamespaces = namespaces.length === 0 ? rule.namespaces : namespaces.map((name) => ({ name }));
  return {
    ...(ownNames.length === 0 ? {} : { resourceNames: ownNames }),
    ...(ownNamespaces === undefined ? {} : { namespaces: ownNamespaces }),
  };
}

function ofFields(rule: Rule, { verb, apiGroup, resource, subresource, power, namespace, name }: Use): Observed {
  return {
    verb: isCreatePower(power) ? 'create' : verb,
    apiGroup,
    resource: subresource === '' ? resource : `${resource}/${subresource}`,
    namespace: isNamed(rule, namespace) ? namespace : '',
    name,
  };
}

/** A power is had whatever verb, group and resource carry it. */
function ofPower(rule: Rule, { power = 'exec', resource, namespace, name }: Use): Observed {
  return {
    verb: '',
    apiGroup: '',
    resource: power,
    namespace: isNamed(rule, namespace) ? namespace : '',
    name: NAMED_BY_CONTROLLERS.has(resource) ? '' : name,
  };
}

/** Security: a namespace that the rule knows by its labels stays known by them alone, so that it loses what it loses there. */
function isNamed({ namespaces }: Rule, namespace: string): boolean {
  return (
    namespaces === undefined || anyGlob(namespaces.flatMap((match) => ('name' in match ? [match.name] : [])))(namespace)
  );
}

/** Kinds whose objects controllers name, so that tomorrow's are called otherwise. */
const NAMED_BY_CONTROLLERS: ReadonlySet<string> = new Set([
  'pods', 'replicasets', 'controllerrevisions', 'jobs', 'events', 'endpointslices', 'persistentvolumes', 'volumeattachments', 'certificatesigningrequests',
]); // biome-ignore format: a list

/** Without the names that say nothing for tomorrow: those that controllers give, those of what is listed anyway, and those that are too many. */
function unnamed(observed: readonly Observed[], namesMax: number): readonly Observed[] {
  const placeOf = ({ apiGroup, resource, namespace }: Observed) => JSON.stringify([apiGroup, resource, namespace]);
  const listed = new Set(observed.filter(({ verb, name }) => name === '' && verb === 'list').map(placeOf));
  const byVerb = Map.groupBy(observed, (one) => `${one.verb} ${placeOf(one)}`);
  return [...byVerb.values()].flatMap((own) => {
    const first = own[0] as Observed;
    const isRead = first.verb === 'get' || first.verb === 'watch';
    const isAny =
      NAMED_BY_CONTROLLERS.has(first.resource.split('/')[0] ?? '') ||
      (isRead && listed.has(placeOf(first))) ||
      own.some(({ name }) => name === '') ||
      new Set(own.map(({ name }) => name)).size > namesMax;
    return isAny ? [{ ...first, name: '' }] : own;
  });
}

function pathParts(uses: readonly Use[]): readonly NarrowedFields[] {
  const byPath = Map.groupBy(uses, ({ path }) => path);
  const verbsOf = (own: readonly Use[]) => [...new Set(own.map(({ verb }) => verb))].sort();
  const byVerbs = Map.groupBy(byPath, ([, own]) => verbsOf(own).join());
  return [...byVerbs.values()].map((own) => ({
    verbs: verbsOf(own[0]?.[1] ?? []),
    nonResourceURLs: own.map(([path]) => path).sort(),
  }));
}

function partition<T>(all: readonly T[], is: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(is), all.filter((one) => !is(one))];
}

/** A rule with other fields, and a name of its own. */
export function withFields(rule: Rule, id: string, fields: NarrowedFields): Rule {
  const { namespaces: _, ...rest } = rule;
  return {
    ...rest,
    id,
    verbs: fields.verbs ?? [],
    apiGroups: fields.apiGroups ?? [],
    resources: fields.resources ?? [],
    resourceNames: fields.resourceNames ?? [],
    nonResourceURLs: fields.nonResourceURLs ?? [],
    powers: fields.powers ?? [],
    ...(fields.namespaces === undefined ? {} : { namespaces: fields.namespaces }),
  };
}
