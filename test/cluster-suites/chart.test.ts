// The image and the chart on a real cluster: made twice with one digest, started by containerd, installed by Helm, upgraded and rolled back; and programs in pods that
// reach the API through the gateway and not round it, by the Services’ own names and addresses.
//
// The cluster has no network plug-in that holds pods to a NetworkPolicy. So what the chart's policy says of the caller's pod is put into the rules of the cluster's own network namespace, worked
// out from the objects as they were applied. That the gateways' pods are as Kubernetes' `restricted` standard wants them, the API server holds itself.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { stringify } from 'yaml';
import { clientNamed } from '../clients/clients.ts';
import { callersPod } from '../support/chart-callers.ts';
import { type ChartWorld, CONFIG, chartValues, IMAGE, startChartWorld } from '../support/chart-world.ts';
import { startChild } from '../support/child.ts';
import { type Cluster, kubernetesRelease } from '../support/cluster.ts';
import { makeImage } from '../support/image.ts';
import { sharedCluster } from '../support/test-cluster.ts';

const NODE = '/usr/bin/node';

const cluster = await sharedCluster('the image and the chart on a real cluster');
if (cluster !== undefined) describe('the image and the chart', () => suite(cluster));

function suite(cluster: Cluster): void {
  let world: ChartWorld;
  let values: Record<string, unknown>;
  let token: string;
  let servedAfterMs: number;
  const inNetwork = (program: string, ...args: string[]) =>
    spawnSync('nsenter', [`--net=/run/netns/cluster${cluster.number}`, program, ...args], { encoding: 'utf8' });
  const gateway = (...command: string[]) => world.inGateway('gw-0', ...command);
  const wasImpersonated = ({ impersonatedUser }: { readonly impersonatedUser?: { readonly username?: string } }) =>
    impersonatedUser?.username === world.subject;

  before(async () => {
    world = await startChartWorld(cluster, 'sallyport', 1);
    values = chartValues(world, { agents: { namespaces: [world.callers] }, podWebhook: { enabled: true } });
    world.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'worker', namespace: world.callers } });
    token = world.admin('-n', world.callers, 'create', 'token', 'worker', '--audience', 'sallyport').trim();
    const startedMs = performance.now();
    await world.release('install', values);
    const address = world.admin('-n', world.namespace, 'get', 'service', 'gw', '-o', 'jsonpath={.spec.clusterIP}');
    const asked = ['--server', `https://${address}:8444`, '--token', token, '--insecure-skip-tls-verify'];
    const first = inNetwork(join(world.tools, 'kubectl'), ...asked, 'auth', 'whoami');
    servedAfterMs = performance.now() - startedMs;
    assert.equal(first.status, 0, first.stderr);
    world.startWorker();
  });
  after(() => world?.stop());

  test('two builds, in another folder, language and time zone, have one digest, and the image is at most 70 MB', (t) => {
    const { image, folder } = world;
    const again = makeImage(join(folder, 'again'), IMAGE, { TZ: 'Asia/Tokyo', LC_ALL: 'C', TMPDIR: folder });
    assert.deepEqual(again, image);
    for (const { platform, compressedBytes } of image.images) {
      t.diagnostic(`${platform}: ${(compressedBytes / 1e6).toFixed(1)} MB`);
      assert.ok(compressedBytes <= 70e6, `${platform} has ${compressedBytes} bytes`);
    }
    t.diagnostic(`from helm install to the first served request: ${(servedAfterMs / 1000).toFixed(1)} s`);
  });

  test('the gateway runs under containerd as nobody, without a shell, with a root that it cannot write', () => {
    assert.equal(gateway(NODE, '-p', 'process.getuid()').trim(), '65532');
    assert.equal(gateway('sallyport', '--version').trim(), '0.1.0');
    assert.throws(() => gateway('/bin/sh', '-c', 'true'), /no such file/);
    for (const path of ['/opt/x', '/etc/sallyport/x'])
      assert.throws(() => gateway(NODE, '-e', `require('node:fs').writeFileSync('${path}', '')`), /EROFS/);
    const flags = gateway(NODE, '-p', "require('node:fs').readFileSync('/proc/1/cmdline', 'utf8').split('\\0')[1]");
    assert.equal(flags.trim(), '--single-threaded-gc');
  });

  test('a program in a pod reaches the API through the Service of the chart, as itself, and what no rule allows is refused', async () => {
    const log = cluster.auditLog();
    const { status, stdout, stderr } = world.read();
    assert.deepEqual([status, stdout], [0, 'blue'], stderr);
    const seen = await log.eventsUntil(wasImpersonated);
    assert.equal(seen.findLast(wasImpersonated)?.user?.username, `system:serviceaccount:${world.namespace}:gw`);
    const refused = world.inPod('worker', '/tools/kubectl', 'get', 'pods', '-n', 'kube-system');
    assert.match(refused.stderr, /\(Forbidden\)/);
  });

  test('what Helm prints of a kubeconfig works as it stands, from outside by a port-forward', async () => {
    const { namespace, folder, tools } = world;
    const lines = world.notes().split('\n');
    const first = lines.findIndex((line) => line.includes('sallyport kubeconfig'));
    const command = lines.slice(first, first + 2).join('\n');
    assert.match(command, /^ {2}kubectl .*\\\n.*> kubeconfig\.yaml$/);
    const forward = startChild(join(tools, 'kubectl'), [
      ...['--kubeconfig', cluster.adminKubeconfig(), '-n', namespace, 'port-forward', 'service/gw', ':443'],
    ]);
    try {
      const [, port] = await forward.until(/Forwarding from 127\.0\.0\.1:(\d+)/);
      writeFileSync(join(folder, 'token'), token, { mode: 0o600 });
      const local = command.replace(/--server \S+/, `--server https://localhost:${port}`);
      const env = { ...process.env, PATH: `${tools}:${process.env['PATH']}`, KUBECONFIG: cluster.adminKubeconfig() };
      execFileSync('bash', ['-c', local], { cwd: folder, env, stdio: 'pipe' });
      const asked = [
        '--kubeconfig',
        join(folder, 'kubeconfig.yaml'),
        '-n',
        world.callers,
        'get',
        'configmap',
        'settings',
      ];
      const { status, stdout, stderr } = spawnSync(join(tools, 'kubectl'), [...asked, '-o', 'name'], {
        encoding: 'utf8',
      });
      assert.deepEqual([status, stdout.trim()], [0, 'configmap/settings'], stderr);
    } finally {
      forward.kill('SIGTERM');
      await forward.ended;
    }
  });

  test('a pod whose manifest knows nothing of a gateway goes through it, by a label alone: kubectl and client-go', async () => {
    const folders = { '/tools': world.tools, '/client-go': await clientNamed('client-go').prepare() };
    world.apply(callersPod(world, 'led', folders, { labels: { 'sallyport.dev/target': 'here' } }));
    world.admin('-n', world.callers, 'wait', '--for=condition=Ready', 'pod/led', '--timeout=600s');
    const log = cluster.auditLog();
    const seen = world.read('led');
    assert.deepEqual([seen.status, seen.stdout], [0, 'blue'], seen.stderr);
    const events = await log.eventsUntil(wasImpersonated);
    assert.equal(events.findLast(wasImpersonated)?.user?.username, `system:serviceaccount:${world.namespace}:gw`);
    const informer = world.inPod('led', '/client-go/client-go', 'informer', world.callers);
    assert.equal(informer.status, 0, informer.stderr);
    assert.match(informer.stdout, /^added informer-before\n(.*\n)*left in the cache 0\n$/);
    const token = world.inPod('led', 'cat', '/var/run/secrets/kubernetes.io/serviceaccount/token').stdout;
    assert.deepEqual(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).aud, ['sallyport']);
  });

  test('a pod that asks for a target that there is not does not start, and one that asks for nothing is left alone', () => {
    const lost = stringify(callersPod(world, 'lost', {}, { labels: { 'sallyport.dev/target': 'nowhere' } }));
    const refused = world.tried(lost, 'apply', '-f', '-');
    assert.notEqual(refused.status, 0);
    assert.match(refused.stderr, /no target `nowhere` has a port of its own/);
    const own = world.tried(stringify(callersPod(world, 'own', {})), 'apply', '--dry-run=server', '-f', '-');
    assert.equal(own.status, 0, own.stderr);
  });

  test('the webhook’s pods have no file of the gateway, no token, and an account that may do nothing', () => {
    const selected = ['-n', world.namespace, 'get', 'pods', '-l', 'app.kubernetes.io/name=sallyport-webhook', '-o'];
    const [name, more] = world.admin(...selected, 'jsonpath={.items[*].metadata.name}').split(' ') as [string, string];
    assert.ok(more !== undefined, 'one may go while pods are created');
    const files = world.admin(
      ...['-n', world.namespace, 'exec', name, '--', NODE, '-p'],
      "const { existsSync, readdirSync } = require('node:fs'); JSON.stringify([readdirSync('/etc/sallyport').toSorted(), readdirSync('/etc/sallyport/authority').filter((f) => !f.startsWith('..')), existsSync('/var/run/secrets'), existsSync('/var/lib/sallyport/data')])",
    );
    assert.deepEqual(JSON.parse(files), [['authority', 'webhook'], ['ca.crt'], false, false]);
    const as = `system:serviceaccount:${world.namespace}:gw-webhook`;
    for (const asked of [
      ['impersonate', 'users'],
      ['get', 'pods', '-A'],
      ['get', 'secrets', '-A'],
    ])
      assert.equal(world.tried('', 'auth', 'can-i', ...asked, '--as', as).stdout.trim(), 'no');
  });

  test('T67: what the chart gives is the right that this release has best', () => {
    const as = `system:serviceaccount:${world.namespace}:gw`;
    const may = (...asked: string[]) => world.tried('', 'auth', 'can-i', ...asked, '--as', as).stdout.trim();
    const isConstrained = kubernetesRelease() !== '1.35';
    assert.equal(may('impersonate', 'users'), isConstrained ? 'no' : 'yes');
    assert.equal(may('impersonate-on:user-info:get', 'configmaps'), isConstrained ? 'yes' : 'no');
    assert.equal(may('get', 'secrets', '-A'), 'no');
  });

  test('the pod cannot go round the gateway, by the policy that the chart made, and goes through it all the same', () => {
    const { hostname, port } = new URL(cluster.server);
    /** Whether a connection to the API server stands: where it is, and by its Service. */
    const direct = () =>
      [
        [hostname, port],
        ['10.96.0.1', '443'],
      ].map(([host = '', at = '']) => world.inPod('worker', 'nc', '-w', '5', host, at, '-e', 'true').status);
    assert.deepEqual(direct(), [0, 0], 'without the policy it would get there');
    const pod = world.admin('-n', world.callers, 'get', 'pod', 'worker', '-o', 'jsonpath={.status.podIP}');
    const allowed = allowedBy(world);
    const rules = [
      ['FORWARD', '-s', pod, '-j', 'REJECT'],
      ['INPUT', '-s', pod, '-j', 'REJECT'],
      ...allowed.map((match) => ['FORWARD', '-s', pod, ...match, '-j', 'ACCEPT']),
    ];
    const change = (how: string, rule: readonly string[]) =>
      execFileSync('nsenter', [`--net=/run/netns/cluster${cluster.number}`, 'iptables', '-w', how, ...rule]);
    for (const rule of rules) change('-I', rule);
    try {
      assert.ok(!direct().includes(0), 'the way round is shut');
      const through = world.read();
      assert.deepEqual([through.status, through.stdout], [0, 'blue'], through.stderr);
    } finally {
      for (const rule of rules) change('-D', rule);
    }
  });

  test('an upgrade and a rollback keep the journal, the certificates and the callers', async () => {
    const rate = () =>
      gateway(
        ...[NODE, '-p'],
        "require('node:fs').readFileSync('/etc/sallyport/sallyport.yaml', 'utf8').includes('requestsPerCallerPerSecond: 77')",
      ).trim();
    const uid = () => world.admin('-n', world.namespace, 'get', 'pod', 'gw-0', '-o', 'jsonpath={.metadata.uid}');
    const made = () =>
      ['gw-tls', 'gw-webhook'].map((name) =>
        world.admin('-n', world.namespace, 'get', 'secret', name, '-o', 'jsonpath={.data}'),
      );
    const [uidBefore, madeBefore] = [uid(), made()];
    await world.release('upgrade', values, '--set', 'config.limits.requestsPerCallerPerSecond=77');
    assert.notEqual(uid(), uidBefore);
    assert.deepEqual(made(), madeBefore, 'whom callers trust stays');
    const other = world.release('upgrade', values, '--set', 'tls.helm.dnsNames={other.example.com}');
    await assert.rejects(other, /was made for .*, and is asked for .* other\.example\.com\./);
    assert.equal(rate(), 'true');
    assert.equal(world.read().stdout, 'blue');
    const looked = world.tried('', '-n', world.namespace, 'exec', 'gw-0', '--', 'sallyport', 'doctor', ...CONFIG);
    assert.equal(looked.status, 0, looked.stdout + looked.stderr);
    await world.rollback(1);
    assert.equal(rate(), 'false');
    assert.equal(world.read().stdout, 'blue');
    assert.match(gateway('sallyport', 'journal', 'verify', ...CONFIG), /whole|verified|events/);
    const sessions = gateway('sallyport', 'sessions', 'list', ...CONFIG, '--subject', world.subject);
    assert.match(sessions, new RegExp(world.subject));
  });
}

