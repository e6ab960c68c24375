// What asks persons about planned requests, on the wire: given where it is asked for, closed to its caller, and good for what was planned alone. Budgets and releases in a plan.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { encodedRelease } from '../../src/masking/helm/masked-release.ts';
import { controlApi } from '../support/control-api.ts';
import { type ControlWorld, startControlWorld } from '../support/control-world.ts';
import type { AskOptions } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: read, effect: allow, verbs: [get, list, watch], apiGroups: ["", apps], resources: [configmaps, deployments, secrets], callers: [{ groups: [readers] }] }
  - { id: write, effect: allow, verbs: [delete], apiGroups: [""], resources: [configmaps], callers: [{ subjects: ["ci:bud"] }] }
  - { id: held, effect: hold, verbs: [patch, delete], apiGroups: [apps], resources: [deployments], hold: { approvers: [{ groups: [leads] }] } }
  - { id: signed, effect: hold, verbs: [update], apiGroups: [""], resources: [configmaps], hold: { approvers: [{ groups: [leads] }], signed: true, enrolled: true } }
  - { id: releases, effect: hold, verbs: [create, update, patch, delete], apiGroups: [""], resources: [secrets, configmaps], helm: true, callers: [{ subjects: ["ci:helm"] }], hold: { approvers: [{ groups: [leads] }], intent: helm } }
  - { id: rest, effect: hold, verbs: [create], apiGroups: [""], resources: [configmaps], callers: [{ subjects: ["ci:dev"] }], hold: { approvers: [{ groups: [leads] }], intent: command } }
budgets:
  - { id: deletes, callers: [{ subjects: ["ci:bud"] }], of: deletes, max: 3, per: 1d, over: hold }
  - { id: few, callers: [{ subjects: ["ci:few"] }], of: changes, max: 1, per: 1d, over: deny }
