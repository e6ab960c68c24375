// Tokens of the gateway's own: given at the control plane, used on the data path, worth a part of their giver, and ended with all that hangs on them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decodeProtectedHeader, SignJWT } from 'jose';
import { generateKeyPair } from 'jose/key/generate/keypair';
import { Agent, request } from 'undici';
import { startIssuer } from '../../demo/issuer.ts';
import { ISSUED_TOKEN_ISSUER, ISSUED_TOKEN_PREFIX } from '../../src/model/issued-token-form.ts';
import { controlApi } from '../support/control-api.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo, other]
roles:
  - { role: operator, callers: [{ groups: [ops] }] }
  - { role: auditor, callers: [{ groups: [ops] }] }
rules:
  - { id: read, effect: allow, verbs: [get, list, watch], apiGroups: [""], resources: [pods, configmaps, services] }
  - { id: people, effect: allow, callers: [{ kind: person }], verbs: [get], apiGroups: [""], resources: [events] }
  - { id: scale, effect: request, verbs: [get], apiGroups: [apps], resources: [deployments], namespaces: [shop], request: { forMax: 10m } }
  - { id: asked, effect: request, verbs: [delete], apiGroups: [""], resources: [pods], namespaces: [shop], request: { forMax: 10m, approval: { approvers: [{ groups: [leads] }] } } }
