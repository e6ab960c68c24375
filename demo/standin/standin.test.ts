import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { findKubectl } from '../kubectl.ts';
import { type Standin, startStandin } from './standin.ts';

const widgets = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, kind: Widget, shortNames: [wd]}
  versions:
  - name: v1
    served: true
    storage: true
    additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
`;
const widget = 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w1, namespace: shop}\nspec: {size: 3}\n';
const settings = (currency: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: applied, namespace: shop}\ndata: {currency: ${currency}}\n`;

interface Row {
  readonly run: readonly string[];
  readonly input?: string;
  readonly code?: number;
  readonly says: RegExp;
}

/** In order: each row finds what those before have left. */
const rows: readonly Row[] = [
  { run: ['version'], says: /Server Version: v1\.35/ },
  { run: ['api-resources'], says: /deployments +deploy +apps\/v1 +true +Deployment/ },
  { run: ['api-versions'], says: /^apps\/v1$/m },
  { run: ['get', 'namespaces'], says: /shop +Active/ },
  { run: ['-n', 'shop', 'get', 'pods', '-o', 'wide'], says: /web-\S+ +1\/1 +Running +0 .*standin-1/ },
  { run: ['-n', 'shop', 'get', 'deploy', '-o', 'name'], says: /^deployment\.apps\/api\ndeployment\.apps\/web\n$/ },
  { run: ['-n', 'shop', 'get', 'deploy', 'web', '-o', 'jsonpath={.status.readyReplicas}'], says: /^3$/ },
  { run: ['-n', 'shop', 'get', 'cm', 'settings', '-o', 'yaml'], says: /CURRENCY: EUR/ },
  { run: ['-n', 'shop', 'get', 'deploy', '-o', 'custom-columns=N:.metadata.name'], says: /^N\napi\nweb\n$/ },
  {
    run: ['-n', 'shop', 'get', 'pods', '-l', 'app=api', '--field-selector', 'status.phase=Running'],
    says: /api-.*\n.*api-/,
  },
  { run: ['-n', 'shop', 'describe', 'deployment', 'web'], says: /3 desired \| 3 updated \| 3 total \| 3 available/ },
  { run: ['-n', 'shop', 'describe', 'pod', '-l', 'app=api'], says: /Normal +Scheduled/ },
  { run: ['explain', 'deployment.spec.strategy'], says: /rollingUpdate\s+<RollingUpdateDeployment>/ },
  { run: ['auth', 'whoami'], says: /standin-admin/ },
  { run: ['auth', 'can-i', 'create', 'pods'], says: /^yes$/m },
  { run: ['create', 'namespace', 'lab'], says: /created/ },
  { run: ['-n', 'lab', 'create', 'deployment', 'd', '--image=nginx:1', '--replicas=2'], says: /created/ },
  { run: ['-n', 'lab', 'rollout', 'status', 'deployment/d', '--timeout=10s'], says: /successfully rolled out/ },
  { run: ['-n', 'lab', 'set', 'image', 'deployment/d', 'nginx=nginx:2'], says: /image updated/ },
  { run: ['-n', 'lab', 'rollout', 'history', 'deployment/d'], says: /^2 /m },
  { run: ['-n', 'lab', 'rollout', 'undo', 'deployment/d'], says: /rolled back/ },
  { run: ['-n', 'lab', 'scale', 'deployment/d', '--replicas=1'], says: /scaled/ },
  { run: ['-n', 'lab', 'wait', '--for=condition=Available', 'deployment/d', '--timeout=10s'], says: /condition met/ },
  { run: ['-n', 'lab', 'expose', 'deployment', 'd', '--port=80'], says: /exposed/ },
  {
    run: ['-n', 'lab', 'run', 'once', '--image=busybox', '--restart=Never', '--', 'echo', 'said', 'once'],
    says: /created/,
  },
  {
    run: ['-n', 'lab', 'wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/once', '--timeout=10s'],
    says: /condition met/,
  },
  { run: ['-n', 'lab', 'logs', 'once'], says: /^said once\n$/ },
  {
    run: ['-n', 'lab', 'create', 'job', 'j', '--image=busybox', '--', 'sh', '-c', 'echo work; exit 0'],
    says: /created/,
  },
  { run: ['-n', 'lab', 'wait', '--for=condition=Complete', 'job/j', '--timeout=10s'], says: /condition met/ },
  { run: ['-n', 'lab', 'create', 'secret', 'generic', 's', '--from-literal=key=value'], says: /created/ },
  { run: ['-n', 'lab', 'get', 'secret', 's', '-o', 'jsonpath={.data.key}'], says: /^dmFsdWU=$/ },
  { run: ['-n', 'lab', 'label', 'secret', 's', 'a=b'], says: /labeled/ },
  { run: ['-n', 'lab', 'annotate', 'secret', 's', 'a=b'], says: /annotated/ },
  { run: ['delete', 'namespace', 'lab'], says: /deleted/ },
  { run: ['get', 'namespace', 'lab'], code: 1, says: /namespaces "lab" not found/ },
  { run: ['apply', '-f', '-'], input: settings('EUR'), says: /configmap\/applied created/ },
  { run: ['apply', '-f', '-'], input: settings('EUR'), says: /configmap\/applied unchanged/ },
  { run: ['diff', '-f', '-'], input: settings('USD'), code: 1, says: /\+ +currency: USD/ },
  { run: ['apply', '--dry-run=server', '-f', '-'], input: settings('USD'), says: /configured \(server dry run\)/ },
  { run: ['apply', '-f', '-'], input: settings('USD'), says: /configmap\/applied configured/ },
  {
    run: ['apply', '--server-side', '--field-manager=other', '-f', '-'],
    input: settings('GBP'),
    code: 1,
    says: /conflict/,
  },
  {
    run: ['apply', '--server-side', '--field-manager=other', '--force-conflicts', '-f', '-'],
    input: settings('GBP'),
    says: /serverside-applied/,
  },
  { run: ['-n', 'shop', 'patch', 'cm', 'applied', '--type=merge', '-p', '{"data":{"b":"2"}}'], says: /patched/ },
  {
    run: ['-n', 'shop', 'patch', 'cm', 'applied', '--type=json', '-p', '[{"op":"remove","path":"/data/b"}]'],
    says: /patched/,
  },
  { run: ['-n', 'shop', 'delete', 'cm', 'applied'], says: /deleted/ },
  { run: ['create', '-f', '-'], input: widgets, says: /created/ },
  { run: ['create', '-f', '-'], input: widget, says: /widget\.example\.com\/w1 created/ },
  { run: ['-n', 'shop', 'get', 'wd'], says: /NAME +SIZE\nw1 +3/ },
  {
    run: ['-n', 'shop', 'patch', 'wd', 'w1', '--type=merge', '-p', '{"spec":{"size":"x"}}'],
    code: 1,
    says: /spec\.size in body must be of type integer: "string"/,
  },
  { run: ['explain', 'widget.spec'], says: /size\s+<integer>/ },
  { run: ['delete', 'crd', 'widgets.example.com'], says: /deleted/ },
  { run: ['-n', 'shop', 'logs', 'deployment/web'], says: /container web/ },
  { run: ['drain', 'standin-1', '--force', '--dry-run=server'], says: /drained/ },
  { run: ['-n', 'shop', 'port-forward', 'deployment/web', '0:80'], code: 1, says: /does not serve pods\/portforward/ },
  { run: ['-n', 'shop', 'create', 'token', 'default'], code: 1, says: /does not serve serviceaccounts\/token/ },
  { run: ['-n', 'shop', 'exec', 'deployment/web', '--', 'sh', '-c', 'echo $HOSTNAME; exit 3'], code: 3, says: /^web-/ },
  {
    run: ['-n', 'shop', 'exec', 'deployment/web', '--', 'printenv', 'DATABASE_PASSWORD'],
    says: /^correct-horse-battery-staple\n$/,
  },
  { run: ['-n', 'shop', 'exec', 'deployment/web', '--', 'reboot'], code: 1, says: /executable file not found/ },
  { run: ['-n', 'shop', 'exec', '-i', 'deployment/web', '--', 'cat'], input: 'as it came\n', says: /^as it came\n$/ },
  {
    run: ['-n', 'shop', 'exec', '-i', 'deployment/web', '--', 'sh'],
    input: 'cd /tmp\npwd\necho a > f\ncat f | wc -c\n',
    says: /^\/tmp\n2\n$/,
  },
  { run: ['--as=jane', '--as-group=sre', 'auth', 'whoami'], says: /jane[\s\S]*\[sre system:authenticated\]/ },
];

