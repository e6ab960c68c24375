// The image and the chart on a real cluster: made twice with one digest, started by containerd, installed by Helm, upgraded and rolled back; and a program in a pod that
// reaches the API through the gateway and not round it.
//
// The cluster has no kube-proxy, and no network plug-in that holds pods to a NetworkPolicy. So the Service and what the chart's policy says of the caller's pod are put into the rules of the
// cluster's own network namespace, worked out from the objects as they were applied.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { stringify } from 'yaml';
import { clientNamed } from '../clients/clients.ts';
import { type Cluster, kubernetesRelease } from '../support/cluster.ts';
import { givenImage, type Image, importImage, makeImage } from '../support/image.ts';
import { sharedCluster } from '../support/test-cluster.ts';
import { root } from '../tidy/tree.ts';

const NAMESPACE = 'sallyport';
const CALLERS = 'chart-callers';
const SUBJECT = `pod:system:serviceaccount:${CALLERS}:worker`;
const NAME = 'registry.test/sallyport:0.1.0';
const CHAIN = 'SALLYPORT-CHART';
/** Where pods come in, and where the API server itself goes out to the webhook. */
const HOOKS = ['PREROUTING', 'OUTPUT'];
const CONFIG = ['--config', '/etc/sallyport/sallyport.yaml'];

const cluster = await sharedCluster('the image and the chart on a real cluster');
if (cluster !== undefined) describe('the image and the chart', () => suite(cluster));

