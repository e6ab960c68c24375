/** Deployments, replica sets, stateful sets, daemon sets and jobs: as many pods as are asked for, and a status that says so. */

import { deleteObject } from '../delete.ts';
import type { Kind } from '../kinds.ts';
import { randomSuffix } from '../names.ts';
import { at, type KubeObject, numberAt, textAt } from '../object.ts';
import type { Cluster } from '../write.ts';
import { kindNamed, tell } from './change.ts';
import { reconcileDeployment } from './deployments.ts';
import { reconcileJob } from './jobs.ts';
import { createPod, isReady, podsOf, report, templateHash } from './owned-pods.ts';

const inBackground = {
  isDryRun: false,
  gracePeriodSeconds: undefined,
  propagation: 'Background',
  uid: '',
  resourceVersion: '',
} as const;

export function reconcileWorkloads(cluster: Cluster): void {
  const each = (
    resource: string,
    group: string,
    reconcile: (cluster: Cluster, kind: Kind, object: KubeObject) => void,
  ): void => {
    const kind = kindNamed(cluster, resource, group);
    for (const object of cluster.store.list(kind))
      if (object.metadata.deletionTimestamp === undefined) reconcile(cluster, kind, object);
  };
  each('deployments', 'apps', reconcileDeployment);
  each('replicasets', 'apps', reconcileReplicaSet);
  each('statefulsets', 'apps', reconcileStatefulSet);
  each('daemonsets', 'apps', reconcileDaemonSet);
  each('jobs', 'batch', reconcileJob);
}

function reconcileReplicaSet(cluster: Cluster, kind: Kind, set: KubeObject): void {
  const name = set.metadata.name ?? '';
  const pods = podsOf(cluster, set);
  const wanted = numberAt(set, 'spec', 'replicas');
  for (let count = pods.length; count < wanted; count += 1) {
    const pod = createPod(cluster, set, `${name}-${randomSuffix(5)}`, { generateName: `${name}-` });
    tell(cluster, set, 'replicaset-controller', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
  }
  for (const pod of pods.slice(wanted)) deleteObject(cluster, kindNamed(cluster, 'pods'), pod, inBackground);
  const now = podsOf(cluster, set);
  const ready = now.filter(isReady).length;
  const counts = now.length === 0 ? {} : { fullyLabeledReplicas: now.length };
  const readyCounts = ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready };
  report(cluster, kind, set, {
    replicas: now.length,
    ...counts,
    ...readyCounts,
    observedGeneration: set.metadata.generation ?? 1,
  });
}

function reconcileStatefulSet(cluster: Cluster, kind: Kind, set: KubeObject): void {
  const name = set.metadata.name ?? '';
  const wanted = numberAt(set, 'spec', 'replicas');
  const revision = `${name}-${templateHash(at(set, 'spec', 'template'))}`;
  const pods = podsOf(cluster, set);
  const podKind = kindNamed(cluster, 'pods');
  for (const pod of pods) {
    const index = Number(/-(\d+)$/.exec(pod.metadata.name ?? '')?.[1] ?? -1);
    const isOld = pod.metadata.labels?.['controller-revision-hash'] !== revision;
    if (index >= wanted || isOld) deleteObject(cluster, podKind, pod, inBackground);
  }
  for (let index = 0; index < wanted; index += 1) {
    const podName = `${name}-${index}`;
    if (cluster.store.get(podKind, set.metadata.namespace ?? '', podName) !== undefined) continue;
    const labels = {
      'apps.kubernetes.io/pod-index': String(index),
      'controller-revision-hash': revision,
      'statefulset.kubernetes.io/pod-name': podName,
    };
    createPod(cluster, set, podName, { generateName: `${name}-`, labels });
    tell(
      cluster,
      set,
      'statefulset-controller',
      'SuccessfulCreate',
      `create Pod ${podName} in StatefulSet ${name} successful`,
    );
  }
  const now = podsOf(cluster, set);
  const ready = now.filter(isReady).length;
  report(cluster, kind, set, {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: now.length,
    readyReplicas: ready,
    availableReplicas: ready,
    currentReplicas: now.length,
    updatedReplicas: now.length,
    currentRevision: revision,
    updateRevision: revision,
    collisionCount: 0,
  });
}

function reconcileDaemonSet(cluster: Cluster, kind: Kind, set: KubeObject): void {
  const name = set.metadata.name ?? '';
  const nodes = cluster.store.list(kindNamed(cluster, 'nodes'));
  const hash = templateHash(at(set, 'spec', 'template'));
  for (const pod of podsOf(cluster, set)) {
    if (pod.metadata.labels?.['controller-revision-hash'] !== hash)
      deleteObject(cluster, kindNamed(cluster, 'pods'), pod, inBackground);
  }
  const isOn = (node: KubeObject): boolean =>
    podsOf(cluster, set).some((pod) => textAt(pod, 'spec', 'nodeName') === node.metadata.name);
  for (const node of nodes.filter((each) => !isOn(each))) {
    const labels = { 'controller-revision-hash': hash };
    createPod(
      cluster,
      set,
      `${name}-${randomSuffix(5)}`,
      { generateName: `${name}-`, labels },
      { nodeName: node.metadata.name ?? '' },
    );
  }
  const now = podsOf(cluster, set);
  const ready = now.filter(isReady).length;
  const count = now.length;
  report(cluster, kind, set, {
    currentNumberScheduled: count,
    numberMisscheduled: 0,
    desiredNumberScheduled: nodes.length,
    numberReady: ready,
    observedGeneration: set.metadata.generation ?? 1,
    updatedNumberScheduled: count,
    ...(ready === 0 ? {} : { numberAvailable: ready }),
  });
}