interface Peer {
  readonly namespaceSelector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> };
}

interface Egress {
  readonly to: readonly Peer[];
  readonly ports?: readonly { readonly port: number; readonly protocol: string }[];
}

/** What the chart's policy lets the callers' pods reach, as matches of iptables: pods by their addresses, and ports where it names them. */
function allowedBy({ admin, callers }: ChartWorld): readonly (readonly string[])[] {
  const policy = JSON.parse(admin('-n', callers, 'get', 'networkpolicy', 'gw-agents', '-o', 'json'));
  assert.deepEqual([policy.spec.policyTypes, policy.spec.podSelector], [['Egress'], {}]);
  const matching = ({ matchLabels }: Peer['podSelector']) =>
    Object.entries(matchLabels)
      .map(([key, value]) => `${key}=${value}`)
      .join(',');
  const addresses = ({ namespaceSelector, podSelector }: Peer) =>
    words(
      admin('get', 'namespaces', '-l', matching(namespaceSelector), '-o', 'jsonpath={.items[*].metadata.name}'),
    ).flatMap((namespace) =>
      words(
        admin('-n', namespace, 'get', 'pods', '-l', matching(podSelector), '-o', 'jsonpath={.items[*].status.podIP}'),
      ),
    );
  const matches = (policy.spec.egress as readonly Egress[]).flatMap(({ to, ports }) =>
    to
      .flatMap(addresses)
      .flatMap((address) =>
        ports === undefined
          ? [['-d', address]]
          : ports.map(({ port, protocol }) => ['-d', address, '-p', protocol.toLowerCase(), '--dport', String(port)]),
      ),
  );
  assert.equal(matches.length, 3, 'the gateway’s pod, not the webhook’s, and the DNS by UDP and TCP');
  return matches;
}

function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}
