// What an operator stops, by session, target, person or all: refused at once, ended where it streams, and everybody else goes on.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Agent, request } from 'undici';
import { type Issuer, startIssuer } from '../../demo/issuer.ts';
import { controlApi } from '../support/control-api.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles:
  - { role: operator, callers: [{ groups: [admins] }] }
  - { role: auditor, callers: [{ groups: [watchers] }], targets: [here] }
  - { role: auditor, callers: [{ groups: [auditors] }] }
rules:
  - { id: read, effect: allow, verbs: [get, list, watch], apiGroups: [""], resources: [pods] }
  - id: asked
    effect: hold
    verbs: [delete]
    apiGroups: [""]
    resources: [configmaps]
    hold: { approvers: [{ groups: [ops] }] }
`;
const PODS = '/api/v1/namespaces/shop/pods';
const ALICE = 'alice@example.com';

let bots: Issuer;
let people: Issuer;
let world: SmallWorld;
let dispatcher: Agent;
let ada: string;
before(async () => {
  [bots, people] = await Promise.all([startIssuer(), startIssuer()]);
  const issuer = (name: string, url: string, prefix: string, kind: string) =>
    `  - { name: ${name}, url: "${url}", audiences: [sallyport], subject: { prefix: "${prefix}" }, kind: ${kind}, person: { claim: owner } }\n`;
  world = await startSmallWorld({
    policy: POLICY,
    config: 'console: { port: 0 }\n',
    issuers: issuer('bots', bots.url, 'ci:', 'autonomous') + issuer('people', people.url, 'p:', 'person'),
  });
  dispatcher = new Agent({ connect: { ca: world.caPem } });
  ada = await people.tokenFor('ada', ['admins']);
});
after(async () => {
  await dispatcher.destroy();
  await world.stop();
  await Promise.all([bots.close(), people.close()]);
});

const api = controlApi(
  () => world.gateway.consoleUrl,
  () => dispatcher,
);

const bot = (name: string, owner?: string) =>
  bots.tokenFor(name, ['ops'], owner === undefined ? {} : { claims: { owner } });
const person = (name: string, owner: string) => people.tokenFor(name, ['ops'], { claims: { owner } });
const asks = async (token: string) => (await world.ask({ token, uri: PODS })).status;

/** A watch: what it was told by the time it has ended. */
async function watch(token: string): Promise<{ readonly ended: Promise<string>; close(): void }> {
  const over = new AbortController();
  const reply = await request(`${world.gateway.url}/k8s/demo${PODS}?watch=1`, {
    dispatcher,
    signal: over.signal,
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(reply.statusCode, 200);
  const ended = reply.body.text();
  ended.catch(() => {});
  return { ended, close: () => over.abort() };
}

async function kill(what: string, value?: string): Promise<string> {
  const { status, body } = await api(ada, 'POST', '/kills', {
    what,
    ...(value === undefined ? {} : { value }),
    reason: 'wild',
  });
  assert.equal(status, 201, JSON.stringify(body));
  return body.id;
}
const lift = async (id: string) => assert.equal((await api(ada, 'DELETE', `/kills/${id}`)).body.state, 'lifted');

test('T60: who is in is seen with what streams, and one session of theirs is stopped, and no other', async () => {
  const [one, other] = [await bot('dev'), await bot('other')];
  const [first, second] = [await watch(one), await watch(other)];
  const present = (await api(ada, 'GET', '/who')).body.items as { subject: string; session: string; streams: number }[];
  assert.deepEqual(present.map(({ subject, streams }) => [subject, streams]).sort(), [
    ['ci:dev', 1],
    ['ci:other', 1],
  ]);
  const session = present.find(({ subject }) => subject === 'ci:dev')?.session as string;
  const id = await kill('session', session);
  assert.match(await first.ended, /an operator has stopped it: wild/);
  assert.deepEqual([await asks(one), await asks(other)], [403, 200]);
  await lift(id);
  assert.equal(await asks(one), 200);
  second.close();
});

for (const [what, value] of [
  ['target', 'demo'],
  ['all', undefined],
] as const)
  test(`T60: kill ${what}: all that streams ends, and nobody is let through until it is lifted`, async () => {
    const [one, other] = [await bot('dev'), await bot('other')];
    const streams = [await watch(one), await watch(other)];
    const id = await kill(what, value);
    for (const { ended } of streams) assert.match(await ended, /an operator has stopped it: wild/);
    assert.deepEqual([await asks(one), await asks(other)], [403, 403]);
    await lift(id);
    assert.deepEqual([await asks(one), await asks(other)], [200, 200]);
  });

test('T77: a person is stopped in every identity that their issuers know as theirs, with the tokens that they gave', async () => {
  const [own, theirs, nobodys] = [await bot('hers', ALICE), await bot('his', 'bob@example.com'), await bot('free')];
  const alice = await person('alice', ALICE);
  const given = await api(alice, 'POST', '/tokens', { task: 'look', targets: ['demo'] });
  assert.equal(given.status, 201, JSON.stringify(given.body));
  const [stream, goesOn] = [await watch(own), await watch(theirs)];
  const id = await kill('caller', ALICE);
  assert.match(await stream.ended, /an operator has stopped it: wild/);
  const answers = await Promise.all([own, alice, theirs, nobodys].map(asks));
  assert.deepEqual(answers, [403, 403, 200, 200]);
  assert.equal(await asks(given.body.token), 401, 'it has ended for good');
  await lift(id);
  assert.deepEqual(await Promise.all([own, alice, given.body.token].map(asks)), [200, 200, 401]);
  goesOn.close();
});

test('T77: who is stopped by name asks and answers nothing at the control plane, lifts no stop, and hears nothing more', async () => {
  const [eve, dev] = [await people.tokenFor('eve', ['admins', 'ops']), await bot('dev')];
  const reply = await request(`${world.gateway.consoleUrl}/api/v1/events`, {
    dispatcher,
    headers: { authorization: `Bearer ${eve}` },
  });
  const heard = reply.body.text();
  const id = await kill('caller', 'p:eve');
  await heard;
  const asked: readonly (readonly ['GET' | 'POST' | 'DELETE', string, object?])[] = [
    ['DELETE', `/kills/${id}`],
    ['POST', '/tokens', { task: 'go on', targets: ['demo'] }],
    ['GET', '/approvals'],
    ['GET', '/me'],
  ];
  for (const [method, path, body] of asked) {
    const refused = await api(eve, method, path, body);
    assert.deepEqual([refused.status, refused.body.code], [403, 'KILLED'], path);
  }
  assert.equal((await api(undefined, 'GET', '/health')).status, 200);
  assert.equal((await api(dev, 'GET', '/me')).status, 200);
  await lift(id);
  assert.equal((await api(eve, 'GET', '/me')).status, 200);
});

test('T77: who acts for somebody is stopped by its own name, however far behind, and whom it acts for goes on', async () => {
  const claims = { act: { sub: 'worker', act: { sub: 'scheduler' } } };
  const acting = await bots.tokenFor('delegating', ['ops'], { claims });
  const plain = await bot('delegating');
  for (const name of ['ci:worker', 'ci:scheduler']) {
    const stream = await watch(acting);
    const id = await kill('caller', name);
    assert.match(await stream.ended, /an operator has stopped it: wild/);
    assert.deepEqual([await asks(acting), await asks(plain)], [403, 200]);
    await lift(id);
  }
  const recorded = (await world.events()).flatMap((one) => (one.type === 'exchange.begun' ? [one.caller] : []));
  const actorsOf = recorded.filter(({ subject }) => subject === 'ci:delegating').map(({ actors }) => actors?.join());
  assert.deepEqual(new Set(actorsOf), new Set(['ci:worker,ci:scheduler', undefined]), 'the journal says who acted');
});

test('T77: who acts for a person answers nothing, gives nothing and holds no role of theirs', async () => {
  const acting = await people.tokenFor('ada', ['admins', 'ops'], { claims: { act: { sub: 'agent' } } });
  const asker = await bot('asker');
  const waiting = world.ask({
    token: asker,
    method: 'DELETE',
    uri: '/api/v1/namespaces/shop/configmaps/settings',
    headers: { 'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234' },
  });
  const own = async () => (await api(asker, 'GET', '/approvals?own=true&state=pending')).body.items[0];
  let question = await own();
  while (question === undefined || question.preview === 'looking') question = await own();
  const { id, digest } = question;
  assert.equal((await api(acting, 'GET', '/me')).body.kind, 'autonomous');
  const tries = [
    [`/approvals/${id}/approve`, { digest }, 404],
    [`/approvals/${id}/reject`, { digest }, 404],
    ['/delegations', { to: { subject: 'p:bob' }, for: '1h', reason: 'x' }, 403],
    ['/tokens', { task: 'x', targets: ['demo'] }, 403],
    ['/kills', { what: 'caller', value: 'ci:x', reason: 'x' }, 403],
  ] as const;
  for (const [path, body, status] of tries) assert.equal((await api(acting, 'POST', path, body)).status, status, path);
  const themselves = await people.tokenFor('ada', ['admins', 'ops']);
  assert.equal((await api(themselves, 'POST', `/approvals/${id}/reject`, { digest })).body.state, 'rejected');
  assert.equal((await waiting).status, 403);
});

test('T61: what a program asks with a token of its giver’s is answered by no other identity of theirs', async () => {
  const given = await api(await person('alice', ALICE), 'POST', '/tokens', { task: 'tidy up', targets: ['demo'] });
  const waiting = world.ask({
    token: given.body.token,
    method: 'DELETE',
    uri: '/api/v1/namespaces/shop/configmaps/settings',
    headers: { 'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234' },
  });
  const [other, bob] = [await person('alice-at-home', ALICE), await person('bob', 'bob@example.com')];
  const pending = async () =>
    (await api(bob, 'GET', '/approvals?state=pending')).body.items.find(
      ({ preview }: { preview?: string }) => preview !== 'looking',
    );
  let question = await pending();
  while (question === undefined) question = await pending();
  const answer = (token: string) => api(token, 'POST', `/approvals/${question.id}/reject`, { digest: question.digest });
  const own = await answer(other);
  assert.deepEqual([own.status, own.body.code], [404, 'NOT_FOUND'], 'they have no seat in it');
  assert.equal((await answer(bob)).status, 200);
  assert.equal((await waiting).status, 403);
});

test('whoever sees stops sees those that a role reaches: of its targets, and of all else only without bounds', async () => {
  const kills = [
    ['target', 'here'],
    ['target', 'elsewhere'],
    ['caller', 'ci:nobody'],
  ].map(([what, value]) => api(ada, 'POST', '/kills', { what, value, reason: 'seen' }));
  const ids = (await Promise.all(kills)).map(({ body }) => body.id as string);
  const seen = async (group: string) => {
    const { body } = await api(await people.tokenFor('eve', [group]), 'GET', '/kills');
    return (body.items as { id: string; value: string }[])
      .flatMap(({ id, value }) => (ids.includes(id) ? [value] : []))
      .toSorted();
  };
  assert.deepEqual(await seen('watchers'), ['here']);
  assert.deepEqual(await seen('auditors'), ['ci:nobody', 'elsewhere', 'here']);
  for (const id of ids) assert.equal((await api(ada, 'DELETE', `/kills/${id}`)).status, 200);
});
