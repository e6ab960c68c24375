/*
 * The rules of a caller, as cluster and gateway have them together: each rule of the cluster met with each permission of the gateway, and of what
 * both say only that for which policy foresees a yes. What hangs on a rule's look at the request is left out and named; guards that look at it are named.
 */
import type { Foresight, Permission, Supposed } from '../../../model/foresight.ts';
import type { JsonObject, JsonValue } from '../../../model/operation.ts';
import { isJsonList, isJsonObject } from '../body/json-value.ts';
import type { Scopes } from '../discovery/discovery.ts';
import { POWERS } from '../powers.ts';
import type { OwnReach } from '../upstream/own-reach.ts';
import { hangsOn, stoppedBy } from './access-review.ts';
import { meet, meetPaths, type PathRule, type ResourceRule } from './meet.ts';
import { REVIEW_LIMITS } from './reviews.ts';
import { RESOURCE_VERBS, scopeOf, supposedPath, supposedResource } from './supposed.ts';

export interface RulesAsked {
  readonly target: string;
  readonly namespace: string;
  readonly permissions: readonly Permission[];
  readonly foresee: (supposed: Supposed) => Foresight;
  readonly scopes: Scopes;
  /** What the gateway itself may do in the caller's name; undefined where that is everything. */
  readonly reach: OwnReach | undefined;
}

/** The cluster's status of a rules review, made true of the gateway as well. It always says that it is incomplete, and on what the rest hangs. */
export async function rulesStatus(cluster: JsonObject, asked: RulesAsked): Promise<JsonObject> {
  const list = new List(asked);
  const granted = asked.permissions.flatMap(resourceRules);
  for (const rule of list.reached(objects(cluster.resourceRules).map(resourceRule))) {
    for (const permission of granted) {
      if (list.hasRoomFor(rule, permission)) await list.addResources(meet(rule, permission));
    }
  }
  const paths = asked.permissions.map(({ verbs, nonResourceURLs: urls }) => ({ verbs, urls }));
  for (const rule of list.reachedPaths(objects(cluster.nonResourceRules).map(pathRule))) {
    for (const permission of paths) {
      if (list.hasRoomFor(rule, permission)) list.addPaths(meetPaths(rule, permission));
    }
  }
  const told = [cluster.evaluationError, ...list.told()].filter((each) => typeof each === 'string' && each !== '');
  return {
    ...cluster,
    resourceRules: list.resources(),
    nonResourceRules: list.paths(),
    incomplete: true,
    evaluationError: told.join('; '),
  };
}

/** Limit: undecided rules that are named. */
const NAMED_MAX = 8;

class List {
  readonly #asked: RulesAsked;
  readonly #scopes = new Map<string, Awaited<ReturnType<typeof scopeOf>>>();
  /** Verbs by group, resource and name. */
  readonly #resources = new Map<string, Set<string>>();
  readonly #paths = new Map<string, Set<string>>();
  readonly #seen = new Set<string>();
  readonly #hanging = new Set<string>();
  /** Guards that look at what is sent. */
  readonly #looking = new Set<string>();
  #comparisons = 0;
  #isCut = false;

  constructor(asked: RulesAsked) {
    this.#asked = asked;
  }

