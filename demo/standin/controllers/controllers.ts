/**
 * A tiny control plane: after each change it makes what follows from it, until nothing does. Deployments get replica sets, these get pods,
 * pods run at once, what lost its owner goes, and a namespace that is deleted is emptied. Cron jobs do not fire: nothing here watches a clock.
 */

import type { Containers } from '../containers.ts';
import type { Cluster } from '../write.ts';
import { collectGarbage } from './garbage.ts';
import { reconcileNamespaces } from './namespaces.ts';
import { runPods } from './pods.ts';
import { reconcileServices } from './services.ts';
import { reconcileWorkloads } from './workloads.ts';

export interface Controllers {
  /** Runs until nothing follows any more; resolves then. */
  settle(): Promise<void>;
  stop(): void;
}

/** Limit: passes in a row; what has not settled by then goes on with the next change. */
const passesMax = 50;

export function startControllers(cluster: Cluster, containers: Containers): Controllers {
  let scheduled: Promise<void> | undefined;
  let isStopped = false;
  const pass = (): void => {
    reconcileNamespaces(cluster);
    reconcileWorkloads(cluster);
    runPods(cluster, containers);
    reconcileServices(cluster);
    collectGarbage(cluster, containers);
  };
  const settle = (): void => {
    for (let passes = 0; passes < passesMax && !isStopped; passes += 1) {
      const { revision } = cluster.store;
      pass();
      if (cluster.store.revision === revision) return;
    }
  };
  const schedule = (): Promise<void> => {
    scheduled ??= new Promise((resolve) =>
      setImmediate(() => {
        settle();
        scheduled = undefined;
        resolve();
      }),
    );
    return scheduled;
  };
  const unsubscribe = cluster.store.subscribe(() => void schedule());
  return {
    settle: schedule,
    stop: () => {
      isStopped = true;
      unsubscribe();
    },
  };
}
