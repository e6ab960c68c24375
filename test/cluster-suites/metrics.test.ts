// Custom and external metrics, whose resources no discovery lists, behind a real extension of the cluster's API: upstream's own library for adapters, with
// its examples. What each request is answered directly it is answered through the gateway.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, type AgentOptions, request } from 'node:https';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { cached } from '../clients/cached.ts';
import { missing, run } from '../clients/programs.ts';
import { type Child, startChild } from '../support/child.ts';
import { type Cluster, clusterAvailability, startCluster } from '../support/cluster.ts';
import { freePorts } from '../support/free-ports.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { leftOut } from '../support/left-out.ts';
import { bindCaller, CALLER } from '../support/test-cluster.ts';

/** What the API server shows an extension, so that it knows who is asking; the certificate is the one that it has for kubelets. */
const FLAGS = [
  '--proxy-client-cert-file=pki/kubelet-client.crt',
  '--proxy-client-key-file=pki/kubelet-client.key',
  '--requestheader-client-ca-file=pki/ca.crt',
  '--requestheader-allowed-names=kube-apiserver-kubelet-client',
  '--requestheader-username-headers=X-Remote-User',
  '--requestheader-group-headers=X-Remote-Group',
  '--requestheader-extra-headers-prefix=X-Remote-Extra-',
];

const SERVED = [
  ['custom.metrics.k8s.io', 'v1beta1'],
  ['custom.metrics.k8s.io', 'v1beta2'],
  ['external.metrics.k8s.io', 'v1beta1'],
] as const;

const [CUSTOM, CUSTOM_2, EXTERNAL] = SERVED.map(([group, version]) => `/apis/${group}/${version}`);

/** What is asked, and the status that it is answered with. */
const ASKED: readonly (readonly [path: string, status: number])[] = [
  ['/apis/external.metrics.k8s.io', 200],
  [`${EXTERNAL}`, 200],
  [`${EXTERNAL}/namespaces/default/my-external-metric`, 200],
  [`${EXTERNAL}/namespaces/default/my-external-metric?labelSelector=foo%3Dbar`, 200],
  [`${EXTERNAL}/namespaces/other/other-external-metric`, 200],
  [`${EXTERNAL}/namespaces/default/never-heard-of`, 200],
  ['/apis/custom.metrics.k8s.io', 200],
  [`${CUSTOM}`, 200],
  [`${CUSTOM_2}`, 200],
  [`${CUSTOM_2}/namespaces/default/configmaps/web/queue-length`, 200],
  [`${CUSTOM}/namespaces/default/configmaps/web/queue-length`, 200],
  [`${CUSTOM_2}/namespaces/default/configmaps/*/queue-length`, 200],
  [`${CUSTOM_2}/namespaces/default/configmaps/*/queue-length?labelSelector=app%3Dweb`, 200],
  [`${CUSTOM_2}/namespaces/default/configmaps/web/never-heard-of`, 404],
  [`${CUSTOM_2}/namespaces/default/never-heard-of/web/queue-length`, 500],
];

