/**
 * Creating and changing an object: what every write has in common. Identity and revision are the server's, status is written by its own
 * subresource only, a stale resourceVersion is a conflict, and a dry run goes all the way but is not kept.
 */

import { randomUUID } from 'node:crypto';
import { admitted } from './admit.ts';
import { withDefaults } from './defaults.ts';
import { apiVersionOf, type Kind, type Kinds, resourceName } from './kinds.ts';
import { afterUpdate, type Manager, withOwners } from './managed-fields.ts';
import { generatedName } from './names.ts';
import { at, isEqual, type JsonObject, type KubeObject, type Metadata, textAt, timestamp, without } from './object.ts';
import {
  type About,
  alreadyExists,
  badRequest,
  conflict,
  forbidden,
  modified,
  notFound,
  StatusError,
} from './status.ts';
import type { Store } from './store.ts';
import { validate } from './validate.ts';

export interface Cluster {
  readonly store: Store;
  readonly kinds: Kinds;
  readonly nowMs: () => number;
  /** The certificate that clients trust; each namespace gets it in a ConfigMap. */
  readonly caPem?: string;
}

export interface WriteOptions {
  readonly isDryRun: boolean;
  readonly manager: Manager;
  /** After an apply the owners are settled already. */
  readonly areOwnersSettled?: boolean;
}

export function about(kind: Kind, name: string): About {
  return { group: kind.group, kind: kind.resource, name };
}

/**
 * Keeps a new object.
 *
 * @throws {StatusError} 409 where it exists, 404 without its namespace, 422 where it is not valid
 */
export function createObject(
  cluster: Cluster,
  kind: Kind,
  namespace: string,
  given: JsonObject,
  options: WriteOptions,
): KubeObject {
  const metadata = at(given, 'metadata') as Metadata;
  checkPlace(kind, metadata, namespace);
  if (metadata.resourceVersion)
    throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
  const name = metadata.name || (metadata.generateName ? generatedName(metadata.generateName) : '');
  const nowMs = cluster.nowMs();
  const typed: KubeObject = {
    ...(hasStatus(kind) ? without(given, 'status') : given),
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: {
      ...serverless(metadata),
      ...(name === '' ? {} : { name }),
      ...(kind.isNamespaced ? { namespace } : {}),
      uid: randomUUID(),
      creationTimestamp: timestamp(nowMs),
      ...(isCounted(kind) ? { generation: 1 } : {}),
    },
  };
  const defaulted = withDefaults(typed);
  validate(kind, defaulted, undefined);
  if (kind.isNamespaced) checkNamespace(cluster, kind, namespace, name);
  if (cluster.store.get(kind, namespace, name) !== undefined) throw alreadyExists(about(kind, name));
  const owned = options.areOwnersSettled
    ? defaulted
    : afterUpdate(undefined, defaulted, kind.schema, options.manager, nowMs);
  const whole = withFirstStatus(admitted(cluster, owned));
  return options.isDryRun ? whole : cluster.store.put(kind, whole);
}

/**
 * Changes an object; `change` is given the live one and makes the wanted one.
 *
 * @throws {StatusError} 404 where there is none, 409 where the wanted one is of an older revision or another life, 422 where it is not valid
 */
