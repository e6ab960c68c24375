/** The pods of what owns pods: which they are, how one is made, and what is told of them. */

import { createHash } from 'node:crypto';
import type { Kind } from '../kinds.ts';
import { at, isEqual, type JsonObject, type KubeObject, listAt, without } from '../object.ts';
import type { Cluster } from '../write.ts';
import { change, create, isOwnedBy, kindNamed, ownedBy } from './change.ts';

export function podsOf(cluster: Cluster, owner: KubeObject): readonly KubeObject[] {
  const pods = cluster.store.list(kindNamed(cluster, 'pods'), owner.metadata.namespace ?? '');
  return pods.filter((pod) => isOwnedBy(pod, owner) && pod.metadata.deletionTimestamp === undefined);
}

export function createPod(
  cluster: Cluster,
  owner: KubeObject,
  name: string,
  metadata: JsonObject,
  spec: JsonObject = {},
): KubeObject {
  const template = at(owner, 'spec', 'template');
  const given = at(template, 'metadata');
  return create(cluster, kindNamed(cluster, 'pods'), owner.metadata.namespace ?? '', {
    metadata: {
      ...without(given, 'creationTimestamp'),
      ...metadata,
      name,
      labels: { ...at(given, 'labels'), ...at(metadata, 'labels') },
      ownerReferences: [ownedBy(owner)],
    },
    spec: { ...at(template, 'spec'), ...spec },
  });
}

export function isReady(pod: KubeObject): boolean {
  return listAt(pod, 'status', 'conditions').some((each) => each.type === 'Ready' && each.status === 'True');
}

export function report(cluster: Cluster, kind: Kind, object: KubeObject, status: JsonObject): void {
  if (!isEqual(object.status, status)) change(cluster, kind, object, { ...object, status });
}

/** Short, stable, and of the letters that Kubernetes uses for it. */
export function templateHash(template: JsonObject): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  const digest = createHash('sha256').update(JSON.stringify(template)).digest();
  return [...digest.subarray(0, 10)].map((byte) => alphabet[byte % alphabet.length]).join('');
}
