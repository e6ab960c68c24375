/*
 * What a cluster's own RBAC has to give, so that what a rule may permit is not refused there: RBAC's words, without its wildcards where a power hides behind them.
 *
 * Policy's `*` reaches no power and no write of a Secret; RBAC's reaches both. So a wildcard is written out, kind by kind, for the groups that are known. Of a group that
 * is not known (custom resources) nothing can hide there, and the wildcard stays. What `apiGroups: ["*"]` is to mean beyond the known groups has to be said.
 */
import type { Power } from '../../model/operation.ts';
import { UNLISTED_GROUPS } from '../../model/unlisted-groups.ts';
import type { Catalog, CatalogKind } from '../analysis/space.ts';
import { isCreatePower } from '../rbac.ts';
import type { Rule } from '../rule.ts';
import { mergedRules } from './merged-rules.ts';
import type { NeededRule } from './needed-rule.ts';

/** Every verb of a request on a resource. */
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const SUBRESOURCE_VERBS = ['get', 'create', 'update', 'patch', 'delete'];
/** Every verb of a request on a path, as the API server names them. */
const PATH_VERBS = ['get', 'head', 'options', 'post', 'put', 'patch', 'delete'];
const READS = ['get', 'list', 'watch'];

interface Known {
  readonly catalog: Catalog;
  /** Groups beside the catalog’s that `apiGroups: ["*"]` is to reach. */
  readonly apiGroups: readonly string[];
}

/** What has to be given for a rule, whoever its callers are and wherever it holds; of a deny, nothing. */
export function rulesNeeded(rule: Rule, known: Known): readonly NeededRule[] {
  if (rule.effect === 'deny') return [];
  const { nonResourceURLs, verbs, powers } = rule;
  const paths = nonResourceURLs.length === 0 ? [] : [{ verbs: spelled(verbs, PATH_VERBS), nonResourceURLs }];
  const groups = rule.apiGroups.includes('*') ? everyGroup(known) : rule.apiGroups;
  const resources = groups.flatMap((group) =>
    rule.resources.flatMap((entry) => entryNeeded(rule, group, entry, known)),
  );
  const named = powers.flatMap((power) => powerNeeded(power, rule, known.catalog));
  return mergedRules([...paths, ...resources, ...named]);
}

function everyGroup({ catalog, apiGroups }: Known): readonly string[] {
  const known = catalog.kinds.map(({ apiGroup }) => apiGroup);
  return [...new Set([...known, ...apiGroups])].filter((group) => !UNLISTED_GROUPS.has(group));
}

function entryNeeded(rule: Rule, group: string, entry: string, { catalog }: Known): readonly NeededRule[] {
  if (!entry.startsWith('*')) return literalNeeded(rule, group, entry, catalog);
  const isKnown = catalog.kinds.some(({ apiGroup }) => apiGroup === group);
  if (!isKnown) return needed(rule, group, [entry], spelled(rule.verbs, VERBS));
  const subresource = entry === '*' ? undefined : entry.slice(2);
  return catalog.kinds
    .filter((kind) => kind.apiGroup === group && (subresource === undefined || kind.subresource === subresource))
    .flatMap((kind) => needed(rule, group, [nameOf(kind)], verbsBehindWildcard(rule, kind, catalog)));
}

/** Security: a wildcard reaches no power, and of Secrets no write. */
function verbsBehindWildcard({ verbs }: Rule, kind: CatalogKind, { powerOf }: Catalog): readonly string[] {
  if (kind.apiGroup === 'authentication.k8s.io' || kind.apiGroup === 'authorization.k8s.io')
    return spelled(verbs, ['create']);
  const all = spelled(verbs, kind.subresource === '' ? VERBS : SUBRESOURCE_VERBS);
  const isSecret = kind.apiGroup === '' && kind.resource === 'secrets';
  return all.filter((verb) => powerOf({ ...kind, verb }) === undefined && (!isSecret || READS.includes(verb)));
}

function literalNeeded(rule: Rule, group: string, entry: string, { powerOf }: Catalog): readonly NeededRule[] {
  const [resource = '', subresource = ''] = entry.split('/');
  const isNamed = !rule.apiGroups.includes('*');
  const asked = (verb: string) => ({ apiGroup: group, resource, subresource, verb });
  const verbs = spelled(rule.verbs, subresource === '' ? VERBS : SUBRESOURCE_VERBS).flatMap((verb) => {
    const power = powerOf(asked(verb));
    if (power === undefined) return [verb];
    if (!isNamed || !rule.verbs.includes(verb)) return [];
    // A WebSocket is a GET, whatever it carries.
    return isCreatePower(power) ? (verb === 'create' ? ['create', 'get'] : []) : [verb];
  });
  return needed(rule, group, [entry], verbs);
}

function powerNeeded(power: Power, rule: Rule, { kinds, powerOf }: Catalog): readonly NeededRule[] {
  return kinds.flatMap((kind) => {
    const all = kind.subresource === '' ? VERBS : SUBRESOURCE_VERBS;
    const candidates = isCreatePower(power) ? ['create', 'get'] : all;
    return needed(
      rule,
      kind.apiGroup,
      [nameOf(kind)],
      candidates.filter((verb) => powerOf({ ...kind, verb }) === power),
    );
  });
}

function needed(
  { resourceNames }: Rule,
  apiGroup: string,
  resources: readonly string[],
  verbs: readonly string[],
): readonly NeededRule[] {
  if (verbs.length === 0) return [];
  return [{ verbs, apiGroups: [apiGroup], resources, ...(resourceNames.length === 0 ? {} : { resourceNames }) }];
}

function spelled(verbs: readonly string[], all: readonly string[]): readonly string[] {
  return verbs.includes('*') ? all : verbs.filter((verb) => all.includes(verb));
}

function nameOf({ resource, subresource }: CatalogKind): string {
  return subresource === '' ? resource : `${resource}/${subresource}`;
}
