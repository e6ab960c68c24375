// Grants on the whole way: asked for at the control plane, used on the data path, ended with their streams.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { Agent, request } from 'undici';
import { startIssuer } from '../../demo/issuer.ts';
import { controlApi } from '../support/control-api.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles:
  - { role: operator, callers: [{ groups: [admins] }] }
  - { role: auditor, callers: [{ groups: [auditors] }] }
rules:
  - { id: read, effect: allow, verbs: [get], apiGroups: [""], resources: [pods] }
  - id: config
    effect: request
    verbs: [get, watch, list]
    apiGroups: [""]
    resources: [configmaps]
    namespaces: [shop]
    request: { forMax: 10m, livePerCallerMax: 3 }
  - { id: sealed, effect: request, verbs: [get], apiGroups: [""], resources: [secrets], namespaces: [shop] }
  - { id: once, effect: request, verbs: [get], apiGroups: [""], resources: [services], namespaces: [shop], request: { usesMax: 2 } }
  - id: asked
    effect: request
    verbs: [delete]
    apiGroups: [""]
    resources: [pods]
    namespaces: [shop]
    request: { approval: { approvers: [{ groups: [leads] }] } }
  - { id: never, effect: deny, verbs: [get], apiGroups: [""], resources: [configmaps], resourceNames: [sealed] }
`;

let world: SmallWorld;
let dispatcher: Agent;
let people: Awaited<ReturnType<typeof startIssuer>>;

before(async () => {
  people = await startIssuer();
  world = await startSmallWorld({
    policy: POLICY,
    config: 'console: { port: 0 }\n',
    people: people.url,
  });
  dispatcher = new Agent({ connect: { ca: world.caPem } });
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

const scope = (part: object = {}) => ({
  target: 'demo',
  verbs: ['get'],
  resources: ['configmaps'],
  namespaces: ['shop'],
  ...part,
});
const GET = '/api/v1/namespaces/shop/configmaps/settings';

test('asked for, used, and given back: the same request is refused, allowed and refused', async () => {
  const token = await world.token('dev-1');
  assert.equal((await world.ask({ token, uri: GET })).status, 403);
  const asked = await api(token, 'POST', '/grants', { scopes: [scope()], for: '5m', reason: 'a task' });
  assert.equal(asked.status, 201, JSON.stringify(asked.body));
  assert.equal(asked.body.state, 'live');
  assert.notEqual((await world.ask({ token, uri: GET })).status, 403);
  assert.equal((await world.ask({ token: await world.token('other'), uri: GET })).status, 403);
  assert.equal((await world.ask({ token, uri: GET.replace('shop', 'bank') })).status, 403);
  assert.equal((await world.ask({ token, uri: GET.replace('settings', 'sealed') })).status, 403);
  const back = await api(
    token,
    'POST',
    `/grants/${asked.body.id}/release`,
    { reason: 'done' },
    { 'if-match': asked.headers.etag },
  );
  assert.equal(back.body.endedBy, 'release', JSON.stringify(back.body));
  assert.equal((await world.ask({ token, uri: GET })).status, 403);
  const events = (await world.events()).filter(({ type }) => type === 'grant.changed');
  assert.deepEqual(
    events.map((event) => 'state' in event && [event.state, 'by' in event && event.by]),
    [
      ['live', 'ci:dev-1'],
      ['ended', 'ci:dev-1'],
    ],
  );
});

test('a refused call says what would allow it, and that grant allows it', async () => {
  const token = await world.token('dev-20');
  const causesOf = (body: string) =>
    new Map(
      (JSON.parse(body) as { details: { causes: { reason: string; message: string }[] } }).details.causes.map(
        ({ reason, message }) => [reason, message],
      ),
    );
  const refused = await world.ask({ token, uri: GET });
  const causes = causesOf(refused.body);
  const command =
    'sallyport grants request --target demo --namespace shop --verb get --resource configmaps --name settings --rule p/config --for 10m';
  assert.equal(causes.get('SallyportRequest'), command);
  assert.match(
    JSON.parse(refused.body).message,
    /^`ci:dev-20` may not get configmaps .*; access can be requested: `sallyport [^`]*`$/,
  );
  const page = await request(causes.get('SallyportLink') as string, { dispatcher });
  assert.match(await page.body.text(), /configmaps/);
  const kept = await api(token, 'GET', `/refusals/${causes.get('SallyportExchange')}`);
  assert.equal(kept.body.grant.command, command, JSON.stringify(kept.body));
  const other = await world.token('dev-21');
  assert.equal((await api(other, 'GET', `/refusals/${causes.get('SallyportExchange')}`)).status, 404);
  const asked = await api(token, 'POST', '/grants', JSON.parse(causes.get('SallyportGrant') as string));
  assert.equal(asked.status, 201, JSON.stringify(asked.body));
  assert.notEqual((await world.ask({ token, uri: GET })).status, 403);
  assert.equal((await world.ask({ token, uri: GET.replace('settings', 'other') })).status, 403);
  const none = await world.ask({ token, uri: '/api/v1/namespaces/bank/configmaps/settings' });
  assert.match(JSON.parse(none.body).message, /no `request` rule offers it: ask group `admins` for a rule/);
  assert.equal(causesOf(none.body).get('SallyportGrant'), undefined);
  const guarded = await world.ask({ token, method: 'DELETE', uri: '/api/v1/namespaces/shop' });
  assert.equal(causesOf(guarded.body).get('SallyportCode'), 'DENIED_BY_GUARD');
  assert.equal(causesOf(guarded.body).get('SallyportGrant'), undefined);
});

