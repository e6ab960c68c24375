// What holds for all of the control plane: its rates, pages and problems; and what a grant is bound to and ends with, where other tests take it for granted.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { request } from 'undici';
import { GRANT_LIMITS } from '../../src/control/grants.ts';
import { controlApi } from '../support/control-api.ts';
import { type ControlWorld, startControlWorld } from '../support/control-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles:
  - { role: operator, callers: [{ groups: [admins] }] }
rules:
  - id: task
    effect: request
    verbs: [get, list]
    apiGroups: ["", apps]
    resources: [configmaps, deployments]
    request: { forMax: 10m, livePerCallerMax: 30 }
  - { id: pipeline, effect: request, verbs: [get], apiGroups: [""], resources: [services], request: { bindTo: run } }
  - id: asked
    effect: request
    verbs: [delete]
    apiGroups: [""]
    resources: [pods]
    request: { approval: { approvers: [{ groups: [leads] }] }, livePerCallerMax: 30 }
  - id: held
    effect: hold
    verbs: [delete]
    apiGroups: [""]
    resources: [services]
    hold: { approvers: [{ groups: [leads] }] }
`;

let { world, people, dispatcher, stop } = {} as ControlWorld;
before(async () => {
  ({ world, people, dispatcher, stop } = await startControlWorld(POLICY));
});
after(() => stop());

const api = controlApi(
  () => world.gateway.consoleUrl,
  () => dispatcher,
);

/** One request, whatever it is answered. */
async function once(token: string, path: string, options: Partial<Parameters<typeof request>[1]> = {}) {
  const reply = await request(`${world.gateway.consoleUrl}/api/v1${path}`, {
    dispatcher,
    ...options,
    headers: { authorization: `Bearer ${token}`, ...(options.headers as object) },
  });
  const text = await reply.body.text();
  return { status: reply.statusCode, headers: reply.headers, body: text === '' ? {} : JSON.parse(text) };
}

const scope = (resource: string, part: object = {}) => ({
  target: 'demo',
  verbs: ['get'],
  apiGroups: [resource === 'deployments' ? 'apps' : ''],
  resources: [resource],
  namespaces: ['shop'],
  ...part,
});

test('who asks faster than they may is told when to come back, and nobody else is', async () => {
  const [hasty, other] = [await world.token('hasty'), await world.token('other')];
  for (let throttled = false; !throttled; ) {
    const answers = await Promise.all(Array.from({ length: 200 }, () => once(hasty, '/me')));
    const refused = answers.filter(({ status }) => status !== 200);
    throttled = refused.length > 0;
    for (const { status, headers, body } of refused)
      assert.deepEqual([status, headers['retry-after'], body.code], [429, '1', 'CALLER_THROTTLED']);
  }
  assert.equal((await once(other, '/me')).status, 200);
});

test('a no is a problem document whose code, status and advice say what to do', async () => {
  const token = await world.token('dev-1');
  const rows: readonly (readonly [string, Parameters<typeof once>[2], number, string])[] = [
    ['/nothing', {}, 404, 'NOT_FOUND'],
    ['/grants', { method: 'DELETE' }, 405, 'METHOD_NOT_ALLOWED'],
    ['/grants?limit=0', {}, 400, 'REQUEST_MALFORMED'],
    ['/grants?limit=1&limit=2', {}, 400, 'QUERY_AMBIGUOUS'],
    ['/grants', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }, 400, 'BODY_UNREADABLE'],
    [
      '/grants',
      { method: 'POST', body: 'a: b', headers: { 'content-type': 'text/yaml' } },
      415,
      'MEDIA_TYPE_UNSUPPORTED',
    ],
    [
      '/grants',
      { method: 'POST', body: `"${'x'.repeat(70_000)}"`, headers: { 'content-type': 'application/json' } },
      413,
      'BODY_TOO_LARGE',
    ],
    ['/kills', {}, 403, 'ROLE_REQUIRED'],
  ];
  for (const [path, options, status, code] of rows) {
    const { headers, body, ...answered } = await once(token, path, options);
    assert.deepEqual(
      [answered.status, headers['content-type'], body.status, body.code, body.type],
      [status, 'application/problem+json', status, code, `urn:sallyport:refusal:${code.toLowerCase()}`],
      path,
    );
  }
});

test('a list is read in pages that follow one another, each grant once, the newest first', async () => {
  const token = await world.token('dev-2');
  const made: string[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
    made.unshift(
      (await api(token, 'POST', '/grants', { scopes: [scope('configmaps', { resourceNames: [name] })] })).body.id,
    );
  const pages: string[][] = [];
  for (let after: string | null = ''; after !== null; ) {
    const { body } = await api(token, 'GET', `/grants?limit=3${after === '' ? '' : `&after=${after}`}`);
    pages.push((body.items as { id: string }[]).map(({ id }) => id));
    after = body.next as string | null;
  }
  assert.deepEqual(pages, [made.slice(0, 3), made.slice(3, 6), made.slice(6)]);
});

test('one grant of several scopes is used as each of them, and ends as a whole', async () => {
  const token = await world.token('dev-3');
  const scopes = [scope('configmaps'), scope('deployments', { resourceNames: ['web'] })];
  const asked = await api(token, 'POST', '/grants', { scopes, reason: 'one task' });
  assert.equal(asked.status, 201, JSON.stringify(asked.body));
  const uris = ['/api/v1/namespaces/shop/configmaps/settings', '/apis/apps/v1/namespaces/shop/deployments/web'];
  const answers = async () => Promise.all(uris.map(async (uri) => (await world.ask({ token, uri })).status === 403));
  assert.deepEqual(await answers(), [false, false]);
  assert.equal((await world.ask({ token, uri: '/apis/apps/v1/namespaces/shop/deployments/db' })).status, 403);
  await api(token, 'POST', `/grants/${asked.body.id}/release`, {});
  assert.deepEqual(await answers(), [true, true]);
});

test('a bundle of which one scope is not offered is not given in part', async () => {
  const token = await world.token('dev-4');
  const scopes = [scope('configmaps'), scope('secrets')];
  const { status, body } = await api(token, 'POST', '/grants', { scopes });
  assert.deepEqual([status, body.code], [403, 'GRANT_NOT_OFFERED']);
  assert.deepEqual((await api(token, 'GET', '/grants')).body.items, []);
});

test('T60: another run of the same pipeline does not inherit a grant, nor does a token that names no run', async () => {
  const tokenOf = (claims: object) => world.issuer.tokenFor('pipeline', ['ops'], { claims: { ...claims } });
  const own = await tokenOf({ run_id: '7' });
  const others = [await tokenOf({ run_id: '8' }), await tokenOf({ run_id: '7', run_attempt: '2' }), await tokenOf({})];
  const asked = await api(own, 'POST', '/grants', { scopes: [scope('services')] });
  assert.deepEqual([asked.status, asked.body.isBoundToRun], [201, true]);
  const uri = '/api/v1/namespaces/shop/services/web';
  const isRefused = async (token: string) => (await world.ask({ token, uri })).status === 403;
  assert.equal(await isRefused(own), false);
  for (const token of others) assert.equal(await isRefused(token), true);
});

test('T60: a grant that one actor asked for somebody serves, and is seen by, neither another actor nor those whose own is not theirs', async () => {
  const tokenOf = (sub?: string) =>
    world.issuer.tokenFor('acted', ['ops'], sub === undefined ? {} : { claims: { act: { sub } } });
  const [own, a, b] = [await tokenOf(), await tokenOf('a'), await tokenOf('b')];
  const ask = (token: string) =>
    api(token, 'POST', '/grants', { scopes: [scope('configmaps')] }, { 'idempotency-key': 'k1' });
  const asked = await ask(a);
  assert.deepEqual([asked.status, asked.body.actors], [201, ['ci:a']], JSON.stringify(asked.body));
  const uri = '/api/v1/namespaces/shop/configmaps/settings';
  const isRefused = async (token: string) => (await world.ask({ token, uri })).status === 403;
  const seen = async (token: string) => (await api(token, 'GET', `/grants/${asked.body.id}`)).status;
  assert.deepEqual([await isRefused(a), await isRefused(b), await isRefused(own)], [false, true, true]);
  assert.deepEqual([await seen(a), await seen(b), await seen(own)], [200, 404, 200], 'whom it is for may take it back');
  const others = await ask(b);
  assert.notEqual(others.body.id, asked.body.id);
  assert.equal((await ask(own)).status, 201);
  await api(b, 'POST', `/grants/${others.body.id}/release`, {});
  assert.deepEqual([await isRefused(a), await isRefused(b), await isRefused(own)], [false, true, false]);
});

test('no more questions of one caller wait for a person than may', async () => {
  const token = await world.token('dev-5');
  const ask = (n: number) =>
    api(token, 'POST', '/grants', { scopes: [scope('pods', { verbs: ['delete'], resourceNames: [`web-${n}`] })] });
  for (let n = 0; n < GRANT_LIMITS.pendingPerCallerMax; n++) assert.equal((await ask(n)).body.state, 'pending');
  const { status, body } = await ask(GRANT_LIMITS.pendingPerCallerMax);
  assert.deepEqual([status, body.code], [409, 'GRANT_LIMIT']);
});

test('T60: a request that waits for a person ends with its caller, and its question with it', async () => {
  const [token, ada] = [await world.token('dev-6'), await people.tokenFor('ada', ['admins'])];
  const lea = await people.tokenFor('lea', ['leads']);
  const headers = { 'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234' };
  const uri = '/api/v1/namespaces/shop/services/web';
  const waiting = world.ask({ token, method: 'DELETE', uri, headers });
  const pending = async () =>
    (
      (await api(lea, 'GET', '/approvals?state=pending')).body.items as {
        id: string;
        exchange: string;
        asker: { subject: string };
      }[]
    ).find(({ asker }) => asker.subject === 'ci:dev-6');
  let question = await pending();
  while (question === undefined) question = await pending();
  await api(ada, 'POST', '/kills', { what: 'caller', value: 'ci:dev-6', reason: 'runs wild' });
  const { status, body } = await waiting;
  assert.equal(status, 403);
  assert.match(body, /an operator has stopped it: runs wild/);
  let became = await api(lea, 'GET', `/approvals/${question.id}`);
  while (became.body.state === 'pending') became = await api(lea, 'GET', `/approvals/${question.id}`);
  assert.equal(became.body.state, 'withdrawn');
});
