/** What is in the stand-in when it starts: a small shop, so that there is something to read, to change and to be refused. */

import { kindNamed } from './controllers/change.ts';
import type { JsonObject } from './object.ts';
import type { Cluster } from './write.ts';
import { createObject } from './write.ts';

/** Who the stand-in's own tokens belong to; the roles below are bound to these names. */
export const impersonatorName = 'system:serviceaccount:kube-system:sallyport';
export const readerName = 'system:serviceaccount:kube-system:sallyport-reader';

const rbac = 'rbac.authorization.k8s.io';
const everything = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
];
const reading = ['get', 'list', 'watch'];
const impersonation = [
  { apiGroups: [''], resources: ['users', 'groups', 'serviceaccounts'], verbs: ['impersonate'] },
  { apiGroups: ['authentication.k8s.io'], resources: ['uids', 'userextras/*'], verbs: ['impersonate'] },
];

/** A node, the namespaces of every cluster, and the roles of the stand-in's own tokens. */
export function seedCluster(cluster: Cluster): void {
  const put = putter(cluster);
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system'])
    put('namespaces', '', '', { metadata: { name } });
  put('nodes', '', '', {
    metadata: { name: 'standin-1', labels: { 'kubernetes.io/hostname': 'standin-1', 'kubernetes.io/os': 'linux' } },
  });
  setNodeStatus(cluster);
  const clusterPort = { name: 'https', port: 443, targetPort: 6443 };
  put('services', '', 'default', {
    metadata: { name: 'kubernetes' },
    spec: { clusterIP: '10.96.0.1', ports: [clusterPort] },
  });
  const role = (name: string, rules: readonly JsonObject[]): void =>
    put('clusterroles', rbac, '', { metadata: { name }, rules });
  const bind = (name: string, subject: JsonObject): void =>
    put('clusterrolebindings', rbac, '', {
      metadata: { name },
      roleRef: { kind: 'ClusterRole', name },
      subjects: [subject],
    });
  role('cluster-admin', everything);
  role('view', [{ apiGroups: ['', 'apps', 'batch', 'networking.k8s.io'], resources: ['*'], verbs: reading }]);
  role('sallyport', impersonation);
  role('sallyport-reader', [{ apiGroups: ['*'], resources: ['*'], verbs: reading }]);
  bind('cluster-admin', { kind: 'Group', name: 'system:masters' });
  bind('sallyport', { kind: 'ServiceAccount', name: 'sallyport', namespace: 'kube-system' });
  bind('sallyport-reader', { kind: 'ServiceAccount', name: 'sallyport-reader', namespace: 'kube-system' });
}

/** The shop: two deployments, their services, settings and a secret. */
export function seedShop(cluster: Cluster): void {
  const put = putter(cluster);
  put('namespaces', '', '', { metadata: { name: 'shop' } });
  put('configmaps', '', 'shop', {
    metadata: { name: 'settings' },
    data: { CURRENCY: 'EUR', GREETING: 'welcome', 'feature-flags.json': '{"newCheckout":false}' },
  });
  put('secrets', '', 'shop', {
    metadata: { name: 'database' },
    type: 'Opaque',
    stringData: { username: 'shop', password: 'correct-horse-battery-staple' },
  });
  deployment(cluster, 'web', 'registry.example/shop/web:1.4.2', 3, 8080);
  deployment(cluster, 'api', 'registry.example/shop/api:2.0.1', 2, 9090);
}

function deployment(cluster: Cluster, name: string, image: string, replicas: number, port: number): void {
  const put = putter(cluster);
  const labels = { app: name };
  const password = { name: 'DATABASE_PASSWORD', valueFrom: { secretKeyRef: { name: 'database', key: 'password' } } };
  const container = {
    name,
    image,
    ports: [{ containerPort: port }],
    env: [{ name: 'LOG_LEVEL', value: 'info' }, password],
  };
  put('deployments', 'apps', 'shop', {
    metadata: { name, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  });
  put('services', '', 'shop', {
    metadata: { name, labels },
    spec: { selector: labels, ports: [{ port: 80, targetPort: port }] },
  });
}

function putter(cluster: Cluster): (resource: string, group: string, namespace: string, object: JsonObject) => void {
  const manager = { name: 'kubectl-create', operation: 'Update', subresource: '' } as const;
  return (resource, group, namespace, object) => {
    const kind = kindNamed(cluster, resource, group);
    const given = { apiVersion: group === '' ? 'v1' : `${group}/v1`, kind: kind.kind, metadata: {}, ...object };
    createObject(cluster, kind, namespace, given, { isDryRun: false, manager });
  };
}

function setNodeStatus(cluster: Cluster): void {
  const kind = kindNamed(cluster, 'nodes');
  const node = cluster.store.get(kind, '', 'standin-1');
  if (node === undefined) return;
  const capacity = { cpu: '4', memory: '8Gi', pods: '110' };
  const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'the stand-in is ready' }];
  const nodeInfo = {
    kubeletVersion: 'v1.35.4',
    osImage: 'none: an in-memory stand-in',
    kernelVersion: 'none',
    containerRuntimeVersion: 'toy://1',
    architecture: 'none',
    operatingSystem: 'linux',
    machineID: '',
    systemUUID: '',
    bootID: '',
    kubeProxyVersion: '',
  };
  const addresses = [
    { type: 'InternalIP', address: '192.0.2.10' },
    { type: 'Hostname', address: 'standin-1' },
  ];
  cluster.store.put(kind, { ...node, status: { capacity, allocatable: capacity, conditions, addresses, nodeInfo } });
}
