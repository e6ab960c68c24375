// Requests that are only planned: judged as if they were meant, told of, and never done.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { controlApi } from '../support/control-api.ts';
import { type ControlWorld, startControlWorld } from '../support/control-world.ts';
import type { AskOptions } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles: [{ role: approver, callers: [{ groups: [leads] }] }]
rules:
  - { id: read, effect: allow, verbs: [get, list, watch], apiGroups: ["", apps], resources: [configmaps, deployments, pods], namespaces: [shop, default], callers: [{ groups: [readers] }] }
  - { id: list, effect: allow, verbs: [list], apiGroups: ["", apps], resources: [configmaps, deployments, pods], namespaces: [shop], callers: [{ groups: [listers] }] }
  - { id: write, effect: allow, verbs: [create, update, patch, delete, deletecollection], apiGroups: [""], resources: [configmaps, secrets, serviceaccounts/token, pods/proxy, services/proxy] }
  - { id: pods, effect: allow, verbs: [delete, create], apiGroups: [""], resources: [pods, pods/eviction] }
  - { id: shell, effect: allow, powers: [exec, attach, portforward, pods-proxy, services-proxy] }
  - id: held
    effect: hold
    verbs: [patch, delete]
    apiGroups: [apps]
    resources: [deployments, deployments/scale]
    reason: the shop is open
    hold: { approvers: [{ groups: [leads] }] }
  - { id: asked, effect: request, verbs: [create], apiGroups: [""], resources: [services], namespaces: [shop], request: { forMax: 10m, usesMax: 1, approval: none } }
  - { id: never, effect: deny, verbs: [update], apiGroups: [""], resources: [configmaps], resourceNames: [kept], reason: it is kept }
budgets:
  - { id: deletes, callers: [{ subjects: ["ci:bud"] }], of: deletes, max: 1, per: 1d, over: deny }