/** Rules that name neither group. */
const unnamed = {
  apiVersion: 'sallyport.dev/v1',
  kind: 'Policy',
  metadata: { name: 'wildcards' },
  targets: ['*'],
  callers: [{ groups: [...CALLER.groups] }],
  rules: [{ id: 'all', effect: 'allow', verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
};

const named = {
  ...unnamed,
  metadata: { name: 'metrics' },
  rules: [
    {
      id: 'metrics',
      effect: 'allow',
      verbs: ['get', 'list'],
      apiGroups: ['custom.metrics.k8s.io', 'external.metrics.k8s.io'],
      resources: ['*'],
    },
  ],
};

const { controlPlane, why } = clusterAvailability();
const noGo = missing('go version', 'install Go 1.26 or later (https://go.dev/dl)');
if (!controlPlane || noGo !== undefined) leftOut('metrics behind the API', [...why, noGo ?? ''].join('; '));
else describe('metrics that no discovery lists', { timeout: 600_000 }, () => suite());

function suite(): void {
  let cluster: Cluster;
  let adapter: Child;
  let gateway: GatewayInFront;
  let byWildcards: GatewayInFront;
  before(async () => {
    cluster = await startCluster({ node: false, flags: FLAGS });
    await bindCaller(cluster);
    adapter = await startAdapter(cluster);
    [gateway, byWildcards] = await Promise.all([
      startGatewayInFront(cluster, { policy: [named] }),
      startGatewayInFront(cluster, { policy: [unnamed] }),
    ]);
  });
  after(async () => {
    await Promise.all([gateway?.stop(), byWildcards?.stop()]);
    adapter?.kill('SIGKILL');
    cluster?.stop();
  });

  const direct = (path: string) => get(cluster.server + path, administrator(cluster));
  const through = ({ url, caFile, kubeconfig }: GatewayInFront, path: string) => {
    const token = readFileSync(join(dirname(kubeconfig), 'token'), 'utf8').trim();
    return get(`${url}/k8s/main${path}`, { ca: readFileSync(caFile) }, { authorization: `Bearer ${token}` });
  };

  for (const [path, status] of ASKED)
    test(`${path} is answered ${status}, as directly`, async () => {
      const [expected, answered] = [await direct(path), await through(gateway, path)];
      assert.deepEqual([expected.status, answered.status], [status, status], answered.text);
      assert.deepEqual(timeless(answered.text), timeless(expected.text));
    });

  test('no wildcard reaches them: a rule names the group', async () => {
    for (const path of [
      `${EXTERNAL}/namespaces/default/my-external-metric`,
      `${CUSTOM_2}/namespaces/default/configmaps/web/queue-length`,
    ])
      assert.equal((await through(byWildcards, path)).status, 403, path);
    assert.equal((await through(byWildcards, `${EXTERNAL}`)).status, 200, 'discovery is open');
  });
}

/** Starts the adapter, registers it, tells it of metrics, and resolves when the API server has found it. */
async function startAdapter(cluster: Cluster): Promise<Child> {
  const program = await adapterProgram();
  const [port, writePort] = (await freePorts(2)) as [number, number];
  const kubeconfig = cluster.adminKubeconfig();
  const flags = [
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    `--cert-dir=${join(cluster.folder, 'adapter')}`,
    ...['lister', 'authentication', 'authorization'].map((what) => `--${what}-kubeconfig=${kubeconfig}`),
  ];
  const env = { ...process.env, WRITE_ADDRESS: `127.0.0.1:${writePort}` };
  const child = startChild(program, flags, { env });
  const post = (path: string, body: object) =>
    send('POST', cluster.server + path, administrator(cluster), { 'content-type': 'application/json' }, body);
  const service = {
    metadata: { name: 'metrics' },
    // A name that is the machine's own address: there is no network of Services here.
    spec: { type: 'ExternalName', externalName: '127.0.0.1', ports: [{ port }] },
  };
  await post('/api/v1/namespaces/default/services', service);
  await post('/api/v1/namespaces/default/configmaps', { metadata: { name: 'web', labels: { app: 'web' } } });
  for (const [group, version] of SERVED) {
    const metadata = { name: `${version}.${group}` };
    const where = { namespace: 'default', name: 'metrics', port };
    const spec = {
      group,
      version,
      service: where,
      insecureSkipTLSVerify: true,
      groupPriorityMinimum: 100,
      versionPriority: 100,
    };
    await post('/apis/apiregistration.k8s.io/v1/apiservices', { metadata, spec });
  }
  const asked = [`${CUSTOM}`, `${CUSTOM_2}`, `${EXTERNAL}`].map((path) => cluster.server + path);
  for (const url of asked) while ((await get(url, administrator(cluster))).status !== 200) await pause(100);
  const metric = 'namespaces/default/configmaps/web/queue-length';
  const written = await fetch(`http://127.0.0.1:${writePort}/write-metrics/${metric}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '"100m"',
  });
  assert.equal(written.status, 200, metric);
  return child;
}

async function adapterProgram(): Promise<string> {
  const cwd = join(import.meta.dirname, 'metrics-adapter');
  const folder = await cached({
    name: 'metrics-adapter',
    origin: 'an adapter of metrics, compiled in a minute or two',
    sources: ['go.mod', 'go.sum', 'main.go'].map((file) => join(cwd, file)),
    make: async (into) => {
      await run('nice', ['go', 'build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', into, '.'], { cwd });
    },
  });
  return join(folder, 'metrics-adapter');
}

function administrator(cluster: Cluster): AgentOptions {
  const pem = (end: string) => readFileSync(join(cluster.folder, 'pki', `admin.${end}`));
  return { ca: cluster.caPem, cert: pem('crt'), key: pem('key') };
}

/** Examples have no time of their own: some are of the moment in which they are asked for. */
function timeless(text: string): unknown {
  return JSON.parse(text, (key, value) => (key === 'timestamp' ? 'then' : value));
}

interface Answered {
  readonly status: number;
  readonly text: string;
}

function get(url: string, tls: AgentOptions, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
  return send('GET', url, tls, headers);
}

function send(
  method: string,
  url: string,
  tls: AgentOptions,
  headers: Readonly<Record<string, string>>,
  body?: object,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: new Agent(tls), method, headers }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject).end(body === undefined ? '' : JSON.stringify(body));
  });
}
