import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Cluster } from './cluster.ts';

const NODE = join(import.meta.dirname, '..', 'cluster/node');
const NUMBERS = [1, 2, 3, 4] as const;

/** A node of a cluster. */
export interface ClusterNode {
  readonly name: string;
  /** The folder of its containerd. */
  readonly folder: string;
  /** The path of its network namespace. */
  readonly network: string;
  /** Where this machine has what the node’s pods find under `hostPathOf` of the cluster. */
  readonly host: string;
}

/** A folder that each node has for itself, as `hostPath` volumes name it. */
export function hostPathOf(cluster: Cluster): string {
  return join(cluster.folder, 'host');
}

/** The nodes of a cluster that runs pods, by their numbers. */
export function nodesOf(cluster: Cluster): readonly ClusterNode[] {
  return NUMBERS.map((number) => nodeOf(cluster, number)).filter(({ network }) => existsSync(network));
}

/** Adds a node, from the second on, and resolves when pods run on it; `end` takes it away, with its files. */
export async function addNode(cluster: Cluster, number: 2 | 3 | 4): Promise<ClusterNode & { end(): void }> {
  await promisify(execFile)(NODE, [cluster.folder, String(number)]);
  return {
    ...nodeOf(cluster, number),
    end: () => void execFileSync(NODE, [cluster.folder, String(number), '--end'], { stdio: 'pipe' }),
  };
}

function nodeOf(cluster: Cluster, number: number): ClusterNode {
  const folder = number === 1 ? cluster.folder : join(cluster.folder, `node-${number}`);
  const suffix = number === 1 ? '' : `_${number}`;
  return {
    name: `node-${number}`,
    folder,
    network: `/run/netns/cluster${cluster.number}${suffix}`,
    host: join(folder, 'host'),
  };
}
