/*
 * The attributes of an access review as operations, read through the same tables as a request: what the API server would make of a request that
 * these attributes describe. A cluster-scoped kind is in no namespace whatever the review says (kubectl always sends one), and a create has no name
 * in its path.
 */
import type { Supposed } from '../../../model/foresight.ts';
import type { JsonObject, JsonValue, Operation } from '../../../model/operation.ts';
import { isJsonList, isJsonObject } from '../body/json-value.ts';
import type { Scopes } from '../discovery/discovery.ts';
import { equivalents } from '../equivalents.ts';
import { powerOf } from '../powers.ts';
import { requiredValue } from '../request/field-selector.ts';

/** What a review asks about. */
export interface AskedAbout {
  /** One for each verb that is asked about; more than one for the verb `*`. */
  readonly supposed: readonly Supposed[];
  /** The attributes take in several kinds or paths at once, some of which could be answered otherwise. */
  readonly isWildcard: boolean;
}

/** The verbs that requests for resources have. */
export const RESOURCE_VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
/** Verbs that a `*` takes in beside them, by group and resource: they are asked of the cluster's authorizer while it serves something else. */
const OTHER_VERBS = new Map<string, readonly string[]>([
  ...['users', 'groups', 'serviceaccounts'].map((resource) => [`/${resource}`, ['impersonate']] as const),
  ...['uids', 'userextras'].map((resource) => [`authentication.k8s.io/${resource}`, ['impersonate']] as const),
  ...['roles', 'clusterroles'].map(
    (resource) => [`rbac.authorization.k8s.io/${resource}`, ['escalate', 'bind']] as const,
  ),
  ['certificates.k8s.io/signers', ['approve', 'sign', 'attest']],
]);
const PATH_VERBS = ['get', 'head', 'post', 'put', 'patch', 'delete'];
const COLLECTION_VERBS: ReadonlySet<string> = new Set(['list', 'watch', 'deletecollection']);

/** What the spec of a SelfSubjectAccessReview asks about; undefined where it is none, which the cluster refuses. */
export async function askedAbout(
  target: string,
  spec: JsonValue | undefined,
  scopes: Scopes,
): Promise<AskedAbout | undefined> {
  if (!isJsonObject(spec)) return undefined;
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (isJsonObject(resourceAttributes)) return ofResource(target, resourceAttributes, scopes);
  return isJsonObject(nonResourceAttributes) ? ofPath(target, nonResourceAttributes) : undefined;
}

function ofPath(target: string, attributes: JsonObject): AskedAbout {
  const path = text(attributes.path);
  const verb = text(attributes.verb);
  const verbs = verb === '*' ? PATH_VERBS : [verb];
  return { supposed: verbs.map((each) => supposedPath(target, each, path)), isWildcard: path.includes('*') };
}

/** A request for a path outside of the resources. */
export function supposedPath(target: string, verb: string, path: string): Supposed {
  return {
    operation: { ...NOTHING, target, path, verb },
    unsaid: { name: false, namespace: false },
  };
}

async function ofResource(target: string, attributes: JsonObject, scopes: Scopes): Promise<AskedAbout> {
  const [resource = '', ...behind] = text(attributes.resource).split('/');
  const what: ResourceAttributes = {
    apiGroup: text(attributes.group),
    apiVersion: text(attributes.version),
    resource,
    subresource: text(attributes.subresource) || behind.join('/'),
    namespace: text(attributes.namespace),
    name: text(attributes.name).replace(/^\*$/, ''),
    fieldSelector: selector(attributes.fieldSelector),
    labelSelector: selector(attributes.labelSelector),
  };
  const isWildcard = [what.apiGroup, what.resource, what.subresource].some((part) => part.includes('*'));
  const scope = isWildcard ? 'given' : await scopeOf(what, scopes);
  const verb = text(attributes.verb);
  const others = OTHER_VERBS.get(`${what.apiGroup}/${what.resource}`) ?? [];
  const verbs = verb === '*' ? [...RESOURCE_VERBS, ...others] : [verb];
  return { supposed: verbs.map((each) => supposedResource(target, each, what, scope)), isWildcard };
}

