import { PROBE_SUBJECT, PROBE_UID } from '../../model/caller.ts';
import type { Catalog } from '../analysis/space.ts';
import { glob } from '../glob.ts';
import type { CallerMatch, Rule } from '../rule.ts';
import { mergedRules } from './merged-rules.ts';
import type { NeededRule } from './needed-rule.ts';
import { rulesNeeded } from './rules-needed.ts';

/** Rules of Roles in these namespaces; of a ClusterRole where there are none. */
export interface Scoped {
  readonly namespaces: readonly string[];
  readonly rules: readonly NeededRule[];
}

/** What one rule of policy asks of the cluster’s RBAC for its callers. */
export interface CallerNeed extends Scoped {
  /** The rule’s id. */
  readonly rule: string;
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/** All that a target’s RBAC has to give. */
export interface RbacNeeded {
  readonly callers: readonly CallerNeed[];
  /** What is done on behalf of callers, in the callers’ own verbs. */
  readonly onBehalf: readonly Scoped[];
  /** What the reader looks up. */
  readonly reader: readonly Scoped[];
  /** Every user and group that rules name; undefined where some rule’s callers cannot be named so. */
  readonly named: { readonly users: readonly string[]; readonly groups: readonly string[] } | undefined;
  /** The name under which the cluster is asked whom it sees, and the uid under which it is asked by which right. */
  readonly probe: { readonly user: string; readonly uid: string };
  /** What could not be said in RBAC, a sentence each. */
  readonly leftOut: readonly string[];
}

interface Place {
  readonly target: string;
  readonly catalog: Catalog;
  /** Groups beside Kubernetes’ own that `apiGroups: ["*"]` reaches. */
  readonly apiGroups: readonly string[];
  readonly healthPaths: readonly string[];
  readonly podSecrets: readonly string[];
}

/** What RBAC has to give on one target: what rules may permit, now, after a yes or under a grant, and no more where RBAC has words for it. */
export function rbacNeeded(rules: readonly Rule[], place: Place): RbacNeeded {
  const own = rules.filter(
    ({ effect, targets }) => effect !== 'deny' && targets.some((one) => glob(one)(place.target)),
  );
  const needs = own.map((rule) => ({ rule, scope: scopeOf(rule), needed: rulesNeeded(rule, place) }));
  const callers = needs.map(({ rule, scope, needed }) => callerNeed(rule, scope, needed));
  return {
    callers: callers.filter(({ users, groups, rules: given }) => given.length > 0 && users.length + groups.length > 0),
    onBehalf: gathered([
      { namespaces: [], rules: always(place.healthPaths) },
      ...needs.map(({ scope, needed }) => ({ namespaces: scope, rules: needed.map(withItsReads) })),
    ]),
    reader: gathered([
      { namespaces: [], rules: [{ verbs: ['get'], apiGroups: [''], resources: ['namespaces'] }] },
      ...needs.map(({ rule, scope, needed }) => ({ namespaces: scope, rules: lookedUp(rule, needed) })),
      ...place.podSecrets.map((namespace) => ({ namespaces: [namespace], rules: POD_SECRETS })),
    ]),
    named: namedCallers(own),
    probe: { user: PROBE_SUBJECT, uid: PROBE_UID },
    leftOut: own.flatMap((rule) => leftOutOf(rule, place.apiGroups)),
  };
}

/** What every caller asks about itself, and discovery. */
function always(healthPaths: readonly string[]): readonly NeededRule[] {
  return [
    { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
    {
      verbs: ['create'],
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
    },
    {
      verbs: ['get', 'head'],
      nonResourceURLs: [
        '/api',
        '/api/*',
        '/apis',
        '/apis/*',
        '/openapi',
        '/openapi/*',
        '/version',
        '/version/',
        ...healthPaths,
      ],
    },
  ];
}

const CHANGES = ['create', 'update', 'patch', 'delete'];

/** Before a change the gateway reads, in the caller’s name, what it would put back or keep; before a delete of many, which they are. */
function withItsReads(rule: NeededRule): NeededRule {
  if (rule.resources === undefined) return rule;
  const { verbs } = rule;
  const reads = [
    ...(verbs.some((verb) => CHANGES.includes(verb)) ? ['get'] : []),
    ...(verbs.includes('deletecollection') ? ['list'] : []),
  ];
  return { ...rule, verbs: [...new Set([...verbs, ...reads])] };
}

const POD_SECRETS: readonly NeededRule[] = [
  { verbs: ['get'], apiGroups: [''], resources: ['secrets'] },
  { verbs: ['get'], apiGroups: [''], resources: ['pods'] },
];

/** The object that is changed, the pod behind its subresources, the services behind which it stands; Secrets never. */
function lookedUp(rule: Rule, needed: readonly NeededRule[]): readonly NeededRule[] {
  const objects = needed.flatMap(({ apiGroups, resources = [], verbs }) => {
    const isLookedUp =
      verbs.some((verb) => verb !== 'get' && verb !== 'list' && verb !== 'watch') || rule.when !== undefined;
    const named = resources.map((entry) => entry.split('/')[0] as string);
    const readable = [...new Set(named)].filter((name) => !(apiGroups?.includes('') && name === 'secrets'));
    return isLookedUp && readable.length > 0
      ? [{ verbs: ['get'], apiGroups: apiGroups ?? [], resources: readable }]
      : [];
  });
  const isOfServices = rule.portForward?.services !== undefined;
  return isOfServices
    ? [...objects, { verbs: ['list'], apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'] }]
    : objects;
}

function callerNeed(rule: Rule, namespaces: readonly string[], rules: readonly NeededRule[]): CallerNeed {
  const bound = rule.callers.map(boundTo);
  return {
    rule: rule.id,
    namespaces,
    rules,
    users: [...new Set(bound.flatMap(({ users }) => users))],
    groups: [...new Set(bound.flatMap(({ groups }) => groups))],
  };
}

/** A match that names both is of subjects in a group: its subjects are fewer. */
function boundTo({ subjects, groups }: CallerMatch): { users: readonly string[]; groups: readonly string[] } {
  if (subjects !== undefined) return { users: subjects.filter((name) => !name.includes('*')), groups: [] };
  return { users: [], groups: groups ?? [] };
}

/** Empty where RBAC has no words for where a rule holds, or it holds everywhere. */
function scopeOf({ namespaces }: Rule): readonly string[] {
  const names = (namespaces ?? []).map((match) => ('name' in match ? match.name : '*'));
  return names.some((name) => name.includes('*')) ? [] : names;
}

function gathered(scoped: readonly Scoped[]): readonly Scoped[] {
  const single = scoped.flatMap(({ namespaces, rules }) =>
    (namespaces.length === 0 ? [''] : namespaces).map((namespace) => ({ namespace, rules })),
  );
  const byNamespace = Map.groupBy(single, ({ namespace }) => namespace);
  return [...byNamespace]
    .map(([namespace, all]) => ({
      namespaces: namespace === '' ? [] : [namespace],
      rules: mergedRules(all.flatMap(({ rules }) => rules)),
    }))
    .filter(({ rules }) => rules.length > 0);
}

function namedCallers(rules: readonly Rule[]): RbacNeeded['named'] {
  const matches = rules.flatMap(({ callers }) => callers);
  const isNamed = ({ subjects }: CallerMatch) => subjects?.every((name) => !name.includes('*')) ?? false;
  if (!matches.every(isNamed)) return undefined;
  const all = (of: readonly string[]) => [...new Set(of)].sort();
  return {
    users: all(matches.flatMap(({ subjects = [] }) => subjects)),
    groups: all(matches.flatMap(({ groups = [] }) => groups)),
  };
}

function leftOutOf(rule: Rule, apiGroups: readonly string[]): readonly string[] {
  const { id, callers, namespaces = [], powers } = rule;
  const told: string[] = [];
  const isUnnamed = callers.some((match) => {
    const { users, groups } = boundTo(match);
    return users.length + groups.length === 0 || match.subjects?.some((name) => name.includes('*'));
  });
  if (isUnnamed)
    told.push(
      `rule \`${id}\` is for callers whom RBAC cannot name (a pattern, an issuer, everyone): bind its role to whom you mean`,
    );
  const isByPattern = namespaces.some((match) => !('name' in match) || match.name.includes('*'));
  if (isByPattern)
    told.push(`rule \`${id}\` holds in namespaces that RBAC cannot name: what it needs is given in all of them`);
  if (rule.apiGroups.includes('*') && apiGroups.length === 0)
    told.push(
      `rule \`${id}\` is for every API group: those of Kubernetes itself are written; name others with --api-group`,
    );
  if (
    powers.some((power) => power === 'bind' || power === 'escalate' || power === 'impersonate' || power === 'approval')
  )
    told.push(`rule \`${id}\` names a power that the cluster asks about by a verb of its own: give that one by hand`);
  return told;
}
