/*
 * `sallyport plan` before a real API server: real kubectl, Helm 3 and 4 are planned whole, nothing of that is done, and what they do when they are run is what the plan said. With
 * `--ask`, a person says yes to all that is held, and it is run. What is there is read beside the gateway.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Agent } from 'undici';
import type { ClientName } from '../clients/client.ts';
import { clientNamed } from '../clients/clients.ts';
import type { Cluster } from '../support/cluster.ts';
import { controlApi } from '../support/control-api.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { CLI } from '../support/gateway-process.ts';
import { bindCaller, CALLER, sharedCluster } from '../support/test-cluster.ts';

const NAMESPACE = 'plan-main';

const POLICY = {
  apiVersion: 'sallyport.dev/v1',
  kind: 'Policy',
  metadata: { name: 'plan' },
  targets: ['*'],
  callers: [{ groups: [...CALLER.groups] }],
  roles: [{ role: 'operator', callers: [{ groups: ['operators'] }] }],
  rules: [
    { id: 'resources', effect: 'allow', verbs: ['*'], apiGroups: ['*'], resources: ['*', 'secrets'], helm: true },
    { id: 'paths', effect: 'allow', verbs: ['*'], nonResourceURLs: ['*'] },
    { id: 'shell', effect: 'allow', powers: ['exec'] },
    {
      id: 'held',
      effect: 'hold',
      verbs: ['patch', 'update'],
      apiGroups: ['apps'],
      resources: ['deployments'],
      hold: { approvers: [{ groups: ['operators'] }] },
    },
    {
      id: 'never',
      effect: 'deny',
      verbs: ['create'],
      apiGroups: ['batch'],
      resources: ['jobs'],
      reason: 'no jobs here',
    },
  ],
};

const cluster = await sharedCluster('plans of real clients', 'podless');
if (cluster !== undefined) suite(cluster);

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function suite(real: Cluster): void {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-plans-'));
  const programs = new Map<ClientName, string>();
  let gateway: GatewayInFront;

  const run = (
    program: string,
    args: readonly string[],
    kubeconfig: string,
    input = '',
    more: Readonly<Record<string, string>> = {},
  ): Promise<Ran> =>
    new Promise((resolve, reject) => {
      const env = {
        ...process.env,
        ...more,
        KUBECONFIG: kubeconfig,
        KUBECACHEDIR: join(folder, 'cache'),
        HELM_CACHE_HOME: join(folder, 'helm'),
        HELM_CONFIG_HOME: join(folder, 'helm'),
        HELM_DATA_HOME: join(folder, 'helm'),
      };
      const child = spawn(program, args, { cwd: folder, env });
      const said = { out: '', err: '' };
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said.out += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said.err += text;
      });
      child.once('error', reject).once('close', (code) => resolve({ code, ...said }));
      child.stdin.end(input);
    });
  const admin = async (args: readonly string[], input = ''): Promise<string> => {
    const { code, out, err } = await run(programs.get('kubectl-1.36') as string, args, real.adminKubeconfig(), input);
    assert.equal(code, 0, err);
    return out;
  };
  const client = (name: ClientName, args: readonly string[], input = '') =>
    run(programs.get(name) as string, ['-n', NAMESPACE, ...args], gateway.kubeconfig, input);
  /** Plans a command of a client in the namespace; what it says is no JSON where no plan could be made. */
  async function planned(name: ClientName, args: readonly string[], input = '') {
    const [program, ...cli] = CLI;
    const command = [programs.get(name) as string, '-n', NAMESPACE, ...args];
    const { code, out, err } = await run(
      program,
      [...cli, 'plan', '-o', 'json', '--', ...command],
      gateway.kubeconfig,
      input,
    );
    return { code, err, plan: out === '' ? undefined : (JSON.parse(out) as Json) };
  }
  /** What is there that a command could have changed: each object with its version. Other suites' namespaces come and go meanwhile, and what the control plane puts into each comes when it can. */
  const there = async () => {
    const said = await admin(['get', 'namespaces,configmaps,secrets,deployments,services,pods', '-A', '-o', 'jsonpath={range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name}@{.metadata.generation}.{.metadata.uid}.{.data}.{.spec.replicas}.{.spec.template.metadata.annotations}{"\\n"}{end}']); // biome-ignore format: a line
    const isOwn = (line: string) => /^\w+\/\/?plan-/.test(line) && !line.includes('/kube-root-ca.crt@');
    return said.split('\n').filter(isOwn).join('\n');
  };
  const calls = (plan: Json): readonly string[] =>
    plan.calls.map(({ operation, verdict, outcome = '' }: Json) =>
      `${operation.replaceAll('`', '')}: ${verdict} ${outcome}`.trim(),
    );
  const has = (plan: Json, pattern: RegExp) =>
    assert.ok(
      calls(plan).some((call) => pattern.test(call)),
      `${pattern}: ${calls(plan).join('\n')}`,
    );

  before(async () => {
    await bindCaller(real);
    for (const name of ['kubectl-1.36', 'helm-3', 'helm-4'] as const)
      programs.set(name, join(await clientNamed(name).prepare(), name.startsWith('helm') ? 'helm' : 'kubectl'));
    gateway = await startGatewayInFront(real, { policy: [POLICY], console: true });
    await admin(['create', 'namespace', NAMESPACE]);
    await admin(['-n', NAMESPACE, 'create', 'configmap', 'settings', '--from-literal=colour=red']);
    await admin(['-n', NAMESPACE, 'create', 'deployment', 'web', '--image=registry.test/busybox:1', '--replicas=0']);
  });
  after(async () => {
    await gateway?.stop();
    await admin(['delete', 'namespace', NAMESPACE, '--wait=false']);
    rmSync(folder, { recursive: true, force: true });
  });

  test('kubectl apply of several objects: what is made, changed, held and refused, also in a namespace that the plan makes; nothing is done', async () => {
    const manifest = `apiVersion: v1
kind: Namespace
metadata: { name: plan-new }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: first, namespace: plan-new }
data: { a: b }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: ${NAMESPACE} }
data: { colour: blue }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: ${NAMESPACE} }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: busybox, image: "registry.test/busybox:1" }] }
---
apiVersion: batch/v1
kind: Job
metadata: { name: once, namespace: ${NAMESPACE} }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: a }] } } }
`;
    const before = await there();
    for (const kept of [`Namespace//${NAMESPACE}@`, `Deployment/${NAMESPACE}/web@`])
      assert.ok(before.includes(kept), before);
    const applied = await run(
      CLI[0],
      [...CLI.slice(1), 'plan', '-o', 'json', '--', programs.get('kubectl-1.36') as string, 'apply', '-f', '-'],
      gateway.kubeconfig,
      manifest,
    );
    assert.equal(applied.code, 1, applied.err);
    const plan = JSON.parse(applied.out);
    assert.equal(await there(), before);
    has(plan, /^create namespaces.*: allowed done$/);
    has(plan, /^create configmaps first in namespace plan-new: allowed untried$/);
    has(plan, /^patch configmaps settings.*: allowed done$/);
    has(plan, /^patch deployments\.apps web.*: held done$/);
    const [held] = plan.calls.filter(({ verdict }: Json) => verdict === 'held');
    assert.deepEqual(held.shown.scale, { from: 0, to: 2 });
    assert.deepEqual(held.holds[0].approvers, ['the group `operators`']);
    const [refused] = plan.calls.filter(({ verdict }: Json) => verdict === 'refused');
    assert.match(refused.refusal.message, /no jobs here/);
  });

  test('kubectl delete, scale, rollout restart, label and server-side apply end as if it were done, and nothing is', async () => {
    const before = await there();
    const rows: readonly (readonly [args: readonly string[], call: RegExp, input?: string])[] = [
      [['delete', 'configmap', 'settings'], /^delete configmaps settings.*: allowed done$/],
      [['delete', 'configmap', '--all'], /^delete configmaps settings.*: allowed done$/],
      [['scale', 'deployment/web', '--replicas=3'], /^patch deployments\/scale\.apps web.*: allowed done$/],
      [['rollout', 'restart', 'deployment/web'], /^patch deployments\.apps web.*: held done$/],
      [['label', 'configmap', 'settings', 'a=b'], /^patch configmaps settings.*: allowed done$/],
      [['create', 'deployment', 'other', '--image=a', '--replicas=0'], /^create deployments\.apps.*: allowed done$/],
      [['replace', '--force', '-f', '-'], /^create configmaps.*: allowed (?:done|untried)$/, JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } })],
      [['apply', '--server-side', '-f', '-'], /^patch configmaps fresh.*: allowed done$/, JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'fresh' }, data: { a: 'b' } })],
    ]; // biome-ignore format: a table
    for (const [args, call, input] of rows) {
      const { code, err, plan } = await planned('kubectl-1.36', args, input);
      assert.equal(code, 0, `${args.join(' ')}: ${err}`);
      has(plan, call);
      assert.equal(await there(), before, args.join(' '));
    }
  });

  for (const helm of ['helm-3', 'helm-4'] as const)
    test(`${helm}: install, upgrade, rollback and uninstall are planned whole, and run as the plan said`, async () => {
      const chart = join(folder, `chart-${helm}`);
      mkdirSync(join(chart, 'templates'), { recursive: true });
      writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: planned\nversion: 0.1.0\n');
      writeFileSync(
        join(chart, 'templates', 'c.yaml'),
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "{{ .Release.Name }}" }\ndata: { colour: "{{ .Values.colour }}" }\n',
      );
      const colour = () => admin(['-n', NAMESPACE, 'get', 'configmap', helm, '-o', 'jsonpath={.data.colour}']);
      const both = async (args: readonly string[], call: RegExp): Promise<Json> => {
        const before = await there();
        const { code, err, plan } = await planned(helm, args);
        assert.equal(code, 0, `${args.join(' ')}: ${err} ${JSON.stringify(plan?.calls)}`);
        assert.equal(await there(), before, args.join(' '));
        has(plan, call);
        has(plan, /secrets/);
        const meant = await client(helm, args);
        assert.equal(meant.code, 0, meant.err);
        return plan;
      };
      await both(['install', helm, chart, '--set', 'colour=red'], /configmaps/);
      assert.equal(await colour(), 'red');
      const upgraded = await both(['upgrade', helm, chart, '--set', 'colour=blue'], /^patch configmaps helm-/);
      const changes = upgraded.calls.flatMap(({ shown }: Json) => shown?.changes ?? []);
      assert.ok(
        changes.some(
          ({ at, before, after: now }: Json) => at === '/data/colour' && before === '"red"' && now === '"blue"',
        ),
      );
      assert.equal(await colour(), 'blue');
      await both(['rollback', helm, '1'], /configmaps/);
      assert.equal(await colour(), 'red');
      await both(['uninstall', helm], /^delete configmaps helm-/);
    });

  for (const helm of ['helm-3', 'helm-4'] as const)
    test(`${helm}: the hook of a chart is planned, not run, and taken to succeed`, async () => {
      const chart = join(folder, `hooked-${helm}`);
      mkdirSync(join(chart, 'templates'), { recursive: true });
      writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: hooked\nversion: 0.1.0\n');
      writeFileSync(
        join(chart, 'templates', 'c.yaml'),
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: after-the-hook }\ndata: { a: b }\n',
      );
      writeFileSync(
        join(chart, 'templates', 'h.yaml'),
        'apiVersion: v1\nkind: Pod\nmetadata: { name: hook, annotations: { "helm.sh/hook": pre-install } }\nspec: { restartPolicy: Never, containers: [{ name: a, image: "registry.test/busybox:1" }] }\n',
      );
      const before = await there();
      const { code, err, plan } = await planned(helm, ['install', 'hooked', chart, '--timeout', '60s']);
      assert.equal(code, 0, `${err} ${JSON.stringify(plan?.calls)}`);
      has(plan, /^(?:create|patch) pods hook .*: allowed done$/);
      has(plan, /^(?:create|patch) configmaps after-the-hook .*: allowed done$/);
      assert.equal(await there(), before);
    });

  /**
   * Plans a command that asks, has a person answer the one question, and says what was asked, what the command printed, and what else was asked meanwhile. A question that the
   * run asks anew is answered with no, so that nothing waits for it.
   */
  async function askedOnce(name: ClientName, args: readonly string[], said: 'approve' | 'reject', input = '') {
    return askedFor([programs.get(name) as string, '-n', NAMESPACE, ...args], said, input);
  }
  async function askedFor(command: readonly string[], said: 'approve' | 'reject', input = '') {
    const dispatcher = new Agent({ connect: { ca: readFileSync(gateway.caFile, 'utf8') } });
    const ask = controlApi(
      () => gateway.consoleUrl,
      () => dispatcher,
    );
    try {
      const lead = await gateway.token('operator', 'lea', 3_600);
      const api = async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Json> =>
        (await ask(lead, method, path, body)).body;
      const before = new Set((await api('GET', '/approvals?limit=1000')).items.map(({ id }: Json) => id));
      const [program, ...cli] = CLI;
      let ended: Ran | undefined;
      const running = run(program, [...cli, 'plan', '--ask', '--', ...command], gateway.kubeconfig, input, {
        SALLYPORT_SERVER: gateway.consoleUrl,
        SALLYPORT_TOKEN_FILE: gateway.tokenFile,
        SALLYPORT_CA_FILE: gateway.caFile,
      }).then((ran) => {
        ended = ran;
        return ran;
      });
      let question: Json;
      while (ended === undefined) {
        const { items } = await api('GET', '/approvals?state=pending');
        for (const one of items.filter(({ id, preview }: Json) => !before.has(id) && preview !== 'looking')) {
          const isFirst = one.shown.planned !== undefined && question === undefined;
          if (isFirst) question = one;
          await api('POST', `/approvals/${one.id}/${isFirst ? said : 'reject'}`, { digest: one.digest });
        }
      }
      const { code, out, err } = await running;
      const { items } = await api('GET', '/approvals?limit=1000');
      const fresh = items.filter(({ id }: Json) => !before.has(id) && id !== question?.id);
      return {
        ...{ code, out, err, question },
        covered: fresh.filter(({ restOf }: Json) => restOf === question?.id),
        others: fresh.filter(({ restOf }: Json) => restOf === undefined),
      };
    } finally {
      await dispatcher.destroy();
    }
  }
  const replicas = () => admin(['-n', NAMESPACE, 'get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}']);
  const template = (image: string) =>
    `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: ${NAMESPACE} }
spec:
  replicas: 0
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: busybox, image: "${image}" }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: beside, namespace: ${NAMESPACE} }
data: { image: "${image}" }
`;
  const image = () =>
    admin(['-n', NAMESPACE, 'get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}']);

  test('kubectl apply with `--ask`: one question shows what is held, and after the yes exactly that runs; after a no, nothing', async () => {
    const before = await there();
    const refused = await askedOnce(
      'kubectl-1.36',
      ['apply', '-f', '-'],
      'reject',
      template('registry.test/busybox:2'),
    );
    assert.equal(refused.code, 1, refused.err);
    assert.deepEqual([await there(), refused.covered.length, refused.others.length], [before, 0, 0], refused.err);
    const { code, err, out, question, covered, others } = await askedOnce(
      'kubectl-1.36',
      ['apply', '-f', '-'],
      'approve',
      template('registry.test/busybox:3'),
    );
    assert.equal(code, 0, err);
    assert.match(out, /deployment\.apps\/web configured/);
    const [held, ...more] = question.shown.planned;
    assert.deepEqual(more, []);
    assert.ok(
      held.changes.some(({ after: now }: Json) => now === '"registry.test/busybox:3"'),
      JSON.stringify(held),
    );
    assert.deepEqual([covered.length, others.length, covered[0].status], [1, 0, 200]);
    assert.equal(await image(), 'registry.test/busybox:3');
    assert.match(await admin(['-n', NAMESPACE, 'get', 'configmap', 'beside', '-o', 'name']), /beside/);
  });

  test('kubectl rollout restart, set image and server-side apply with `--ask` meet no other question', async () => {
    const rows: readonly (readonly [args: readonly string[], input?: string])[] = [
      // It says when it was restarted: another instant at its run than at its plan.
      [['rollout', 'restart', 'deployment/web']],
      [['set', 'image', 'deployment/web', 'busybox=registry.test/busybox:4']],
      [['apply', '--server-side', '--force-conflicts', '-f', '-'], template('registry.test/busybox:5')],
    ];
    // What kubectl brings over from an earlier client-side apply hangs on what it has just written, and cannot be planned.
    const things = ['deployment/web', 'configmap/beside'];
    await admin(['-n', NAMESPACE, 'annotate', ...things, 'kubectl.kubernetes.io/last-applied-configuration-']);
    for (const [args, input] of rows) {
      const { code, err, question, covered, others } = await askedOnce('kubectl-1.36', args, 'approve', input);
      assert.equal(code, 0, `${args.join(' ')}: ${err}`);
      assert.deepEqual([question.shown.planned.length, covered.length, others.length], [1, 1, 0], args.join(' '));
    }
    assert.equal(await image(), 'registry.test/busybox:5');
  });

  test('what changed between the yes and the run is held as ever', async () => {
    // The object is another one by then: the same name, and another life.
    const script = join(folder, 'two-lives');
    const kubectl = programs.get('kubectl-1.36') as string;
    writeFileSync(
      script,
      `if [ -f ${script}.planned ]; then KUBECONFIG=${real.adminKubeconfig()} ${kubectl} -n ${NAMESPACE} replace --force -f ${script}.yaml; fi
touch ${script}.planned
exec ${kubectl} -n ${NAMESPACE} patch deployment web --type merge -p '{"spec":{"replicas":1}}'
`,
    );
    writeFileSync(`${script}.yaml`, template('registry.test/busybox:6'));
    const { code, covered, others } = await askedFor(['/bin/sh', script], 'approve');
    assert.notEqual(code, 0);
    assert.deepEqual([covered.length, others.length], [0, 1]);
    assert.equal(await replicas(), '0');
  });

  for (const helm of ['helm-3', 'helm-4'] as const)
    test(`${helm} with \`--ask\`: an upgrade whose deployment is held runs after one yes, and asks nothing else`, async () => {
      const chart = join(folder, `asked-${helm}`);
      mkdirSync(join(chart, 'templates'), { recursive: true });
      writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: asked\nversion: 0.1.0\n');
      writeFileSync(
        join(chart, 'templates', 'd.yaml'),
        `apiVersion: apps/v1
kind: Deployment
metadata: { name: "{{ .Release.Name }}" }
spec:
  replicas: 0
  selector: { matchLabels: { app: asked } }
  template:
    metadata: { labels: { app: asked } }
    spec: { containers: [{ name: a, image: "registry.test/busybox:{{ .Values.tag }}" }] }
`,
      );
      const release = `asked-${helm}`;
      // Helm 4 makes by an apply, which is a patch, and so is held too.
      const installed = await askedOnce(helm, ['install', release, chart, '--set-string', 'tag=1'], 'approve');
      assert.deepEqual([installed.code, installed.others.length], [0, 0], installed.err);
      const upgraded = await askedOnce(helm, ['upgrade', release, chart, '--set-string', 'tag=2'], 'approve');
      assert.equal(upgraded.code, 0, upgraded.err);
      const { planned: shown } = upgraded.question.shown;
      assert.deepEqual([shown.length, upgraded.covered.length, upgraded.others.length], [1, 1, 0], upgraded.err);
      assert.match(JSON.stringify(shown[0].changes), /busybox:2/);
    });

  test('what cannot be foreseen is not sent: exec and a token are told so, with exit code 1', async () => {
    await admin([
      '-n',
      NAMESPACE,
      'run',
      'idle',
      '--image=registry.test/busybox:1',
      '--overrides={"spec":{"nodeName":"nowhere"}}',
    ]);
    for (const args of [
      ['exec', 'idle', '--', 'id'],
      ['create', 'token', 'default'],
    ]) {
      const { code, err, plan } = await planned('kubectl-1.36', args);
      assert.equal(code, 1, err);
      assert.ok(
        plan.calls.some(({ outcome, verdict }: Json) => outcome === 'unknown' || verdict === 'refused'),
        JSON.stringify(plan),
      );
      assert.doesNotMatch(err, /eyJ/);
    }
  });
}
