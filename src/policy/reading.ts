/*
 * How an operation can be read. What permits reads it once, to the letter, as RBAC does. What denies or holds reads it in every way that it could amount
 * to: an eviction is a delete (T28), a list without a name shows every name (T29), an attach is an exec (T27), deleting a namespace deletes
 * what is in it. A reading is never used to permit anything.
 */
import type { Unsaid } from '../model/foresight.ts';
import type { JsonObject, JsonValue, Operation } from '../model/operation.ts';
import type { Facts } from './facts.ts';
import { leavesOutFinalizers } from './finalizers.ts';
import { at, isObject } from './json.ts';
import type { RbacRequest } from './rbac.ts';
import { NO, type Truth, unsaid, YES } from './truth.ts';

/** One way to read an operation. */
export interface Reading extends RbacRequest {
  readonly namespace: string;
  /** It reaches every name that matches the rest: a list, or a name that is not known yet. */
  readonly names: 'one' | 'all' | { readonly prefix: string };
  /** It reaches one name, which an access review leaves open; `names` is then `all`. */
  readonly isNameUnsaid: boolean;
  readonly isEveryNamespace: boolean;
  /** It reaches every kind of object in its namespace. */
  readonly isEveryResource: boolean;
  /** Not the operation itself but what it amounts to. */
  readonly isEquivalent: boolean;
  /** Yes, or what is missing to know whether the operation amounts to it at all. */
  readonly hangsOn: Truth;
}

/**
 * The readings of an operation, to the letter first. What it amounts to can hang on the facts. `open`: an access review asks, and leaves this open beside
 * the body.
 */
export function readings(operation: Operation, open?: Unsaid, facts: Facts = {}): readonly Reading[] {
  const literal = literalReading(operation, open);
  if (!operation.isResourceRequest) return [literal];
  const all = [literal];
  if (operation.equals.length > 0 || operation.power === 'finalize') all.push(deleteReading(literal));
  const elsewhere = endsElsewhere(operation, open);
  if (elsewhere !== undefined) all.push({ ...deleteReading(literal), ...elsewhere });
  if (isNamespaceDelete(operation)) all.push(namespaceContents(literal));
  const hangsOn = all.length > 1 ? NO : amountsToDelete(operation, open, facts);
  if (hangsOn !== NO) {
    const perhaps = { ...literal, hangsOn };
    all.push(deleteReading(perhaps));
    if (isNamespaces(operation)) all.push(namespaceContents(perhaps));
  }
  if (operation.power !== undefined && EXEC_EQUIVALENTS.has(operation.power)) all.push(execReading(literal));
  return all;
}

/** Whether an update or patch, of which nothing is known to equal a delete, does so all the same. */
function amountsToDelete(operation: Operation, open: Unsaid | undefined, facts: Facts): Truth {
  if (open === undefined) return leavesOutFinalizers(operation, facts);
  return BODY_VERBS.has(operation.verb) ? unsaid('body') : NO;
}

/** Verbs that reach many objects at once where no name is given. */
const COLLECTION_VERBS = new Set(['list', 'watch', 'deletecollection']);

/** Verbs whose body can make them equal a delete. */
const BODY_VERBS = new Set(['update', 'patch']);

function literalReading(operation: Operation, open: Unsaid | undefined): Reading {
  const isCollection = operation.name === '' && COLLECTION_VERBS.has(operation.verb);
  const isNameUnsaid =
    open !== undefined &&
    operation.isResourceRequest &&
    !isCollection &&
    operation.name === '' &&
    isNamed(operation, open);
  const { name, names } = isCollection || isNameUnsaid ? ({ name: '', names: 'all' } as const) : nameOf(operation);
  return {
    isResourceRequest: operation.isResourceRequest,
    verb: operation.verb,
    apiGroup: operation.apiGroup,
    resource: operation.resource,
    subresource: operation.subresource,
    name,
    path: operation.path,
    power: operation.power,
    namespace: operation.namespace,
    names,
    isNameUnsaid,
    isEveryNamespace:
      (isCollection && operation.namespace === '' && (isNamespaces(operation) || !isClusterScoped(operation))) ||
      (open?.namespace === true && operation.namespace === ''),
    isEveryResource: false,
    isEquivalent: false,
    hangsOn: YES,
  };
}

/** Whether the request that a review stands for has a name: in its path, or, of a create, in the body. */
function isNamed({ verb, subresource }: Operation, { name }: Unsaid): boolean {
  return name || (verb === 'create' && subresource === '');
}

/** The name in the path, or the one that a create will give: T31, a `generateName` can end in anything. */
function nameOf(operation: Operation): Pick<Reading, 'name' | 'names'> {
  if (!operation.isResourceRequest || operation.verb !== 'create' || operation.name !== '')
    return { name: operation.name, names: 'one' };
  const metadata = operation.body?.object?.metadata;
  const { name, generateName } = isObject(metadata) ? metadata : {};
  if (typeof name === 'string' && name !== '') return { name, names: 'one' };
  return { name: '', names: typeof generateName === 'string' ? { prefix: generateName } : 'all' };
}

/** What equals a delete, as a delete of the object itself. */
function deleteReading(literal: Reading): Reading {
  return { ...literal, verb: 'delete', subresource: '', power: undefined, isEquivalent: true };
}

type Ended = Partial<
  Pick<Reading, 'apiGroup' | 'resource' | 'name' | 'names' | 'isNameUnsaid' | 'isEveryResource' | 'hangsOn'>
>;

/**
 * What a request for an eviction, or an autoscaler that may scale to nothing, ends: not itself, but the pod or workload that it names; where it names none, whatever
 * there is in its namespace.
 *
 * Source: `EvictionRequestTarget` of lifecycle.k8s.io/v1alpha1, `CrossVersionObjectReference` of autoscaling/v2
 */
