import type { GuardId } from './guard.ts';

/**
 * Whose yes lifts a guard for one request: that of the person whom a hold rule asks (`person`), of two of them (`two`), or nobody’s. Nobody lifts what gives power
 * that outlives the request, or takes it past the gateway.
 */
export const LIFTABLE: Readonly<Record<GuardId, 'person' | 'two' | 'never'>> = Object.freeze({
  'helm-records': 'person',
  kubelet: 'never',
  tokens: 'never',
  rbac: 'two',
  certificates: 'never',
  impersonation: 'never',
  admission: 'never',
  'aws-auth': 'never',
  'cloud-identity': 'never',
  'cluster-configuration': 'person',
  nodes: 'never',
  status: 'never',
  traffic: 'person',
  'namespace-labels': 'person',
  'privileged-pods': 'person',
  'host-namespaces': 'person',
  'host-path': 'person',
  'critical-pods': 'person',
  'service-accounts': 'person',
  'secret-mount': 'person',
  'privileged-exec': 'person',
  deletions: 'person',
});
