// What the manifests of examples/cluster give: an account that may impersonate and nothing else, the one by the old right and the other without it, and a
// reader that sees no Secret; and that a gateway needs no more.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startIssuer } from '../../demo/issuer.ts';
import { clientNamed } from '../clients/clients.ts';
import type { AuditEvent } from '../support/audit-log.ts';
import { startChild } from '../support/child.ts';
import { type Cluster, kubernetesRelease } from '../support/cluster.ts';
import { ask, CLI } from '../support/gateway-process.ts';
import { sharedCluster } from '../support/test-cluster.ts';

const MANIFESTS = join(import.meta.dirname, '../../examples/cluster');

const cluster = await sharedCluster('the RBAC that the gateway needs', 'podless');
/** `constraint`: the right by which the audit log says that somebody was impersonated; the old one has none. */
function suite(manifest: string, rights: readonly Right[], constraint: string | undefined, cluster: Cluster): void {
  const MANIFEST = join(MANIFESTS, manifest);
  let kubectl: string;
  const admin = (...args: string[]) =>
    spawnSync(join(kubectl, 'kubectl'), ['--kubeconfig', cluster.adminKubeconfig(), ...args], { encoding: 'utf8' });
  const said = ([who, , ...asked]: Right) => {
    const as = ['--as', `system:serviceaccount:sallyport:${who}`, '--as-group', 'system:serviceaccounts'];
    return admin('auth', 'can-i', ...asked, ...as).stdout.trim();
  };
  const holds = (right: Right) => said(right) === right[1];
  before(async () => {
    kubectl = await clientNamed('kubectl-1.35').prepare();
    const { status, stderr } = admin('apply', '-f', MANIFEST);
    assert.equal(status, 0, stderr);
    for (let tries = 0; tries < 20 && !rights.every(holds); tries++); // until its authorizer has heard of what is there now
  });
  after(() => {
    const names = ['sallyport-gateway', 'sallyport-gateway-constrained', 'sallyport-reader'];
    admin('delete', 'clusterrolebinding,clusterrole', ...names, '--ignore-not-found');
  });

  for (const right of [...rights, ...READER]) {
    const [who, may, ...asked] = right;
    test(`${manifest}: the ${who} may${may === 'yes' ? '' : ' not'} ${asked.join(' ')}`, () => {
      assert.equal(said(right), may);
    });
  }

  test(`${manifest}: a gateway that has no more reaches the cluster, the audit log shows its caller, and the cluster’s own RBAC still says what its caller may`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-rbac-'));
    const issuer = await startIssuer();
    const log = cluster.auditLog();
    try {
      writeFileSync(join(folder, 'jobs.yaml'), POLICY);
      for (const who of ['gateway', 'reader'])
        writeFileSync(
          join(folder, `${who}.token`),
          admin('-n', 'sallyport', 'create', 'token', who, '--duration', '24h').stdout,
        );
      const ca = admin('-n', 'sallyport', 'get', 'configmap', 'kube-root-ca.crt', '-o', 'jsonpath={.data.ca\\.crt}');
      writeFileSync(join(folder, 'cluster-ca.crt'), ca.stdout);
      writeFileSync(join(folder, 'sallyport.yaml'), configText(issuer.url, cluster.server));
      const [program, ...cli] = CLI;
      const child = startChild(program, [...cli, 'gateway'], { cwd: folder });
      const [line] = await child.until(/.*"the gateway serves".*/);
      const { url } = JSON.parse(line) as { url: string };
      const caller = { token: await issuer.tokenFor('dev', ['ops']), caFile: join(folder, '.sallyport/ca.crt') };
      const pods = `${url}/k8s/prod/api/v1/namespaces/default/pods`;
      const stranger = await ask(pods, caller);
      assert.match(stranger.body, /User \\"dev\\" cannot list resource \\"pods\\"/);
      const binding = ['rolebinding', 'dev', '--namespace', 'default'];
      admin('create', ...binding, '--clusterrole', 'view', '--group', 'ops');
      await log.eventsUntil(({ verb, objectRef }) => verb === 'create' && objectRef?.name === 'dev');
      let known = await ask(pods, caller);
      while (known.status === 403) known = await ask(pods, caller); // until its authorizer has heard of the binding
      assert.equal(known.status, 200, known.body);
      const seen = await log.eventsUntil(
        ({ impersonatedUser, objectRef, responseStatus }) =>
          impersonatedUser?.username === 'dev' && objectRef?.resource === 'pods' && responseStatus?.code === 200,
      );
      const { user, impersonatedUser, authenticationMetadata } = seen.findLast(
        ({ impersonatedUser: each }) => each?.username === 'dev',
      ) as AuditEvent;
      assert.equal(user.username, 'system:serviceaccount:sallyport:gateway');
      assert.deepEqual(impersonatedUser?.groups, ['ops', 'system:authenticated']);
      assert.equal(authenticationMetadata?.impersonationConstraint, constraint);
      if (constraint !== undefined) {
        const rules = await rulesOf(url, caller);
        assert.deepEqual(rules, ['get', 'list', 'watch']);
        const less = JSON.stringify([{ op: 'remove', path: '/rules/1/verbs/1' }]);
        admin('patch', 'clusterrole', 'sallyport-gateway-constrained', '--type', 'json', '--patch', less);
        let limited = await ask(pods, caller);
        while (limited.status === 200) limited = await ask(pods, caller); // until the cluster has forgotten what it allowed
        assert.equal(limited.status, 503, limited.body);
        assert.match(limited.body, /impersonate-on:user-info:list[\s\S]*"CREDENTIAL_FORBIDDEN"/);
        assert.deepEqual(await rulesOf(url, caller), ['get', 'watch']);
      }
      child.kill('SIGTERM');
      assert.equal(await child.ended, 0, child.said());
    } finally {
      admin('delete', 'rolebinding', 'dev', '--namespace', 'default', '--ignore-not-found');
      await issuer.close();
      rmSync(folder, { recursive: true });
    }
  });
}

