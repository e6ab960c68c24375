// A pod's own in-cluster configuration knows a host and a port and nothing else: no path, no kubeconfig. With the gateway's port for the
// cluster in KUBERNETES_SERVICE_HOST and _PORT, its authority and a projected token for it in the usual folder, programs that were never told of
// a gateway go through it, as the service account that they are.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { clientNamed } from '../clients/clients.ts';
import type { Cluster } from '../support/cluster.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { sharedCluster } from '../support/test-cluster.ts';

const run = promisify(execFile);
const NAMESPACE = 'in-cluster';
const SERVICE_ACCOUNT = `system:serviceaccount:${NAMESPACE}:reader`;
/** What the cluster sees: names that begin with `system:` are never taken from a token, so the issuer gives a prefix. */
const SUBJECT = `pod:${SERVICE_ACCOUNT}`;

const cluster = await sharedCluster('a pod’s in-cluster configuration that leads to the gateway');
if (cluster !== undefined) suite(cluster);

function suite(cluster: Cluster): void {
  let gateway: GatewayInFront;
  let kubectl: string;

  const admin = async (...args: string[]) =>
    (await run(kubectl, ['--kubeconfig', cluster.adminKubeconfig(), ...args])).stdout;
  const inPod = async (...command: string[]) => {
    try {
      return {
        exit: 0,
        ...(await run(kubectl, [
          '--kubeconfig',
          cluster.adminKubeconfig(),
          '-n',
          NAMESPACE,
          'exec',
          'pod',
          '--',
          ...command,
        ])),
      };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { exit: code, stdout, stderr: stderr.replace(/command terminated with exit code \d+\n$/, '') };
    }
  };

  before(async () => {
    const tools = await clientNamed('kubectl-1.35').prepare();
    kubectl = join(tools, 'kubectl');
    const keysFile = join(cluster.folder, 'service-account-keys.json');
    writeFileSync(keysFile, await admin('get', '--raw', '/openid/v1/jwks'));
    gateway = await startGatewayInFront(cluster, {
      address: cluster.machineAddress,
      issuers: [
        {
          name: 'cluster',
          url: 'https://kubernetes.default.svc',
          audiences: ['sallyport'],
          keys: { file: keysFile },
          subject: { prefix: 'pod:' },
        },
      ],
      policy: [policy],
      openGuards: [],
    });
    const documents = objects(gateway, {
      '/tools/kubectl': tools,
      '/tools/client-go': await clientNamed('client-go').prepare(),
    });
    const manifest = join(cluster.folder, 'in-cluster.yaml');
    writeFileSync(manifest, documents.map((document) => stringify(document)).join('---\n'));
    await admin('apply', '-f', manifest);
    await admin('-n', NAMESPACE, 'wait', '--for=condition=Ready', 'pod/pod', '--timeout=60s');
  });
  after(async () => {
    await admin('delete', 'namespace', NAMESPACE, '--wait=false', '--ignore-not-found');
    await gateway?.stop();
  });

  test('kubectl in a pod reads its own namespace', async () => {
    const read = await inPod('/tools/kubectl/kubectl', 'get', 'configmap', 'settings', '-o', 'jsonpath={.data.colour}');
    assert.deepEqual(read, { exit: 0, stdout: 'blue', stderr: '' });
  });

  test('the cluster sees the service account, by impersonation', async () => {
    const log = cluster.auditLog();
    const { stdout } = await inPod(
      '/tools/kubectl/kubectl',
      'auth',
      'whoami',
      '-o',
      'jsonpath={.status.userInfo.username}',
    );
    assert.equal(stdout, SUBJECT);
    await log.eventsUntil((event) => event.impersonatedUser?.username === SUBJECT);
  });

  test('client-go with its in-cluster configuration watches and changes through the gateway', async () => {
    const { exit, stdout, stderr } = await inPod('/tools/client-go/client-go', 'informer', NAMESPACE);
    assert.equal(exit, 0, stderr);
    assert.match(stdout, /^added informer-before\n(.*\n)*left in the cache 0\n$/);
  });

  test('what no rule allows is refused with a sentence', async () => {
    const refused = await inPod('/tools/kubectl/kubectl', 'get', 'pods', '-n', 'kube-system');
    assert.equal(refused.exit, 1);
    assert.match(refused.stderr, /^Error from server \(Forbidden\): .*list pods.*kube-system.*\n$/);
  });

  test('a token for another audience is not taken', async () => {
    const token = '/var/run/secrets/kubernetes.io/serviceaccount/token-for-another';
    const { stderr } = await inPod('sh', '-c', `/tools/kubectl/kubectl --token "$(cat ${token})" get configmap`);
    assert.match(stderr, /Unauthorized|must be logged in|audience/);
  });
}

const policy = {
  apiVersion: 'sallyport.dev/v1',
  kind: 'Policy',
  metadata: { name: 'pods' },
  targets: ['main'],
  callers: [{ issuers: ['cluster'], subjects: [SUBJECT] }],
  rules: [
    { id: 'own', effect: 'allow', verbs: ['*'], apiGroups: [''], resources: ['configmaps'], namespaces: [NAMESPACE] },
    {
      id: 'who',
      effect: 'allow',
      verbs: ['create'],
      apiGroups: ['authentication.k8s.io'],
      resources: ['selfsubjectreviews'],
    },
  ],
};

function objects(gateway: GatewayInFront, tools: Readonly<Record<string, string>>): readonly unknown[] {
  const metadata = (name: string) => ({ name, namespace: NAMESPACE });
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: SUBJECT }];
  const folders = Object.entries(tools).map(([mountPath, path], i) => ({ name: `tools-${i}`, mountPath, path }));
  const token = (path: string, audience: string) => ({
    serviceAccountToken: { path, audience, expirationSeconds: 3600 },
  });
  const identity = [
    token('token', 'sallyport'),
    token('token-for-another', 'another'),
    { configMap: { name: 'authority' } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
  ];
  const [host, port] = [new URL(gateway.url).hostname, String(gateway.targetPort)];
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('reader') },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('settings'), data: { colour: 'blue' } },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata('authority'),
      data: { 'ca.crt': readFileSync(gateway.caFile, 'utf8') },
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: metadata('reader'),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
      subjects,
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: metadata('pod'),
      spec: {
        serviceAccountName: 'reader',
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 0,
        dnsPolicy: 'Default',
        containers: [
          {
            name: 'pod',
            image: 'registry.test/busybox:1',
            imagePullPolicy: 'Never',
            command: ['sleep', '100000'],
            env: [
              { name: 'KUBERNETES_SERVICE_HOST', value: host },
              { name: 'KUBERNETES_SERVICE_PORT', value: port },
              { name: 'HOME', value: '/tmp' },
            ],
            volumeMounts: [
              { name: 'identity', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
              ...folders.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
            ],
          },
        ],
        volumes: [
          { name: 'identity', projected: { sources: identity } },
          ...folders.map(({ name, path }) => ({ name, hostPath: { path, type: 'Directory' } })),
        ],
      },
    },
  ];
}
