import type { Guard } from './guard.ts';
import {
  admissionGuard,
  awsAuthGuard,
  certificatesGuard,
  deletionsGuard,
  impersonationGuard,
  kubeletGuard,
  privilegedExecGuard,
  rbacGuard,
  statusGuard,
  tokensGuard,
} from './powers.ts';
import { secretsGuard } from './secrets.ts';
import { hostNamespacesGuard, hostPathGuard, privilegedPodsGuard, serviceAccountsGuard } from './workloads.ts';

/** Every guard, in the order of the reference page. All are closed by default. */
export const GUARDS: readonly Guard[] = [
  secretsGuard,
  kubeletGuard,
  tokensGuard,
  rbacGuard,
  certificatesGuard,
  impersonationGuard,
  admissionGuard,
  awsAuthGuard,
  statusGuard,
  privilegedPodsGuard,
  hostNamespacesGuard,
  hostPathGuard,
  serviceAccountsGuard,
  privilegedExecGuard,
  deletionsGuard,
];

/** Their ids, as `unsafe.openGuards` takes them. */
export const GUARD_IDS: ReadonlySet<string> = new Set(GUARDS.map(({ id }) => id));
