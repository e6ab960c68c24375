// T25 T26 T28: the guards on what needs the cluster's own answer, asked by a real kubectl before a real API server: what is looked up is what it says.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { clientNamed } from '../clients/clients.ts';
import type { Cluster } from '../support/cluster.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { bindCaller, CALLER, sharedCluster } from '../support/test-cluster.ts';

const NAMESPACE = 'guarded';

const policy = {
  apiVersion: 'sallyport.dev/v1',
  kind: 'Policy',
  metadata: { name: 'p' },
  targets: ['*'],
  callers: [{ groups: [...CALLER.groups] }],
  rules: [
    { id: 'all', effect: 'allow', verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { id: 'keep', effect: 'deny', reason: 'it stays', verbs: ['delete'], apiGroups: [''], resources: ['configmaps'] },
    {
      ...{ id: 'deploy', effect: 'allow', verbs: ['create', 'patch'], apiGroups: ['apps'], resources: ['deployments'] },
      ...{ mountableSecrets: ['web-*'], namespaces: [{ selector: { matchLabels: { team: 'web' } } }] },
    },
  ],
};

const labels = (more: object) => ({ 'pod-security.kubernetes.io/enforce': 'restricted', ...more });
const namespace = (own: object, annotations = {}) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: NAMESPACE, labels: own, annotations },
});
const keptMap = (metadata: object) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'kept', namespace: NAMESPACE, ...metadata },
});
const deployment = (secret: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: secret, namespace: NAMESPACE },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'web:1', envFrom: [{ secretRef: { name: secret } }] }] },
    },
  },
});

const cluster = await sharedCluster('guards beside a real API server', 'podless');
if (cluster !== undefined) suite(cluster);

function suite(cluster: Cluster): void {
  let gateway: GatewayInFront;
  let program: string;
  const kubectl = (kubeconfig: string, args: readonly string[], input?: object) =>
    new Promise<string>((resolve) => {
      const child = execFile(program, ['--kubeconfig', kubeconfig, ...args], (_error, stdout, stderr) =>
        resolve(stdout + stderr),
      );
      child.stdin?.end(input === undefined ? '' : JSON.stringify(input));
    });
  const direct = (line: string, input?: object) => kubectl(cluster.adminKubeconfig(), line.split(' '), input);
  const through = (line: string, input?: object) => kubectl(gateway.kubeconfig, line.split(' '), input);

  before(async () => {
    await bindCaller(cluster);
    program = join(await clientNamed('kubectl-1.35').prepare(), 'kubectl');
    await direct('apply --server-side -f -', namespace(labels({ team: 'web' })));
    gateway = await startGatewayInFront(cluster, { policy: [policy], openGuards: [] });
  });
  after(async () => {
    await gateway?.stop();
    await direct(`delete ns ${NAMESPACE} --wait=false`);
    await direct('delete node guarded --ignore-not-found');
  });

  test('labels of a namespace are not changed, by no patch type and no update', async () => {
    const weak = namespace(labels({ team: 'bank' }));
    for (const [line, input] of [
      [`label ns ${NAMESPACE} team=bank --overwrite`],
      [`label ns ${NAMESPACE} pod-security.kubernetes.io/enforce-`],
      [`patch ns ${NAMESPACE} --type=json -p [{"op":"remove","path":"/metadata/labels"}]`],
      ['apply --server-side --force-conflicts -f -', weak],
      ['replace -f -', weak],
    ] as const)
      assert.match(await through(line, input), /guard `?namespace-labels|says which rules|labels of a namespace/, line);
    assert.match(await direct(`get ns ${NAMESPACE} -o jsonpath={.metadata.labels.team}`), /^web$/);
  });

  test('and what leaves them as they are passes', async () => {
    assert.match(await through(`annotate ns ${NAMESPACE} example.test/a=b`), /annotated/);
    const same = namespace(labels({ team: 'web' }), { 'example.test/c': 'd' });
    assert.match(await through('apply --server-side --force-conflicts -f -', same), /serverside-applied/);
    assert.match(await through('apply --server-side -f -', namespace(labels({}))), /labels of a namespace/);
  });

  test('a service account is given no role of the cloud', async () => {
    const role = 'eks.amazonaws.com/role-arn=arn:aws:iam::111122223333:role/admin';
    assert.match(await through(`annotate sa default -n ${NAMESPACE} ${role}`), /powers in the cloud/);
    assert.match(await through(`annotate sa default -n ${NAMESPACE} example.test/a=b`), /annotated/);
  });

  test('a Secret is mounted where the rule that names it matches, which hangs on the labels of the namespace', async () => {
    assert.match(await through('create -f -', deployment('web-database')), /created/);
    assert.match(await through('create -f -', deployment('database')), /a Secret that no rule names/);
    const patch = '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"registry"}]}}}}';
    assert.match(
      await through(`patch deployment web-database -n ${NAMESPACE} -p ${patch}`),
      /a Secret that no rule names/,
    );
    assert.match(await through(`set image deployment/web-database -n ${NAMESPACE} web=web:2`), /image updated/);
  });

  test('T28: a finalizer that an update or apply leaves out is a delete, which a rule denies', async () => {
    await direct('create -f -', keptMap({ finalizers: ['example.test/keep'] }));
    await direct(`delete cm kept -n ${NAMESPACE} --wait=false`);
    assert.match(await through('replace -f -', keptMap({})), /it stays/);
    assert.match(
      await through(`patch cm kept -n ${NAMESPACE} --type=merge -p {"metadata":{"finalizers":null}}`),
      /it stays/,
    );
    assert.match(await direct(`get cm kept -n ${NAMESPACE} -o name`), /configmap\/kept/);
    // What the guard is for: asked directly, the same update ends it.
    await direct('replace -f -', keptMap({}));
    assert.match(await direct(`get cm kept -n ${NAMESPACE} -o name`), /not found/);

    await direct('apply --server-side --field-manager=shop -f -', keptMap({ finalizers: ['example.test/keep'] }));
    assert.match(await through('apply --server-side --field-manager=shop -f -', keptMap({})), /it stays/);
    assert.match(await through('apply --server-side --field-manager=other -f -', keptMap({})), /serverside-applied/);
    await direct('apply --server-side --field-manager=shop -f -', keptMap({}));
    assert.doesNotMatch(await direct(`get cm kept -n ${NAMESPACE} -o yaml`), /example\.test\/keep/);
  });

  test('T28: a taint that ends every pod of a node is not set, and a cordon is', async () => {
    await direct('create -f -', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'guarded' } });
    assert.match(await through('taint node guarded out=now:NoExecute'), /does not come back/);
    assert.match(await through('taint node guarded soft=now:NoSchedule'), /tainted/);
    assert.match(await through('cordon guarded'), /cordoned/);
    assert.match(await through('delete node guarded'), /does not come back/);
  });
}