`;

let world: SmallWorld;
let dispatcher: Agent;
let people: Awaited<ReturnType<typeof startIssuer>>;
let ada: string;

before(async () => {
  people = await startIssuer();
  world = await startSmallWorld({ policy: POLICY, config: 'console: { port: 0 }\n', people: people.url });
  dispatcher = new Agent({ connect: { ca: world.caPem } });
  ada = await people.tokenFor('ada', ['ops']);
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
  verbs: ['get', 'list', 'watch'],
  resources: ['pods'],
  namespaces: ['shop'],
  ...part,
});

async function give(
  part: object = {},
  giver = ada,
): Promise<{ id: string; token: string; endsAt: string; givenAt: string }> {
  const given = await api(giver, 'POST', '/tokens', { task: 'look at the shop', targets: ['demo'], ...part });
  assert.equal(given.status, 201, JSON.stringify(given.body));
  return given.body;
}

const PODS = '/api/v1/namespaces/shop/pods';
const asks = async (token: string, uri: string) => (await world.ask({ token, uri })).status;

test('a token is worth its giver on its targets, as a program, and the journal says whose and for what', async () => {
  const { id, token } = await give();
  assert.ok(token.startsWith(ISSUED_TOKEN_PREFIX));
  assert.equal(await asks(token, PODS), 200);
  assert.equal(await asks(ada, '/api/v1/namespaces/shop/events/x'), 404);
  assert.equal(await asks(token, '/api/v1/namespaces/shop/events/x'), 403);
  const events = await world.events();
  const begun = events.findLast(
    (event) => event.type === 'exchange.begun' && event.caller.token === id && event.operation?.resource === 'pods',
  );
  assert.ok(begun?.type === 'exchange.begun');
  assert.deepEqual([begun.caller.subject, begun.caller.kind], ['p:ada', 'autonomous']);
  const changed = events.find((event) => event.type === 'token.changed' && event.token === id);
  assert.ok(changed?.type === 'token.changed' && changed.task === 'look at the shop' && changed.by === 'p:ada');
  assert.ok(!JSON.stringify(events).includes(token.split('.')[2] as string));
});

test('a scope narrows it, to the letter; discovery and reviews of oneself stay', async () => {
  const { token } = await give({ scopes: [scope()] });
  assert.equal(await asks(token, PODS), 200);
  const beyond = await world.ask({ token, uri: '/api/v1/namespaces/shop/configmaps' });
  assert.equal(beyond.status, 403);
  assert.match(beyond.body, /the guard `token-scope` stops it: the token was given for less than this/);
  assert.doesNotMatch(beyond.body, /openGuards/);
  assert.equal(await asks(token, PODS.replace('shop', 'bank')), 403);
  assert.equal(await asks(token, '/api/v1/pods'), 403);
  assert.equal(await asks(token, '/apis'), 200);
  const review = await world.ask({
    token,
    method: 'POST',
    uri: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb: 'get', resource: 'configmaps', namespace: 'shop' } },
    }),
  });
  assert.match(review.body, /"allowed":false.*token-scope/s);
});

test('a token gives no other, holds no role, and sees and ends nothing of its giver but itself', async () => {
  const [{ id, token }, other] = [await give(), await give()];
  assert.equal((await api(token, 'POST', '/tokens', { targets: ['demo'] })).body.code, 'TOKEN_NOT_GIVEN');
  const self = await api(token, 'GET', '/me');
  assert.deepEqual([self.body.kind, self.body.roles, self.body.issued.id], ['autonomous', [], id]);
  assert.equal((await api(token, 'GET', '/who')).status, 403);
  assert.equal((await api(token, 'POST', '/kills', { what: 'all', reason: 'x' })).status, 403);
  assert.equal((await api(token, 'GET', `/tokens/${other.id}`)).status, 404);
  assert.equal((await api(token, 'DELETE', `/tokens/${other.id}`)).status, 404);
  assert.deepEqual(
    (await api(token, 'GET', '/tokens')).body.items.map((item: { id: string }) => item.id),
    [id],
  );
  const grant = await api(ada, 'POST', '/grants', {
    scopes: [scope({ verbs: ['get'], apiGroups: ['apps'], resources: ['deployments'] })],
  });
  assert.equal(grant.status, 201);
  assert.equal((await api(token, 'POST', `/grants/${grant.body.id}/release`, {})).status, 404);
  assert.deepEqual((await api(token, 'GET', '/grants')).body.items, []);
  const question = (await api(ada, 'POST', '/grants', { scopes: [scope({ verbs: ['delete'] })] })).body.id;
  assert.equal((await api(ada, 'GET', `/approvals/${question}`)).body.state, 'pending');
  assert.deepEqual((await api(token, 'GET', '/approvals')).body.items, []);
  assert.equal((await api(token, 'GET', `/approvals/${question}`)).status, 404);
  assert.equal((await api(token, 'POST', `/approvals/${question}/say`, { text: 'it is urgent' })).status, 404);
  assert.equal((await api(token, 'DELETE', `/tokens/${id}`)).body.endedBy, 'giver');
  assert.equal(await asks(token, PODS), 401);
  assert.equal(await asks(other.token, PODS), 200);
});

test('T60: a grant belongs to the token that asked, and to neither its giver nor another', async () => {
  const [one, two] = [await give(), await give()];
  const uri = '/apis/apps/v1/namespaces/shop/deployments/web';
  const ben = await people.tokenFor('ben', ['ops']);
  const mine = await give({}, ben);
  const asked = await api(one.token, 'POST', '/grants', {
    scopes: [scope({ verbs: ['get'], apiGroups: ['apps'], resources: ['deployments'] })],
  });
  assert.equal(asked.status, 201, JSON.stringify(asked.body));
  assert.equal(asked.body.isBoundToRun, true);
  assert.equal(await asks(one.token, uri), 200);
  for (const token of [two.token, mine.token, ben]) assert.equal(await asks(token, uri), 403);
  assert.equal((await api(ada, 'DELETE', `/tokens/${one.id}`)).status, 200);
  assert.equal((await api(ada, 'GET', `/grants/${asked.body.id}`)).body.state, 'ended');
});

test('T60: a watch ends with its token', async () => {
  const { id, token } = await give();
  const watch = await request(`${world.gateway.url}/k8s/demo${PODS}?watch=1`, {
    dispatcher,
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(watch.statusCode, 200);
  const ended = watch.body.text();
  await api(ada, 'DELETE', `/tokens/${id}`);
  await ended;
  const row = (await world.events()).findLast(({ type }) => type === 'exchange.ended');
  assert.ok(row?.type === 'exchange.ended' && row.outcome.kind === 'answered');
  assert.match(row.outcome.reason ?? '', /the token has ended: its giver took it back/);
});

test('a kill of the giver ends its tokens for good', async () => {
  const [cal, ada2] = [await people.tokenFor('cal', ['ops']), ada];
  const { id, token } = await give({}, cal);
  const kill = await api(ada2, 'POST', '/kills', { what: 'caller', value: 'p:cal', reason: 'gone' });
  assert.equal(await asks(token, PODS), 401);
  await api(ada2, 'DELETE', `/kills/${kill.body.id}`);
  assert.equal(await asks(token, PODS), 401);
  assert.equal((await api(ada2, 'GET', `/tokens/${id}`)).body.endedBy, 'kill');
  assert.equal(await asks(cal, PODS), 200);
});

test('what the gateway did not sign is not taken, whatever it says', async () => {
  const { id, token } = await give();
  const { privateKey } = await generateKeyPair('EdDSA');
  const forged = (header: object) =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA', typ: 'sallyport+jwt', ...header })
      .setIssuer(ISSUED_TOKEN_ISSUER)
      .setJti(id)
      .setExpirationTime('1h')
      .sign(privateKey);
  const { kid } = decodeProtectedHeader(token);
  for (const bad of [
    await forged({ kid }),
    await forged({ kid: 'x' }),
    `${token.slice(0, -6)}AAAAAA`,
    `${ISSUED_TOKEN_PREFIX}x`,
  ])
    assert.equal(await asks(bad, PODS), 401, bad);
  const { body } = await api(undefined, 'GET', '/jwks');
  assert.deepEqual(
    body.keys.map((key: { kid: string; d?: string }) => [key.kid, key.d]),
    [[kid, undefined]],
  );
  assert.equal(await asks(token, PODS), 200);
});

test('no more than an hour, no target that is not there, and no more than fifty at once', async () => {
  const fay = await people.tokenFor('fay', ['ops']);
  const ask = (part: object) => api(fay, 'POST', '/tokens', { targets: ['demo'], ...part });
  assert.equal((await ask({ for: '2h' })).status, 400);
  assert.equal((await ask({ targets: ['nowhere'] })).body.code, 'TARGET_UNKNOWN');
  assert.equal((await ask({ scopes: [scope({ verbs: ['*'] })] })).status, 400);
  for (let i = 0; i < 50; i++) assert.equal((await ask({})).status, 201);
  assert.equal((await ask({})).body.code, 'TOKEN_NOT_GIVEN');
});