  /** Whether two rules can still be compared; what they cost together is counted. */
  hasRoomFor<Both extends object>(a: Both, b: Both): boolean {
    for (const field of Object.keys(a) as (keyof Both)[]) {
      const [own, other] = [a[field], b[field]] as [readonly string[], readonly string[]];
      this.#comparisons += own.length * other.length;
    }
    if (this.#comparisons > REVIEW_LIMITS.comparisonsMax) this.#isCut = true;
    return !this.#isCut;
  }

  /** Of the cluster's rules what the gateway itself may do in the caller's name. */
  reached(rules: readonly ResourceRule[]): readonly ResourceRule[] {
    const { reach } = this.#asked;
    if (reach === undefined) return rules;
    return rules.flatMap((rule) =>
      reach.resources.flatMap((own) => (this.hasRoomFor(rule, own) ? [meet(rule, own)] : [])),
    );
  }

  reachedPaths(rules: readonly PathRule[]): readonly PathRule[] {
    const { reach } = this.#asked;
    if (reach === undefined) return rules;
    return rules.flatMap((rule) =>
      reach.paths.flatMap((own) => (this.hasRoomFor(rule, own) ? [meetPaths(rule, own)] : [])),
    );
  }

  /** Takes in what policy says yes to. */
  async addResources(rule: ResourceRule): Promise<void> {
    for (const apiGroup of rule.apiGroups) {
      for (const combined of rule.resources) {
        const [resource = '', subresource = ''] = combined.split('/');
        const isWildcard = apiGroup === '*' || resource === '*';
        const scope = isWildcard ? 'given' : await this.#scopeOf(apiGroup, resource);
        if (scope === 'unknown') continue;
        const verbs = rule.verbs.includes('*') && !isWildcard ? RESOURCE_VERBS : rule.verbs;
        for (const verb of verbs) {
          for (const name of rule.resourceNames.length === 0 ? [''] : rule.resourceNames) {
            if (this.#isCut) return;
            const what = { apiGroup, apiVersion: '', resource, subresource, namespace: this.#asked.namespace, name };
            const supposed = supposedResource(this.#asked.target, verb, { ...what, ...NO_SELECTORS }, scope);
            this.#add(this.#resources, JSON.stringify([apiGroup, combined, name]), verb, supposed);
          }
        }
      }
    }
  }

  addPaths({ verbs, urls }: PathRule): void {
    for (const url of urls)
      for (const verb of verbs) this.#add(this.#paths, url, verb, supposedPath(this.#asked.target, verb, url));
  }

  #add(to: Map<string, Set<string>>, key: string, verb: string, supposed: Supposed): void {
    const seen = `${verb} ${key}`;
    this.#comparisons += 1;
    if (this.#comparisons > REVIEW_LIMITS.comparisonsMax) this.#isCut = true;
    if (this.#isCut || this.#seen.has(seen)) return;
    if (this.#seen.size >= REVIEW_LIMITS.combinationsMax) this.#isCut = true;
    if (this.#isCut) return;
    this.#seen.add(seen);
    const foresight = this.#asked.foresee(supposed);
    if (foresight.effect === 'incomplete') this.#hanging.add(hangsOn(foresight));
    if (foresight.effect !== 'allow') return;
    for (const guard of foresight.unless ?? []) this.#looking.add(guard);
    const verbs = to.get(key) ?? new Set();
    to.set(key, verbs.add(verb));
  }

  async #scopeOf(apiGroup: string, resource: string) {
    const key = `${apiGroup}/${resource}`;
    const known = this.#scopes.get(key) ?? (await scopeOf({ apiGroup, resource }, this.#asked.scopes));
    this.#scopes.set(key, known);
    return known;
  }

  resources(): readonly JsonObject[] {
    return [...this.#resources].map(([key, verbs]) => {
      const [apiGroup, resource, name] = JSON.parse(key) as [string, string, string];
      const names = name === '' ? {} : { resourceNames: [name] };
      return { verbs: [...verbs], apiGroups: [apiGroup], resources: [resource], ...names };
    });
  }

  paths(): readonly JsonObject[] {
    return [...this.#paths].map(([url, verbs]) => ({ verbs: [...verbs], nonResourceURLs: [url] }));
  }

  /** What the list leaves out, one sentence each. */
  told(): readonly string[] {
    const hanging = [...this.#hanging].sort();
    const more = hanging.length > NAMED_MAX ? ` and ${hanging.length - NAMED_MAX} more` : '';
    return [
      'a wildcard reaches no power, no change of Secrets, and nothing that a guard or rule of the gateway denies',
      ...(this.#looking.size === 0 ? [] : [`of what is listed, ${stoppedBy([...this.#looking].sort())}`]),
      ...(this.#asked.reach === undefined ? [] : ['left out: what the gateway itself may not do in your name']),
      ...(hanging.length === 0 ? [] : [`left out: ${hanging.slice(0, NAMED_MAX).join(', ')}${more}`]),
      ...(this.#isCut ? ['left out: what is beyond a limit of the gateway'] : []),
    ];
  }
}

const NO_SELECTORS = { fieldSelector: '', labelSelector: '' };

/** A permission as rules of RBAC: its own fields, and each of its powers by the resource that it stands for. */
function resourceRules({ verbs, apiGroups, resources, resourceNames, powers }: Permission): readonly ResourceRule[] {
  const named = POWERS.filter(({ power, resource, subresource }) => {
    return powers.includes(power) && resource !== '*' && subresource !== '*';
  });
  return [
    { verbs, apiGroups, resources, resourceNames },
    ...named.map((row) => ({
      verbs: row.verbs ?? ['get', 'create'],
      apiGroups: [row.apiGroup],
      resources: [row.subresource === '' ? row.resource : `${row.resource}/${row.subresource}`],
      resourceNames,
    })),
  ];
}

function resourceRule(rule: JsonObject): ResourceRule {
  return {
    verbs: texts(rule.verbs),
    apiGroups: texts(rule.apiGroups),
    resources: texts(rule.resources),
    resourceNames: texts(rule.resourceNames),
  };
}

function pathRule({ verbs, nonResourceURLs }: JsonObject): PathRule {
  return { verbs: texts(verbs), urls: texts(nonResourceURLs) };
}

function objects(value: JsonValue | undefined): readonly JsonObject[] {
  return isJsonList(value) ? value.filter(isJsonObject) : [];
}

function texts(value: JsonValue | undefined): readonly string[] {
  return isJsonList(value) ? value.filter((each) => typeof each === 'string') : [];
}