`;

let { world, people, dispatcher, stop } = {} as ControlWorld;
let reader: string;
let lead: string;
/** What came to the target. */
const upstream: { method: string; url: string; as: string }[] = [];

before(async () => {
  ({ world, people, dispatcher, stop } = await startControlWorld(POLICY, {
    config: 'unsafe: { openGuards: [tokens, deletions, privileged-exec] }\n',
    front: {
      onRequest({ method = '', url = '', headers }) {
        upstream.push({ method, url, as: String(headers['impersonate-user'] ?? '') });
        return false;
      },
    },
  }));
  reader = await world.token('dev', ['ops', 'readers']);
  lead = await people.tokenFor('lea', ['leads']);
});
after(() => stop());

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

const asked = controlApi(
  () => world.gateway.consoleUrl,
  () => dispatcher,
);

interface Sent {
  readonly method?: AskOptions['method'];
  readonly uri: string;
  readonly body?: unknown;
  readonly type?: string;
}

const send = (token: string, { method = 'GET', uri, body, type = 'application/json' }: Sent, prefix?: string) =>
  world.ask({
    token,
    method,
    uri,
    ...(prefix === undefined ? {} : { prefix }),
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': type } }),
  });

interface Told {
  readonly code: string;
  readonly message: string;
  readonly exchange: string;
  readonly plan: Json;
}

/** What the plan of a request says, by the causes of its refusal. */
async function planOf(sent: Sent, token = reader): Promise<Told> {
  const { body } = await send(token, sent, '/k8s/demo/sallyport-plan');
  const { message, details } = JSON.parse(body);
  const cause = (reason: string) => details.causes.find((each: Json) => each.reason === reason)?.message;
  const plan = cause('SallyportPlan');
  return {
    code: cause('SallyportCode'),
    message,
    exchange: cause('SallyportExchange'),
    plan: plan === undefined ? undefined : JSON.parse(plan),
  };
}

const MAPS = '/api/v1/namespaces/shop/configmaps';
const WEB = '/apis/apps/v1/namespaces/shop/deployments/web';
const merge = 'application/merge-patch+json';
const map = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

const EVERYTHING: readonly Sent[] = [
  { method: 'POST', uri: MAPS, body: map('made') },
  { method: 'POST', uri: `${MAPS}?dryRun=All`, body: map('made') },
  { method: 'POST', uri: `${MAPS}?dryRun=`, body: map('made') },
  { method: 'PUT', uri: `${MAPS}/settings`, body: map('settings') },
  { method: 'PATCH', uri: `${MAPS}/settings`, body: { data: { a: 'b' } }, type: merge },
  { method: 'DELETE', uri: `${MAPS}/settings` },
  { method: 'DELETE', uri: MAPS },
  { method: 'DELETE', uri: `${MAPS}?labelSelector=a%3Db` },
  { method: 'POST', uri: '/api/v1/namespaces/shop/serviceaccounts/default/token', body: { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', spec: { audiences: [] } } },
  { method: 'POST', uri: '/api/v1/namespaces/shop/pods/web-1/eviction', body: { kind: 'Eviction', apiVersion: 'policy/v1', metadata: { name: 'web-1' } } },
  { method: 'POST', uri: '/api/v1/namespaces/shop/pods/web-1/exec?command=id&stdout=true' },
  { uri: '/api/v1/namespaces/shop/pods/web-1/exec?command=id&stdout=true' },
  { uri: '/api/v1/namespaces/shop/pods/web-1/attach?stdout=true' },
  { uri: '/api/v1/namespaces/shop/pods/web-1/portforward?ports=80' },
  { uri: '/api/v1/namespaces/shop/pods/web-1/proxy/' },
  { method: 'POST', uri: '/api/v1/namespaces/shop/services/web/proxy/pay' },
  { method: 'PATCH', uri: WEB, body: { spec: { replicas: 4 } }, type: merge },
  { method: 'DELETE', uri: WEB },
  { method: 'PUT', uri: `${MAPS}/kept`, body: map('kept') },
  { method: 'POST', uri: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', body: { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', spec: {} } },
]; // biome-ignore format: a table

test('whatever is planned, by whatever method, nothing but reads and dry runs comes to the target, and no permit is recorded', async () => {
  const before = upstream.length;
  for (const sent of EVERYTHING) {
    const { plan, code } = await planOf(sent);
    assert.match(code, /^(?:PLANNED|DENIED_BY_\w+|KIND_UNKNOWN|UPGRADE_UNSUPPORTED|QUERY_AMBIGUOUS)$/, sent.uri);
    assert.equal(plan === undefined, code !== 'PLANNED', sent.uri);
  }
  const came = upstream.slice(before);
  assert.ok(came.some(({ method, url }) => method === 'POST' && url.includes('dryRun=All')));
  const others = came.filter(
    ({ method, url, as }) => as !== 'sallyport:probe' && method !== 'GET' && !/[?&]dryRun=All(?:&|$)/.test(url),
  );
  assert.deepEqual(others, []);
  // T79: a dry run of a token request is a token.
  assert.deepEqual(
    came.filter(({ url }) => /\/(?:token|exec|attach|portforward|proxy|eviction)(?:[/?]|$)/.test(url)),
    [],
  );
  const events = await world.events();
  assert.equal(events.filter(({ type }) => type === 'exchange.permitted').length, 0);
  assert.equal((await asked(lead, 'GET', '/approvals')).body.items.length, 0);
  assert.match((await send(reader, { uri: `${MAPS}/settings` })).body, /CURRENCY/);
});

test('of what is allowed, the rule, the difference by the target’s own dry run, and what its client would be answered', async () => {
  const sent = { method: 'PATCH', uri: `${MAPS}/settings`, body: { data: { CURRENCY: 'CHF' } }, type: merge } as const;
  const { code, message, exchange, plan } = await planOf(sent);
  assert.equal(code, 'PLANNED');
  assert.match(
    message,
    /^only planned: patch configmaps `settings` in namespace `shop`: rule `p\/write` allows it; nothing was done/,
  );
  assert.deepEqual([plan.rule, plan.holds, plan.isRead], ['p/write', [], false]);
  assert.deepEqual(
    plan.shown.changes.filter(({ at }: Json) => at === '/data/CURRENCY'),
    [{ at: '/data/CURRENCY', before: '"EUR"', after: '"CHF"' }],
  );
  assert.equal(plan.answer.kind, 'stored');
  assert.equal(plan.answer.object.data.CURRENCY, 'CHF');
  assert.equal(plan.answer.isNew, false);
  const events = (await world.events()) as readonly Json[];
  const [ended] = events.filter(({ type, exchange: of }) => type === 'exchange.ended' && of === exchange);
  assert.deepEqual([ended.outcome.kind, ended.outcome.code, ended.decision], ['refused', 'PLANNED', undefined]);
  const [begun] = events.filter(({ type, exchange: of }) => type === 'exchange.begun' && of === exchange);
  assert.deepEqual([begun.planned, begun.operation.path], [true, `${MAPS}/settings`]);
});

test('of what is held, by which rule and whom it asks; nobody is asked', async () => {
  const { plan } = await planOf({ method: 'PATCH', uri: WEB, body: { spec: { replicas: 4 } }, type: merge });
  assert.deepEqual(plan.holds, [
    { rule: 'p/held', reason: 'the shop is open', approvers: ['the group `leads`'], quorum: 1 },
  ]);
  assert.deepEqual(plan.shown.scale, { from: 3, to: 4 });
  assert.equal((await asked(lead, 'GET', '/approvals')).body.items.length, 0);
});

test('what is held is not looked at for a caller that may not read it', async () => {
  const writer = await world.token('writer', ['ops']);
  const before = upstream.length;
  const { plan } = await planOf({ method: 'PATCH', uri: WEB, body: { spec: { replicas: 4 } }, type: merge }, writer);
  assert.deepEqual(plan.shown, {
    risks: [],
    missing: ['what it would do: you may not read it yourself, and no person has said yes yet'],
  });
  assert.equal(plan.answer, undefined);
  assert.deepEqual(
    upstream.slice(before).filter(({ method }) => method !== 'GET'),
    [],
  );
});

test('what is looked up is judged as its caller’s own read: names that it may not list are not told', async () => {
  const sent = { method: 'DELETE', uri: MAPS } as const;
  const writer = await world.token('writer', ['ops']);
  const hidden = await planOf(sent, writer);
  assert.doesNotMatch(JSON.stringify(hidden.plan), /settings/, hidden.message);
  assert.match(hidden.plan.shown.missing.join(), /its caller may not/);
  const lister = await world.token('lister', ['ops', 'listers']);
  const told = await planOf(sent, lister);
  assert.match(JSON.stringify(told.plan.shown), /settings/, JSON.stringify(told));
});

test('what is refused is refused with the same words, and with what would allow it', async () => {
  for (const sent of [
    { method: 'PUT', uri: `${MAPS}/kept`, body: map('kept') },
    {
      method: 'POST',
      uri: '/api/v1/namespaces/shop/services',
      body: { kind: 'Service', apiVersion: 'v1', metadata: { name: 'new' }, spec: { ports: [{ port: 80 }] } },
    },
    { uri: '/api/v1/namespaces/shop/secrets/database' },
  ] as const) {
    // biome-ignore format: a table
    const [planned, meant] = [await planOf(sent), JSON.parse((await send(reader, sent)).body)];
    assert.equal(planned.message, meant.message);
    assert.match(planned.code, /^DENIED_BY_/);
  }
});

test('what only reads is told to be asked as it is', async () => {
  const { plan } = await planOf({ uri: `${MAPS}/settings` });
  assert.deepEqual(
    [plan.isRead, plan.holds, plan.shown, plan.answer],
    [true, [], { risks: [], missing: [] }, undefined],
  );
});

test('T45: no value of a Secret is in a plan', async () => {
  const uri = '/api/v1/namespaces/shop/secrets/database';
  for (const token of [reader, await world.token('secret', ['ops', 'readers'])]) {
    const { plan } = await planOf(
      { method: 'PATCH', uri, body: { metadata: { labels: { a: 'b' } } }, type: merge },
      token,
    );
    assert.equal(plan.answer.kind, 'stored');
    const text = JSON.stringify(plan);
    assert.doesNotMatch(text, /correct-horse/);
    assert.ok(!text.includes(Buffer.from('correct-horse-battery-staple').toString('base64')));
  }
});

test('a plan takes nothing of a budget, and no use of a grant', async () => {
  const token = await world.token('bud', ['ops', 'readers']);
  const make = (name: string) => send(token, { method: 'POST', uri: MAPS, body: map(name) });
  await make('one');
  for (let times = 0; times < 3; times++)
    assert.equal((await planOf({ method: 'DELETE', uri: `${MAPS}/one` }, token)).code, 'PLANNED');
  assert.equal((await send(token, { method: 'DELETE', uri: `${MAPS}/one` })).status, 200);
  assert.equal((await planOf({ method: 'DELETE', uri: `${MAPS}/two` }, token)).code, 'BUDGET_EXCEEDED');
  const scope = { target: 'demo', verbs: ['create'], apiGroups: [''], resources: ['services'], namespaces: ['shop'] };
  const given = await asked(token, 'POST', '/grants', { scopes: [scope], uses: 1, reason: 'a plan' });
  assert.equal(given.body.state, 'live', JSON.stringify(given.body));
  const service = { kind: 'Service', apiVersion: 'v1', metadata: { name: 'new' }, spec: { ports: [{ port: 80 }] } };
  const sent = { method: 'POST', uri: '/api/v1/namespaces/shop/services', body: service } as const;
  for (let times = 0; times < 2; times++) assert.equal((await planOf(sent, token)).plan.grant, given.body.id);
  assert.equal((await send(token, sent)).status, 201);
});

test('the path of plans is one spelling, behind the target’s own; any other is what it is', async () => {
  const sent = { method: 'DELETE', uri: `${MAPS}/settings` } as const;
  const before = upstream.length;
  for (const prefix of ['/k8s/demo/sallyport-plan/sallyport-plan', '/k8s/demo/Sallyport-Plan', '/k8s/demo/sallyport-plan%2f', '/k8s/demo//sallyport-plan', '/sallyport-plan/k8s/demo', '/k8s/sallyport-plan/demo'])
    assert.ok((await send(reader, sent, prefix)).status >= 400, prefix); // biome-ignore format: a table
  assert.deepEqual(
    upstream.slice(before).filter(({ method }) => method === 'DELETE'),
    [],
  );
});

test('who is not known plans nothing', async () => {
  const { status } = await world.ask({ uri: `/sallyport-plan${MAPS}/settings`, method: 'DELETE' });
  assert.equal(status, 401);
});
