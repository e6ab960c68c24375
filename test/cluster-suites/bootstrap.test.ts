// What `sallyport target bootstrap` prints, applied to a real cluster: the gateway, its reader and its callers need no more, and have no more.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Agent } from 'undici';
import { type Issuer, startIssuer } from '../../demo/issuer.ts';
import { clientNamed } from '../clients/clients.ts';
import { startChild } from '../support/child.ts';
import { type Cluster, kubernetesRelease } from '../support/cluster.ts';
import { controlApi } from '../support/control-api.ts';
import { ask, CLI } from '../support/gateway-process.ts';
import { sharedCluster } from '../support/test-cluster.ts';

const NAMESPACE = 'bootstrapped';
const ROLES = [
  'sallyport-gateway',
  'sallyport-gateway-on-behalf',
  'sallyport-reader',
  'sallyport-old',
  'sallyport-more',
];

const cluster = await sharedCluster('what target bootstrap prints', 'podless');
if (cluster !== undefined) describe('target bootstrap on a real cluster', () => suite(cluster));

function suite(cluster: Cluster): void {
  const isConstrained = kubernetesRelease() !== '1.35';
  let kubectl: string;
  let folder: string;
  let issuer: Issuer;
  let people: Issuer;
  let printed: string;
  const text = (name: string) => readFileSync(join(folder, name), 'utf8').trim();
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
    [issuer, people] = await Promise.all([startIssuer(), startIssuer()]);
    for (const name of ['gateway.token', 'reader.token', 'ca.crt']) writeFileSync(join(folder, name), '');
    writeFileSync(join(folder, 'jobs.yaml'), POLICY);
    writeFileSync(join(folder, 'sallyport.yaml'), configText(issuer.url, people.url, cluster.server));
    admin(['create', 'namespace', NAMESPACE]);
    const bootstrap = sallyport('target', 'bootstrap', 'prod', '--kubeconfig', cluster.adminKubeconfig());
    assert.equal(bootstrap.status, 0, bootstrap.stderr);
    printed = bootstrap.stdout;
    const applied = admin(['apply', '-f', '-'], printed);
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
    await Promise.all([issuer?.close(), people?.close()]);
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
      await registered(JSON.parse(line), caller.token);
    } finally {
      child.kill('SIGTERM');
      assert.equal(await child.ended, 0, child.said());
    }
  });

  /** The same cluster once more, registered by API: served at once, checked, and gone when it is removed. */
  async function registered(
    serves: { readonly url: string; readonly consoleUrl: string },
    token: string,
  ): Promise<void> {
    const dispatcher = new Agent({ connect: { ca: text('.sallyport/ca.crt') } });
    const api = controlApi(
      () => serves.consoleUrl,
      () => dispatcher,
    );
    try {
      const ada = await people.tokenFor('ada', ['platform']);
      const added = await api(ada, 'POST', '/targets/registered', {
        name: 'prod-by-api',
        reason: 'the same once more',
        server: { url: cluster.server, ca: text('ca.crt') },
        credential: { token: text('gateway.token') },
        reader: { token: text('reader.token') },
      });
      assert.equal(added.status, 201, JSON.stringify(added.body));
      assert.ok(added.body.credentialEndsAt > added.body.credentialSince);
      const url = `${serves.url}/k8s/prod-by-api/api/v1/namespaces/${NAMESPACE}/configmaps`;
      const asked = { token, caFile: join(folder, '.sallyport/ca.crt') };
      const read = await ask(url, asked);
      assert.equal(read.status, 200, read.body);
      const { body } = await api(ada, 'POST', '/targets/prod-by-api/check');
      assert.deepEqual(states(body), ALL_WELL, JSON.stringify(body));
      await api(ada, 'POST', '/targets/registered/prod-by-api/remove', { reason: 'seen' });
      assert.equal((await ask(url, asked)).status, 404);
    } finally {
      await dispatcher.destroy();
    }
  }

  test('target check finds what bootstrap printed to be right; a right too much and one that is missing are named', () => {
    const check = () => {
      const { status, stdout, stderr } = sallyport(
        'target',
        'check',
        'prod',
        '--config',
        'sallyport.yaml',
        '-o',
        'json',
      );
      assert.notEqual(stdout, '', stderr);
      return { status, checked: JSON.parse(stdout) as Checked };
    };
    const rightsIn = ({ checks }: Checked, of: string) => checks.find((each) => each.check === of);
    const good = check();
    assert.deepEqual([good.status, states(good.checked)], [0, ALL_WELL], JSON.stringify(good.checked));
    admin(['create', 'clusterrole', 'sallyport-more', '--verb=get,list', '--resource=secrets']);
    const who = ['--serviceaccount=sallyport:reader', '--clusterrole=sallyport-more'];
    admin(['create', 'clusterrolebinding', 'sallyport-more', ...who]);
    while (may('reader', 'list', 'secrets', '-A') !== 'yes');
    const more = check();
    assert.equal(more.status, 1);
    assert.deepEqual(
      rightsIn(more.checked, 'reader-rights')?.tooMuch,
      ['get,list secrets'],
      JSON.stringify(more.checked),
    );
    admin(['delete', 'clusterrolebinding', 'sallyport-more']);
    admin(['-n', NAMESPACE, 'delete', 'rolebinding', 'sallyport-reader']);
    while (
      may('reader', 'get', 'configmaps', '-n', NAMESPACE) !== 'no' ||
      may('reader', 'list', 'secrets', '-A') !== 'no'
    );
    const less = check();
    assert.equal(less.status, 1);
    const { missing, tooMuch } = rightsIn(less.checked, 'reader-rights') ?? {};
    assert.deepEqual(
      [missing, tooMuch],
      [[`get configmaps in namespace ${NAMESPACE}`], undefined],
      JSON.stringify(less.checked),
    );
    admin(['apply', '-f', '-'], printed);
    while (may('reader', 'get', 'configmaps', '-n', NAMESPACE) !== 'yes');
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
    const checked = sallyport('target', 'check', 'prod', '--config', 'sallyport.yaml');
    assert.equal(checked.status, 1, checked.stderr);
    assert.match(
      checked.stdout,
      /^impersonation +failed +the old right to impersonate stands beside the constrained one/m,
    );
    assert.match(checked.stdout, /^rights: too much: impersonate (users|groups)$/m);
  });
}

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: jobs }
callers: [{ groups: [ops] }]
targets: ["prod*"]
roles: [{ role: operator, callers: [{ groups: [platform] }] }]
rules:
  - { id: settings, effect: allow, verbs: [get, list, create], apiGroups: [""], resources: [configmaps], namespaces: [${NAMESPACE}] }
