/**
 * Scheduler and kubelet in one: a pod gets the first node and runs at once. A container that is meant to end (`restartPolicy` other than
 * Always) and wants no input runs its command in the toy shell, and its output is its log; the others only say that they run.
 */

import type { Containers } from '../containers.ts';
import { type JsonObject, type KubeObject, listAt, numberAt, textAt, timestamp, valueAt } from '../object.ts';
import { runProcess } from '../shell/shell.ts';
import type { Cluster } from '../write.ts';
import { change, kindNamed, tell } from './change.ts';

export function runPods(cluster: Cluster, containers: Containers): void {
  const pods = kindNamed(cluster, 'pods');
  const [node] = cluster.store.list(kindNamed(cluster, 'nodes'));
  for (const pod of cluster.store.list(pods)) {
    if (
      node === undefined ||
      textAt(pod, 'status', 'phase') !== 'Pending' ||
      pod.metadata.deletionTimestamp !== undefined
    )
      continue;
    const nodeName = textAt(pod, 'spec', 'nodeName') || (node.metadata.name ?? '');
    const spec = { ...(pod.spec as JsonObject), nodeName };
    const running = change(cluster, pods, pod, { ...pod, spec, status: runningStatus(cluster, pod) }, 'kubelet');
    tell(
      cluster,
      running,
      'default-scheduler',
      'Scheduled',
      `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${nodeName}`,
    );
    for (const spec of listAt(pod, 'spec', 'containers')) start(cluster, containers, running, spec);
  }
}

function start(cluster: Cluster, containers: Containers, pod: KubeObject, spec: JsonObject): void {
  const name = textAt(spec, 'name');
  tell(cluster, pod, 'kubelet', 'Started', `Container started`);
  const container = containers.get(pod, spec);
  const argv = argvOf(spec);
  if (!isMeantToEnd(pod) || valueAt(spec, 'stdin') === true || argv.length === 0) {
    container.log.append(
      `container ${name} of image ${textAt(spec, 'image')} is up (a toy: nothing really runs)`,
      cluster.nowMs(),
    );
    return;
  }
  const write = (bytes: Buffer): void => container.log.append(bytes.toString('utf8'), cluster.nowMs());
  const streams = {
    read: async () => undefined,
    out: write,
    err: write,
    signal: container.stopped.signal,
    isTty: false,
  };
  void runProcess(container.machine, argv, streams).then((exit) => {
    if (exit.notStarted !== undefined) container.log.append(exit.notStarted, cluster.nowMs());
    container.log.end();
    if (!container.stopped.signal.aborted) ended(cluster, pod, name, exit.code);
  });
}

export function argvOf(spec: JsonObject): readonly string[] {
  return [...((spec.command ?? []) as readonly string[]), ...((spec.args ?? []) as readonly string[])];
}

export function isMeantToEnd(pod: KubeObject): boolean {
  return textAt(pod, 'spec', 'restartPolicy') !== 'Always';
}

/** Writes down that a container has ended; the pod has, when all have. */
export function ended(cluster: Cluster, pod: KubeObject, name: string, exitCode: number): void {
  const pods = kindNamed(cluster, 'pods');
  const live = cluster.store.get(pods, pod.metadata.namespace ?? '', pod.metadata.name ?? '');
  if (live === undefined || live.metadata.uid !== pod.metadata.uid) return;
  const finishedAt = timestamp(cluster.nowMs());
  const containerStatuses = listAt(live, 'status', 'containerStatuses').map((each) => {
    if (each.name !== name) return each;
    const startedAt = textAt(each, 'state', 'running', 'startedAt') || finishedAt;
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    return {
      ...each,
      ready: false,
      started: false,
      state: { terminated: { exitCode, reason, startedAt, finishedAt, containerID: each.containerID } },
    };
  });
  const codes = containerStatuses.map((each) => valueAt(each, 'state', 'terminated'));
  const isOver = codes.every((each) => each !== undefined);
  const hasFailed = codes.some((each) => numberAt(each, 'exitCode') !== 0);
  const status = live.status as JsonObject;
  const conditions = listAt(live, 'status', 'conditions').map((each) =>
    each.type === 'Ready' || each.type === 'ContainersReady'
      ? { ...each, status: 'False', reason: hasFailed ? 'PodFailed' : 'PodCompleted' }
      : each,
  );
  const phase = isOver ? (hasFailed ? 'Failed' : 'Succeeded') : 'Running';
  change(cluster, pods, live, { ...live, status: { ...status, phase, conditions, containerStatuses } }, 'kubelet');
}

let addresses = 1;

function runningStatus(cluster: Cluster, pod: KubeObject): JsonObject {
  const now = timestamp(cluster.nowMs());
  addresses = (addresses % 65_000) + 1;
  const podIP = `10.244.${addresses >> 8}.${addresses & 255}`;
  const condition = (type: string): JsonObject => ({
    type,
    status: 'True',
    observedGeneration: 1,
    lastProbeTime: null,
    lastTransitionTime: now,
  });
  return {
    ...(pod.status as JsonObject),
    observedGeneration: 1,
    phase: 'Running',
    conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(condition),
    hostIP: '192.0.2.10',
    hostIPs: [{ ip: '192.0.2.10' }],
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: now,
    containerStatuses: listAt(pod, 'spec', 'containers').map((container) => ({
      name: container.name ?? '',
      state: { running: { startedAt: now } },
      lastState: {},
      ready: true,
      restartCount: 0,
      image: container.image ?? '',
      imageID: '',
      containerID: `toy://${pod.metadata.uid}/${textAt(container, 'name')}`,
      started: true,
    })),
  };
}