describe('kubectl against the stand-in', () => {
  let standin: Standin;
  let folder: string;
  let kubectl: string;

  before(async () => {
    [standin, kubectl] = await Promise.all([startStandin(), findKubectl((line) => console.log(line))]);
    folder = mkdtempSync(join(tmpdir(), 'standin-'));
    for (const name of ['admin', 'impersonator', 'reader'] as const) {
      writeFileSync(join(folder, name), standin.kubeconfig(standin[`${name}Token`]), { mode: 0o600 });
    }
  });

  after(async () => {
    await standin.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const row of rows) {
    test(`kubectl ${row.run.join(' ')}`, async () => {
      const result = await outcome(kubectl, row.run, join(folder, 'admin'), folder, row.input);
      assert.match(result.said, row.says);
      assert.equal(result.code, row.code ?? 0, result.said);
    });
  }

  test('the impersonator may impersonate and nothing else, the reader may read and not write', async () => {
    const as = (name: string, ...args: readonly string[]) => outcome(kubectl, args, join(folder, name), folder);
    assert.match((await as('impersonator', '-n', 'shop', 'get', 'pods')).said, /Forbidden/);
    assert.equal((await as('impersonator', '--as=jane', '-n', 'shop', 'get', 'pods')).code, 0);
    assert.equal((await as('reader', '-n', 'shop', 'get', 'secrets')).code, 0);
    assert.match((await as('reader', '-n', 'shop', 'delete', 'pod', '--all')).said, /Forbidden/);
    assert.match(
      (await as('reader', '--as=jane', '-n', 'shop', 'get', 'pods')).said,
      /cannot impersonate resource "users"/,
    );
    assert.match(
      (await as('reader', '-n', 'shop', 'exec', 'deployment/web', '--', 'id')).said,
      /cannot create resource "pods\/exec"/,
    );
  });

  test('a log is followed as it is written, and ends with its pod', async () => {
    const [pod = ''] = (
      await outcome(
        kubectl,
        ['-n', 'shop', 'get', 'pods', '-l', 'app=api', '-o', 'jsonpath={.items[0].metadata.name}'],
        join(folder, 'admin'),
        folder,
      )
    ).said.split(' ');
    const followed = outcome(
      kubectl,
      ['-n', 'shop', 'logs', '-f', pod],
      join(folder, 'admin'),
      folder,
      undefined,
      (said) => {
        if (said.includes('one more line')) return ['delete', 'pod', '-n', 'shop', pod];
        if (said.includes('container api')) standin.log('shop', pod, 'one more line');
        return undefined;
      },
    );
    assert.match((await followed).said, /container api.*\none more line\n/);
  });
});

interface Outcome {
  readonly code: number;
  readonly said: string;
}

const runTimeoutMs = 30_000;

/** What a kubectl printed and how it ended; `then` may answer what it has printed so far with another command, once. */
function outcome(
  kubectl: string,
  args: readonly string[],
  kubeconfig: string,
  home: string,
  input?: string,
  then?: (said: string) => readonly string[] | undefined,
): Promise<Outcome> {
  const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: home };
  const child = spawn(kubectl, args, { env, timeout: runTimeoutMs });
  let said = '';
  let isAnswered = false;
  const hear = (chunk: Buffer): void => {
    said += chunk.toString('utf8');
    const next = isAnswered ? undefined : then?.(said);
    if (next === undefined) return;
    isAnswered = true;
    void outcome(kubectl, next, kubeconfig, home);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  child.stdin.end(input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, said }));
  });
}
