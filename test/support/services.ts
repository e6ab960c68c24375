import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';

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
