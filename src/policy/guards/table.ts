import { cloudIdentityGuard } from './cloud-identity.ts';
import { clusterConfigurationGuard, nodesGuard } from './cluster.ts';
import { deletionsGuard } from './deletions.ts';
import type { Guard } from './guard.ts';
import { helmRecordsGuard } from './helm-records.ts';
import { namespaceLabelsGuard } from './namespace-labels.ts';
import {
  admissionGuard,
  awsAuthGuard,
  certificatesGuard,
  impersonationGuard,
  kubeletGuard,
  privilegedExecGuard,
  rbacGuard,
  statusGuard,
  tokensGuard,
} from './powers.ts';
import { secretMountGuard } from './secret-mount.ts';
import { trafficGuard } from './traffic.ts';
import {
  criticalPodsGuard,
  hostNamespacesGuard,
  hostPathGuard,
  privilegedPodsGuard,
  serviceAccountsGuard,
} from './workloads.ts';

/** Every guard, in the order of the reference page. All are closed by default. */
export const GUARDS: readonly Guard[] = [
  helmRecordsGuard,
  kubeletGuard,
  tokensGuard,
  rbacGuard,
  impersonationGuard,
  admissionGuard,
  awsAuthGuard,
  statusGuard,
  nodesGuard,
  clusterConfigurationGuard,
  namespaceLabelsGuard,
  privilegedPodsGuard,
  hostNamespacesGuard,
  hostPathGuard,
  criticalPodsGuard,
  serviceAccountsGuard,
  certificatesGuard,
  cloudIdentityGuard,
  secretMountGuard,
  trafficGuard,
  privilegedExecGuard,
  deletionsGuard,
];

/** Their ids, as `unsafe.openGuards` takes them. */
export const GUARD_IDS: ReadonlySet<string> = new Set(GUARDS.map(({ id }) => id));
