// What `sallyport target bootstrap` prints, applied to a real cluster: the gateway, its reader and its callers need no more, and have no more.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Issuer, startIssuer } from '../../demo/issuer.ts';
import { clientNamed } from '../clients/clients.ts';
import { startChild } from '../support/child.ts';
import { type Cluster, kubernetesRelease } from '../support/cluster.ts';
import { ask, CLI } from '../support/gateway-process.ts';
import { sharedCluster } from '../support/test-cluster.ts';

const NAMESPACE = 'bootstrapped';
const ROLES = ['sallyport-gateway', 'sallyport-gateway-on-behalf', 'sallyport-reader', 'sallyport-old'];

const cluster = await sharedCluster('what target bootstrap prints', 'podless');
if (cluster !== undefined) describe('target bootstrap on a real cluster', () => suite(cluster));

function suite(cluster: Cluster): void {
  const isConstrained = kubernetesRelease() !== '1.35';
  let kubectl: string;
  let folder: string;
  let issuer: Issuer;
  const admin = (args: readonly string[], input = '') => {
    const all = ['--kubeconfig', cluster.adminKubeconfig(), ...args];
    return spawnSync(join(kubectl, 'kubectl'), all, { encoding: 'utf8', input });
  };
  const sallyport = (...args: string[]) => {
    const [program, ...cli] = CLI;
    return spawnSync(program, [...cli, ...args], { cwd: folder, encoding: 'utf8' });
  };
  const may = (who: string, ...asked: string[]) =>
    admin(['auth', 'can-i', ...asked, '--as', `system:serviceaccount:sallyport:${who}`]).stdout.trim();

  before(async () => {
    kubectl = await clientNamed('kubectl-1.35').prepare();
    folder = mkdtempSync(join(tmpdir(), 'sallyport-bootstrap-'));
    issuer = await startIssuer();
    for (const name of ['gateway.token', 'reader.token', 'ca.crt']) writeFileSync(join(folder, name), '');
    writeFileSync(join(folder, 'jobs.yaml'), POLICY);
    writeFileSync(join(folder, 'sallyport.yaml'), configText(issuer.url, cluster.server));
    admin(['create', 'namespace', NAMESPACE]);
    const printed = sallyport('target', 'bootstrap', '--kubeconfig', cluster.adminKubeconfig());
    assert.equal(printed.status, 0, printed.stderr);
    const applied = admin(['apply', '-f', '-'], printed.stdout);
    assert.equal(applied.status, 0, applied.stderr);
    for (const who of ['gateway', 'reader']) {
      const made = admin(['-n', 'sallyport', 'create', 'token', who, '--duration', '24h']);
      writeFileSync(join(folder, `${who}.token`), made.stdout);
    }
    const ca = admin(['-n', 'sallyport', 'get', 'configmap', 'kube-root-ca.crt', '-o', 'jsonpath={.data.ca\\.crt}']);
    writeFileSync(join(folder, 'ca.crt'), ca.stdout);
    while (may('reader', 'get', 'namespaces') !== 'yes'); // until its authorizer has heard of what is there now
  });
  after(async () => {
    admin(['delete', 'clusterrole,clusterrolebinding', ...ROLES, '--ignore-not-found']);
    admin(['delete', 'namespace', NAMESPACE, '--wait=false', '--ignore-not-found']);
    await issuer?.close();
    rmSync(folder, { recursive: true });
  });

  test('a gateway that has no more serves what policy allows, and its callers have their RBAC', async () => {
    const [program, ...cli] = CLI;
    const child = startChild(program, [...cli, 'gateway'], { cwd: folder });
    try {
      const [line] = await child.until(/.*"the gateway serves".*/);
      const { url } = JSON.parse(line) as { url: string };
      const caller = { token: await issuer.tokenFor('dev', ['ops']), caFile: join(folder, '.sallyport/ca.crt') };
      const of = (namespace: string) => `${url}/k8s/prod/api/v1/namespaces/${namespace}/configmaps`;
      let read = await ask(of(NAMESPACE), caller);
      while (read.status === 403) read = await ask(of(NAMESPACE), caller);
      assert.equal(read.status, 200, read.body);
      const made = await ask(of(NAMESPACE), {
        ...caller,
        json: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'made' }, data: { colour: 'blue' } },
      });
      assert.equal(made.status, 201, made.body);
      const elsewhere = await ask(of('kube-system'), caller);
      assert.equal(elsewhere.status, 403, elsewhere.body);
      assert.match(elsewhere.body, /no rule allows/);
    } finally {
      child.kill('SIGTERM');
      assert.equal(await child.ended, 0, child.said());
    }
  });

  test('the gateway itself may nothing but act for callers, and where that is limited, for what policy may permit', () => {
    assert.equal(may('gateway', 'get', 'configmaps', '-n', NAMESPACE), 'no');
    assert.equal(may('gateway', 'get', 'secrets', '-A'), 'no');
    assert.equal(may('gateway', 'impersonate', 'users'), isConstrained ? 'no' : 'yes');
    if (!isConstrained) return;
    assert.equal(may('gateway', 'impersonate-on:user-info:list', 'configmaps', '-n', NAMESPACE), 'yes');
    assert.equal(may('gateway', 'impersonate-on:user-info:list', 'configmaps', '-n', 'kube-system'), 'no');
    assert.equal(may('gateway', 'impersonate-on:user-info:delete', 'configmaps', '-n', NAMESPACE), 'no');
    assert.equal(may('gateway', 'impersonate-on:user-info:get', 'secrets', '-n', NAMESPACE), 'no');
  });

  test('the reader reads what is changed, and no Secret', () => {
    assert.equal(may('reader', 'get', 'configmaps', '-n', NAMESPACE), 'yes');
    assert.equal(may('reader', 'list', 'configmaps', '-n', NAMESPACE), 'no');
    assert.equal(may('reader', 'get', 'secrets', '-n', NAMESPACE), 'no');
  });

  test('T67: --prove tells by a uid by which right the gateway acts, and that the old one is there as well', () => {
    const proof = () => sallyport('target', 'bootstrap', '--prove', '--kubeconfig', cluster.adminKubeconfig());
    const first = proof();
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stdout, isConstrained ? /^constrained impersonation is in force/ : /by the old right/);
    if (!isConstrained) return;
    admin(['create', 'clusterrole', 'sallyport-old', '--verb=impersonate', '--resource=users,groups']);
    const account = '--serviceaccount=sallyport:gateway';
    admin(['create', 'clusterrolebinding', 'sallyport-old', '--clusterrole=sallyport-old', account]);
    while (may('gateway', 'impersonate', 'users') !== 'yes');
    const second = proof();
    assert.equal(second.status, 1, second.stderr);
    assert.match(second.stdout, /the old right to impersonate as well/);
  });
}

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: jobs }
callers: [{ groups: [ops] }]
targets: [prod]
rules:
  - { id: settings, effect: allow, verbs: [get, list, create], apiGroups: [""], resources: [configmaps], namespaces: [${NAMESPACE}] }
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
    server: { url: "${server}", caFile: ca.crt, tokenFile: gateway.token }
    reader: { tokenFile: reader.token }
policy: { files: [jobs.yaml] }
`;
}