`;

let { world, people, dispatcher, stop } = {} as ControlWorld;
let dev: string;
let lead: string;

before(async () => {
  ({ world, people, dispatcher, stop } = await startControlWorld(POLICY));
  dev = await world.token('dev', ['ops', 'readers']);
  lead = await people.tokenFor('lea', ['leads']);
});
after(() => stop());

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

const api = controlApi(
  () => world.gateway.consoleUrl,
  () => dispatcher,
);

interface Sent {
  readonly method: NonNullable<AskOptions['method']>;
  readonly uri: string;
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const send = (token: string, { method, uri, body, type = 'application/json', headers = {} }: Sent, prefix?: string) =>
  world.ask({
    ...{ token, method, uri },
    ...(prefix === undefined ? {} : { prefix }),
    headers: { 'user-agent': 'Helm/3.19.0', ...headers, ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

/** What the plan of a request says, by the causes of its refusal. */
async function planOf(sent: Sent, token = dev): Promise<{ readonly code: string; readonly plan: Json }> {
  const { body } = await send(token, sent, '/k8s/demo/sallyport-plan');
  const cause = (reason: string) =>
    JSON.parse(body).details.causes.find((each: Json) => each.reason === reason)?.message;
  return { code: cause('SallyportCode'), plan: JSON.parse(cause('SallyportPlan') ?? 'null') };
}

const ASK = { 'sallyport-plan': 'ask' };
const MAPS = '/api/v1/namespaces/shop/configmaps';
const WEB = '/apis/apps/v1/namespaces/shop/deployments/web';
const scaled = (replicas: number): Sent => ({
  ...{ method: 'PATCH', uri: WEB, body: { spec: { replicas } } },
  type: 'application/merge-patch+json',
});
const map = (name: string, data: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

async function questionOf(sent: Sent, token = dev): Promise<string> {
  return (await planOf({ ...sent, headers: ASK }, token)).plan.question;
}

test('what asks about it is given where it is asked for, says nothing to its caller, and asks nobody by itself', async () => {
  assert.equal((await planOf(scaled(4))).plan.question, undefined);
  const writer = await world.token('dev', ['ops']);
  const { plan } = await planOf({ ...scaled(4), headers: ASK }, writer);
  assert.deepEqual(plan.shown.missing, [
    'what it would do: you may not read it yourself, and no person has said yes yet',
  ]);
  assert.match(plan.question, /^1\.[\w-]+$/);
  assert.ok(!Buffer.from(plan.question.slice(2), 'base64url').toString('latin1').includes('replicas'));
  assert.equal((await planOf({ ...scaled(4), headers: { 'sallyport-plan': 'yes' } })).code, 'REQUEST_MALFORMED');
  assert.deepEqual((await api(lead, 'GET', '/approvals')).body.items, []);
});

test('a yes to the plan lets the very requests pass once, without anybody being asked; another body, or a second time, is held', async () => {
  const asked = await api(dev, 'POST', '/plans', {
    requests: [await questionOf(scaled(4)), await questionOf(scaled(5))],
  });
  assert.deepEqual([asked.status, asked.body.state], [200, 'pending']);
  assert.deepEqual(
    asked.body.shown.planned.map(({ scale }: Json) => scale),
    [
      { from: 3, to: 4 },
      { from: 3, to: 5 },
    ],
  );
  assert.equal(
    (await api(dev, 'POST', `/approvals/${asked.body.id}/approve`, { digest: asked.body.digest })).status,
    403,
  );
  await api(lead, 'POST', `/approvals/${asked.body.id}/approve`, { digest: asked.body.digest });
  const exchange = async () => (await api(lead, 'GET', `/approvals/${asked.body.id}`)).body.exchange;
  assert.equal(await exchange(), 'waiting');
  assert.equal((await send(dev, scaled(4))).status, 200);
  assert.equal(await exchange(), 'forwarded');
  for (const again of [scaled(4), scaled(6)]) {
    const reply = send(dev, again);
    for (;;) {
      const [held] = (await api(lead, 'GET', '/approvals?state=pending')).body.items;
      if (held === undefined || held.preview === 'looking') continue;
      assert.equal(held.shown.planned, undefined);
      await api(lead, 'POST', `/approvals/${held.id}/reject`, { digest: held.digest });
      break;
    }
    assert.match((await reply).body, /said no to approval/);
  }
  assert.equal((await send(dev, scaled(5))).status, 200);
  assert.equal(await exchange(), 'answered');
  const events = (await world.events()) as readonly Json[];
  const own = events.filter(({ type, approval }) => type === 'approval.changed' && approval === asked.body.id);
  assert.deepEqual(
    own.map(({ state, requests, exchange }) => [state, requests, exchange]),
    [
      ['pending', 2, undefined],
      ['approved', 2, undefined],
    ],
  );
  assert.deepEqual(
    events.filter(({ type, restOf }) => type === 'approval.changed' && restOf === asked.body.id).length,
    2,
  );
});

test('nobody asks with what was planned for another, or with what no gateway closed', async () => {
  const other = await world.token('eve', ['ops', 'readers']);
  const question = await questionOf(scaled(8));
  for (const [token, requests] of [
    [other, [question]],
    [dev, ['1.AAAA']],
    [dev, []],
    [dev, Array.from({ length: 51 }, () => question)],
  ] as const)
    assert.equal((await api(token, 'POST', '/plans', { requests })).status, 400);
  assert.deepEqual((await api(lead, 'GET', '/approvals?state=pending')).body.items, []);
});

test('what a rule wants signed is asked about by itself, and says so', async () => {
  const sent = { method: 'PUT', uri: `${MAPS}/settings`, body: map('settings'), headers: ASK } as const;
  const { plan } = await planOf(sent);
  assert.deepEqual(
    [plan.question, plan.alone],
    [undefined, 'rule `p/signed` wants a signature over each request by itself'],
  );
});

test('budgets of a planned request count what its plan takes before: as its caller says, and never less than what was taken', async () => {
  const token = await world.token('bud', ['ops', 'readers']);
  const remove = { method: 'DELETE', uri: `${MAPS}/settings` } as const;
  const taken = (amount: number) => encodeURIComponent(JSON.stringify([['p/deletes', '', amount]]));
  const budgets = async (amount: number) =>
    (await planOf({ ...remove, headers: { 'sallyport-plan-taken': taken(amount) } }, token)).plan;
  const whole = { budget: 'p/deletes', bounds: '3 deletes in 1d', over: 'hold', takes: 1, ofOne: 1 };
  assert.deepEqual((await planOf(remove, token)).plan.budgets, [{ ...whole, left: 3, isOver: false }]);
  assert.deepEqual((await budgets(2)).budgets, [{ ...whole, left: 1, isOver: false }]);
  const over = await budgets(3);
  assert.deepEqual(over.budgets, [{ ...whole, left: 0, isOver: true }]);
  assert.deepEqual(
    over.holds.map(({ rule }: Json) => rule),
    ['p/deletes'],
  );
  for (const bad of ['%', 'null', encodeURIComponent('[["p/deletes","",-1]]')])
    assert.equal(
      (await planOf({ ...remove, headers: { 'sallyport-plan-taken': bad } }, token)).code,
      'REQUEST_MALFORMED',
    );
});

test('what a person has seen in a plan counts for no budget, as what they have seen by itself does not', async () => {
  const token = await world.token('few', ['ops', 'readers']);
  const requests = [await questionOf(scaled(7), token), await questionOf(scaled(8), token)];
  const { body } = await api(token, 'POST', '/plans', { requests });
  await api(lead, 'POST', `/approvals/${body.id}/approve`, { digest: body.digest });
  for (const replicas of [7, 8]) {
    const reply = await send(token, scaled(replicas));
    assert.equal(reply.status, 200, reply.body);
  }
});

test('a release in a plan: its pending record is the question, what it says is covered, and nothing of that is covered when it is meant', async () => {
  const token = await world.token('helm', ['ops', 'readers']);
  const object = { ...map('colour', { value: 'red' }), metadata: { name: 'colour', namespace: 'shop' } };
  const release = {
    ...{ name: 'web', namespace: 'shop', version: 1, info: { status: 'pending-install' }, config: {}, hooks: [] },
    chart: { metadata: { name: 'web', version: '1.0.0' } },
    manifest: `---\n${JSON.stringify(object)}\n`,
  };
  const record = {
    ...{ apiVersion: 'v1', kind: 'Secret', type: 'helm.sh/release.v1' },
    metadata: { name: 'sh.helm.release.v1.web.v1', namespace: 'shop', labels: { owner: 'helm', name: 'web' } },
    data: { release: encodedRelease(Buffer.from(JSON.stringify(release)), 2) },
  };
  const first = await planOf(
    { method: 'POST', uri: '/api/v1/namespaces/shop/secrets', body: record, headers: ASK },
    token,
  );
  const { id } = first.plan.intent;
  assert.deepEqual(first.plan.intent, {
    ...{ id, kind: 'helm' },
    covers: ['makes ConfigMap `colour`', 'writes the records of release `web`, up to revision 1'],
  });
  assert.equal(first.plan.alone, 'one question is asked about its release, when that is begun');
  const owned = {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'shop' },
    },
  };
  const make = { method: 'POST', uri: MAPS, body: owned } as const;
  assert.deepEqual((await planOf(make, token)).plan.intent, { id, kind: 'helm' });
  assert.equal((await planOf({ ...make, body: { ...owned, data: { value: 'blue' } } }, token)).plan.intent, undefined);
  const meant = send(token, make);
  for (;;) {
    const [held] = (await api(lead, 'GET', '/approvals?state=pending')).body.items;
    if (held === undefined || held.preview === 'looking') continue;
    assert.deepEqual([held.restOf, held.shown.rest], [undefined, undefined]);
    await api(lead, 'POST', `/approvals/${held.id}/reject`, { digest: held.digest });
    break;
  }
  assert.equal((await meant).status, 403);
});

test('T52: who asks is shown of the live object what policy lets it read, of a plan and of a held request; who answers is shown all', async () => {
  const blind = await world.token('blind', ['ops']);
  const of = async (token: string, id: string) => (await api(token, 'GET', `/approvals/${id}`)).body.shown;
  const less = scaled(1);
  const asked = await api(blind, 'POST', '/plans', { requests: [await questionOf(less, blind)] });
  const meant = send(blind, less);
  let held: Json;
  while (held === undefined || held.preview === 'looking')
    held = (await api(lead, 'GET', '/approvals?state=pending')).body.items.find(
      (one: Json) => one.id !== asked.body.id,
    );
  const [planned, alone] = [await of(blind, asked.body.id), await of(blind, held.id)];
  for (const [own, others] of [
    [planned.planned[0], (await of(lead, asked.body.id)).planned[0]],
    [alone, await of(lead, held.id)],
  ]) {
    const { scale, changes, risks } = others;
    assert.deepEqual(
      [scale.to, changes.length > 0, risks.includes(`takes away replicas: ${scale.from} to 1`)],
      [1, true, true],
    );
    assert.deepEqual([own.scale, own.changes, own.risks, own.body], [undefined, undefined, [], others.body]);
    assert.match(own.missing.join(), /policy does not let you read all of that yourself/);
  }
  assert.deepEqual([planned.risks, planned.risk, alone.risk], [[], 'raised', 'raised']);
  for (const { id, digest } of [held, { id: asked.body.id, digest: asked.body.digest }])
    await api(lead, 'POST', `/approvals/${id}/reject`, { digest });
  assert.equal((await meant).status, 403);
});

test('calls of one command are known as such in a plan', async () => {
  const of = async (name: string) => (await planOf({ method: 'POST', uri: MAPS, body: map(name) })).plan.intent;
  const [one, two] = [await of('one'), await of('two')];
  assert.deepEqual([one.kind, one.id === two.id, one.covers], ['command', true, undefined]);
});
