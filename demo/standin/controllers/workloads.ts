/** Deployments, replica sets, stateful sets, daemon sets and jobs: as many pods as are asked for, and a status that says so. */

import { createHash } from 'node:crypto';
import { deleteObject } from '../delete.ts';
import type { Kind } from '../kinds.ts';
import { randomSuffix } from '../names.ts';
import {
  at,
  isEqual,
  type JsonObject,
  type KubeObject,
  listAt,
  numberAt,
  textAt,
  timestamp,
  valueAt,
  without,
} from '../object.ts';
import type { Cluster } from '../write.ts';
import { change, create, isOwnedBy, kindNamed, ownedBy, tell } from './change.ts';

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

const revisionKey = 'deployment.kubernetes.io/revision';

function reconcileDeployment(cluster: Cluster, kind: Kind, deployment: KubeObject): void {
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

function reconcileJob(cluster: Cluster, kind: Kind, job: KubeObject): void {
  const isOver = listAt(job, 'status', 'conditions').some((each) => each.type === 'Complete' || each.type === 'Failed');
  if (isOver || valueAt(job, 'spec', 'suspend') === true) return;
  const name = job.metadata.name ?? '';
  const phase = (wanted: string): number =>
    podsOf(cluster, job).filter((pod) => textAt(pod, 'status', 'phase') === wanted).length;
  const wanted = numberAt(job, 'spec', 'completions');
  const [succeeded, failed] = [phase('Succeeded'), phase('Failed')];
  const active = podsOf(cluster, job).length - succeeded - failed;
  const hasFailed = failed > numberAt(job, 'spec', 'backoffLimit');
  const room = Math.min(numberAt(job, 'spec', 'parallelism'), wanted - succeeded) - active;
  for (let count = 0; count < room && !hasFailed; count += 1) {
    const pod = createPod(cluster, job, `${name}-${randomSuffix(5)}`, { generateName: `${name}-` });
    tell(cluster, job, 'job-controller', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
  }
  const now = timestamp(cluster.nowMs());
  const startTime = textAt(job, 'status', 'startTime') || now;
  const over = (type: string, reason: string, message: string): JsonObject => ({
    conditions: [{ type, status: 'True', lastProbeTime: now, lastTransitionTime: now, reason, message }],
  });
  const end =
    succeeded >= wanted
      ? { completionTime: now, ...over('Complete', 'CompletionsReached', 'Reached expected number of succeeded pods') }
      : hasFailed
        ? over('Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit')
        : {};
  const running = podsOf(cluster, job).length - succeeded - failed;
  const counts = {
    ...(running > 0 ? { active: running, ready: running } : {}),
    ...(succeeded > 0 ? { succeeded } : {}),
    ...(failed > 0 ? { failed } : {}),
  };
  report(cluster, kind, job, { startTime, ...counts, ...end });
}

function podsOf(cluster: Cluster, owner: KubeObject): readonly KubeObject[] {
  const pods = cluster.store.list(kindNamed(cluster, 'pods'), owner.metadata.namespace ?? '');
  return pods.filter((pod) => isOwnedBy(pod, owner) && pod.metadata.deletionTimestamp === undefined);
}

function createPod(
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

function isReady(pod: KubeObject): boolean {
  return listAt(pod, 'status', 'conditions').some((each) => each.type === 'Ready' && each.status === 'True');
}

function report(cluster: Cluster, kind: Kind, object: KubeObject, status: JsonObject): void {
  if (!isEqual(object.status, status)) change(cluster, kind, object, { ...object, status });
}

function grown(object: KubeObject, isChanged: boolean): KubeObject {
  return isChanged
    ? { ...object, metadata: { ...object.metadata, generation: (object.metadata.generation ?? 0) + 1 } }
    : object;
}

/** Short, stable, and of the letters that Kubernetes uses for it. */
function templateHash(template: JsonObject): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  const digest = createHash('sha256').update(JSON.stringify(template)).digest();
  return [...digest.subarray(0, 10)].map((byte) => alphabet[byte % alphabet.length]).join('');
}
