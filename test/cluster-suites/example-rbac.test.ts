// What examples/cluster/gateway.yaml gives: an account that may impersonate and nothing else, and a reader that sees no Secret.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { clientNamed } from '../clients/clients.ts';
import type { Cluster } from '../support/cluster.ts';
import { sharedCluster } from '../support/test-cluster.ts';

const MANIFEST = join(import.meta.dirname, '../../examples/cluster/gateway.yaml');

const cluster = await sharedCluster('the RBAC that the gateway needs', 'podless');
if (cluster !== undefined) suite(cluster);

function suite(cluster: Cluster): void {
  let kubectl: string;
  const admin = (...args: string[]) =>
    spawnSync(join(kubectl, 'kubectl'), ['--kubeconfig', cluster.adminKubeconfig(), ...args], { encoding: 'utf8' });
  before(async () => {
    kubectl = await clientNamed('kubectl-1.35').prepare();
    const { status, stderr } = admin('apply', '-f', MANIFEST);
    assert.equal(status, 0, stderr);
  });
  after(() => void admin('delete', '-f', MANIFEST, '--wait=false'));

  const TABLE: readonly (readonly [who: 'gateway' | 'reader', may: 'yes' | 'no', ...asked: string[]])[] = [
    ['gateway', 'yes', 'impersonate', 'users'],
    ['gateway', 'yes', 'impersonate', 'groups'],
    ['gateway', 'no', 'get', 'pods'],
    ['gateway', 'no', 'get', 'secrets'],
    ['gateway', 'no', 'impersonate', 'serviceaccounts'],
    ['gateway', 'no', '*', '*'],
    ['reader', 'yes', 'list', 'pods', '-A'],
    ['reader', 'yes', 'get', 'namespaces'],
    ['reader', 'yes', 'get', 'deployments.apps'],
    ['reader', 'no', 'get', 'secrets'],
    ['reader', 'no', 'delete', 'pods'],
    ['reader', 'no', 'create', 'pods', '--subresource=exec'],
    ['reader', 'no', 'impersonate', 'users'],
  ];
  for (const [who, may, ...asked] of TABLE) {
    test(`the ${who} may${may === 'yes' ? '' : ' not'} ${asked.join(' ')}`, () => {
      const as = ['--as', `system:serviceaccount:sallyport:${who}`, '--as-group', 'system:serviceaccounts'];
      assert.equal(admin('auth', 'can-i', ...asked, ...as).stdout.trim(), may);
    });
  }

  test('both get the tokens that the page has people make', () => {
    for (const who of ['gateway', 'reader']) {
      const { status, stdout } = admin('-n', 'sallyport', 'create', 'token', who, '--duration', '24h');
      assert.deepEqual([status, stdout.split('.').length], [0, 3]);
    }
    const ca = admin('-n', 'sallyport', 'get', 'configmap', 'kube-root-ca.crt', '-o', 'jsonpath={.data.ca\\.crt}');
    assert.match(ca.stdout, /^-----BEGIN CERTIFICATE-----/);
  });
}