export function updateObject(
  cluster: Cluster,
  kind: Kind,
  live: KubeObject,
  subresource: string,
  wanted: JsonObject,
  options: WriteOptions,
): KubeObject {
  const name = live.metadata.name ?? '';
  const metadata = at(wanted, 'metadata') as Metadata;
  checkPlace(kind, metadata, live.metadata.namespace ?? '');
  if ((metadata.name ?? name) !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  if (metadata.uid && metadata.uid !== live.metadata.uid)
    throw conflict(about(kind, name), uidWords(kind, live, metadata.uid));
  if (metadata.resourceVersion && metadata.resourceVersion !== live.metadata.resourceVersion)
    throw modified(about(kind, name));
  const merged =
    subresource === 'status'
      ? { ...live, status: wanted.status }
      : { ...wanted, ...(hasStatus(kind) ? statusOf(live) : {}) };
  const typed = {
    ...merged,
    apiVersion: live.apiVersion,
    kind: live.kind,
    metadata: keptMetadata(live, metadata, subresource),
  } as KubeObject;
  const whole = subresource === 'status' ? typed : counted(kind, live, withDefaults(carriedOver(live, typed)));
  validate(kind, whole, live);
  const owned = options.areOwnersSettled
    ? { ...whole, metadata: { ...whole.metadata, ...ownersIn(metadata) } }
    : ownersReset(wanted)
      ? withOwners(whole, [])
      : afterUpdate(live, whole, kind.schema, options.manager, cluster.nowMs());
  if (options.isDryRun) return owned;
  if (
    owned.metadata.deletionTimestamp !== undefined &&
    (owned.metadata.finalizers ?? []).length === 0 &&
    live.metadata.finalizers?.length
  ) {
    cluster.store.put(kind, owned);
    return cluster.store.remove(kind, owned.metadata.namespace ?? '', name) ?? owned;
  }
  return cluster.store.put(kind, owned);
}

/** The live object, or 404. @throws {StatusError} 404 */
export function liveObject(cluster: Cluster, kind: Kind, namespace: string, name: string): KubeObject {
  const live = cluster.store.get(kind, namespace, name);
  if (live === undefined) throw notFound(about(kind, name));
  return live;
}

export function hasStatus(kind: Kind): boolean {
  return kind.subresources.some((each) => each.name === 'status');
}

function checkPlace(kind: Kind, metadata: Metadata, namespace: string): void {
  if (!metadata.namespace || metadata.namespace === namespace) return;
  if (!kind.isNamespaced) throw badRequest('namespace is not allowed on this type');
  throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

function checkNamespace(cluster: Cluster, kind: Kind, namespace: string, name: string): void {
  const namespaces = cluster.kinds.find('', 'v1', 'namespaces');
  if (namespaces === undefined) return;
  const live = cluster.store.get(namespaces, '', namespace);
  if (live === undefined) throw notFound({ group: '', kind: 'namespaces', name: namespace });
  if (live.metadata.deletionTimestamp === undefined) return;
  throw forbidden(
    about(kind, name),
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
}

/** Metadata without what only the server sets. */
function serverless(metadata: Metadata): Metadata {
  const {
    uid: _,
    creationTimestamp: __,
    generation: ___,
    deletionTimestamp: ____,
    selfLink: _____,
    resourceVersion: ______,
    ...rest
  } = metadata;
  return { ...rest, ...(rest.generateName === '' ? { generateName: undefined } : {}) } as Metadata;
}

function keptMetadata(live: KubeObject, wanted: Metadata, subresource: string): Metadata {
  const given = subresource === 'status' ? live.metadata : serverless(wanted);
  const {
    uid,
    creationTimestamp,
    generation,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    namespace,
    name,
    resourceVersion,
    managedFields,
  } = live.metadata;
  const own = {
    name,
    namespace,
    uid,
    resourceVersion,
    generation,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    managedFields,
  };
  const defined = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  const { deletionGracePeriodSeconds: _, managedFields: __, ...rest } = given;
  return { ...rest, ...defined } as Metadata;
}

function ownersIn(metadata: Metadata): JsonObject {
  return metadata.managedFields === undefined ? {} : { managedFields: metadata.managedFields };
}

/** `managedFields: [{}]` is the way to give up all ownership. */
function ownersReset(wanted: JsonObject): boolean {
  const given = (at(wanted, 'metadata') as Metadata).managedFields;
  return given !== undefined && given.length === 1 && Object.keys(given[0] ?? {}).length === 0;
}

function statusOf(live: KubeObject): JsonObject {
  return live.status === undefined ? { status: undefined } : { status: live.status };
}

/** What an update that leaves it out keeps: addresses that the server gave. */
function carriedOver(live: KubeObject, wanted: KubeObject): KubeObject {
  if (live.kind !== 'Service') return wanted;
  const { clusterIP, clusterIPs } = at(live, 'spec');
  return { ...wanted, spec: { ...(clusterIP === undefined ? {} : { clusterIP, clusterIPs }), ...at(wanted, 'spec') } };
}

const uncounted = [
  'v1/Service',
  'v1/ConfigMap',
  'v1/Secret',
  'v1/Namespace',
  'v1/Node',
  'v1/ServiceAccount',
  'v1/Event',
  'v1/Endpoints',
];

/** Kinds whose generation says how often what is wanted has changed. */
function isCounted(kind: Kind): boolean {
  const name = `${apiVersionOf(kind)}/${kind.kind}`;
  return (
    !uncounted.includes(name) && kind.group !== 'rbac.authorization.k8s.io' && kind.group !== 'coordination.k8s.io'
  );
}

function counted(kind: Kind, live: KubeObject, after: KubeObject): KubeObject {
  const plain = (object: KubeObject): JsonObject => without(object, 'metadata', 'status');
  if (!isCounted(kind) || isEqual(plain(live), plain(after))) return after;
  return { ...after, metadata: { ...after.metadata, generation: (live.metadata.generation ?? 0) + 1 } };
}

function withFirstStatus(object: KubeObject): KubeObject {
  switch (`${object.apiVersion}/${object.kind}`) {
    case 'v1/Pod':
      return { ...object, status: { phase: 'Pending', qosClass: qosClass(object) } };
    case 'v1/Namespace':
      return { ...object, status: { phase: 'Active' } };
    case 'v1/Service':
      return { ...object, status: { loadBalancer: {} } };
    case 'networking.k8s.io/v1/Ingress':
      return { ...object, status: { loadBalancer: {} } };
    case 'apps/v1/ReplicaSet':
    case 'apps/v1/StatefulSet':
      return { ...object, status: { replicas: 0 } };
    case 'apps/v1/DaemonSet':
      return {
        ...object,
        status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
      };
    case 'apps/v1/Deployment':
    case 'batch/v1/Job':
    case 'batch/v1/CronJob':
      return { ...object, status: {} };
    default:
      return object;
  }
}

function qosClass(pod: KubeObject): string {
  const containers = (at(pod, 'spec').containers ?? []) as readonly JsonObject[];
  const hasAny = containers.some((each) => Object.keys(at(each, 'resources')).length > 0);
  const isWhole = (each: JsonObject): boolean =>
    ['cpu', 'memory'].every((field) => {
      const limit = textAt(each, 'resources', 'limits', field);
      return limit !== '' && (textAt(each, 'resources', 'requests', field) || limit) === limit;
    });
  if (!hasAny) return 'BestEffort';
  return containers.every(isWhole) ? 'Guaranteed' : 'Burstable';
}

export function uidWords(kind: Kind, live: KubeObject, uid: string): string {
  const { namespace, name } = live.metadata;
  const place = kind.group === '' ? kind.resource : `${resourceName(kind)}`;
  const key = `/registry/${place}/${namespace === undefined ? '' : `${namespace}/`}${name}`;
  return `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`;
}
