/** Custom resource definitions: one that is written is served from then on, with the conditions that say so. */

import { isEqual, type JsonObject, type KubeObject, listAt, textAt, timestamp, valueAt } from './object.ts';
import type { Change } from './store.ts';
import type { Cluster } from './write.ts';

const resource = 'customresourcedefinitions.apiextensions.k8s.io';

/** Follows the definitions in the store until it is stopped. */
export function serveDefinitions(cluster: Cluster): () => void {
  return cluster.store.subscribe((change: Change) => {
    if (change.resource !== resource) return;
    if (change.type === 'DELETED') {
      removeObjects(cluster, change.object);
      cluster.kinds.undefine(change.object);
      return;
    }
    cluster.kinds.define(change.object);
    establish(cluster, change.object);
  });
}

function establish(cluster: Cluster, definition: KubeObject): void {
  const kind = cluster.kinds.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions');
  if (kind === undefined || definition.metadata.deletionTimestamp !== undefined) return;
  const names = { ...(valueAt(definition, 'spec', 'names') as JsonObject) };
  const acceptedNames = {
    listKind: `${textAt(names, 'kind')}List`,
    singular: textAt(names, 'kind').toLowerCase(),
    ...names,
  };
  const storedVersions = listAt(definition, 'spec', 'versions')
    .filter((each) => each.storage === true)
    .map((each) => textAt(each, 'name'));
  const condition = (type: string, reason: string, message: string): JsonObject => {
    const before = listAt(definition, 'status', 'conditions').find((each) => each.type === type);
    return before ?? { type, status: 'True', lastTransitionTime: timestamp(cluster.nowMs()), reason, message };
  };
  const conditions = [
    condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
    condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
  ];
  const status = { acceptedNames, conditions, storedVersions };
  const spec = { conversion: { strategy: 'None' }, ...(definition.spec as JsonObject), names: acceptedNames };
  const isSame = isEqual(definition.status, status) && isEqual(definition.spec, spec);
  if (!isSame) cluster.store.put(kind, { ...definition, spec, status });
}

function removeObjects(cluster: Cluster, definition: KubeObject): void {
  const [group, plural] = [textAt(definition, 'spec', 'group'), textAt(definition, 'spec', 'names', 'plural')];
  const kind = cluster.kinds.all().find((each) => each.group === group && each.resource === plural);
  if (kind === undefined) return;
  for (const object of cluster.store.list(kind))
    cluster.store.remove(kind, object.metadata.namespace ?? '', object.metadata.name ?? '');
}