function suite(cluster: Cluster): void {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-chart-'));
  const valuesFile = join(folder, 'values.yaml');
  let [kubectl, helmProgram]: string[] = [];
  let toolsFolder = '';
  let image: Image;
  const admin = (...args: string[]) => adminWith('', ...args);
  const adminWith = (input: string, ...args: string[]) =>
    execFileSync(kubectl as string, ['--kubeconfig', cluster.adminKubeconfig(), ...args], {
      encoding: 'utf8',
      input,
      stdio: 'pipe',
    });
  const helm = (...args: string[]) =>
    execFileSync(helmProgram as string, [...args, '-n', NAMESPACE, '--kubeconfig', cluster.adminKubeconfig()], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  const gateway = (...args: string[]) => admin('-n', NAMESPACE, 'exec', 'gw-0', '--', ...args);
  const inNetwork = (...args: string[]) =>
    execFileSync('nsenter', [`--net=/run/netns/cluster${cluster.number}`, 'iptables', '-w', ...args], {
      stdio: 'pipe',
    });
  /** Leads the addresses of the chart’s Service to its pods, as kube-proxy would. */
  const serve = () => {
    inNetwork('-t', 'nat', '-F', CHAIN);
    for (const [from, port, to] of ['gw', 'gw-webhook'].flatMap((service) => serviceRules(admin, service)))
      inNetwork(
        '-t',
        'nat',
        '-A',
        CHAIN,
        '-p',
        'tcp',
        '-d',
        from,
        '--dport',
        port,
        '-j',
        'DNAT',
        '--to-destination',
        to,
      );
  };
  const inPod = (...args: string[]) =>
    spawnSync(
      kubectl as string,
      ['--kubeconfig', cluster.adminKubeconfig(), '-n', CALLERS, 'exec', 'worker', '--', ...args],
      { encoding: 'utf8' },
    );
  const read = () => inPod('/tools/kubectl', 'get', 'configmap', 'settings', '-o', 'jsonpath={.data.colour}');

  before(async () => {
    const tools = await clientNamed('kubectl-1.35').prepare();
    toolsFolder = tools;
    kubectl = join(tools, 'kubectl');
    helmProgram = join(await clientNamed('helm-4').prepare(), 'helm');
    image = givenImage(join(folder, 'image'), NAME);
    importImage(join(folder, 'image'), cluster.folder);
    mkdirSync(join(cluster.folder, 'volumes/gw-0'), { recursive: true });
    adminWith(stringify(volume(join(cluster.folder, 'volumes/gw-0'))), 'apply', '-f', '-');
    for (const name of [NAMESPACE, CALLERS]) {
      const labels = name === CALLERS ? { 'sallyport.dev/pods': 'through' } : {};
      adminWith(stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }), 'apply', '-f', '-');
    }
    writeFileSync(valuesFile, stringify(values(cluster, admin('get', '--raw', '/openid/v1/jwks'))));
    helm('install', 'gw', join(root, 'deploy/chart'), '--values', valuesFile, '--wait', '--timeout', '120s');
    const encoded = admin('-n', NAMESPACE, 'get', 'secret', 'gw-tls', '-o', 'jsonpath={.data.ca\\.crt}');
    const authority = Buffer.from(encoded, 'base64').toString();
    const address = admin('-n', NAMESPACE, 'get', 'service', 'gw', '-o', 'jsonpath={.spec.clusterIP}');
    const documents = callersObjects(address, authority, tools);
    adminWith(documents.map((document) => stringify(document)).join('---\n'), 'apply', '-f', '-');
    inNetwork('-t', 'nat', '-N', CHAIN);
    for (const hook of HOOKS) inNetwork('-t', 'nat', '-I', hook, '-j', CHAIN);
    serve();
    admin('-n', CALLERS, 'wait', '--for=condition=Ready', 'pod/worker', '--timeout=60s');
  });
  after(() => {
    for (const args of [...HOOKS.map((hook) => ['-D', hook, '-j', CHAIN]), ['-F', CHAIN], ['-X', CHAIN]])
      spawnSync('nsenter', [`--net=/run/netns/cluster${cluster.number}`, 'iptables', '-w', '-t', 'nat', ...args]);
    spawnSync(helmProgram as string, ['uninstall', 'gw', '-n', NAMESPACE, '--kubeconfig', cluster.adminKubeconfig()]);
    admin('delete', 'namespace', NAMESPACE, CALLERS, '--wait=false', '--ignore-not-found');
    admin('delete', 'pv', 'gw-0', '--wait=false', '--ignore-not-found');
    rmSync(folder, { recursive: true, force: true });
  });

  test('two builds, in another folder, language and time zone, have one digest, and the image is at most 70 MB', (t) => {
    const again = makeImage(join(folder, 'again'), NAME, { TZ: 'Asia/Tokyo', LC_ALL: 'C', TMPDIR: folder });
    assert.deepEqual(again, image);
    for (const { platform, compressedBytes } of image.images) {
      t.diagnostic(`${platform}: ${(compressedBytes / 1e6).toFixed(1)} MB`);
      assert.ok(compressedBytes <= 70e6, `${platform} has ${compressedBytes} bytes`);
    }
  });

  test('the gateway runs under containerd as nobody, without a shell, with a root that it cannot write', () => {
    assert.equal(gateway('/usr/bin/node', '-p', 'process.getuid()').trim(), '65532');
    assert.equal(gateway('sallyport', '--version').trim(), '0.1.0');
    assert.throws(() => gateway('/bin/sh', '-c', 'true'), /no such file/);
    assert.throws(() => gateway('/usr/bin/node', '-e', "require('node:fs').writeFileSync('/opt/x', '')"), /EROFS/);
    assert.throws(
      () => gateway('/usr/bin/node', '-e', "require('node:fs').writeFileSync('/etc/sallyport/x', '')"),
      /EROFS/,
    );
    const flags = gateway(
      '/usr/bin/node',
      '-p',
      "require('node:fs').readFileSync('/proc/1/cmdline', 'utf8').split('\\0')[1]",
    );
    assert.equal(flags.trim(), '--single-threaded-gc');
  });

  test('a program in a pod reaches the API through the Service of the chart, as itself, and what no rule allows is refused', async () => {
    const log = cluster.auditLog();
    const { status, stdout, stderr } = read();
    assert.deepEqual([status, stdout], [0, 'blue'], stderr);
    const seen = await log.eventsUntil(({ impersonatedUser }) => impersonatedUser?.username === SUBJECT);
    const { user } = seen.findLast(({ impersonatedUser }) => impersonatedUser?.username === SUBJECT) ?? {};
    assert.equal(user?.username, `system:serviceaccount:${NAMESPACE}:gw`);
    const refused = inPod('/tools/kubectl', 'get', 'pods', '-n', 'kube-system');
    assert.match(refused.stderr, /\(Forbidden\)/);
  });

  test('a pod whose manifest knows nothing of a gateway goes through it, by a label alone: kubectl and client-go', async () => {
    const address = admin('-n', NAMESPACE, 'get', 'service', 'gw', '-o', 'jsonpath={.spec.clusterIP}');
    const folders = { '/tools': toolsFolder, '/client-go': await clientNamed('client-go').prepare() };
    adminWith(stringify(plainPod('led', address, folders, { 'sallyport.dev/target': 'here' })), 'apply', '-f', '-');
    admin('-n', CALLERS, 'wait', '--for=condition=Ready', 'pod/led', '--timeout=60s');
    const led = (...args: string[]) =>
      spawnSync(
        kubectl as string,
        ['--kubeconfig', cluster.adminKubeconfig(), '-n', CALLERS, 'exec', 'led', '--', ...args],
        { encoding: 'utf8' },
      );
    const log = cluster.auditLog();
    const seen = led('/tools/kubectl', 'get', 'configmap', 'settings', '-o', 'jsonpath={.data.colour}');
    assert.deepEqual([seen.status, seen.stdout], [0, 'blue'], seen.stderr);
    const isLed = ({ impersonatedUser }: { readonly impersonatedUser?: { readonly username?: string } }) =>
      impersonatedUser?.username === SUBJECT;
    const events = await log.eventsUntil(isLed);
    assert.equal(events.findLast(isLed)?.user?.username, `system:serviceaccount:${NAMESPACE}:gw`);
    const informer = led('/client-go/client-go', 'informer', CALLERS);
    assert.equal(informer.status, 0, informer.stderr);
    assert.match(informer.stdout, /^added informer-before\n(.*\n)*left in the cache 0\n$/);
    const token = led('cat', '/var/run/secrets/kubernetes.io/serviceaccount/token').stdout;
    assert.deepEqual(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).aud, ['sallyport']);
  });

  test('a pod that asks for a target that there is not does not start, and one that asks for nothing is left alone', () => {
    const refused = spawnSync(kubectl as string, ['--kubeconfig', cluster.adminKubeconfig(), 'apply', '-f', '-'], {
      encoding: 'utf8',
      input: stringify(plainPod('lost', '10.0.0.1', {}, { 'sallyport.dev/target': 'nowhere' })),
    });
    assert.notEqual(refused.status, 0);
    assert.match(refused.stderr, /no target `nowhere` has a port of its own/);
    adminWith(stringify(plainPod('own', '10.0.0.1', {}, {})), 'apply', '--dry-run=server', '-f', '-');
  });

  test('T67: what the chart gives is the right that this release has best', () => {
    const may = (...asked: string[]) =>
      spawnSync(
        kubectl as string,
        [
          '--kubeconfig',
          cluster.adminKubeconfig(),
          'auth',
          'can-i',
          ...asked,
          '--as',
          `system:serviceaccount:${NAMESPACE}:gw`,
        ],
        { encoding: 'utf8' },
      ).stdout.trim();
    const isConstrained = kubernetesRelease() !== '1.35';
    assert.equal(may('impersonate', 'users'), isConstrained ? 'no' : 'yes');
    assert.equal(may('impersonate-on:user-info:get', 'configmaps'), isConstrained ? 'yes' : 'no');
    assert.equal(may('get', 'secrets', '-A'), 'no');
  });

  test('the pod cannot go round the gateway, by the policy that the chart made, and goes through it all the same', () => {
    const { hostname, port } = new URL(cluster.server);
    /** Whether a connection to the API server stands. */
    const direct = () => inPod('nc', '-w', '5', hostname, port, '-e', 'true');
    const open = direct();
    assert.equal(open.status, 0, `without the policy it would get there: ${open.stderr}`);
    const pod = admin('-n', CALLERS, 'get', 'pod', 'worker', '-o', 'jsonpath={.status.podIP}');
    const allowed = allowedAddresses(admin);
    assert.equal(allowed.length, 1, 'the gateway’s pod, and no DNS here');
    const rules = [
      ['FORWARD', '-s', pod, '-j', 'REJECT'],
      ['INPUT', '-s', pod, '-j', 'REJECT'],
      ...allowed.map((address) => ['FORWARD', '-s', pod, '-d', address, '-j', 'ACCEPT']),
    ];
    for (const rule of rules) inNetwork('-I', ...rule);
    try {
      assert.notEqual(direct().status, 0);
      const through = read();
      assert.deepEqual([through.status, through.stdout], [0, 'blue'], through.stderr);
    } finally {
      for (const rule of rules) inNetwork('-D', ...rule);
    }
  });

  test('an upgrade and a rollback keep the journal, and callers go on', () => {
    const rate = () =>
      gateway(
        '/usr/bin/node',
        '-p',
        "require('node:fs').readFileSync('/etc/sallyport/sallyport.yaml', 'utf8').includes('requestsPerCallerPerSecond: 77')",
      ).trim();
    const before = admin('-n', NAMESPACE, 'get', 'pod', 'gw-0', '-o', 'jsonpath={.metadata.uid}');
    helm(
      'upgrade',
      'gw',
      join(root, 'deploy/chart'),
      '--values',
      valuesFile,
      '--set',
      'config.limits.requestsPerCallerPerSecond=77',
      '--wait',
      '--timeout',
      '120s',
    );
    assert.notEqual(admin('-n', NAMESPACE, 'get', 'pod', 'gw-0', '-o', 'jsonpath={.metadata.uid}'), before);
    assert.equal(rate(), 'true');
    serve();
    assert.equal(read().stdout, 'blue');
    helm('rollback', 'gw', '1', '--wait', '--timeout', '120s');
    assert.equal(rate(), 'false');
    serve();
    assert.equal(read().stdout, 'blue');
    assert.match(gateway('sallyport', 'journal', 'verify', ...CONFIG), /whole|verified|events/);
    const sessions = gateway('sallyport', 'sessions', 'list', ...CONFIG, '--subject', SUBJECT);
    assert.match(sessions, new RegExp(SUBJECT));
  });
}