`;

interface Checked {
  readonly checks: readonly {
    readonly check: string;
    readonly state: string;
    readonly missing?: readonly string[];
    readonly tooMuch?: readonly string[];
  }[];
}

function states({ checks }: Checked): Readonly<Record<string, string>> {
  return Object.fromEntries(checks.map(({ check, state }) => [check, state]));
}

const ALL_WELL = {
  reach: 'ok',
  certificate: 'ok',
  clock: 'ok',
  credential: 'ok',
  impersonation: 'ok',
  rights: 'ok',
  reader: 'ok',
  'reader-rights': 'ok',
};

function configText(issuer: string, people: string, server: string): string {
  return `apiVersion: sallyport.dev/v1
kind: Gateway
listen: { port: 0 }
private: { port: 0 }
issuers:
  - { name: main, url: "${issuer}", audiences: [sallyport], subject: { prefix: "ci:" } }
  - { name: people, url: "${people}", audiences: [sallyport], kind: person, subject: { prefix: "p:" } }
console: { port: 0 }
unsafe: { targetNetworks: ["127.0.0.0/8"] }
targets:
  - name: prod
    server: { url: "${server}", caFile: ca.crt, tokenFile: gateway.token }
    reader: { tokenFile: reader.token }
policy: { files: [jobs.yaml] }
`;
}
