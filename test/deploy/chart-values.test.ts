// Each of the chart's values does something: changed where it matters, it changes what Helm renders.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { clientNamed } from '../clients/clients.ts';
import { leftOut } from '../support/left-out.ts';
import { root } from '../tidy/tree.ts';

const CHART = join(root, 'deploy/chart');
const FILES = ['one-gateway', 'two-gateways-of-eks', 'pods-of-the-cluster', 'on-each-node'] as const;
const run = promisify(execFile);

/** The values of `ci/` beside which a value matters, and another one for it; `also` goes before both. */
interface Change {
  readonly in: (typeof FILES)[number];
  readonly to: unknown;
  readonly also?: Readonly<Record<string, unknown>>;
}

const [one, two, pods, each] = FILES;
const peers = [{ namespaceSelector: {} }];

/** A change for each value, by its path; `config` is the gateway's own, and its schema's. */
const CHANGES: Readonly<Record<string, Change>> = {
  'image.repository': { in: one, to: 'registry.example.com/sallyport' },
  'image.tag': { in: one, to: '1' },
  'image.digest': { in: one, to: `sha256:${'0'.repeat(64)}` },
  'image.pullPolicy': { in: one, to: 'Always' },
  imagePullSecrets: { in: one, to: [{ name: 'pull' }] },
  nameOverride: { in: one, to: 'other' },
  mode: { in: two, to: 'daemonset' },
  replicas: { in: two, to: 3 },
  policies: { in: one, to: { 'more.yaml': 'a: b' } },
  files: { in: one, to: { 'a.json': '{}' } },
  secrets: { in: one, to: { more: 'of-mine' } },
  'storeMigration.secretName': { in: two, to: 'other' },
  'storeMigration.gatewayRole': { in: two, to: 'other' },
  env: { in: one, to: [{ name: 'A', value: 'b' }] },
  'tls.mode': { in: one, to: 'helm' },
  'tls.secretName': { in: pods, to: 'other' },
  'tls.helm.dnsNames': { in: one, to: ['a.example.com'], also: { 'tls.mode': 'helm' } },
  'tls.helm.ipAddresses': { in: one, to: ['203.0.113.7'], also: { 'tls.mode': 'helm' } },
  'tls.certManager.issuerRef': { in: two, to: { name: 'mine', kind: 'ClusterIssuer' } },
  'tls.certManager.dnsNames': { in: two, to: ['a.example.com'] },
  'tls.certManager.duration': { in: two, to: '720h' },
  'serviceAccount.create': { in: one, to: false },
  'serviceAccount.name': { in: one, to: 'other' },
  'serviceAccount.annotations': { in: one, to: { a: 'b' } },
  'clusterToken.enabled': { in: one, to: false },
  'clusterToken.expirationSeconds': { in: one, to: 600 },
  'clusterToken.audience': { in: one, to: 'a' },
  'rbac.mode': { in: one, to: 'none' },
  'persistence.size': { in: one, to: '1Gi' },
  'persistence.storageClassName': { in: one, to: 'gp3' },
  'persistence.accessModes': { in: one, to: ['ReadWriteOncePod'] },
  'persistence.hostPath': { in: each, to: '/mnt/sallyport' },
  resources: { in: one, to: { limits: { cpu: '1' } } },
  terminationGracePeriodSeconds: { in: one, to: 60 },
  drainSeconds: { in: one, to: 10 },
  dnsPolicy: { in: one, to: 'Default' },
  dnsConfig: { in: one, to: { nameservers: ['10.0.0.2'] } },
  hostAliases: { in: one, to: [{ ip: '10.0.0.1', hostnames: ['a'] }] },
  priorityClassName: { in: one, to: 'high' },
  nodeSelector: { in: one, to: { a: 'b' } },
  tolerations: { in: one, to: [{ operator: 'Exists' }] },
  affinity: { in: one, to: { nodeAffinity: {} } },
  topologySpreadConstraints: {
    in: one,
    to: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
  },
  podAnnotations: { in: one, to: { a: 'b' } },
  podLabels: { in: one, to: { a: 'b' } },
  'service.type': { in: one, to: 'NodePort' },
  'service.port': { in: one, to: 8443 },
  'service.annotations': { in: one, to: { a: 'b' } },
  'podDisruptionBudget.enabled': { in: two, to: false },
  'podDisruptionBudget.maxUnavailable': { in: two, to: '50%' },
  'networkPolicy.enabled': { in: one, to: false },
  'networkPolicy.from': { in: one, to: peers },
  'networkPolicy.metricsFrom': { in: one, to: peers },
  'networkPolicy.egress': { in: one, to: [{ to: peers }] },
  'agents.namespaces': { in: one, to: ['agents'] },
  'agents.podSelector': { in: two, to: { matchLabels: { a: 'b' } } },
  'agents.egress': { in: two, to: [{ to: peers }] },
  'podWebhook.enabled': { in: pods, to: false },
  'podWebhook.replicas': { in: pods, to: 3 },
  'podWebhook.port': { in: pods, to: 9444 },
  'podWebhook.hostNetwork': { in: pods, to: true },
  'podWebhook.audience': {
    in: pods,
    to: 'other',
    also: { 'config.issuers': [{ name: 'pods', url: 'https://a.example.com', audiences: ['sallyport', 'other'] }] },
  },
  'podWebhook.host': { in: pods, to: 'gateway.example.com' },
  'podWebhook.gatewayCaBundle': { in: pods, to: 'PEM' },
  'podWebhook.namespaceSelector': { in: pods, to: { matchLabels: { a: 'b' } } },
  'podWebhook.tls.secretName': { in: pods, to: 'other' },
  'podWebhook.tls.caBundle': { in: pods, to: 'PEM' },
  'podWebhook.tls.certManager': { in: pods, to: true, also: { 'tls.certManager.issuerRef': { name: 'mine' } } },
  'podWebhook.resources': { in: pods, to: { limits: { cpu: '1' } } },
  'serviceMonitor.enabled': { in: one, to: true },
  'serviceMonitor.interval': { in: two, to: '10s' },
  'serviceMonitor.labels': { in: two, to: { a: 'b' } },
  'prometheusRule.enabled': { in: one, to: true },
  'prometheusRule.labels': { in: two, to: { a: 'b' } },
  'dashboard.enabled': { in: one, to: true },
  'dashboard.labels': { in: two, to: { a: 'b' } },
  'ingress.enabled': { in: two, to: false },
  'ingress.className': { in: two, to: 'other' },
  'ingress.hostNames': { in: two, to: ['a.example.com'] },
  'ingress.annotations': { in: two, to: { a: 'b' } },
  'gatewayApi.enabled': { in: two, to: false },
  'gatewayApi.apiVersion': { in: two, to: 'gateway.networking.k8s.io/v1' },
  'gatewayApi.hostNames': { in: two, to: ['a.example.com'] },
  'gatewayApi.parentRefs': { in: two, to: [{ name: 'other' }] },
};

