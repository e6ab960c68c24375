/*
 * A grant of real kubectl before a real API server: its streams end with it, whatever ends it, and what the client prints; and `sallyport run`, whose program has a grant of its own that is
 * gone with it.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Agent } from 'undici';
import type { ClientName } from '../clients/client.ts';
import { clientNamed } from '../clients/clients.ts';
import { type Child, runChild, startChild } from '../support/child.ts';
import type { Cluster } from '../support/cluster.ts';
import { controlApi } from '../support/control-api.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { CLI } from '../support/gateway-process.ts';
import { bindCaller, CALLER, sharedCluster } from '../support/test-cluster.ts';

const CLIENTS = ['kubectl-1.27', 'kubectl-1.35', 'helm-4'] as const satisfies readonly ClientName[];
const NAMESPACE = 'granted';
const CHARTS = 'granted-charts';

const asked = (id: string, rest: object) => ({ id, effect: 'request', namespaces: [NAMESPACE], ...rest });
const STREAMS = {
  verbs: ['get', 'list', 'watch', 'create'],
  apiGroups: [''],
  resources: ['pods', 'configmaps', 'pods/exec', 'pods/portforward'],
};

const POLICY = {
  apiVersion: 'sallyport.dev/v1',
  kind: 'Policy',
  metadata: { name: 'granted' },
  targets: ['*'],
  callers: [{ groups: [...CALLER.groups] }],
  roles: [{ role: 'operator', callers: [{ groups: ['operators'] }] }],
  rules: [
    asked('task', { ...STREAMS, request: { forMax: '1h', livePerCallerMax: 10 } }),
    asked('idle', { ...STREAMS, request: { forMax: '1h', idleMax: '2s', livePerCallerMax: 10 } }),
    {
      id: 'chart',
      effect: 'allow',
      namespaces: [CHARTS],
      verbs: ['*'],
      apiGroups: [''],
      resources: ['configmaps', 'secrets'],
      helm: true,
    },
  ],
};

const POD = `
apiVersion: v1
kind: Pod
metadata: {name: ticks, namespace: ${NAMESPACE}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: main
    image: registry.test/busybox:1
    imagePullPolicy: Never
    command: [sh, -c, "nc -ll -p 7777 -e sh -c 'while echo tick; do sleep 1; done'"]
`;

const CHART = {
  'Chart.yaml': 'apiVersion: v2\nname: small\nversion: 0.1.0\n',
  'templates/settings.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-settings}\ndata: {colour: "{{ .Values.colour }}"}\n',
  'values.yaml': 'colour: blue\n',
};

const cluster = await sharedCluster('the end of a grant on real streams');
if (cluster !== undefined) suite(cluster);

function suite(real: Cluster): void {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-granted-'));
  const programs = new Map<ClientName, string>();
  const started = new Set<Child>();
  let gateway: GatewayInFront;
  let dispatcher: Agent;
  let [caller, operator] = ['', ''];

  const api = controlApi(
    () => gateway.consoleUrl,
    () => dispatcher,
  );
  const kubectl = (client: ClientName) => join(programs.get(client) as string, 'kubectl');
  const admin = async (args: readonly string[], input = '') => {
    const child = spawn(kubectl('kubectl-1.35'), ['--kubeconfig', real.adminKubeconfig(), ...args]);
    child.stdin.end(input);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    return { code, said };
  };

  before(async () => {
    await bindCaller(real);
    for (const name of CLIENTS) programs.set(name, await clientNamed(name).prepare());
    gateway = await startGatewayInFront(real, { policy: [POLICY], console: true });
    dispatcher = new Agent({ connect: { ca: readFileSync(gateway.caFile, 'utf8') } });
    caller = readFileSync(gateway.tokenFile, 'utf8').trim();
    operator = await gateway.token('operator', 'ada', 7_200);
    for (const name of [NAMESPACE, CHARTS]) await admin(['create', 'namespace', name]);
    while ((await admin(['apply', '-f', '-'], POD)).code !== 0);
    const { code, said } = await admin([
      'wait',
      '-n',
      NAMESPACE,
      '--for=condition=Ready',
      'pod/ticks',
      '--timeout=120s',
    ]);
    assert.equal(code, 0, said);
    await admin(['-n', NAMESPACE, 'create', 'configmap', 'settings', '--from-literal=a=b']);
  });
  after(async () => {
    for (const child of started) child.kill('SIGKILL');
    await dispatcher?.destroy();
    await gateway?.stop();
    await admin(['delete', 'namespace', NAMESPACE, CHARTS, '--wait=false']);
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask(rule: string, length: string): Promise<string> {
    const scope = { target: 'main', rule: `granted/${rule}`, namespaces: [NAMESPACE], ...STREAMS };
    const { status, body } = await api(caller, 'POST', '/grants', { scopes: [scope], for: length, reason: 'a task' });
    assert.equal(status, 201, JSON.stringify(body));
    return body.id;
  }

  /** Streams of one kubectl, each once its first output has come. */
  async function follow(client: 'kubectl-1.27' | 'kubectl-1.35') {
    const start = async (args: readonly string[], begun: RegExp) => {
      const child = startChild(kubectl(client), ['--kubeconfig', gateway.kubeconfig, '-n', NAMESPACE, ...args]);
      started.add(child);
      await child.until(begun);
      return child;
    };
    return {
      exec: await start(['exec', 'ticks', '--', 'sh', '-c', 'while true; do echo tick; sleep 1; done'], /tick/),
      watch: await start(['get', 'configmaps', '-w'], /settings/),
      forward: await start(['port-forward', '--address', '127.0.0.1', 'pod/ticks', ':7777'], /127\.0\.0\.1:\d+/),
    };
  }

  const get = () =>
    runChild(kubectl('kubectl-1.35'), ['--kubeconfig', gateway.kubeconfig, '-n', NAMESPACE, 'get', 'configmaps']);

  const ENDS: readonly (readonly [string, string, string, (id: string) => Promise<unknown>])[] = [
    ['its time', '45s', 'the grant ended: its time is over', async () => {}],
    [
      'its release',
      '1h',
      'the grant ended: it was given back',
      (id) => api(caller, 'POST', `/grants/${id}/release`, {}),
    ],
    [
      'its revocation',
      '1h',
      'the grant was revoked',
      (id) => api(operator, 'POST', `/grants/${id}/revoke`, { reason: 'enough' }),
    ],
    [
      'a kill of its caller',
      '1h',
      'an operator has stopped it: runs wild',
      async () => {
        const { subject } = (await api(caller, 'GET', '/me')).body;
        const { body } = await api(operator, 'POST', '/kills', { what: 'caller', value: subject, reason: 'runs wild' });
        await api(operator, 'DELETE', `/kills/${body.id}`);
      },
    ],
  ];

  for (const client of ['kubectl-1.35', 'kubectl-1.27'] as const)
    for (const [what, length, why, end] of ENDS) {
      if (client === 'kubectl-1.27' && length !== '1h') continue; // the minute is spent once
      test(`T60: ${client}: exec, watch and port-forward end with ${what}, and what ends them is said where its protocol says it`, async () => {
        const id = await ask('task', length);
        const streams = await follow(client);
        await end(id);
        const [exec, watch] = await Promise.all([streams.exec.ended, streams.watch.ended]);
        assert.equal(exec, 1, streams.exec.said());
        assert.ok(streams.exec.said().includes(why), streams.exec.said());
        assert.equal(watch, 0, streams.watch.said());
        // A kubectl whose connection to the pod is gone says so; SPDY's keeps its port open, and every connection to it fails.
        if (client === 'kubectl-1.35') {
          assert.equal(await streams.forward.ended, 1, streams.forward.said());
          assert.match(streams.forward.said(), /lost connection to pod/);
        } else {
          streams.forward.kill('SIGTERM');
          await streams.forward.ended;
        }
        const state = (await api(caller, 'GET', `/grants/${id}`)).body;
        if (state.state === 'live') await api(caller, 'POST', `/grants/${id}/release`, {});
        const refused = await get();
        assert.equal(refused.code, 1, refused.output);
        assert.match(refused.output, /access can be requested/);
      });
    }

  test('a grant that idles ends, and not while a stream uses it', async () => {
    const id = await ask('idle', '1h');
    const { exec, watch, forward } = await follow('kubectl-1.35');
    for (const child of [watch, forward]) child.kill('SIGTERM');
    await exec.until(/(tick\s+){4}/);
    assert.equal((await api(caller, 'GET', `/grants/${id}`)).body.state, 'live');
    exec.kill('SIGTERM');
    await exec.ended;
    let state = (await api(caller, 'GET', `/grants/${id}`)).body;
    while (state.state === 'live') state = (await api(caller, 'GET', `/grants/${id}`)).body;
    assert.equal(state.endedBy, 'idle');
    assert.equal((await get()).code, 1);
  });

  const run = (args: readonly string[], command: readonly string[]) => {
    const [program, ...cli] = CLI;
    writeFileSync(join(folder, 'token'), caller);
    return runChild(program, [...cli, 'run', '--target', 'main', ...args, '--', ...command], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        XDG_RUNTIME_DIR: folder,
        HELM_CACHE_HOME: folder,
        HELM_CONFIG_HOME: folder,
        HELM_DATA_HOME: folder,
        SALLYPORT_SERVER: gateway.consoleUrl,
        SALLYPORT_TOKEN_FILE: join(folder, 'token'),
        SALLYPORT_CA_FILE: gateway.caFile,
      },
    });
  };
  const liveGrants = async () => (await api(caller, 'GET', '/grants?state=live')).body.items;

  test('run: kubectl reads what its grant reaches and nothing else, its exit code is passed on, and grant, token and guide are gone with it', async () => {
    writeFileSync(
      join(folder, 'reads.sh'),
      `set -u; cat "$SALLYPORT_GUIDE" >/dev/null && echo "guide $SALLYPORT_GUIDE"
${kubectl('kubectl-1.35')} -n ${NAMESPACE} get configmaps -o name || exit 3
${kubectl('kubectl-1.35')} -n ${NAMESPACE} delete configmap settings && exit 4
exit 17
`,
    );
    const { code, output } = await run(
      ['--for', '5m', '--scope', `get,list configmaps -n ${NAMESPACE}`],
      ['sh', 'reads.sh'],
    );
    assert.equal(code, 17, output);
    assert.match(output, /^configmap\/settings$/m);
    assert.match(output, /Error from server \(Forbidden\)/);
    const guide = /^guide (.*)$/m.exec(output)?.[1] ?? '';
    assert.notEqual(guide, '');
    assert.equal(existsSync(guide), false);
    assert.deepEqual(await liveGrants(), []);
    assert.deepEqual((await api(caller, 'GET', '/tokens?state=live')).body.items, []);
  });

  test('run: Helm installs and uninstalls with the token of its run, and nothing of it is left', async () => {
    for (const [name, text] of Object.entries(CHART)) {
      mkdirSync(join(folder, 'small', name, '..'), { recursive: true });
      writeFileSync(join(folder, 'small', name), text);
    }
    const helm = join(programs.get('helm-4') as string, 'helm');
    writeFileSync(
      join(folder, 'installs.sh'),
      `set -e; ${helm} -n ${CHARTS} install one ./small --set colour=green; ${helm} -n ${CHARTS} list; ${helm} -n ${CHARTS} uninstall one\n`,
    );
    const scope = `get,list,watch,create,update,patch,delete configmaps,secrets -n ${CHARTS}`;
    const { code, output } = await run(['--for', '5m', '--scope', scope], ['sh', 'installs.sh']);
    assert.equal(code, 0, output);
    assert.match(output, /^one\s+granted-charts\s+1/m);
    assert.match(output, /release "one" uninstalled/);
    assert.deepEqual(await liveGrants(), []);
    assert.deepEqual((await api(caller, 'GET', '/tokens?state=live')).body.items, []);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('sallyport')),
      [],
    );
  });
}
