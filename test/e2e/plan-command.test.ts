// `sallyport plan` with a real kubectl before the stand-in: what a whole command would do, with nothing done.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import { findKubectl } from '../../demo/kubectl.ts';
import { startChild } from '../support/child.ts';
import { CLI } from '../support/gateway-process.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: read, effect: allow, verbs: [get, list, watch], apiGroups: ["", apps], resources: [configmaps, deployments, deployments/scale, pods, namespaces, services, replicasets] }
  - { id: write, effect: allow, verbs: [create, update, patch, delete], apiGroups: ["", apps], resources: [configmaps, deployments, deployments/scale, services, pods], namespaces: [shop, new] }
  - { id: spaces, effect: allow, verbs: [create], apiGroups: [""], resources: [namespaces] }
  - { id: shell, effect: allow, powers: [exec] }
  - { id: held, effect: hold, verbs: [patch, update], apiGroups: [apps], resources: [deployments], namespaces: [shop], mountableSecrets: [database], hold: { approvers: [{ groups: [leads] }] } }
`;

let world: SmallWorld;
let kubectl: string;
/** Requests that came to the target and are no reads. */
const writes: string[] = [];

before(async () => {
  kubectl = await findKubectl(() => {});
  world = await startSmallWorld({
    policy: POLICY,
    config: 'console: { port: 0 }\n',
    front: {
      onRequest({ method = '', url = '', headers }) {
        if (headers['impersonate-user'] !== 'sallyport:probe' && method !== 'GET' && !url.includes('dryRun=All'))
          writes.push(`${method} ${url}`);
        return false;
      },
    },
  });
  const own = await world.token('dev');
  const { url, caPem, adminToken } = world.standin;
  const context = (name: string, server: string, caPem: string, token: string) => ({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'shop' } }],
    users: [{ name, user: { token } }],
  });
  writeFileSync(
    join(world.folder, 'kubeconfig'),
    stringify(context('prod', `${world.gateway.url}/k8s/demo`, world.caPem, own)),
  );
  writeFileSync(join(world.folder, 'elsewhere'), stringify(context('else', url, caPem, adminToken)));
});
after(() => world.stop());

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

/** Plans a command; what is said of it goes to the one output, the rest to the other. */
async function planned(
  command: readonly string[],
  options: readonly string[] = [],
): Promise<{ readonly code: number | string; readonly said: string; readonly plan: Json }> {
  const [program, ...cli] = CLI;
  const file = join(world.folder, 'plan.json');
  const script = `"$@" > ${file}`;
  const args = [program, ...cli, 'plan', '-o', 'json', ...options, '--', ...command];
  const child = startChild('/bin/sh', ['-c', script, 'sh', ...args], {
    env: { ...process.env, KUBECONFIG: join(world.folder, 'kubeconfig'), XDG_RUNTIME_DIR: world.folder },
    cwd: world.folder,
  });
  const code = await child.ended;
  const text = readFileSync(file, 'utf8');
  return { code, said: child.said(), plan: text === '' ? undefined : JSON.parse(text) };
}

const manifest = `apiVersion: v1
kind: Namespace
metadata: { name: new }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: first, namespace: new }
data: { a: b }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: shop }
data: { CURRENCY: CHF }
---
apiVersion: v1
kind: Secret
metadata: { name: mine, namespace: shop }
stringData: { a: correct-horse }
`;

const calls = (plan: Json) =>
  plan.calls.map(
    ({ operation, verdict, outcome = '' }: Json) => `${operation.replaceAll('`', '')}: ${verdict} ${outcome}`,
  );

test('`kubectl apply` of several objects: each call, also in a namespace that the plan makes; exit code 1, since one is refused', async () => {
  writeFileSync(join(world.folder, 'all.yaml'), manifest);
  const { code, plan, said } = await planned([kubectl, 'apply', '--validate=false', '-f', 'all.yaml']);
  assert.equal(code, 1, said);
  assert.equal(plan.answer, 'no');
  const told = calls(plan);
  assert.ok(told.includes('create namespaces new: allowed done'), told.join('\n'));
  assert.ok(told.includes('create configmaps first in namespace new: allowed untried'), told.join('\n'));
  assert.ok(told.includes('patch configmaps settings in namespace shop: allowed done'), told.join('\n'));
  const [refused] = plan.calls.filter(({ verdict }: Json) => verdict === 'refused');
  assert.match(refused.refusal.message, /secrets/);
  const [changed] = plan.calls.filter(({ operation }: Json) => operation.startsWith('patch configmaps'));
  assert.ok(changed.shown.changes.some(({ at, after: now }: Json) => at === '/data/CURRENCY' && now === '"CHF"'));
  assert.deepEqual(writes, []);
});

test('`kubectl delete` ends as if the object were gone, and it is there', async () => {
  const { code, plan, said } = await planned([kubectl, 'delete', 'configmap', 'settings']);
  assert.equal(code, 0, said);
  assert.match(said, /configmap "settings" deleted/);
  assert.deepEqual(calls(plan), ['delete configmaps settings in namespace shop: allowed done']);
  assert.deepEqual(writes, []);
});

test('`kubectl scale` and `rollout restart`: what is held is told, with whom it asks, and the command goes on', async () => {
  const scaled = await planned([kubectl, 'scale', 'deployment/web', '--replicas=5']);
  assert.equal(scaled.code, 0, scaled.said);
  assert.deepEqual(scaled.plan.calls.at(-1).shown.scale, { from: 3, to: 5 });
  const restarted = await planned([kubectl, 'rollout', 'restart', 'deployment/web']);
  assert.equal(restarted.code, 0, restarted.said);
  const { verdict, holds } = restarted.plan.calls.at(-1);
  assert.deepEqual([verdict, holds[0].approvers], ['held', ['the group `leads`']]);
  assert.deepEqual(writes, []);
});

test('what cannot be foreseen is not sent, and says so: exec', async () => {
  const { code, plan, said } = await planned([kubectl, 'exec', 'deployment/web', '--', 'id']);
  assert.equal(code, 1, said);
  assert.equal(plan.calls.at(-1).outcome, 'unknown');
  assert.match(said, /sallyport plan cannot foresee what comes of/);
  assert.deepEqual(writes, []);
});

test('the command is given no credential, and no other way', async () => {
  const { code, said } = await planned(['/bin/sh', '-c', 'cat "$KUBECONFIG"; env'], []);
  assert.equal(code, 0, said);
  assert.doesNotMatch(said, /eyJ[\w-]+\.[\w-]+\./);
  for (const option of ['--kubeconfig=x', '--server=https://cluster', '--token=x', '--kube-token=x'])
    assert.equal((await planned([kubectl, option, 'get', 'pods'])).code, 2, option);
  const other = await planned([kubectl, '--context', 'other', 'get', 'pods']);
  assert.match(other.said, /context.*other/);
});

test('who would act as somebody else is refused, as it would be', async () => {
  const { code, plan } = await planned([kubectl, '--as=jane', 'delete', 'configmap', 'settings']);
  assert.deepEqual([code, plan.calls[0].refusal.code], [1, 'IMPERSONATION_REFUSED']);
});

test('a client that goes away before it is answered takes nothing of the plan with it', async () => {
  const script = `
    const server = /server: (\\S+)/.exec(require('node:fs').readFileSync(process.env.KUBECONFIG, 'utf8'))[1];
    const { hostname, port, pathname } = new URL(server);
    const path = pathname + '/api/v1/namespaces/shop/configmaps?watch=true';
    const left = require('node:net').connect(port, hostname, () => {
      left.write('GET ' + path + ' HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n', () => {
        left.destroy();
        fetch(server + '/api/v1/namespaces/shop/configmaps/settings', { method: 'DELETE' }).then(async (reply) => {
          process.stderr.write(await reply.text());
        });
      });
    });`;
  const { code, said, plan } = await planned([process.execPath, '-e', script]);
  assert.equal(code, 0, said);
  assert.deepEqual(calls(plan), ['delete configmaps settings in namespace shop: allowed done']);
});

test('what is no gateway makes no plan: exit code 2, and nothing is sent to it', async () => {
  const { code, said } = await planned(
    ['/bin/sh', '-c', `${kubectl} delete configmap settings || true`],
    ['--kubeconfig', 'elsewhere'],
  );
  assert.equal(code, 2, said);
  assert.match(said, /no plan can be made: .*makes no plans/);
  const reply = await world.ask({
    uri: '/api/v1/namespaces/shop/configmaps/settings',
    token: await world.token('dev'),
  });
  assert.equal(reply.status, 200);
});

test('for a person: numbered calls, and a line that sums them up', async () => {
  const [program, ...cli] = CLI;
  const child = startChild(program, [...cli, 'plan', '--', kubectl, 'scale', 'deployment/web', '--replicas=5'], {
    env: { ...process.env, KUBECONFIG: join(world.folder, 'kubeconfig'), XDG_RUNTIME_DIR: world.folder },
    cwd: world.folder,
  });
  assert.equal(await child.ended, 0, child.said());
  assert.match(
    child.said(),
    /^sallyport: nothing is written to the cluster, whatever the command says now .*\n.*scaled\n/,
  );
  assert.match(child.said(), /1\. .*\n {3}allowed by rule `p\/write`/);
  assert.match(
    child.said(),
    /plan: 1 call \(1 allowed\), and \d+ reads, which passed; nothing was written, whatever the command said, and nobody was asked/,
  );
});