/** Address and port of the Service, and where they lead. */
function serviceRules(
  admin: (...args: string[]) => string,
  service: string,
): readonly (readonly [string, string, string])[] {
  interface Slice {
    readonly ports: readonly { readonly name: string; readonly port: number }[];
    readonly endpoints: readonly { readonly addresses: readonly string[] }[];
  }
  const { spec } = JSON.parse(admin('-n', NAMESPACE, 'get', 'service', service, '-o', 'json')) as {
    readonly spec: {
      readonly clusterIP: string;
      readonly ports: readonly { readonly name: string; readonly port: number }[];
    };
  };
  const slices = JSON.parse(
    admin('-n', NAMESPACE, 'get', 'endpointslices', '-l', `kubernetes.io/service-name=${service}`, '-o', 'json'),
  );
  return (slices.items as readonly Slice[]).flatMap(({ ports, endpoints }) =>
    ports.flatMap(({ name, port }) => {
      const from = spec.ports.find((each) => each.name === name)?.port;
      const [address] = endpoints.flatMap(({ addresses }) => addresses);
      return from === undefined || address === undefined
        ? []
        : [[spec.clusterIP, String(from), `${address}:${port}`] as const];
    }),
  );
}

/** The addresses of the pods that the chart's policy lets the callers' pods reach. */
function allowedAddresses(admin: (...args: string[]) => string): readonly string[] {
  interface Peer {
    readonly namespaceSelector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> };
  }
  const policy = JSON.parse(admin('-n', CALLERS, 'get', 'networkpolicy', 'gw-agents', '-o', 'json'));
  assert.deepEqual([policy.spec.policyTypes, policy.spec.podSelector], [['Egress'], {}]);
  const labels = (of: Readonly<Record<string, string>>) =>
    Object.entries(of)
      .map(([key, value]) => `${key}=${value}`)
      .join(',');
  return (policy.spec.egress as readonly { readonly to: readonly Peer[] }[])
    .flatMap(({ to }) => to)
    .flatMap(({ namespaceSelector, podSelector }) => {
      const named = admin(
        'get',
        'namespaces',
        '-l',
        labels(namespaceSelector.matchLabels),
        '-o',
        'jsonpath={.items[*].metadata.name}',
      );
      return named
        .split(' ')
        .flatMap((namespace) =>
          admin(
            '-n',
            namespace,
            'get',
            'pods',
            '-l',
            labels(podSelector.matchLabels),
            '-o',
            'jsonpath={.items[*].status.podIP}',
          ).split(' '),
        );
    })
    .filter((address) => address !== '');
}

