import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Cluster } from './cluster.ts';
import { nodesOf } from './cluster-node.ts';

const run = promisify(execFile);
const START = join(import.meta.dirname, '..', 'cluster/services/start');

/** The cluster’s domain names. */
export const CLUSTER_DNS = '10.96.0.10';

/** Has Services lead to pods in a cluster that runs, by address and by name; the first time on a machine kube-proxy and CoreDNS are compiled. */
export function startServices(cluster: Cluster): void {
  const { status, stderr } = spawnSync(START, [cluster.folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) throw new Error(`test/cluster/services/start failed with exit code ${status}: ${stderr}`);
}

/** What of a pod’s spec has it ask the cluster’s DNS, as a kubelet that was told of one would write it. */
export function asksClusterDns(namespace: string) {
  return {
    dnsPolicy: 'None',
    dnsConfig: {
      nameservers: [CLUSTER_DNS],
      searches: [`${namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local'],
      options: [{ name: 'ndots', value: '5' }],
    },
  };
}

/**
 * Resolves when each Service of a list, as the API server gives it, leads to somebody from each node: ready is what the API server knows of a pod, and kube-proxy hears it a moment later.
 */
export async function untilServicesLead(cluster: Cluster, list: string): Promise<void> {
  for (const { network } of nodesOf(cluster))
    for (const [address, port] of clusterAddresses(list))
      while (!(await connects(network, address, port))) await pause(100);
}

/** Addresses and ports of the Services that have an address. */
function clusterAddresses(services: string): readonly (readonly [string, number])[] {
  interface Service {
    readonly spec: { readonly clusterIP: string; readonly ports: readonly { readonly port: number }[] };
  }
  return (JSON.parse(services).items as readonly Service[]).flatMap(({ spec: { clusterIP, ports } }) =>
    clusterIP === 'None' ? [] : ports.map(({ port }) => [clusterIP, port] as const),
  );
}

/** Whether a connection from a node stands. */
async function connects(network: string, address: string, port: number): Promise<boolean> {
  const attempt = ['timeout', '5', 'bash', '-c', `exec 3<>/dev/tcp/${address}/${port}`];
  const asked = run('nsenter', [`--net=${network}`, ...attempt]);
  return asked.then(
    () => true,
    () => false,
  );
}
