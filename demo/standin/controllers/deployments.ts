/** A deployment: one replica set for each template it has had, and all replicas in the newest. */

import type { Kind } from '../kinds.ts';
import { at, isEqual, type JsonObject, type KubeObject, listAt, numberAt, timestamp, valueAt } from '../object.ts';
import type { Cluster } from '../write.ts';
import { change, create, isOwnedBy, kindNamed, ownedBy, tell } from './change.ts';
import { templateHash } from './owned-pods.ts';

const revisionKey = 'deployment.kubernetes.io/revision';

export function reconcileDeployment(cluster: Cluster, kind: Kind, deployment: KubeObject): void {
  const sets = kindNamed(cluster, 'replicasets', 'apps');
  const { namespace = '', name = '' } = deployment.metadata;
  const owned = cluster.store.list(sets, namespace).filter((each) => isOwnedBy(each, deployment));
  const wanted = numberAt(deployment, 'spec', 'replicas');
  const hash = templateHash(at(deployment, 'spec', 'template'));
  const current = owned.find((each) => each.metadata.name === `${name}-${hash}`);
  const newest = Math.max(0, ...owned.map((each) => Number(each.metadata.annotations?.[revisionKey] ?? 0)));
  const isPaused = valueAt(deployment, 'spec', 'paused') === true;
  if (current === undefined && !isPaused) {
    create(cluster, sets, namespace, replicaSetOf(deployment, hash, newest + 1, wanted));
    tell(
      cluster,
      deployment,
      'deployment-controller',
      'ScalingReplicaSet',
      `Scaled up replica set ${name}-${hash} from 0 to ${wanted}`,
    );
  }
  for (const set of owned) {
    const isCurrent = set === current;
    if (isPaused && current === undefined) continue;
    const count = isCurrent ? wanted : 0;
    const isBack = isCurrent && Number(set.metadata.annotations?.[revisionKey] ?? 0) < newest;
    const annotations = isBack
      ? { ...set.metadata.annotations, [revisionKey]: String(newest + 1) }
      : set.metadata.annotations;
    const metadata = annotations === undefined ? set.metadata : { ...set.metadata, annotations };
    const spec = at(set, 'spec');
    if (spec.replicas === count && !isBack) continue;
    change(
      cluster,
      sets,
      set,
      grown({ ...set, metadata, spec: { ...spec, replicas: count } }, spec.replicas !== count),
    );
  }
  reportDeployment(cluster, kind, deployment, hash);
}

function reportDeployment(cluster: Cluster, kind: Kind, deployment: KubeObject, hash: string): void {
  const sets = kindNamed(cluster, 'replicasets', 'apps');
  const { namespace = '', name = '' } = deployment.metadata;
  const owned = cluster.store.list(sets, namespace).filter((each) => isOwnedBy(each, deployment));
  const current = owned.find((each) => each.metadata.name === `${name}-${hash}`);
  const sum = (field: string): number => owned.reduce((total, each) => total + numberAt(each, 'status', field), 0);
  const wanted = numberAt(deployment, 'spec', 'replicas');
  const ready = sum('readyReplicas');
  const counts = {
    replicas: sum('replicas'),
    updatedReplicas: numberAt(current, 'status', 'replicas'),
    readyReplicas: ready,
    availableReplicas: ready,
  };
  const isAvailable = ready >= wanted;
  const since = timestamp(cluster.nowMs());
  const condition = (type: string, status: string, reason: string, message: string): JsonObject => {
    const before = listAt(deployment, 'status', 'conditions').find((each) => each.type === type);
    const isSame = before?.status === status && before.reason === reason && before.message === message;
    return isSame ? before : { type, status, lastUpdateTime: since, lastTransitionTime: since, reason, message };
  };
  const conditions = [
    isAvailable
      ? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
      : condition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'),
    isAvailable
      ? condition(
          'Progressing',
          'True',
          'NewReplicaSetAvailable',
          `ReplicaSet "${name}-${hash}" has successfully progressed.`,
        )
      : condition('Progressing', 'True', 'ReplicaSetUpdated', `ReplicaSet "${name}-${hash}" is progressing.`),
  ];
  const shown = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  const missing = wanted - ready > 0 ? { unavailableReplicas: wanted - ready } : {};
  const status = { observedGeneration: deployment.metadata.generation ?? 1, ...shown, ...missing, conditions };
  const revision = current?.metadata.annotations?.[revisionKey] ?? '1';
  const annotations = { ...deployment.metadata.annotations, [revisionKey]: revision };
  const isSame = isEqual(deployment.status, status) && deployment.metadata.annotations?.[revisionKey] === revision;
  if (!isSame)
    change(cluster, kind, deployment, { ...deployment, metadata: { ...deployment.metadata, annotations }, status });
}

function replicaSetOf(deployment: KubeObject, hash: string, revision: number, replicas: number): JsonObject {
  const template = at(deployment, 'spec', 'template');
  const labels = { ...at(template, 'metadata', 'labels'), 'pod-template-hash': hash };
  const selector = at(deployment, 'spec', 'selector');
  return {
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      labels,
      annotations: {
        'deployment.kubernetes.io/desired-replicas': String(replicas),
        'deployment.kubernetes.io/max-replicas': String(replicas + Math.ceil(replicas / 4)),
        [revisionKey]: String(revision),
      },
      ownerReferences: [ownedBy(deployment)],
    },
    spec: {
      replicas,
      selector: { ...selector, matchLabels: { ...at(selector, 'matchLabels'), 'pod-template-hash': hash } },
      template: { ...template, metadata: { ...at(template, 'metadata'), labels } },
    },
  };
}

function grown(object: KubeObject, isChanged: boolean): KubeObject {
  return isChanged
    ? { ...object, metadata: { ...object.metadata, generation: (object.metadata.generation ?? 0) + 1 } }
    : object;
}