function endsElsewhere(
  { apiGroup, resource, equals, body, verb }: Operation,
  open: Unsaid | undefined,
): Ended | undefined {
  const written =
    body?.object ?? (body?.patch === undefined || body.patch.type === 'json' ? undefined : body.patch.object);
  if (apiGroup === 'lifecycle.k8s.io' && equals.includes('eviction'))
    return { apiGroup: '', resource: 'pods', ...nameIn(at(written, 'spec', 'target', 'pod', 'name'), open) };
  if (!/autoscal|scaledobject/.test(resource)) return undefined;
  const isWritten = verb === 'create' || verb === 'update' || verb === 'patch';
  if (open !== undefined) return isWritten ? { ...ANYTHING, hangsOn: unsaid('body') } : undefined;
  if (!equals.includes('scale-to-zero')) return undefined;
  const { kind, apiVersion, name } = objectAt(written, 'spec', 'scaleTargetRef');
  if (typeof kind !== 'string' || (apiVersion !== undefined && typeof apiVersion !== 'string')) return ANYTHING;
  const [, group] = /^(?:(.*)\/)?[^/]*$/.exec(apiVersion ?? 'apps/v1') ?? [];
  return { apiGroup: group ?? '', resource: `${kind.toLowerCase()}s`, ...nameIn(name, open) };
}

const ANYTHING: Ended = { name: '', names: 'all', isNameUnsaid: false, isEveryResource: true };

function nameIn(name: JsonValue | undefined, open: Unsaid | undefined): Ended {
  const isSaid = typeof name === 'string' && name !== '';
  return isSaid
    ? { name, names: 'one', isNameUnsaid: false }
    : { name: '', names: 'all', isNameUnsaid: open !== undefined };
}

function objectAt(value: JsonObject | undefined, ...path: readonly string[]): JsonObject {
  const found = at(value, ...path);
  return isObject(found) ? found : {};
}

/** Namespaces are in none, and yet the API server reads each as in itself. */
function isNamespaces({ apiGroup, resource }: Operation): boolean {
  return apiGroup === '' && resource === 'namespaces';
}

function isNamespaceDelete(operation: Operation): boolean {
  const { subresource, verb, power, equals } = operation;
  if (!isNamespaces(operation)) return false;
  return (
    (subresource === '' && (verb === 'delete' || verb === 'deletecollection')) ||
    power === 'finalize' ||
    equals.length > 0
  );
}

function namespaceContents(literal: Reading): Reading {
  return {
    ...literal,
    verb: 'delete',
    subresource: '',
    power: undefined,
    namespace: literal.name,
    name: '',
    names: 'all',
    isNameUnsaid: false,
    isEveryNamespace: literal.name === '',
    isEveryResource: true,
    isEquivalent: true,
  };
}

/** Powers that run a command in a container of somebody else's: T27, and T9 for the kubelet's own exec behind the node proxy. */
const EXEC_EQUIVALENTS: ReadonlySet<string> = new Set(['attach', 'ephemeralcontainers', 'nodes-proxy']);

function execReading(literal: Reading): Reading {
  const pods = {
    verb: 'create',
    apiGroup: '',
    resource: 'pods',
    subresource: 'exec',
    power: 'exec',
    isEquivalent: true,
  } as const;
  if (literal.power !== 'nodes-proxy') return { ...literal, ...pods };
  return { ...literal, ...pods, name: '', names: 'all', isNameUnsaid: false, namespace: '', isEveryNamespace: true };
}

/**
 * Whether a kind is known to be in no namespace. A kind that is not listed counts as namespaced, which can only make a deny or hold with `namespaces`
 * match more: a list over all namespaces shows those of the rule as well.
 *
 * Source: `kubectl api-resources --namespaced=false` of Kubernetes 1.37
 */
export function isClusterScoped({
  apiGroup,
  resource,
}: {
  readonly apiGroup: string;
  readonly resource: string;
}): boolean {
  return CLUSTER_SCOPED.has(`${apiGroup}/${resource}`);
}

const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  '/componentstatuses',
  '/namespaces',
  '/nodes',
  '/persistentvolumes',
  'admissionregistration.k8s.io/mutatingadmissionpolicies',
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings',
  'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings',
  'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'apiextensions.k8s.io/customresourcedefinitions',
  'apiregistration.k8s.io/apiservices',
  'authentication.k8s.io/selfsubjectreviews',
  'authentication.k8s.io/tokenreviews',
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
  'authorization.k8s.io/subjectaccessreviews',
  'certificates.k8s.io/certificatesigningrequests',
  'certificates.k8s.io/clustertrustbundles',
  'flowcontrol.apiserver.k8s.io/flowschemas',
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
  'metrics.k8s.io/nodes',
  'networking.k8s.io/ingressclasses',
  'networking.k8s.io/ipaddresses',
  'networking.k8s.io/servicecidrs',
  'node.k8s.io/runtimeclasses',
  'rbac.authorization.k8s.io/clusterrolebindings',
  'rbac.authorization.k8s.io/clusterroles',
  'resource.k8s.io/deviceclasses',
  'resource.k8s.io/devicetaintrules',
  'resource.k8s.io/resourceslices',
  'scheduling.k8s.io/priorityclasses',
  'storage.k8s.io/csidrivers',
  'storage.k8s.io/csinodes',
  'storage.k8s.io/storageclasses',
  'storage.k8s.io/volumeattachments',
  'storage.k8s.io/volumeattributesclasses',
  'storagemigration.k8s.io/storageversionmigrations',
]);
