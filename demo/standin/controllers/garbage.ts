/** What lost its owners goes; what is deleted in the foreground waits for its dependents; orphans lose their reference. */

import type { Containers } from '../containers.ts';
import { deleteObject } from '../delete.ts';
import type { Kind } from '../kinds.ts';
import type { KubeObject } from '../object.ts';
import type { Cluster } from '../write.ts';
import { change, isOwnedBy } from './change.ts';

interface Held {
  readonly kind: Kind;
  readonly object: KubeObject;
}

const inBackground = {
  isDryRun: false,
  gracePeriodSeconds: undefined,
  propagation: 'Background',
  uid: '',
  resourceVersion: '',
} as const;

export function collectGarbage(cluster: Cluster, containers: Containers): void {
  const all = cluster.kinds
    .all()
    .filter((kind) => kind.verbs.includes('delete'))
    .flatMap((kind) => cluster.store.list(kind).map((object): Held => ({ kind, object })));
  const uids = new Set(all.map(({ object }) => object.metadata.uid));
  for (const held of all) {
    const { kind, object } = held;
    const owners = object.metadata.ownerReferences ?? [];
    const isLost = owners.length > 0 && !owners.some((owner) => uids.has(owner.uid));
    if (isLost && object.metadata.deletionTimestamp === undefined) deleteObject(cluster, kind, object, inBackground);
    else if (object.metadata.deletionTimestamp !== undefined) finish(cluster, containers, held, all);
  }
}

function finish(cluster: Cluster, containers: Containers, { kind, object }: Held, all: readonly Held[]): void {
  const finalizers = object.metadata.finalizers ?? [];
  const dependents = all.filter((each) => isOwnedBy(each.object, object));
  if (finalizers.includes('foregroundDeletion')) {
    for (const each of dependents) {
      const isGoing = each.object.metadata.deletionTimestamp !== undefined;
      if (!isGoing) deleteObject(cluster, each.kind, each.object, { ...inBackground, propagation: 'Foreground' });
    }
    if (dependents.length === 0) withoutFinalizer(cluster, kind, object, 'foregroundDeletion');
    return;
  }
  if (finalizers.includes('orphan')) {
    for (const each of dependents) {
      const ownerReferences = (each.object.metadata.ownerReferences ?? []).filter(
        (owner) => owner.uid !== object.metadata.uid,
      );
      change(cluster, each.kind, each.object, {
        ...each.object,
        metadata: { ...each.object.metadata, ownerReferences },
      });
    }
    withoutFinalizer(cluster, kind, object, 'orphan');
    return;
  }
  if (finalizers.length > 0 || kind.resource === 'namespaces') return;
  containers.stop(object.metadata.uid ?? '');
  cluster.store.remove(kind, object.metadata.namespace ?? '', object.metadata.name ?? '');
}

function withoutFinalizer(cluster: Cluster, kind: Kind, object: KubeObject, finalizer: string): void {
  const live = cluster.store.get(kind, object.metadata.namespace ?? '', object.metadata.name ?? '');
  if (live === undefined) return;
  const { finalizers = [], ...metadata } = live.metadata;
  const rest = finalizers.filter((each) => each !== finalizer);
  change(cluster, kind, live, { ...live, metadata: rest.length === 0 ? metadata : { ...metadata, finalizers: rest } });
}
