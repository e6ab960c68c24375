/*
 * Held requests of real clients before a real API server: kubectl, Helm 3 and 4 wait for a person, and exactly what was shown runs, once, or not at all. What was done is
 * read beside the gateway.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { ClientName } from '../clients/client.ts';
import { clientNamed } from '../clients/clients.ts';
import type { Cluster } from '../support/cluster.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { bindCaller, CALLER, sharedCluster } from '../support/test-cluster.ts';

const CLIENTS = ['kubectl-1.36', 'helm-3', 'helm-4'] as const satisfies readonly ClientName[];
const NAMESPACE = 'held-main';

const APPROVERS = [{ groups: ['operators'] }];
const held = (id: string, rest: object) => ({ id, effect: 'hold', namespaces: ['held-*'], ...rest });

const POLICY = {
  apiVersion: 'sallyport.dev/v1',
  kind: 'Policy',
  metadata: { name: 'held' },
  targets: ['*'],
  callers: [{ groups: [...CALLER.groups] }],
  roles: [{ role: 'operator', callers: [{ groups: ['operators'] }] }],
  rules: [
    { id: 'resources', effect: 'allow', verbs: ['*'], apiGroups: ['*'], resources: ['*', 'secrets'], helm: true },
    { id: 'paths', effect: 'allow', verbs: ['*'], nonResourceURLs: ['*'] },
    held('objects', {
      verbs: ['delete', 'patch', 'update'],
      apiGroups: ['', 'apps'],
      resources: ['configmaps', 'deployments', 'deployments/scale', 'namespaces'],
      hold: { approvers: APPROVERS, lifts: ['deletions'] },
    }),
    // In this namespace alone: the deletion of another asks for what it takes with it, and would wait no longer than this.
    held('brief', {
      verbs: ['delete'],
      namespaces: [NAMESPACE],
      apiGroups: [''],
      resources: ['services'],
      hold: { approvers: APPROVERS, waitMax: '1s' },
    }),
    held('shell', { powers: ['exec'], hold: { approvers: APPROVERS } }),
  ],
};

const cluster = await sharedCluster('held requests of real clients');
const folder = mkdtempSync(join(tmpdir(), 'sallyport-held-'));
const folders = new Map<ClientName, string>();
const started = new Set<ChildProcess>();

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
}

function run(client: ClientName, kubeconfig: string, args: readonly string[], input = ''): Running {
  const home = join(folder, client);
  const child = spawn(join(folders.get(client) as string, client.startsWith('helm') ? 'helm' : 'kubectl'), args, {
    cwd: folder,
    env: {
      ...process.env,
      KUBECONFIG: kubeconfig,
      KUBECACHEDIR: join(home, 'cache'),
      HELM_CACHE_HOME: home,
      HELM_CONFIG_HOME: home,
      HELM_DATA_HOME: home,
    },
  });
  started.add(child);
  child.once('close', () => started.delete(child));
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const ended = new Promise<{ code: number | null; said: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, said }));
  });
  return { child, ended };
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

if (cluster !== undefined) suite(cluster);

function suite(real: Cluster): void {
  let gateway: GatewayInFront;
  let dispatcher: Agent;
  let lead = '';

  const admin = async (args: readonly string[], input = '') => {
    const { code, said } = await run('kubectl-1.36', real.adminKubeconfig(), args, input).ended;
    assert.equal(code, 0, said);
    return said;
  };
  const kubectl = (args: readonly string[], input = '') =>
    run('kubectl-1.36', gateway.kubeconfig, ['-n', NAMESPACE, ...args], input);
  const make = (name: string) => admin(['-n', NAMESPACE, 'create', 'configmap', name, '--from-literal=a=b']);
  const isThere = async (name: string) =>
    (await admin(['-n', NAMESPACE, 'get', 'configmaps', '-o', 'name'])).includes(`configmap/${name}\n`);

  before(async () => {
    await bindCaller(real);
    for (const name of CLIENTS) folders.set(name, await clientNamed(name).prepare());
    gateway = await startGatewayInFront(real, { policy: [POLICY], console: true });
    dispatcher = new Agent({ connect: { ca: readFileSync(gateway.caFile, 'utf8') } });
    lead = await gateway.token('operator', 'lea', 7_200);
    await admin(['create', 'namespace', NAMESPACE]);
    await admin(['-n', NAMESPACE, 'create', 'deployment', 'web', '--image=registry.test/busybox:1', '--replicas=0']);
  });
  after(async () => {
    // What a failed test leaves waits as long as its question.
    for (const child of started) child.kill();
    await dispatcher?.destroy();
    await gateway?.stop();
    await admin(['delete', 'namespace', NAMESPACE, '--wait=false']);
    rmSync(folder, { recursive: true, force: true });
  });

  /** Follows the control plane where it says that it was asked too fast. */
  async function api(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Json> {
    const reply = await asked(method, path, body);
    if (reply.statusCode !== 429) return reply.body.json();
    await reply.body.dump();
    await setTimeout(Number(reply.headers['retry-after']) * 1000);
    return api(method, path, body);
  }

  function asked(method: 'GET' | 'POST', path: string, body?: unknown) {
    return request(`${gateway.consoleUrl}/api/v1${path}`, {
      method,
      dispatcher,
      headers: {
        authorization: `Bearer ${lead}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
  }

  /** The question of a command that waits, once what it would do is in it. A command that ends without one fails. */
  async function question(of: string, { ended }: Running): Promise<Json> {
    let over: string | undefined;
    void ended.then(({ code, said }) => {
      over = `${code}: ${said}`;
    });
    for (;;) {
      const { items } = await api('GET', '/approvals?state=pending');
      const found = items.find(({ shown, preview }: Json) => preview !== 'looking' && shown.operation.includes(of));
      if (found !== undefined) return found;
      assert.equal(over, undefined, 'it ended and nobody was asked');
    }
  }

  const answer = (said: 'approve' | 'reject', { id, digest }: Json, reason = '') =>
    api('POST', `/approvals/${id}/${said}`, { digest, reason });

  /** What became of a question, once nothing of it is under way. */
  async function became({ id }: Json): Promise<Json> {
    for (;;) {
      const now = await api('GET', `/approvals/${id}`);
      if (now.state !== 'pending' && now.exchange !== 'forwarded' && now.exchange !== 'waiting') return now;
    }
  }

  test('a delete waits, is approved, and runs once', async () => {
    await make('approved');
    const waiting = kubectl(['delete', 'configmap', 'approved']);
    const asked = await question('delete configmaps `approved`', waiting);
    assert.ok(await isThere('approved'), 'nothing runs before the yes');
    await answer('approve', asked);
    assert.deepEqual((await waiting.ended).code, 0);
    assert.ok(!(await isThere('approved')));
    const { exchange, status } = await became(asked);
    assert.deepEqual([exchange, status], ['answered', 200]);
  });

  test('a no is printed by kubectl in the person’s words, and nothing runs', async () => {
    await make('rejected');
    const waiting = kubectl(['delete', 'configmap', 'rejected']);
    await answer('reject', await question('`rejected`', waiting), 'after the release');
    const { code, said } = await waiting.ended;
    assert.equal(code, 1);
    assert.match(said, /Forbidden.*`person:lea` said no.*after the release/s);
    assert.ok(await isThere('rejected'));
  });

  test('what nobody answers is refused, and nothing runs', async () => {
    await admin(['-n', NAMESPACE, 'create', 'service', 'clusterip', 'expired', '--tcp=80']);
    const { code, said } = await kubectl(['delete', 'service', 'expired']).ended;
    assert.equal(code, 1);
    assert.match(said, /Forbidden.*was not answered in time; nothing was done/s);
    assert.match(await admin(['-n', NAMESPACE, 'get', 'services', '-o', 'name']), /service\/expired/);
  });

  test('T59: a client that is stopped withdraws its question, and a late yes does nothing', async () => {
    await make('withdrawn');
    const waiting = kubectl(['delete', 'configmap', 'withdrawn']);
    const asked = await question('`withdrawn`', waiting);
    waiting.child.kill('SIGKILL');
    await waiting.ended;
    assert.equal((await became(asked)).state, 'withdrawn');
    assert.equal((await answer('approve', asked)).code, 'ANSWER_LATE');
    assert.ok(await isThere('withdrawn'));
  });

  test('T31: an object that is made anew while a person looks is another question', async () => {
    await make('changed');
    const waiting = kubectl(['delete', 'configmap', 'changed']);
    const first = await question('`changed`', waiting);
    await admin(['-n', NAMESPACE, 'delete', 'configmap', 'changed']);
    await make('changed');
    await answer('approve', first);
    const second = await question('`changed`', waiting);
    assert.notEqual(second.id, first.id);
    await answer('reject', second);
    assert.equal((await waiting.ended).code, 1);
    assert.ok(await isThere('changed'));
  });

  test('an apply is shown field by field, by the API server’s own dry run, and is stored as shown', async () => {
    const object = (value: string) =>
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data: { value } });
    assert.equal((await kubectl(['apply', '-f', '-'], object('one')).ended).code, 0);
    const waiting = kubectl(['apply', '-f', '-'], object('two'));
    const asked = await question('patch configmaps `applied`', waiting);
    const changes = asked.shown.changes.filter(({ at }: Json) => at.startsWith('/data'));
    assert.deepEqual(changes, [{ at: '/data/value', before: '"one"', after: '"two"' }]);
    await answer('approve', asked);
    const { code, said } = await waiting.ended;
    assert.equal(code, 0, said);
    assert.equal(await admin(['-n', NAMESPACE, 'get', 'configmap', 'applied', '-o', 'jsonpath={.data.value}']), 'two');
  });

  test('a scale is shown from and to, and done as shown', async () => {
    const waiting = kubectl(['scale', 'deployment', 'web', '--replicas=1']);
    const asked = await question('deployments/scale', waiting);
    assert.deepEqual(asked.shown.scale, { from: 0, to: 1 });
    await answer('approve', asked);
    assert.equal((await waiting.ended).code, 0);
    const replicas = await admin(['-n', NAMESPACE, 'get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}']);
    assert.equal(replicas, '1');
  });

  test('T36: an exec waits for its answer on the connection, and is one question', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'shell' },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          { name: 'c', image: 'registry.test/busybox:1', imagePullPolicy: 'Never', command: ['sleep', '3600'] },
        ],
      },
    };
    await admin(['-n', NAMESPACE, 'apply', '-f', '-'], JSON.stringify(pod));
    await admin(['-n', NAMESPACE, 'wait', '--for=condition=Ready', 'pod/shell', '--timeout=120s']);
    const waiting = kubectl(['exec', 'shell', '--', 'echo', 'it ran']);
    const asked = await question('`shell`', waiting);
    assert.deepEqual(asked.shown.argv, ['echo', 'it ran']);
    assert.deepEqual([asked.shown.pod.container, asked.shown.pod.serviceAccount], ['c', 'default']);
    await answer('approve', asked);
    const { code, said } = await waiting.ended;
    assert.deepEqual([code, said], [0, 'it ran\n']);
  });

  test('a namespace is shown with what is in it, and goes when a person says so', async () => {
    await admin(['create', 'namespace', 'held-gone']);
    await admin(['-n', 'held-gone', 'create', 'configmap', 'mine', '--from-literal=a=b']);
    await admin(['-n', 'held-gone', 'create', 'deployment', 'idle', '--image=registry.test/busybox:1', '--replicas=0']);
    const waiting = kubectl(['delete', 'namespace', 'held-gone', '--wait=false']);
    const asked = await question('delete namespaces `held-gone`', waiting);
    const kinds = new Map(asked.shown.losses.map(({ kind, names }: Json) => [kind, names]));
    assert.ok((kinds.get('configmaps') as string[]).includes('mine'), JSON.stringify(asked.shown));
    assert.deepEqual(kinds.get('deployments.apps'), ['idle']);
    assert.deepEqual(asked.shown.missing, []);
    await answer('approve', asked);
    const { code, said } = await waiting.ended;
    assert.equal(code, 0, said);
  });

  for (const client of ['helm-3', 'helm-4'] as const) {
    test(`${client}: an upgrade and a rollback wait and go through; one that is rejected fails with the reason`, async () => {
      const chart = join(folder, `chart-${client}`);
      mkdirSync(join(chart, 'templates'), { recursive: true });
      writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: held\nversion: 0.1.0\n');
      writeFileSync(
        join(chart, 'templates', 'c.yaml'),
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "{{ .Release.Name }}" }\ndata: { colour: "{{ .Values.colour }}" }\n',
      );
      const helm = (args: readonly string[]) => run(client, gateway.kubeconfig, ['-n', NAMESPACE, ...args]);
      const colour = () => admin(['-n', NAMESPACE, 'get', 'configmap', client, '-o', 'jsonpath={.data.colour}']);
      const through = async (running: Running) => {
        await answer('approve', await question(`configmaps \`${client}\``, running));
        const { code, said } = await running.ended;
        assert.equal(code, 0, said);
      };
      const installing = helm(['install', client, chart, '--set', 'colour=red']);
      // Helm 4 makes its objects by server-side apply, a patch; Helm 3 by a create, which no rule holds.
      if (client === 'helm-4') await through(installing);
      else assert.equal((await installing.ended).code, 0);
      await through(helm(['upgrade', client, chart, '--set', 'colour=blue']));
      assert.equal(await colour(), 'blue');
      await through(helm(['rollback', client, '1']));
      assert.equal(await colour(), 'red');
      const rejected = helm(['upgrade', client, chart, '--set', 'colour=green']);
      await answer('reject', await question(`configmaps \`${client}\``, rejected), 'not green');
      const { code, said } = await rejected.ended;
      assert.equal(code, 1);
      assert.match(said, /not green/);
      assert.equal(await colour(), 'red');
    });
  }
}
