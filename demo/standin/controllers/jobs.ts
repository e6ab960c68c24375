/** A job: pods until enough have succeeded or too many have failed. */

import type { Kind } from '../kinds.ts';
import { randomSuffix } from '../names.ts';
import { type JsonObject, type KubeObject, listAt, numberAt, textAt, timestamp, valueAt } from '../object.ts';
import type { Cluster } from '../write.ts';
import { tell } from './change.ts';
import { createPod, podsOf, report } from './owned-pods.ts';

export function reconcileJob(cluster: Cluster, kind: Kind, job: KubeObject): void {
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
