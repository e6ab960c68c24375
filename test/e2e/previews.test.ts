// What a person is shown of what a held request would do: looked up at the target, beside the question, with masks.

import assert from 'node:assert/strict';
import { request as httpsRequest } from 'node:https';
import { after, before, test } from 'node:test';
import { request } from 'undici';
import { controlApi } from '../support/control-api.ts';
import { type ControlWorld, startControlWorld } from '../support/control-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: read, effect: allow, verbs: [get, list, watch], apiGroups: ["*"], resources: ["*"] }
  - { id: make, effect: allow, verbs: [create], apiGroups: [""], resources: [namespaces, configmaps] }
  - id: held
    effect: hold
    verbs: [delete, deletecollection, update, patch]
    apiGroups: ["", apps]
    resources: [namespaces, deployments, deployments/scale, configmaps, pods]
    mountableSecrets: [database]
    hold: { approvers: [{ groups: [leads] }], lifts: [deletions] }
  - id: roles
    effect: hold
    verbs: [create]
    apiGroups: [rbac.authorization.k8s.io]
    resources: [rolebindings, roles]
    hold: { approvers: [{ groups: [leads] }] }
  - { id: shell, effect: hold, powers: [exec], hold: { approvers: [{ groups: [leads] }] } }
`;

const KUBECTL = {
  'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234',
  'kubectl-session': 'b5a3a5a6-7d6b-4f5e-9d9a-000000000001',
  'kubectl-command': 'kubectl delete',
};

let { world, people, dispatcher, stop } = {} as ControlWorld;
let token: string;
let lead: string;

before(async () => {
  const config = 'unsafe: { openGuards: [rbac] }\n';
  ({ world, people, dispatcher, stop } = await startControlWorld(POLICY, { config }));
  token = await world.token('dev');
  lead = await people.tokenFor('lea', ['leads']);
});
after(() => stop());

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

const asked = controlApi(
  () => world.gateway.consoleUrl,
  () => dispatcher,
);
const api = (method: 'GET' | 'POST', path: string, body?: unknown) => asked(lead, method, path, body);

/** Runs a request that is held, and gives the question once what it would do is in it. */
async function heldBy(send: () => void): Promise<Json> {
  const reply = await request(`${world.gateway.consoleUrl}/api/v1/approvals/events`, {
    dispatcher,
    headers: { authorization: `Bearer ${lead}` },
  });
  reply.body.setEncoding('utf8');
  send();
  let rest = '';
  for await (const chunk of reply.body) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) {
      if (!line.startsWith('data: ')) continue;
      const told = JSON.parse(line.slice(6));
      if (told.state === 'pending' && told.preview !== 'looking') return told;
    }
  }
  throw new Error('no question was told of');
}

interface Sent {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly uri: string;
  readonly type?: string;
  readonly body?: unknown;
}

const sent = ({ method, uri, type = 'application/json', body }: Sent) =>
  world.ask({
    token,
    method,
    uri,
    headers: { ...KUBECTL, ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function shownOf(asked: Sent): Promise<Json> {
  const question = await new Promise<Json>((resolve, reject) => {
    const send = () => void sent(asked).then(({ body }) => reject(new Error(`it was not held: ${body}`)), reject);
    heldBy(send).then(resolve, reject);
  });
  await api('POST', `/approvals/${question.id}/reject`, { digest: question.digest });
  return question.shown;
}

const merge = 'application/merge-patch+json';
const shop = (group: string, rest: string) => `${group}/namespaces/shop/${rest}`;

test('T78: of a namespace, what is in it by kind, with the pods that run', async () => {
  const shown = await shownOf({ method: 'DELETE', uri: '/api/v1/namespaces/shop' });
  const losses = new Map(shown.losses.map((loss: Json) => [loss.kind, loss]));
  assert.equal((losses.get('deployments.apps') as Json).count, 2);
  assert.ok((losses.get('configmaps') as Json).names.includes('settings'));
  const pods = losses.get('pods') as Json;
  assert.equal(pods.running, 5);
  assert.equal(shown.risk, 'high');
  assert.match(shown.risks.join('\n'), /ends 5 running pods/);
});

test('of a deployment, what it owns and what that owns, and no more', async () => {
  const shown = await shownOf({ method: 'DELETE', uri: shop('/apis/apps/v1', 'deployments/web') });
  const counts = Object.fromEntries(shown.losses.map(({ kind, count }: Json) => [kind, count]));
  assert.deepEqual(counts, { 'replicasets.apps': 1, pods: 3 });
  const orphan = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Orphan' };
  const left = await shownOf({ method: 'DELETE', uri: shop('/apis/apps/v1', 'deployments/web'), body: orphan });
  assert.deepEqual(left.losses, []);
});

test('of a change, the server’s own dry run against the live object, field by field', async () => {
  const shown = await shownOf({
    method: 'PATCH',
    uri: shop('/apis/apps/v1', 'deployments/web'),
    type: merge,
    body: { spec: { template: { spec: { terminationGracePeriodSeconds: 7 } } } },
  });
  assert.deepEqual(
    shown.changes.filter(({ at }: Json) => at.startsWith('/spec')),
    [{ at: '/spec/template/spec/terminationGracePeriodSeconds', before: '30', after: '7' }],
  );
  assert.match(shown.risks.join('\n'), /replaces its 3 pods \(RollingUpdate/);
  const { body } = await world.ask({ token, uri: shop('/apis/apps/v1', 'deployments/web') });
  assert.equal(JSON.parse(body).spec.template.spec.terminationGracePeriodSeconds, 30, 'nothing was stored');
});

test('of a scale, from and to', async () => {
  const scale = { method: 'PATCH', uri: shop('/apis/apps/v1', 'deployments/web/scale'), type: merge } as const;
  const shown = await shownOf({ ...scale, body: { spec: { replicas: 1 } } });
  assert.deepEqual(shown.scale, { from: 3, to: 1 });
  assert.equal(shown.risk, 'high');
});

test('of a ConfigMap, who is given it; of one that nobody is given, nobody', async () => {
  const shown = await shownOf({
    method: 'PATCH',
    uri: shop('/api/v1', 'configmaps/settings'),
    type: merge,
    body: { data: { CURRENCY: 'USD' } },
  });
  assert.deepEqual(shown.changes, [{ at: '/data/CURRENCY', before: '"EUR"', after: '"USD"' }]);
  assert.equal(shown.uses, undefined);
});

test('of a binding, who gains what', async () => {
  const shown = await shownOf({
    method: 'POST',
    uri: shop('/apis/rbac.authorization.k8s.io/v1', 'rolebindings'),
    body: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'b' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'User', name: 'ada', apiGroup: 'rbac.authorization.k8s.io' }],
    },
  });
  assert.deepEqual(shown.gains[0].who, ['User ada']);
  assert.match(shown.gains[0].may.join(), /get, list, watch \*/);
  assert.equal(shown.risk, 'high');
});

test('of an exec, its pod, and whose rights the program would have', async () => {
  const { body } = await world.ask({ token, uri: '/api/v1/namespaces/shop/pods' });
  const { name } = (JSON.parse(body).items as Json[])[0].metadata;
  const { hostname, port } = new URL(world.gateway.url);
  const question = await heldBy(() => {
    const asked = httpsRequest({
      ca: world.caPem,
      hostname,
      port,
      path: `/k8s/demo/api/v1/namespaces/shop/pods/${name}/exec?command=ls&stdout=true`,
      headers: {
        authorization: `Bearer ${token}`,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16).toString('base64'),
        'sec-websocket-protocol': 'v5.channel.k8s.io',
      },
    });
    asked.on('error', () => {});
    asked.on('response', (response) => response.resume());
    asked.end();
  });
  await api('POST', `/approvals/${question.id}/reject`, { digest: question.digest });
  assert.deepEqual(question.shown.argv, ['ls']);
  assert.equal(question.shown.pod.serviceAccount, 'default');
  assert.match(question.shown.pod.image, /^registry\.example\/shop\//);
  assert.deepEqual(question.shown.pod.privileges, []);
});

test('what the target itself would refuse is told beforehand', async () => {
  const shown = await shownOf({
    method: 'PATCH',
    uri: shop('/apis/apps/v1', 'deployments/web'),
    type: merge,
    body: { spec: { replicas: -1 } },
  });
  assert.match(shown.risks.join('\n'), /the target itself would refuse it now \(Invalid\)/);
});

test('what this caller asked in the hour before is told, and how it ended', async () => {
  const shown = await shownOf({ method: 'DELETE', uri: shop('/api/v1', 'configmaps/settings') });
  assert.ok(shown.before.asked > 3);
  assert.equal(shown.before.rejected, shown.before.asked);
  assert.deepEqual([shown.before.approved, shown.before.alike], [0, 0]);
});

test('what this caller did in its session is told, and what it says that it runs stands last, as its own words', async () => {
  const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'of-the-session' } };
  assert.equal((await sent({ method: 'POST', uri: shop('/api/v1', 'configmaps'), body: made })).status, 201);
  for (let tries = 0; ; tries++) {
    // Each is another question: what was rejected a moment ago is not asked again.
    const shown = await shownOf({ method: 'DELETE', uri: shop('/api/v1', `configmaps/none-${tries}`) });
    assert.equal(shown.reason, 'kubectl delete');
    const { session } = shown.before;
    // What is recorded comes into the catalog a moment later; the last few changes are named, so each try is soon the last.
    const isTold = session.last.some((what: string) => /^delete configmaps `none-\d+`: refused/.test(what));
    if (!isTold || session.refused < 3) continue;
    assert.ok(session.requests >= session.changes && session.changes > 3, JSON.stringify(session));
    assert.ok(Date.parse(session.since) <= Date.now());
    return;
  }
});
