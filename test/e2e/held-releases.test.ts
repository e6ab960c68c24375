// One yes for a release of Helm, on the whole way before the stand-in: the pending record is the question, and its yes covers what it says.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Agent } from 'undici';
import { startIssuer } from '../../demo/issuer.ts';
import { encodedRelease } from '../../src/masking/helm/masked-release.ts';
import { controlApi } from '../support/control-api.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: read, effect: allow, verbs: [get], apiGroups: [""], resources: [configmaps, secrets] }
  - id: releases
    effect: hold
    verbs: [create, update, patch, delete]
    apiGroups: [""]
    resources: [secrets, configmaps]
    helm: true
    hold: { approvers: [{ groups: [leads] }], intent: helm }
`;

let world: SmallWorld;
let people: Awaited<ReturnType<typeof startIssuer>>;
let dispatcher: Agent;
let token: string;
let lead: string;

before(async () => {
  people = await startIssuer();
  world = await startSmallWorld({ policy: POLICY, config: 'console: { port: 0 }\n', people: people.url });
  dispatcher = new Agent({ connect: { ca: world.caPem } });
  token = await world.token('dev');
  lead = await people.tokenFor('lea', ['leads']);
});
after(async () => {
  await dispatcher.destroy();
  await world.stop();
  await people.close();
});

const api = controlApi(
  () => world.gateway.consoleUrl,
  () => dispatcher,
);

const HELM = {
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  annotations: { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'shop' },
};
const map = (name: string, data: object, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', ...more },
  data,
});

function record(revision: number, status: string, objects: readonly object[], more: object = {}) {
  const release = {
    ...{
      name: 'web',
      namespace: 'shop',
      version: revision,
      info: { status },
      config: { password: 'hunter2hunter2' },
      hooks: [],
    },
    chart: { metadata: { name: 'web', version: '1.0.0' } },
    manifest: objects.map((object) => `---\n${JSON.stringify(object)}\n`).join(''),
    ...more,
  };
  return {
    ...{ apiVersion: 'v1', kind: 'Secret', type: 'helm.sh/release.v1' },
    metadata: {
      name: `sh.helm.release.v1.web.v${revision}`,
      namespace: 'shop',
      labels: { owner: 'helm', name: 'web', status },
    },
    data: { release: encodedRelease(Buffer.from(JSON.stringify(release)), 2) },
  };
}

const send = (method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object, by = token) =>
  world.ask({
    token: by,
    method,
    uri: `/api/v1/namespaces/shop/${path}`,
    headers: {
      'user-agent': 'Helm/3.19.0',
      'content-type': method === 'PATCH' ? 'application/strategic-merge-patch+json' : 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

/** The question that waits. */
async function question() {
  for (;;) {
    const { items } = (await api(lead, 'GET', '/approvals?state=pending')).body;
    if (items.length > 0 && items[0].preview !== 'looking') return items[0];
  }
}

async function said(answer: 'approve' | 'reject', reply: ReturnType<typeof send>) {
  const asked = await question();
  await api(lead, 'POST', `/approvals/${asked.id}/${answer}`, { digest: asked.digest });
  return { asked, reply: await reply };
}

test('the pending record is the question, and its yes covers what the release says, each call listed', async () => {
  const [colour, extra] = [map('colour', { value: 'red' }), map('extra', { a: 'b' })];
  const first = await said('approve', send('POST', 'secrets', record(1, 'pending-install', [colour, extra])));
  assert.equal(first.reply.status, 201, first.reply.body);
  assert.equal(
    first.asked.shown.operation,
    'install release `web` in namespace `shop` to revision 1, chart `web-1.0.0`',
  );
  assert.match(first.asked.shown.body, /"value":"red"/, 'what it says, and not how it is packed');
  assert.ok(!JSON.stringify(first.asked).includes('hunter2hunter2'), 'no secret value');
  assert.deepEqual(first.asked.shown.rest.covers, [
    'makes ConfigMap `colour`',
    'makes ConfigMap `extra`',
    'writes the records of release `web`, up to revision 1',
  ]);
  for (const object of [colour, extra])
    assert.equal(
      (await send('POST', 'configmaps', { ...object, metadata: { ...object.metadata, ...HELM } })).status,
      201,
    );
  const deployed = record(1, 'deployed', [colour, extra]);
  assert.equal((await send('PUT', `secrets/${deployed.metadata.name}`, deployed)).status, 200);
  const { rest, state } = (await api(lead, 'GET', `/approvals/${first.asked.id}`)).body;
  assert.deepEqual([state, rest.uses.length], ['approved', 3]);

  const second = await said(
    'approve',
    send('POST', 'secrets', record(2, 'pending-upgrade', [map('colour', { value: 'blue' })])),
  );
  assert.deepEqual(second.asked.shown.rest.covers.slice(0, 2), [
    'changes ConfigMap `colour`',
    'deletes ConfigMap `extra`',
  ]);
  const patched = await send('PATCH', 'configmaps/colour', { data: { value: 'blue' } });
  assert.equal(patched.status, 200, patched.body);
  assert.equal((await send('DELETE', 'configmaps/extra')).status, 200);
  const { items } = (await api(lead, 'GET', '/approvals')).body;
  assert.deepEqual(
    items.filter(({ restOf }: { restOf?: string }) => restOf === undefined).length,
    2,
    'nobody was asked more than once for each',
  );
  const covered = items.find(({ restOf }: { restOf?: string }) => restOf === second.asked.id);
  assert.equal(covered.answers[0].subject, 'p:lea');
});

test('T59: what it does not say, and whatever another token sends, asks by itself', async () => {
  const tries = [
    ['another value', () => send('PATCH', 'configmaps/colour', { data: { value: 'black' } })],
    ['one more field', () => send('PATCH', 'configmaps/colour', { data: { value: 'blue', more: 'x' } })],
    ['another object', () => send('POST', 'configmaps', map('other', { a: 'b' }, HELM))],
    ['a delete of what stays', () => send('DELETE', 'configmaps/colour')],
    [
      'another token',
      async () => send('PATCH', 'configmaps/colour', { data: { value: 'blue' } }, await world.token('dev')),
    ],
  ] as const;
  for (const [why, ask] of tries) {
    const reply = Promise.resolve(ask());
    const { asked, reply: answered } = await said('reject', reply);
    assert.deepEqual([answered.status, asked.restOf], [403, undefined], why);
  }
});

test('a yes with edits of the record is refused, since what comes after it would not be that', async () => {
  const reply = send('POST', 'secrets', record(3, 'pending-upgrade', [map('colour', { value: 'grey' })]));
  const asked = await question();
  const amend = [{ dryRun: true }];
  const edited = await api(lead, 'POST', `/approvals/${asked.id}/approve`, { digest: asked.digest, amend });
  if (edited.status === 200) assert.equal(edited.body.rest, undefined, 'it covers nothing');
  else await api(lead, 'POST', `/approvals/${asked.id}/reject`, { digest: asked.digest });
  await reply;
  const patch = send('PATCH', 'configmaps/colour', { data: { value: 'grey' } });
  assert.equal((await said('reject', patch)).reply.status, 403);
});

test('T78: a record that nobody could read is not asked about', async () => {
  const pending = record(9, 'pending-upgrade', [map('colour', { value: 'x'.repeat(200_000) })]);
  const broken = { ...pending, data: { release: 'bm9uZQ==' } };
  for (const secret of [pending, broken]) {
    const { status, body } = await send('POST', 'secrets', secret);
    assert.deepEqual([status, /cannot be read/.test(body)], [403, true], body);
  }
  const name = 'sh.helm.release.v1.web.v1';
  const { release } = record(1, 'deployed', [map('victim', { a: 'b' })]).data;
  for (const patch of [{ data: { release } }, { stringData: { release: 'x' } }])
    assert.match((await send('PATCH', `secrets/${name}`, patch)).body, /cannot be read, is a part of one/);
});

test('T78: an older record that somebody writes by hand is shown as what it says, and not as it is packed', async () => {
  const planted = record(1, 'superseded', [map('victim', { a: 'b' })], { config: { x: 1 } });
  const { asked, reply } = await said('reject', send('PUT', `secrets/${planted.metadata.name}`, planted));
  assert.equal(reply.status, 403);
  assert.match(asked.shown.body, /^# release `web` in namespace `shop` to revision 1, chart `web-1.0.0`: superseded\n/);
  assert.match(asked.shown.body, /victim/);
});
