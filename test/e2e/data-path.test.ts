/* The whole way, in one process: token, parse, policy, journal, stand-in. What only a real cluster shows is in test/cluster-suites. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { request } from 'undici';
import { bytesOf, openStream } from '../support/client-stream.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: read, effect: allow, verbs: [get, list, watch], apiGroups: ["", apps], resources: ["*"], namespaces: [shop] }
  - { id: write-configmaps, effect: allow, verbs: [create, update, patch, delete], apiGroups: [""], resources: [configmaps], namespaces: [shop] }
  - { id: no-web, effect: deny, verbs: [delete], apiGroups: [""], resources: [configmaps], resourceNames: [web] }
  - { id: ask-a-person, effect: hold, verbs: [delete], apiGroups: [apps], resources: [deployments], namespaces: [shop] }
`;

let world: SmallWorld;
let token: string;

before(async () => {
  world = await startSmallWorld({ policy: POLICY });
  token = await world.token('dev');
});
after(() => world.stop());

async function outcome(options: Parameters<SmallWorld['ask']>[0]): Promise<string> {
  const { status, body } = await world.ask({ token, ...options });
  const codes =
    (JSON.parse(body || '{}') as { details?: { causes?: { message: string }[] } }).details?.causes?.map(
      (cause) => cause.message,
    ) ?? [];
  return [status, ...codes.filter((code) => /^[A-Z_]+$/.test(code)).slice(0, 1)].join(' ');
}

const NAMESPACE = '/api/v1/namespaces/shop';

const OUTCOMES: readonly (readonly [string, Parameters<SmallWorld['ask']>[0], string])[] = [
  ['an allowed read', { uri: `${NAMESPACE}/pods` }, '200'],
  ['silence denies', { uri: '/api/v1/namespaces/default/pods' }, '403 DENIED_BY_SILENCE'],
  ['a deny rule wins', { uri: `${NAMESPACE}/configmaps/web`, method: 'DELETE' }, '403 DENIED_BY_RULE'],
  ['a hold is refused with a sentence', { uri: '/apis/apps/v1/namespaces/shop/deployments/web', method: 'DELETE' }, '403 HOLD_UNSUPPORTED'],
  ['a guard stops what rules do not speak of either', { uri: '/api/v1/nodes/node-1', method: 'DELETE' }, '403 DENIED_BY_GUARD'],
  ['a change of a Secret is denied where no rule names it', { uri: `${NAMESPACE}/secrets/database`, method: 'DELETE' }, '403 DENIED_BY_SILENCE'],
  ['T20: an unknown kind is denied', { uri: '/apis/nothing.example.com/v1/namespaces/shop/things' }, '404 KIND_UNKNOWN'],
  ['T11: an encoded slash is refused', { uri: `${NAMESPACE}/pods%2Fweb` }, '400 REQUEST_MALFORMED'],
  ['T21: discovery is open to every caller', { uri: '/apis' }, '200'],
  ['T21: other paths are not', { uri: '/metrics' }, '403 DENIED_BY_SILENCE'],
  ['no token', { token: undefined, uri: '/version' }, '401 TOKEN_MISSING'],
  ['T7: a token of nobody', { token: 'a.b.c', uri: '/version' }, '401 TOKEN_INVALID'],
  ['an unknown target, for a known caller', { prefix: '/k8s/other', uri: '/version' }, '404 TARGET_UNKNOWN'],
  ['T52: an unknown target, for nobody', { token: undefined, prefix: '/k8s/other', uri: '/version' }, '401 TOKEN_MISSING'],
]; // biome-ignore format: a table

for (const [name, options, expected] of OUTCOMES) {
  test(name, async () => assert.equal(await outcome(options), expected));
}

test('upstream sees the caller itself, by impersonation, and only headers that are ours', async () => {
  const from = world.standin.requests.length;
  await world.ask({
    token,
    uri: `${NAMESPACE}/pods/none`,
    headers: { 'x-remote-user': 'admin' },
  });
  const arrived = world.standin.requests.slice(from).find(({ target }) => target.endsWith('/pods/none'));
  const pairs =
    arrived?.rawHeaders.flatMap((name, i, all) => (i % 2 === 0 ? [[name.toLowerCase(), all[i + 1]] as const] : [])) ??
    [];
  assert.deepEqual(
    pairs.filter(([name]) => name.startsWith('impersonate-')),
    [
      ['impersonate-user', 'dev'],
      ['impersonate-group', 'ops'],
    ],
  );
  assert.ok(pairs.every(([name, value]) => !name.startsWith('x-remote-') && !String(value).includes(token)));
});

for (const [name, asked, status, code, says] of [
  [
    'arguments of an exec that are longer than the limit',
    { uri: `${NAMESPACE}/pods/web/exec?command=${'a'.repeat(110_000)}`, method: 'POST' },
    414,
    'URI_TOO_LONG',
    /may have 32768 \(`limits\.uriBytesMax`\)/,
  ],
  [
    'OPTIONS on what is no proxy',
    { uri: `${NAMESPACE}/pods`, method: 'OPTIONS' },
    405,
    'METHOD_NOT_ALLOWED',
    /`OPTIONS` is not one that the API has; use GET/,
  ],
] as const) {
  // biome-ignore format: a table
  test(`${name}: told in a Status, and recorded as its caller’s`, async () => {
    const before = (await world.events()).length;
    const reply = await openStream(world, { version: '1.1', token, ...asked });
    const { message, code: told } = JSON.parse(String(await bytesOf(reply))) as { message: string; code: number };
    assert.deepEqual([reply.status, told], [status, status]);
    assert.match(message, says);
    const [begun, ended] = (await world.events()).slice(before);
    assert.equal(begun?.type === 'exchange.begun' && begun.caller.subject, 'dev');
    assert.equal(ended?.type === 'exchange.ended' && ended.outcome.kind === 'refused' && ended.outcome.code, code);
  });
}

for (const headers of [
  { 'impersonate-user': 'joe' },
  { 'IMPERSONATE-Group': 'system:masters' },
  { 'impersonate-extra-%41': 'x' },
  { 'impersonate-new': 'x' },
  { connection: 'impersonate-user', 'impersonate-user': 'joe' },
]) {
  test(`T1: ${JSON.stringify(headers)} is refused and recorded, and nothing reaches upstream`, async () => {
    const [from, before] = [world.standin.requests.length, (await world.events()).length];
    const uri = `${NAMESPACE}/configmaps/settings`;
    const { status, body } = await world.ask({ token, method: 'DELETE', uri, headers });
    const { message, reason } = JSON.parse(body) as { message: string; reason: string };
    assert.deepEqual([status, reason], [403, 'Forbidden']);
    assert.match(message, /`dev` asks to act as somebody else .*so nothing was done; .*without `--as`/);
    const arrived = world.standin.requests.slice(from).filter(({ target }) => target.startsWith(uri));
    assert.deepEqual(arrived, []);
    const [begun, ended] = (await world.events()).slice(before);
    assert.equal(begun?.type === 'exchange.begun' && begun.caller.subject, 'dev');
    assert.equal(
      ended?.type === 'exchange.ended' && ended.outcome.kind === 'refused' && ended.outcome.code,
      'IMPERSONATION_REFUSED',
    );
  });
}

test('T1: acting as somebody else is refused on every route, also where nothing would be judged or there is no target', async () => {
  const from = world.standin.requests.length;
  const headers = { 'impersonate-user': 'joe' };
  const json = { ...headers, 'content-type': 'application/json' };
  const review = JSON.stringify({ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: {} });
  const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  for (const asked of [
    { uri: '/api', headers },
    { uri: '/version', headers },
    { uri: '/openapi/v3', headers },
    { uri: `${NAMESPACE}/pods?watch=true`, headers },
    { uri: `${NAMESPACE}/pods/web/log?follow=true`, headers },
    { uri: `${NAMESPACE}/services/web/proxy/`, headers },
    { uri: reviews, method: 'POST', headers: json, body: review },
    { uri: '/apis/no.such.group/v1/things', headers },
    { uri: '/version', prefix: '/k8s/other', headers },
  ] as const) {
    const { status, body } = await world.ask({ token, ...asked });
    assert.equal(status, 403, asked.uri);
    assert.match(body, /"IMPERSONATION_REFUSED"/, asked.uri);
  }
  assert.equal(world.standin.requests.length, from);
});

test('T52: a name that may not be seen and one that is not there answer alike', async () => {
  const uri = '/api/v1/namespaces/kube-system/configmaps/';
  const there = await world.ask({ token, uri: `${uri}kube-root-ca.crt` });
  const missing = await world.ask({ token, uri: `${uri}none-of-this-name` });
  const shape = ({ status, body }: typeof there) => [
    status,
    body.replaceAll(/kube-root-ca\.crt|none-of-this-name/g, 'NAME').replace(/"message":"\w{26}"/, ''),
  ];
  assert.deepEqual(shape(missing), shape(there));
  assert.equal(there.status, 403);
});

test('what is refused never reaches upstream', async () => {
  const from = world.standin.requests.length;
  await world.ask({ token, uri: '/api/v1/namespaces/default/pods' });
  await world.ask({ token, uri: `${NAMESPACE}/secrets/database`, method: 'DELETE' });
  assert.deepEqual(
    world.standin.requests.slice(from).filter(({ target }) => /default|secrets/.test(target)),
    [],
  );
});

test('every exchange of a known caller is begun and ended once, and the intent of a change stands before its end', async () => {
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'made' }, data: { a: 'b' } });
  const { status } = await world.ask({
    token,
    method: 'POST',
    uri: `${NAMESPACE}/configmaps`,
    headers: { 'content-type': 'application/json' },
    body,
  });
  assert.equal(status, 201);
  const events = await world.events();
  const count = (type: string) => events.filter((event) => event.type === type).length;
  assert.equal(count('exchange.begun'), count('exchange.ended'));
  const created = events.find((event) => event.type === 'exchange.begun' && event.operation?.verb === 'create');
  assert.ok(created?.type === 'exchange.begun');
  const own = events
    .filter((event) => 'exchange' in event && event.exchange === created.exchange)
    .map((event) => event.type);
  assert.deepEqual(own, ['exchange.begun', 'exchange.permitted', 'exchange.ended']);
});

test('T55: no token and no credential is in the journal or the log', async () => {
  const journal = JSON.stringify(await world.events()) + world.log();
  for (const secret of [
    token,
    token.split('.')[2] as string,
    world.standin.impersonatorToken,
    world.standin.readerToken,
  ])
    assert.ok(!journal.includes(secret));
});

test('a changed policy is in force at once, a broken one is refused as a whole, and readyz, log and metrics say so', async () => {
  assert.equal(await outcome({ uri: '/api/v1/namespaces/default/pods' }), '403 DENIED_BY_SILENCE');
  await writeFile(world.policyFile, POLICY.replace('namespaces: [shop] }', 'namespaces: [shop, default] }'));
  await world.gateway.lookAtPolicy();
  assert.equal(await outcome({ uri: '/api/v1/namespaces/default/pods' }), '200');
  await writeFile(world.policyFile, `${POLICY}  - { id: broken, effekt: allow }\n`);
  await world.gateway.lookAtPolicy();
  assert.equal(await outcome({ uri: '/api/v1/namespaces/default/pods' }), '200');
  const ready = await request(`${world.gateway.privateUrl}/readyz`);
  assert.equal(ready.statusCode, 200);
  assert.match(await ready.body.text(), /policy\.yaml:11:\d+: .*effekt/);
  assert.match(world.log(), /refused as a whole/);
  const metrics = await (await request(`${world.gateway.privateUrl}/metrics`)).body.text();
  assert.match(metrics, /sallyport_policy_refused_total 1/);
  assert.match(metrics, /sallyport_policy_stale 1/);
  assert.ok((await world.events()).some((event) => event.type === 'policy.refused'));
  await writeFile(world.policyFile, POLICY);
  await world.gateway.lookAtPolicy();
});

test('the local CA’s key is readable by its owner alone, and its certificate is public', async () => {
  const { stat } = await import('node:fs/promises');
  assert.equal((await stat(join(world.folder, 'data', 'local-ca.pem'))).mode & 0o777, 0o600);
  assert.ok(!(await readFile(join(world.folder, 'data', 'ca.crt'), 'utf8')).includes('PRIVATE'));
});

test('a patch that the target itself rejects is refused with the target’s own words, where a guard needs its result', async () => {
  const policy = POLICY.replace(
    'rules:',
    'rules:\n  - { id: patch, effect: allow, verbs: [patch], apiGroups: [apps], resources: [deployments], namespaces: [shop] }',
  );
  await writeFile(world.policyFile, policy);
  await world.gateway.lookAtPolicy();
  const { status, body } = await world.ask({
    token,
    method: 'PATCH',
    uri: '/apis/apps/v1/namespaces/shop/deployments/web',
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
    body: JSON.stringify({
      spec: { replicas: 'many', template: { spec: { containers: [{ name: 'web', image: 'b' }] } } },
    }),
  });
  assert.equal(status, 403);
  assert.match(
    JSON.parse(body).message,
    /needs the object as the server would store it, and the target rejects it: .+replicas/,
  );
  const metrics = await (await request(`${world.gateway.privateUrl}/metrics`)).body.text();
  assert.match(metrics, /sallyport_rules_unevaluated_total\{target="demo",kind="fact"\} [1-9]/);
  const ended = (await world.events()).filter((event) => event.type === 'exchange.ended').at(-1);
  assert.ok(ended?.decision?.facts?.includes('result: unknown'));
});
