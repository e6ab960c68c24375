// What a run of these suites does once, before and after all of them: one cluster for all.

import { type Cluster, clusterAvailability, startCluster } from '../support/cluster.ts';
import { CLUSTER_FOLDER } from '../support/test-cluster.ts';

let cluster: Cluster | undefined;

/** Starts the cluster, with pods where that is possible; node:test calls it before the first suite. Where none can be, each suite says what it left out. */
export async function globalSetup(): Promise<void> {
  const { node, controlPlane } = clusterAvailability();
  if (process.env[CLUSTER_FOLDER] || !controlPlane || process.arch !== 'x64') return;
  cluster = await startCluster({ node });
  process.env[CLUSTER_FOLDER] = cluster.folder;
}

/** Stops it; node:test calls it after the last suite. What is run once more has a cluster of its own. */
export async function globalTeardown(): Promise<void> {
  if (cluster === undefined) return;
  cluster.stop();
  cluster = undefined;
  delete process.env[CLUSTER_FOLDER];
}