/** What a review, or a rule, says of resources. */
export type ResourceAttributes = Pick<
  Operation,
  'apiGroup' | 'apiVersion' | 'resource' | 'subresource' | 'namespace' | 'name' | 'fieldSelector' | 'labelSelector'
>;

/** `given`: in the namespace that is said. */
export type Scope = 'namespaced' | 'cluster' | 'unknown' | 'given';

/** Where a resource stands, as the target has it. */
export async function scopeOf(
  { apiGroup, resource }: Pick<ResourceAttributes, 'apiGroup' | 'resource'>,
  scopes: Scopes,
): Promise<Scope> {
  const isNamespaced = await scopes.isNamespaced(apiGroup, resource);
  if (isNamespaced === undefined) return 'unknown';
  return isNamespaced ? 'namespaced' : 'cluster';
}

/** A request for resources, as the API server would read it. */
export function supposedResource(target: string, verb: string, what: ResourceAttributes, scope: Scope): Supposed {
  const isCollection = COLLECTION_VERBS.has(verb);
  const isNameless = verb === 'create' && what.subresource === '';
  const name = isNameless ? '' : what.name || selectedName(verb, what.fieldSelector);
  const place = placeOf(verb, what, scope, name);
  const operation: Operation = {
    ...NOTHING,
    ...what,
    target,
    isResourceRequest: true,
    verb,
    apiPrefix: what.apiGroup === '' ? 'api' : 'apis',
    name,
    namespace: place.namespace,
    parts: [what.resource, name, what.subresource].filter((part) => part !== ''),
    power: powerOf({ ...what, verb }),
  };
  return {
    operation: { ...operation, equals: equivalents(operation) },
    unsaid: { name: name === '' && !isCollection && !isNameless, namespace: place.isUnsaid },
  };
}

/** The API server makes the name of a list or watch from its field selector. */
function selectedName(verb: string, fieldSelector: string): string {
  if (fieldSelector === '' || (verb !== 'list' && verb !== 'watch')) return '';
  const required = requiredValue(fieldSelector, 'metadata.name');
  return required === 'unreadable' ? '' : (required.value ?? '');
}

interface RequestPlace {
  readonly namespace: string;
  readonly isUnsaid: boolean;
}

function placeOf(verb: string, what: ResourceAttributes, scope: Scope, name: string): RequestPlace {
  const isCollection = COLLECTION_VERBS.has(verb);
  // The path of a namespace itself is read as in that namespace.
  if (what.apiGroup === '' && what.resource === 'namespaces') {
    const isOutside = isCollection || (verb === 'create' && what.subresource === '');
    return isOutside ? { namespace: '', isUnsaid: false } : { namespace: name, isUnsaid: name === '' };
  }
  if (scope === 'cluster') return { namespace: '', isUnsaid: false };
  if (what.namespace === '') return { namespace: '', isUnsaid: !isCollection };
  return scope === 'unknown' ? { namespace: '', isUnsaid: true } : { namespace: what.namespace, isUnsaid: false };
}

/** A selector as the query has it: its raw form, or those of its requirements that name one value. */
function selector(value: JsonValue | undefined): string {
  if (!isJsonObject(value)) return '';
  if (typeof value.rawSelector === 'string' && value.rawSelector !== '') return value.rawSelector;
  const requirements = isJsonList(value.requirements) ? value.requirements.filter(isJsonObject) : [];
  return requirements
    .flatMap(({ key, operator, values }) =>
      operator === 'In' && isJsonList(values) && values.length === 1
        ? [`${text(key)}=${escaped(text(values[0]))}`]
        : [],
    )
    .join(',');
}

/** Source: EscapeValue, https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/fields/selector.go */
function escaped(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&');
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

const NOTHING: Operation = {
  target: '',
  isResourceRequest: false,
  path: '',
  verb: '',
  apiPrefix: '',
  apiGroup: '',
  apiVersion: '',
  namespace: '',
  resource: '',
  subresource: '',
  name: '',
  parts: [],
  fieldSelector: '',
  labelSelector: '',
  power: undefined,
  equals: [],
  isChange: false,
  isStream: false,
  isSecret: false,
  query: new Map(),
  options: { isDryRun: false },
  stream: undefined,
  body: undefined,
};
