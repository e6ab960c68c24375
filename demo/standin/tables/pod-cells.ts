/** A pod's row: its status column says more than its phase. Source: printPod in k8s.io/kubernetes pkg/printers/internalversion */

import { type Json, type KubeObject, listAt, numberAt, textAt, valueAt } from '../object.ts';
import { age } from './duration.ts';

export function podCells(pod: KubeObject, nowMs: number): readonly Json[] {
  const statuses = listAt(pod, 'status', 'containerStatuses');
  const ready = statuses.filter((each) => each.ready === true).length;
  const restarts = statuses.reduce((sum, each) => sum + numberAt(each, 'restartCount'), 0);
  return [
    pod.metadata.name ?? '',
    `${ready}/${listAt(pod, 'spec', 'containers').length}`,
    podState(pod),
    String(restarts),
    age(pod.metadata.creationTimestamp, nowMs),
    textAt(pod, 'status', 'podIP') || '<none>',
    textAt(pod, 'spec', 'nodeName') || '<none>',
    textAt(pod, 'status', 'nominatedNodeName') || '<none>',
    '<none>',
  ];
}

function podState(pod: KubeObject): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  for (const status of listAt(pod, 'status', 'containerStatuses')) {
    const waiting = textAt(status, 'state', 'waiting', 'reason');
    if (waiting !== '') return waiting;
    if (valueAt(status, 'state', 'terminated') !== undefined) {
      return (
        textAt(status, 'state', 'terminated', 'reason') ||
        `ExitCode:${numberAt(status, 'state', 'terminated', 'exitCode')}`
      );
    }
  }
  return textAt(pod, 'status', 'reason') || textAt(pod, 'status', 'phase');
}