test('T32: can-i says how access can be asked for, and yes while a grant lives', async () => {
  const token = await world.token('dev-22');
  const review = async (kind: string, spec: object) => {
    const { body } = await world.ask({
      token,
      method: 'POST',
      uri: `/apis/authorization.k8s.io/v1/${kind}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ spec }),
    });
    return (JSON.parse(body) as { status: Record<string, unknown> }).status;
  };
  const resourceAttributes = { verb: 'get', resource: 'configmaps', name: 'settings', namespace: 'shop' };
  const can = () => review('selfsubjectaccessreviews', { resourceAttributes });
  const listed = async () =>
    JSON.stringify((await review('selfsubjectrulesreviews', { namespace: 'shop' })).resourceRules);
  const before = await can();
  assert.equal(before.allowed, false);
  assert.match(String(before.reason), /access can be requested: `sallyport grants request .*--name settings/);
  assert.doesNotMatch(await listed(), /configmaps/);
  const asked = await api(token, 'POST', '/grants', { scopes: [scope({ resourceNames: ['settings'] })] });
  assert.equal((await can()).allowed, true);
  assert.match(await listed(), /"resources":\["configmaps"\],"resourceNames":\["settings"\]/);
  await api(token, 'POST', `/grants/${asked.body.id}/release`, {});
  assert.equal((await can()).allowed, false);
});

test('T60: a watch ends within a second of its grant’s end, in order, and the row says why', async () => {
  const token = await world.token('dev-2');
  const asked = await api(token, 'POST', '/grants', { scopes: [scope({ verbs: ['watch', 'list'] })], for: '1m' });
  assert.equal(asked.status, 201, JSON.stringify(asked.body));
  const watch = await request(`${world.gateway.url}/k8s/demo/api/v1/namespaces/shop/configmaps?watch=1`, {
    dispatcher,
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(watch.statusCode, 200);
  const ended = watch.body.text();
  const who = await api(await people.tokenFor('ada', ['admins']), 'GET', '/who');
  assert.deepEqual(
    who.body.items.map(({ subject, grant, streams }: Record<string, unknown>) => [subject, grant, streams]),
    [['ci:dev-2', asked.body.id, 1]],
  );
  const revoked = await api(await people.tokenFor('ada', ['admins']), 'POST', `/grants/${asked.body.id}/revoke`, {
    reason: 'enough',
  });
  assert.equal(revoked.status, 200, JSON.stringify(revoked.body));
  await ended;
  const row = (await world.events()).findLast(({ type }) => type === 'exchange.ended');
  assert.ok(row !== undefined && 'outcome' in row && row.outcome.kind === 'answered');
  assert.match(row.outcome.reason ?? '', /the grant was revoked/);
});

test('a grant of two uses allows two requests, and a third is refused', async () => {
  const token = await world.token('dev-3');
  const services = scope({ resources: ['services'] });
  assert.equal((await api(token, 'POST', '/grants', { scopes: [services] })).status, 201);
  const uri = '/api/v1/namespaces/shop/services/web';
  const codes: number[] = [];
  for (let i = 0; i < 3; i++) codes.push((await world.ask({ token, uri })).status);
  assert.deepEqual(
    codes.map((code) => code === 403),
    [false, false, true],
  );
});

test('what no rule offers, or not for so long, or too often, is refused with what to do', async () => {
  const token = await world.token('dev-4');
  const ask = (body: object) => api(token, 'POST', '/grants', body);
  const none = await ask({ scopes: [scope({ namespaces: ['bank'] })] });
  assert.deepEqual([none.status, none.body.code], [403, 'GRANT_NOT_OFFERED']);
  const wide = await ask({ scopes: [scope({ namespaces: [] })] });
  assert.deepEqual([wide.status, wide.body.code], [403, 'GRANT_NOT_OFFERED']);
  const long = await ask({ scopes: [scope()], for: '1h' });
  assert.match(long.body.detail, /lasts 10m at most/);
  for (let i = 0; i < 3; i++) assert.equal((await ask({ scopes: [scope()] })).status, 201);
  assert.equal((await ask({ scopes: [scope()] })).body.code, 'GRANT_LIMIT');
});

test('the same key is answered with the same grant, another’s is another, and another question is refused', async () => {
  const token = await world.token('dev-5');
  const ask = (by: string, body: object) => api(by, 'POST', '/grants', body, { 'idempotency-key': 'k1' });
  const first = await ask(token, { scopes: [scope()] });
  assert.equal((await ask(token, { scopes: [scope()] })).body.id, first.body.id);
  assert.equal((await ask(token, { scopes: [scope({ verbs: ['list'] })] })).body.code, 'KEY_REUSED');
  const other = await ask(await world.token('dev-6'), { scopes: [scope()] });
  assert.notEqual(other.body.id, first.body.id);
});

test('a grant that a person has to approve waits, says so, and is not asked twice', async () => {
  const token = await world.token('dev-7');
  const ask = () => api(token, 'POST', '/grants', { scopes: [scope({ verbs: ['delete'], resources: ['pods'] })] });
  const [first, again] = [await ask(), await ask()];
  assert.equal(first.body.state, 'pending');
  assert.match(first.body.note, /^a person is asked: `sallyport approvals show /);
  assert.equal(again.body.id, first.body.id);
  const deleted = await world.ask({ token, method: 'DELETE', uri: '/api/v1/namespaces/shop/pods/web-0' });
  assert.equal(deleted.status, 403);
});

test('a rule that changes ends its grants at once, and one that grows widens none', async () => {
  const token = await world.token('dev-8');
  const asked = await api(token, 'POST', '/grants', { scopes: [scope()] });
  assert.equal(asked.status, 201);
  await writeFile(
    world.policyFile,
    POLICY.replace('namespaces: [shop]\n    request: { forMax', 'namespaces: [shop, bank]\n    request: { forMax'),
  );
  await world.gateway.lookAtPolicy();
  assert.equal((await world.ask({ token, uri: GET })).status, 403);
  await writeFile(world.policyFile, POLICY);
  await world.gateway.lookAtPolicy();
  assert.equal((await world.ask({ token, uri: GET })).status, 403);
});

test('kill: a caller is stopped at once, in words, until it is lifted', async () => {
  const [token, operator] = [await world.token('dev-9'), await people.tokenFor('ada', ['admins'])];
  const uri = '/api/v1/namespaces/shop/pods/web-0';
  const before = (await world.ask({ token, uri })).status;
  const kill = await api(operator, 'POST', '/kills', { what: 'caller', value: 'ci:dev-9', reason: 'runs wild' });
  assert.equal(kill.status, 201, JSON.stringify(kill.body));
  const stopped = await world.ask({ token, uri });
  assert.equal(stopped.status, 403);
  assert.match(stopped.body, /an operator has stopped caller `ci:dev-9`: runs wild/);
  assert.equal((await api(operator, 'DELETE', `/kills/${kill.body.id}`)).body.state, 'lifted');
  assert.equal((await world.ask({ token, uri })).status, before);
});

test('T77: every route, with no token, another’s, and every role: each answers only whom it is for', async () => {
  const owner = await world.token('dev-10');
  const { id } = (await api(owner, 'POST', '/grants', { scopes: [scope()] })).body;
  const callers = {
    nobody: undefined,
    stranger: await world.token('stranger'),
    // Security: programs hold no power over grants, whatever group they are in.
    program: await world.token('bot', ['admins']),
    auditor: await people.tokenFor('eve', ['auditors']),
    operator: await people.tokenFor('ada', ['admins']),
  };
  const { paths } = (await api(owner, 'GET', '/openapi.json')).body as {
    paths: Record<string, Record<string, unknown>>;
  };
  const walked: Record<string, string> = {};
  for (const [path, operations] of Object.entries(paths)) {
    if (path.endsWith('/events')) continue;
    for (const method of Object.keys(operations)) {
      const at = path.replace('/api/v1', '').replace('{id}', id).replace('{name}', 'demo');
      const answers: number[] = [];
      for (const token of Object.values(callers))
        answers.push((await api(token, method.toUpperCase() as 'GET', at, method === 'post' ? {} : undefined)).status);
      walked[`${method} ${path}`] = answers.join(' ');
    }
  }
  assert.deepEqual(walked, {
    'get /api/v1/health': '200 200 200 200 200',
    'get /api/v1/me': '401 200 200 200 200',
    'get /api/v1/notices': '401 403 403 200 200',
    'get /api/v1/sign-in': '200 200 200 200 200',
    'post /api/v1/sign-out': '401 200 200 200 200',
    'get /api/v1/refusals': '401 200 200 200 200',
    'get /api/v1/refusals/{id}': '401 404 404 404 404',
    'get /api/v1/targets': '401 200 200 200 200',
    'get /api/v1/targets/registered': '401 403 403 200 200',
    'get /api/v1/targets/registered/{name}': '401 403 403 404 404',
    'get /api/v1/targets/registered/{name}/versions': '401 403 403 404 404',
    'post /api/v1/targets/registered': '401 403 403 403 400',
    'post /api/v1/targets/registered/{name}/replace': '401 403 403 403 400',
    'post /api/v1/targets/registered/{name}/remove': '401 403 403 403 400',
    'post /api/v1/targets/{name}/check': '401 403 403 403 200',
    'post /api/v1/grants': '401 400 400 400 400',
    'get /api/v1/grants': '401 200 200 200 200',
    'get /api/v1/grants/{id}': '401 404 404 200 200',
    'get /api/v1/grants/{id}/use': '401 404 404 200 200',
    'post /api/v1/grants/{id}/release': '401 404 404 403 403',
    'post /api/v1/grants/{id}/revoke': '401 403 403 403 200',
    'get /api/v1/approvals': '401 200 200 200 200',
    'get /api/v1/approvals/report': '401 403 403 200 200',
    'get /api/v1/approvals/{id}': '401 404 404 404 404',
    'post /api/v1/approvals/{id}/approve': '401 400 400 400 400',
    'post /api/v1/approvals/{id}/reject': '401 400 400 400 400',
    'post /api/v1/approvals/{id}/say': '401 400 400 400 400',
    'post /api/v1/approvals/{id}/break-glass': '401 400 400 400 400',
    'post /api/v1/plans': '401 400 400 400 400',
    'get /api/v1/delegations': '401 200 200 200 200',
    'post /api/v1/delegations': '401 400 400 400 400',
    'post /api/v1/delegations/{id}/end': '401 404 404 404 404',
    'post /api/v1/chat/{name}/slack': '403 403 403 403 403',
    'get /api/v1/jwks': '200 200 200 200 200',
    'post /api/v1/tokens': '401 400 400 400 400',
    'get /api/v1/tokens': '401 200 200 200 200',
    'get /api/v1/tokens/{id}': '401 404 404 404 404',
    'post /api/v1/tokens/{id}/renew': '401 404 404 404 404',
    'delete /api/v1/tokens/{id}': '401 404 404 404 404',
    'get /api/v1/sessions': '401 200 200 200 200',
    'get /api/v1/sessions/{id}': '401 404 404 404 404',
    'get /api/v1/sessions/{id}/export': '401 403 403 404 404',
    'get /api/v1/exchanges': '401 200 200 200 200',
    'get /api/v1/exchanges/{id}': '401 404 404 404 404',
    'get /api/v1/exchanges/{id}/recording': '401 404 404 404 404',
    'post /api/v1/kills': '401 403 403 403 400',
    'post /api/v1/notices/{id}/retry': '401 403 403 403 404',
    'get /api/v1/kills': '401 403 403 200 200',
    'delete /api/v1/kills/{id}': '401 403 403 403 404',
    'get /api/v1/who': '401 403 403 200 200',
    'delete /api/v1/keys/{id}': '401 404 404 404 404',
    'get /api/v1/exchanges/{id}/undo': '401 404 404 404 404',
    'get /api/v1/gateway': '401 403 403 200 200',
    'get /api/v1/journal/checkpoint': '401 403 403 404 404',
    'get /api/v1/journal/keys': '200 200 200 200 200',
    'get /api/v1/keys': '401 200 200 200 200',
    'get /api/v1/policy': '401 403 403 200 200',
    'get /api/v1/policy/files': '401 403 403 200 200',
    'get /api/v1/policy/shadow': '401 403 403 200 200',
    'get /api/v1/policy/who-can': '401 403 403 400 400',
    'post /api/v1/approvals/{id}/challenge': '401 400 400 400 400',
    'post /api/v1/exchanges/{id}/end': '401 403 403 403 404',
    'post /api/v1/exchanges/{id}/undo': '401 400 400 400 400',
    'post /api/v1/keys': '401 400 400 400 400',
    'post /api/v1/keys/challenge': '401 403 403 403 403',
    'post /api/v1/keys/{id}/confirm': '401 403 403 403 404',
    'post /api/v1/policy/narrower': '401 403 403 400 400',
    'post /api/v1/policy/proposals/try': '401 403 403 400 400',
    'post /api/v1/policy/why': '401 403 403 400 400',
    'get /api/v1/openapi.json': '401 200 200 200 200',
  });
});