function values(cluster: Cluster, jwks: string): unknown {
  return {
    image: { repository: 'registry.test/sallyport', pullPolicy: 'Never' },
    drainSeconds: 0,
    tls: { mode: 'helm' },
    persistence: { size: '1Gi' },
    resources: { requests: { cpu: '10m' } },
    config: {
      issuers: [
        {
          name: 'pods',
          url: 'https://kubernetes.default.svc',
          audiences: ['sallyport'],
          keys: { file: '/etc/sallyport/files/jwks.json' },
          subject: { prefix: 'pod:' },
        },
      ],
      targets: [
        {
          name: 'here',
          port: 8444,
          server: {
            url: cluster.server,
            caFile: '/var/run/secrets/sallyport/cluster/ca.crt',
            tokenFile: '/var/run/secrets/sallyport/cluster/token',
          },
        },
      ],
    },
    files: { 'jwks.json': jwks },
    policies: {
      'callers.yaml': {
        apiVersion: 'sallyport.dev/v1',
        kind: 'Policy',
        metadata: { name: 'callers' },
        targets: ['here'],
        callers: [{ issuers: ['pods'], subjects: [SUBJECT] }],
        rules: [
          {
            id: 'own',
            effect: 'allow',
            verbs: ['*'],
            apiGroups: [''],
            resources: ['configmaps'],
            namespaces: [CALLERS],
          },
        ],
      },
    },
    agents: { namespaces: [CALLERS] },
    podWebhook: { enabled: true },
  };
}

