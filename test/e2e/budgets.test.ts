// Budgets on the whole way: what policy allows is stopped where it is too much in a time, and each stop names its budget.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { controlApi } from '../support/control-api.ts';
import { type ControlWorld, startControlWorld } from '../support/control-world.ts';
import type { AskOptions } from '../support/small-world.ts';

// A day as a time: no test meets its end.
const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles: [{ role: approver, callers: [{ groups: [leads] }] }]
rules:
  - { id: all, effect: allow, verbs: ["*"], apiGroups: ["", apps], resources: [configmaps, pods, pods/eviction, services, deployments, deployments/scale, replicasets] }
  - { id: itself, effect: hold, verbs: [create], apiGroups: [""], resources: [services], namespaces: [shop], hold: { approvers: [{ groups: [leads] }], auto: [{ answer: approve }] } }
  - { id: command, effect: hold, verbs: [create], apiGroups: [""], resources: [services], namespaces: [default], hold: { approvers: [{ groups: [leads] }], intent: command } }
budgets:
  - { id: deletes, callers: [{ subjects: ["ci:del"] }], of: deletes, max: 2, per: 1d, over: deny }
  - { id: changes, callers: [{ subjects: ["ci:chg"] }], of: changes, max: 3, per: 1d, over: hold }
  - { id: replicas, callers: [{ subjects: ["ci:rep"] }], of: replicas, max: 5, per: 1d, over: deny }
  - { id: unseen, callers: [{ subjects: ["ci:uns", "ci:cmd"] }], of: changes, max: 1, per: 1d, over: deny }
  - { id: looked, callers: [{ subjects: ["ci:loo"] }], of: changes, max: 1, per: 1d, over: hold }
  - { id: bytes, callers: [{ subjects: ["ci:byt"] }], of: bytesOut, max: 1, per: 1d, over: deny }
  - { id: refusals, callers: [{ subjects: ["ci:ref"] }], of: refusals, max: 3, per: 1d, over: hold }
  - { id: errors, callers: [{ subjects: ["ci:err"] }], of: errors, max: 3, per: 1d, over: hold }
  - { id: share, callers: [{ subjects: ["ci:sh3", "ci:sh4"] }], of: podShare, max: 34, per: 1d, over: deny }
  - { id: third, callers: [{ subjects: ["ci:sh5"] }], of: podShare, max: 33, per: 1d, over: deny }
  - { id: seen, callers: [{ subjects: ["ci:see"] }], of: changes, max: 1, per: 1d, over: deny, mode: observe }
