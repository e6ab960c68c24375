/** Each namespace has a service account and the cluster's certificate; one that is deleted is emptied first. */

import { deleteObject } from '../delete.ts';
import type { Cluster } from '../write.ts';
import { create, kindNamed } from './change.ts';

const now = {
  isDryRun: false,
  gracePeriodSeconds: 0,
  propagation: 'Background',
  uid: '',
  resourceVersion: '',
} as const;

export function reconcileNamespaces(cluster: Cluster): void {
  const namespaces = kindNamed(cluster, 'namespaces');
  const accounts = kindNamed(cluster, 'serviceaccounts');
  const configMaps = kindNamed(cluster, 'configmaps');
  for (const namespace of cluster.store.list(namespaces)) {
    const name = namespace.metadata.name ?? '';
    if (namespace.metadata.deletionTimestamp !== undefined) {
      if (emptied(cluster, name)) cluster.store.remove(namespaces, '', name);
      continue;
    }
    if (cluster.store.get(accounts, name, 'default') === undefined)
      create(cluster, accounts, name, { metadata: { name: 'default' } });
    if (cluster.store.get(configMaps, name, 'kube-root-ca.crt') !== undefined || cluster.caPem === undefined) continue;
    create(cluster, configMaps, name, { metadata: { name: 'kube-root-ca.crt' }, data: { 'ca.crt': cluster.caPem } });
  }
}

/** Deletes what is in a namespace; true once nothing is. */
function emptied(cluster: Cluster, namespace: string): boolean {
  let isEmpty = true;
  for (const kind of cluster.kinds.all()) {
    if (!kind.isNamespaced || !kind.verbs.includes('delete')) continue;
    for (const object of cluster.store.list(kind, namespace)) {
      isEmpty = false;
      if (object.metadata.deletionTimestamp === undefined) deleteObject(cluster, kind, object, now);
    }
  }
  return isEmpty;
}