function volume(path: string): unknown {
  const isHere = { key: 'kubernetes.io/hostname', operator: 'In', values: ['node-1'] };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'gw-0' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      local: { path },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [isHere] }] } },
    },
  };
}

/** As anybody writes one: its service account and its tools, and no word of a gateway but the labels. The cluster here has no DNS, so the gateway's name stands in its file of hosts. */
function plainPod(
  name: string,
  gatewayAddress: string,
  folders: Readonly<Record<string, string>>,
  labels: object,
): unknown {
  const tools = Object.entries(folders).map(([mountPath, path], i) => ({ name: `tools-${i}`, mountPath, path }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: CALLERS, labels },
    spec: {
      serviceAccountName: 'worker',
      terminationGracePeriodSeconds: 0,
      dnsPolicy: 'Default',
      hostAliases: [{ ip: gatewayAddress, hostnames: [`gw.${NAMESPACE}.svc`] }],
      containers: [
        {
          name: 'main',
          image: 'registry.test/busybox:1',
          imagePullPolicy: 'Never',
          command: ['sleep', '100000'],
          env: [{ name: 'HOME', value: '/tmp' }],
          volumeMounts: tools.map(({ name: volume, mountPath }) => ({ name: volume, mountPath, readOnly: true })),
        },
      ],
      volumes: tools.map(({ name: volume, path }) => ({ name: volume, hostPath: { path, type: 'Directory' } })),
    },
  };
}

function callersObjects(gatewayAddress: string, authority: string, tools: string): readonly unknown[] {
  const metadata = (name: string) => ({ name, namespace: CALLERS });
  const host = `gw.${NAMESPACE}.svc`;
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('worker') },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('settings'), data: { colour: 'blue' } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('authority'), data: { 'ca.crt': authority } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: metadata('worker'),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: SUBJECT }],
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: metadata('worker'),
      spec: {
        serviceAccountName: 'worker',
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 0,
        dnsPolicy: 'Default',
        hostAliases: [{ ip: gatewayAddress, hostnames: [host] }],
        containers: [
          {
            name: 'worker',
            image: 'registry.test/busybox:1',
            imagePullPolicy: 'Never',
            command: ['sleep', '100000'],
            env: [
              { name: 'KUBERNETES_SERVICE_HOST', value: host },
              { name: 'KUBERNETES_SERVICE_PORT', value: '8444' },
              { name: 'HOME', value: '/tmp' },
            ],
            volumeMounts: [
              { name: 'identity', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
              { name: 'tools', mountPath: '/tools', readOnly: true },
            ],
          },
        ],
        volumes: [
          {
            name: 'identity',
            projected: {
              sources: [
                { serviceAccountToken: { path: 'token', audience: 'sallyport', expirationSeconds: 3600 } },
                { configMap: { name: 'authority' } },
                { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
              ],
            },
          },
          { name: 'tools', hostPath: { path: tools, type: 'Directory' } },
        ],
      },
    },
  ];
}