`;

let { world, people, dispatcher, stop } = {} as ControlWorld;
let lead: string;

before(async () => {
  ({ world, people, dispatcher, stop } = await startControlWorld(POLICY));
  lead = await people.tokenFor('lea', ['leads']);
});
after(() => stop());

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

const asked = controlApi(
  () => world.gateway.consoleUrl,
  () => dispatcher,
);
const api = async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Json> =>
  (await asked(lead, method, path, body)).body;

const MAPS = '/api/v1/namespaces/shop/configmaps';

const ask = async (who: string, options: AskOptions) => world.ask({ token: await world.token(who), ...options });

const make = (who: string, name: string, more: object = {}) =>
  ask(who, {
    method: 'POST',
    uri: MAPS,
    headers: { 'content-type': 'application/json', 'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234' },
    body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more }),
  });

/** The code and the rule that a refusal names. */
const stopOf = (reply: { status: number; body: string }) => {
  const { details } = JSON.parse(reply.body);
  const cause = (of: string) => details?.causes?.find(({ reason }: Json) => reason === of)?.message;
  return [reply.status, cause('SallyportCode'), cause('SallyportRule')];
};

/** The question that waits, once its preview is there. */
async function waiting(): Promise<Json> {
  for (;;) {
    const { items } = await api('GET', '/approvals?state=pending');
    if (items.length > 0 && items[0].preview !== 'looking') return items[0];
  }
}

const approve = async ({ id, digest }: Json) => api('POST', `/approvals/${id}/approve`, { digest });

test('deletes and what amounts to one are counted, a dry run is not, and a deletecollection counts what it would delete', async () => {
  for (const name of ['d1', 'd2', 'd3', 'd4']) assert.equal((await make('del', name)).status, 201);
  const remove = (name: string, query = '') => ask('del', { method: 'DELETE', uri: `${MAPS}/${name}${query}` });
  for (let i = 0; i < 3; i++) assert.equal((await remove('d1', '?dryRun=All')).status, 200);
  const many = await ask('del', { method: 'DELETE', uri: MAPS });
  assert.deepEqual(stopOf(many), [403, 'BUDGET_EXCEEDED', 'p/deletes'], many.body);
  assert.equal((await remove('d1')).status, 200);
  assert.equal((await remove('d2')).status, 200);
  const third = await remove('d3');
  assert.deepEqual(stopOf(third), [403, 'BUDGET_EXCEEDED', 'p/deletes'], third.body);
  assert.match(third.body, /budget `p\/deletes` stops it, since it is over its budget of 2 deletes in 1d/);
  assert.equal((await ask('del', { uri: `${MAPS}/d3` })).status, 200, 'nothing was done, and reading goes on');
  assert.equal((await ask('dev', { method: 'DELETE', uri: `${MAPS}/d4` })).status, 200, 'each caller has its own');
});

test('what is over a budget that holds asks a person, and runs as it was allowed', async () => {
  for (const name of ['c1', 'c2', 'c3']) assert.equal((await make('chg', name)).status, 201);
  const fourth = make('chg', 'c4');
  const asked = await waiting();
  assert.deepEqual(
    [asked.rules[0].rule, asked.rules[0].reason],
    ['p/changes', 'it is over its budget of 3 changes in 1d'],
  );
  assert.equal((await approve(asked)).state, 'approved');
  assert.equal((await fourth).status, 201);
  const fifth = make('chg', 'c5');
  const { id, digest } = await waiting();
  await api('POST', `/approvals/${id}/reject`, { digest });
  assert.equal((await fifth).status, 403, 'a yes is for one request');
});

test('replicas count by how many a workload grows or shrinks', async () => {
  const scale = (replicas: number) =>
    ask('rep', {
      method: 'PATCH',
      uri: '/apis/apps/v1/namespaces/shop/deployments/web/scale',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ spec: { replicas } }),
    });
  const { body } = await ask('rep', { uri: '/apis/apps/v1/namespaces/shop/deployments/web/scale' });
  const from = JSON.parse(body).spec?.replicas ?? 0;
  assert.equal((await scale(from + 4)).status, 200);
  assert.deepEqual(stopOf(await scale(from + 2)), [403, 'BUDGET_EXCEEDED', 'p/replicas'], 'two more than are left');
  assert.equal((await scale(from + 3)).status, 200, 'the fifth');
});

test('bytes of replies stop what comes after them', async () => {
  assert.equal((await ask('byt', { uri: MAPS })).status, 200);
  assert.deepEqual(stopOf(await ask('byt', { uri: MAPS })), [403, 'BUDGET_EXCEEDED', 'p/bytes']);
});

test('refusals that pile up turn what is allowed into what is held, until a person has looked; reading goes on', async () => {
  for (let i = 0; i < 4; i++) assert.equal((await ask('ref', { uri: '/api/v1/nodes' })).status, 403);
  assert.equal((await ask('ref', { uri: MAPS })).status, 200);
  const held = make('ref', 'r1');
  const asked = await waiting();
  assert.deepEqual(
    [asked.rules[0].rule, asked.rules[0].reason],
    ['p/refusals', 'it had more than 3 refusals in 1d; a person looks first'],
  );
  await approve(asked);
  assert.equal((await held).status, 201);
  assert.equal((await make('ref', 'r2')).status, 201, 'somebody has looked');
});

test('changes that fail at the target pile up too', async () => {
  assert.equal((await make('err', 'e1')).status, 201);
  for (let i = 0; i < 4; i++) assert.equal((await make('err', 'e1')).status, 409);
  const held = make('err', 'e2');
  const asked = await waiting();
  assert.equal(asked.rules[0].rule, 'p/errors');
  await approve(asked);
  assert.equal((await held).status, 201);
});

/** A service, which a rule holds. */
const serve = (token: string, name: string, namespace = 'shop') =>
  world.ask({
    token,
    method: 'POST',
    uri: `/api/v1/namespaces/${namespace}/services`,
    headers: { 'content-type': 'application/json', 'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234' },
    body: JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }] } }),
  });

test('what a rule answers by itself takes of each budget, and is stopped or asked about where it is over', async () => {
  const [uns, loo] = [await world.token('uns'), await world.token('loo')];
  assert.equal((await serve(uns, 'u1')).status, 201);
  assert.deepEqual(stopOf(await serve(uns, 'u2')), [403, 'BUDGET_EXCEEDED', 'p/unseen']);
  assert.equal((await serve(loo, 'l1')).status, 201);
  const second = serve(loo, 'l2');
  const asked = await waiting();
  assert.equal(asked.rules[0].rule, 'p/looked');
  assert.equal((await approve(asked)).state, 'approved');
  assert.equal((await second).status, 201);
});

test('what the rest of a command covers takes of each budget, and what a person has seen of it does not', async () => {
  const token = await world.token('cmd');
  const one = (name: string) => serve(token, name, 'default');
  const first = one('r1');
  await approve(await waiting());
  assert.equal((await first).status, 201);
  const second = one('r2');
  const { id, digest } = await waiting();
  await api('POST', `/approvals/${id}/approve`, { digest, rest: { usesMax: 5, for: '5m' } });
  assert.equal((await second).status, 201);
  assert.equal((await one('r3')).status, 201);
  assert.deepEqual(stopOf(await one('r4')), [403, 'BUDGET_EXCEEDED', 'p/unseen']);
});

test('a budget that is only observed stops nothing, and is recorded', async () => {
  for (const name of ['s1', 's2']) assert.equal((await make('see', name)).status, 201);
  const shadows = (await world.events()).flatMap((event) =>
    event.type === 'exchange.ended' && event.decision?.shadow !== undefined ? [event.decision.shadow] : [],
  );
  assert.deepEqual(shadows, [{ effect: 'deny', rule: 'p/seen' }]);
});

const scaled = (who: string, app: string, replicas: number, query = '') =>
  ask(who, {
    method: 'PATCH',
    uri: `/apis/apps/v1/namespaces/shop/deployments/${app}/scale${query}`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify({ spec: { replicas } }),
  });

const itemsOf = async (uri: string): Promise<Json[]> => JSON.parse((await ask('plain', { uri })).body).items;

/** The names of its pods, once its set wants so many and there are as many. */
async function podsOf(app: string, count: number): Promise<readonly string[]> {
  for (;;) {
    const sets = await itemsOf(`/apis/apps/v1/namespaces/shop/replicasets?labelSelector=app%3D${app}`);
    const pods = await itemsOf(`/api/v1/namespaces/shop/pods?labelSelector=app%3D${app}`);
    const names = pods.flatMap(({ metadata }) => (metadata.deletionTimestamp === undefined ? [metadata.name] : []));
    if (sets.some(({ spec }) => spec.replicas === count) && names.length === count) return names;
  }
}

const evicted = (who: string, name: string) =>
  ask(who, {
    method: 'POST',
    uri: `/api/v1/namespaces/shop/pods/${name}/eviction`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'shop' } }),
  });

test('of the pods of one workload so large a share goes in a time, by whatever way, and not one pod more; more of them, a dry run and other callers are not counted', async () => {
  const scales = [await scaled('plain', 'web', 3), await scaled('plain', 'api', 3)];
  assert.deepEqual(
    scales.map(({ status }) => status),
    [200, 200],
  );
  const [one = '', two = ''] = await podsOf('web', 3);
  await podsOf('api', 3);
  const gone = await ask('sh3', { method: 'DELETE', uri: `/api/v1/namespaces/shop/pods/${one}` });
  assert.equal(gone.status, 200, gone.body);
  for (const over of [
    await ask('sh3', { method: 'DELETE', uri: `/api/v1/namespaces/shop/pods/${two}` }),
    await evicted('sh3', two),
    await scaled('sh3', 'web', 2),
    await ask('sh3', { method: 'DELETE', uri: '/apis/apps/v1/namespaces/shop/deployments/web' }),
  ]) {
    assert.deepEqual(stopOf(over), [403, 'BUDGET_EXCEEDED', 'p/share'], over.body);
    assert.match(over.body, /it is over its budget of 34 percent of the pods of one workload in /);
  }
  assert.equal((await scaled('sh3', 'web', 2, '?dryRun=All')).status, 200);
  assert.equal((await scaled('sh3', 'api', 2)).status, 200, 'another workload has its own');
  assert.deepEqual(
    stopOf(await scaled('sh5', 'web', 2)),
    [403, 'BUDGET_EXCEEDED', 'p/third'],
    'a third is more than 33',
  );
  assert.equal((await scaled('sh3', 'web', 4)).status, 200, 'to more');
  assert.equal((await scaled('sh4', 'web', 3)).status, 200, 'each caller has its own: one of four');
});
