// What `sallyport cluster guard` prints, on a real cluster: a caller who has a credential of the cluster's own cannot change anything by itself, and can through the gateway; everybody else
// goes on, whoever has no extras and no groups among them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Issuer, startIssuer } from '../../demo/issuer.ts';
import { clientNamed } from '../clients/clients.ts';
import type { Child } from '../support/child.ts';
import { startChild } from '../support/child.ts';
import { type Cluster, kubernetesRelease } from '../support/cluster.ts';
import { ask, CLI } from '../support/gateway-process.ts';
import { sharedCluster } from '../support/test-cluster.ts';

const NAMESPACE = 'guarded';

const cluster = await sharedCluster('what cluster guard prints', 'podless');
if (cluster !== undefined) describe('cluster guard on a real cluster', () => suite(cluster));

function suite(cluster: Cluster): void {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-guard-'));
  const direct = join(folder, 'dev.kubeconfig');
  let [kubectl, url]: string[] = [];
  let issuer: Issuer;
  let gateway: Child;
  const by = (kubeconfig: string, args: readonly string[], input = '') =>
    spawnSync(kubectl as string, ['--kubeconfig', kubeconfig, ...args], { encoding: 'utf8', input });
  const admin = (...args: string[]) => by(cluster.adminKubeconfig(), args);
  const sallyport = (...args: string[]) => {
    const [program, ...cli] = CLI;
    return spawnSync(program, [...cli, ...args], { cwd: folder, encoding: 'utf8' });
  };
  const dev = (...args: string[]) => by(direct, ['-n', NAMESPACE, ...args]);

  before(async () => {
    kubectl = join(await clientNamed('kubectl-1.35').prepare(), 'kubectl');
    issuer = await startIssuer();
    for (const name of ['gateway.token', 'ca.crt']) writeFileSync(join(folder, name), '');
    writeFileSync(join(folder, 'policy.yaml'), POLICY);
    writeFileSync(join(folder, 'sallyport.yaml'), configText(issuer.url, cluster.server));
    cluster.certificateKubeconfig(direct, 'dev', ['agents']);
    admin('create', 'namespace', NAMESPACE);
    const rbac = sallyport('target', 'bootstrap', '--kubernetes', kubernetesRelease(), '-n', 'sallyport-guard');
    assert.equal(rbac.status, 0, rbac.stderr);
    const applied = by(
      cluster.adminKubeconfig(),
      ['apply', '-f', '-'],
      rbac.stdout
        .replaceAll('name: sallyport-gateway', 'name: guard-gateway')
        .replaceAll('name: sallyport-reader', 'name: guard-reader'),
    );
    assert.equal(applied.status, 0, applied.stderr);
    writeFileSync(
      join(folder, 'gateway.token'),
      admin('-n', 'sallyport-guard', 'create', 'token', 'gateway', '--duration', '24h').stdout,
    );
    writeFileSync(join(folder, 'ca.crt'), cluster.caPem);
    const [program, ...cli] = CLI;
    gateway = startChild(program, [...cli, 'gateway'], { cwd: folder });
    const [line] = await gateway.until(/.*"the gateway serves".*/);
    url = (JSON.parse(line) as { url: string }).url;
    // The caller's own RBAC lets it do this by itself, until it is guarded.
    while (dev('create', 'configmap', 'before').status !== 0);
    const printed = sallyport('cluster', 'guard');
    assert.equal(printed.status, 0, printed.stderr);
    assert.equal(by(cluster.adminKubeconfig(), ['apply', '-f', '-'], printed.stdout).status, 0);
    while (dev('create', 'configmap', 'tried', '--dry-run=server').status === 0); // until admission has heard of it
  });
  after(async () => {
    gateway?.kill('SIGTERM');
    await gateway?.ended;
    admin(
      'delete',
      'validatingadmissionpolicybinding,validatingadmissionpolicy',
      'sallyport-guard',
      '--ignore-not-found',
    );
    admin(
      'delete',
      'clusterrole,clusterrolebinding',
      'guard-gateway',
      'guard-gateway-on-behalf',
      'guard-reader',
      '--ignore-not-found',
    );
    admin('delete', 'namespace', NAMESPACE, 'sallyport-guard', '--wait=false', '--ignore-not-found');
    await issuer?.close();
    rmSync(folder, { recursive: true });
  });

  for (const [what, ...args] of [
    ['create', 'create', 'configmap', 'made'],
    ['change', 'patch', 'configmap', 'before', '--patch', '{"data":{"a":"b"}}'],
    ['delete', 'delete', 'configmap', 'before'],
  ] as const) {
    test(`a caller cannot ${what} anything by itself, and is told how`, () => {
      const { status, stderr } = dev(...args);
      assert.equal(status, 1);
      assert.match(stderr, /this caller changes things through the gateway alone/);
    });
  }

  test('through the gateway it can', async () => {
    const caller = { token: await issuer.tokenFor('dev', ['agents']), caFile: join(folder, '.sallyport/ca.crt') };
    const made = await ask(`${url}/k8s/prod/api/v1/namespaces/${NAMESPACE}/configmaps`, {
      ...caller,
      json: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'through' } },
    });
    assert.equal(made.status, 201, made.body);
  });

  test('T85: who has neither extras nor groups of ours goes on: an administrator, a service account, the controllers', () => {
    assert.equal(admin('-n', NAMESPACE, 'create', 'configmap', 'by-admin').status, 0);
    const asAccount = ['--as', `system:serviceaccount:${NAMESPACE}:default`];
    admin(
      '-n',
      NAMESPACE,
      'create',
      'rolebinding',
      'edit',
      '--clusterrole',
      'edit',
      '--serviceaccount',
      `${NAMESPACE}:default`,
    );
    while (admin('auth', 'can-i', 'create', 'configmaps', '-n', NAMESPACE, ...asAccount).status !== 0);
    const made = admin('-n', NAMESPACE, 'create', 'configmap', 'by-account', ...asAccount);
    assert.equal(made.status, 0, made.stderr);
    admin('create', 'namespace', 'guarded-controllers');
    while (admin('-n', 'guarded-controllers', 'get', 'configmap', 'kube-root-ca.crt').status !== 0); // a controller makes it
    admin('delete', 'namespace', 'guarded-controllers', '--wait=false');
  });

  test('what admission does not see, a read, is found in the audit log', () => {
    dev('get', 'configmaps');
    const { status, stdout } = sallyport(
      'cluster',
      'guard',
      '--audit-log',
      join(cluster.folder, 'log/audit.log'),
      '-o',
      'json',
    );
    assert.equal(status, 1);
    const { items } = JSON.parse(stdout) as {
      readonly items: readonly { user: string; verb: string; resource: string }[];
    };
    assert.ok(
      items.some(({ user, verb, resource }) => user === 'dev' && verb === 'list' && resource === 'configmaps'),
      stdout,
    );
  });
}

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: guarded }
callers: [{ groups: [agents] }]
targets: [prod]
rules:
  - { id: settings, effect: allow, verbs: [get, list, create, patch, delete], apiGroups: [""], resources: [configmaps], namespaces: [${NAMESPACE}] }
`;

function configText(issuer: string, server: string): string {
  return `apiVersion: sallyport.dev/v1
kind: Gateway
listen: { port: 0 }
private: { port: 0 }
issuers:
  - { name: main, url: "${issuer}", audiences: [sallyport] }
targets:
  - name: prod
    marked: true
    server: { url: "${server}", caFile: ca.crt, tokenFile: gateway.token }
policy: { files: [policy.yaml] }
`;
}