/** Values that are taken whole: what is in them is Kubernetes' own. */
const WHOLE = [
  'resources',
  'nodeSelector',
  'podWebhook.resources',
  'podWebhook.namespaceSelector',
  'ingress.annotations',
  'dashboard.labels',
];

const helm = clientNamed('helm-4');
if (helm.missing === undefined) describe('the values of the chart', suite);
else leftOut('the values of the chart', helm.missing);

function suite(): void {
  const rendered = async (file: string, values: Readonly<Record<string, unknown>>) => {
    const program = join(await helm.prepare(), 'helm');
    const set = Object.entries(values).flatMap(([path, value]) => ['--set-json', `${path}=${JSON.stringify(value)}`]);
    const files = ['--values', join(CHART, `ci/${file}.yaml`), '--kube-version', '1.35.0'];
    const { stdout } = await run(program, ['template', 'gw', CHART, '--namespace', 'sallyport', ...files, ...set], {
      maxBuffer: 16 * 1024 * 1024,
    });
    return withoutSecrets(stdout);
  };

  test('each has a change here', () => {
    const { config: _, ...values } = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8'));
    assert.deepEqual(Object.keys(CHANGES).toSorted(), leavesOf(values).toSorted());
  });

  const befores = new Map<string, Promise<string>>();
  for (const [path, { in: file, to, also = {} }] of Object.entries(CHANGES))
    test(`${path} does something`, async () => {
      const key = JSON.stringify([file, also]);
      const before = befores.get(key) ?? rendered(file, also);
      befores.set(key, before);
      const isSame = (await before) === (await rendered(file, { ...also, [path]: to }));
      assert.ok(!isSame);
    });
}

/** What Helm makes anew each time: certificates and their keys. */
function withoutSecrets(text: string): string {
  return text.replaceAll(/: LS0t\S+$/gm, '');
}

function leavesOf(value: unknown, path = ''): readonly string[] {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap || Object.keys(value).length === 0 || WHOLE.includes(path)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, path === '' ? key : `${path}.${key}`));
}
