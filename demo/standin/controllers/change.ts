/** How controllers write: as themselves, so that managedFields says who it was, and never failing on what has gone meanwhile. */

import { randomBytes } from 'node:crypto';
import type { Kind } from '../kinds.ts';
import { afterUpdate } from '../managed-fields.ts';
import { type JsonObject, type KubeObject, type OwnerReference, timestamp } from '../object.ts';
import type { Cluster } from '../write.ts';
import { createObject } from '../write.ts';

export function kindNamed(cluster: Cluster, resource: string, group = ''): Kind {
  const kind = cluster.kinds.find(group, 'v1', resource);
  if (kind === undefined) throw new Error(`no kind ${resource} in ${group}`);
  return kind;
}

/** Writes a new state of an object that is there. */
export function change(
  cluster: Cluster,
  kind: Kind,
  before: KubeObject,
  after: KubeObject,
  manager = 'kube-controller-manager',
): KubeObject {
  const subresource = before.status === after.status ? '' : 'status';
  const by = { name: manager, operation: 'Update', subresource } as const;
  return cluster.store.put(kind, afterUpdate(before, after, kind.schema, by, cluster.nowMs()));
}

export function create(
  cluster: Cluster,
  kind: Kind,
  namespace: string,
  object: JsonObject,
  manager = 'kube-controller-manager',
): KubeObject {
  return createObject(cluster, kind, namespace, object, {
    isDryRun: false,
    manager: { name: manager, operation: 'Update', subresource: '' },
  });
}

/** The reference that makes an object another's dependent. */
export function ownedBy(owner: KubeObject): OwnerReference {
  const { name = '', uid = '' } = owner.metadata;
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true, blockOwnerDeletion: true };
}

export function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  return (object.metadata.ownerReferences ?? []).some((each) => each.uid === owner.metadata.uid);
}

/** Tells in an Event what was done to an object. */
export function tell(cluster: Cluster, involved: KubeObject, component: string, reason: string, message: string): void {
  const kind = kindNamed(cluster, 'events');
  const { namespace = 'default', name = '', uid, resourceVersion } = involved.metadata;
  const now = timestamp(cluster.nowMs());
  create(
    cluster,
    kind,
    namespace,
    {
      metadata: { name: `${name.slice(0, 200)}.${randomBytes(8).toString('hex')}`, namespace },
      involvedObject: { kind: involved.kind, namespace, name, uid, apiVersion: involved.apiVersion, resourceVersion },
      reason,
      message,
      source: { component },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      type: 'Normal',
      eventTime: null,
      reportingComponent: component,
      reportingInstance: '',
    },
    component,
  );
}