/** The verbs that the list of `can-i` has for pods. */
async function rulesOf(
  url: string,
  caller: { readonly token: string; readonly caFile: string },
): Promise<readonly string[]> {
  const uri = `${url}/k8s/prod/apis/authorization.k8s.io/v1/selfsubjectrulesreviews`;
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    spec: { namespace: 'default' },
  };
  const { status, body } = await ask(uri, { ...caller, json: review });
  assert.equal(status, 201, body);
  const { resourceRules } = JSON.parse(body).status as { resourceRules: { resources: string[]; verbs: string[] }[] };
  const ofPods = resourceRules.filter(({ resources }) => resources.includes('pods'));
  return [...new Set(ofPods.flatMap(({ verbs }) => verbs))].sort();
}

type Right = readonly [who: 'gateway' | 'reader', may: 'yes' | 'no', ...asked: string[]];

const NOTHING_ELSE: readonly Right[] = [
  ['gateway', 'no', 'get', 'pods'],
  ['gateway', 'no', 'get', 'secrets'],
  ['gateway', 'no', 'impersonate', 'serviceaccounts'],
  ['gateway', 'no', '*', '*'],
];
const LEGACY: readonly Right[] = [
  ['gateway', 'yes', 'impersonate', 'users'],
  ['gateway', 'yes', 'impersonate', 'groups'],
  ...NOTHING_ELSE,
];
const CONSTRAINED: readonly Right[] = [
  ['gateway', 'no', 'impersonate', 'users'],
  ['gateway', 'no', 'impersonate', 'groups'],
  ['gateway', 'yes', 'impersonate-on:user-info:list', 'pods'],
  ...NOTHING_ELSE,
];
const READER: readonly Right[] = [
  ['reader', 'yes', 'list', 'pods', '-A'],
  ['reader', 'yes', 'get', 'namespaces'],
  ['reader', 'yes', 'get', 'deployments.apps'],
  ['reader', 'no', 'get', 'secrets'],
  ['reader', 'no', 'delete', 'pods'],
  ['reader', 'no', 'create', 'pods', '--subresource=exec'],
  ['reader', 'no', 'impersonate', 'users'],
];

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: jobs }
callers: [{ groups: [ops] }]
targets: [prod]
rules:
  - { id: read, effect: allow, verbs: [get, list, watch], apiGroups: [""], resources: [pods] }
`;

/** As docs/how-to/put-it-before-a-cluster.md has it. */
function configText(issuer: string, server: string): string {
  return `apiVersion: sallyport.dev/v1
kind: Gateway
listen: { port: 0 }
private: { port: 0 }
issuers:
  - { name: main, url: "${issuer}", audiences: [sallyport] }
targets:
  - name: prod
    server: { url: "${server}", caFile: cluster-ca.crt, tokenFile: gateway.token }
    reader: { tokenFile: reader.token }
policy: { files: [jobs.yaml] }
`;
}

if (cluster !== undefined) {
  describe('gateway.yaml', () => suite('gateway.yaml', LEGACY, undefined, cluster));
  if (kubernetesRelease() !== '1.35') {
    const manifest = 'gateway-constrained.yaml';
    describe(manifest, () => suite(manifest, CONSTRAINED, 'impersonate:user-info', cluster));
  }
}
