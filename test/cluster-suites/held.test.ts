/*
 * Held requests of real clients before a real API server: kubectl, Helm 3 and 4 wait for a person, and exactly what was shown runs, once, or not at all. What was done is
 * read beside the gateway.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ClientName } from '../clients/client.ts';
import type { Cluster } from '../support/cluster.ts';
import { type HeldClients, type Running, startHeldClients } from '../support/held-clients.ts';
import { CALLER, sharedCluster } from '../support/test-cluster.ts';

const CLIENTS = ['kubectl-1.36', 'helm-3', 'helm-4'] as const satisfies readonly ClientName[];
const NAMESPACE = 'held-main';

const APPROVERS = [{ groups: ['operators'] }];
const holding = (id: string, rest: object) => ({ id, effect: 'hold', namespaces: ['held-*'], ...rest });

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
    holding('objects', {
      verbs: ['delete', 'patch', 'update'],
      apiGroups: ['', 'apps'],
      resources: ['configmaps', 'deployments', 'deployments/scale', 'namespaces'],
      hold: { approvers: APPROVERS, lifts: ['deletions'] },
    }),
    // In this namespace alone: the deletion of another asks for what it takes with it, and would wait no longer than this.
    holding('brief', {
      verbs: ['delete'],
      namespaces: [NAMESPACE],
      apiGroups: [''],
      resources: ['services'],
      hold: { approvers: APPROVERS, waitMax: '1s' },
    }),
    holding('shell', { powers: ['exec'], hold: { approvers: APPROVERS } }),
  ],
};

const cluster = await sharedCluster('held requests of real clients');
// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

if (cluster !== undefined) suite(cluster);

function suite(real: Cluster): void {
  let held: HeldClients;
  const admin: HeldClients['admin'] = (...args) => held.admin(...args);
  const question: HeldClients['question'] = (...args) => held.question(...args);
  const answer: HeldClients['answer'] = (...args) => held.answer(...args);
  const became: HeldClients['became'] = (...args) => held.became(...args);
  const kubectl = (args: readonly string[], input = '') => held.run('kubectl-1.36', args, input);
  const make = (name: string) => admin(['-n', NAMESPACE, 'create', 'configmap', name, '--from-literal=a=b']);
  const isThere = async (name: string) =>
    (await admin(['-n', NAMESPACE, 'get', 'configmaps', '-o', 'name'])).includes(`configmap/${name}\n`);

  before(async () => {
    held = await startHeldClients(real, NAMESPACE, CLIENTS, { policy: [POLICY] });
    await admin(['-n', NAMESPACE, 'create', 'deployment', 'web', '--image=registry.test/busybox:1', '--replicas=0']);
  });
  after(() => held?.stop());

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
      const chart = join(held.folder, `chart-${client}`);
      mkdirSync(join(chart, 'templates'), { recursive: true });
      writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: held\nversion: 0.1.0\n');
      writeFileSync(
        join(chart, 'templates', 'c.yaml'),
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "{{ .Release.Name }}" }\ndata: { colour: "{{ .Values.colour }}" }\n',
      );
      const helm = (args: readonly string[]) => held.run(client, args);
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
