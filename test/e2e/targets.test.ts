// Targets by API on the whole way: registered, checked, served, changed and removed without a restart; and what nobody may register.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Agent, request } from 'undici';
import { startIssuer } from '../../demo/issuer.ts';
import { type Standin, startStandin } from '../../demo/standin/standin.ts';
import { targetOf, targetRow } from '../../src/control/targets/kept-target.ts';
import { targetAddSchema } from '../../src/control/targets/target-contract.ts';
import { Targets } from '../../src/control/targets/targets.ts';
import { systemClock } from '../../src/std/clock.ts';
import { openStore, openStoreReader } from '../../src/store/open-store.ts';
import type { Row } from '../../src/store/store.ts';
import { type CommandWorld, startCommandWorld } from '../support/command-world.ts';
import { controlApi } from '../support/control-api.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: ["*"]
roles:
  - { role: operator, callers: [{ groups: [admins] }] }
  - { role: operator, callers: [{ groups: [shopkeepers] }], targets: ["shop-*"] }
  - { role: auditor, callers: [{ groups: [auditors] }] }
rules:
  - { id: read, effect: allow, verbs: [get, list, watch], apiGroups: [""], resources: [pods, configmaps] }
  - { id: made, effect: allow, verbs: [create], apiGroups: [""], resources: [configmaps] }
`;
const LOOPBACK = `unsafe: { targetNetworks: ["127.0.0.0/8", "::1/128"] }
control: { targetRoles: ["arn:aws:iam::111122223333:role/sallyport-*"] }
`;
const PODS = '/api/v1/namespaces/shop/pods';

let commands: CommandWorld;
let world: SmallWorld;
let dispatcher: Agent;
let other: Standin;
let token: string;
let [ada, kim, eve] = ['', '', ''];

before(async () => {
  const persons = { ada: ['admins'], kim: ['shopkeepers'], eve: ['auditors'] };
  commands = await startCommandWorld({ policy: POLICY, config: LOOPBACK }, persons, 'ada');
  world = commands.world;
  dispatcher = new Agent({ connect: { ca: world.caPem } });
  other = await startStandin();
  token = await world.token('dev');
  [ada, kim, eve] = ['ada', 'kim', 'eve'].map((name) => readFileSync(join(world.folder, name), 'utf8')) as [
    string,
    string,
    string,
  ];
});
after(async () => {
  await dispatcher.destroy();
  await other.close();
  await commands.stop();
});

const placeIn = (folder: string) =>
  ({ kind: 'sqlite', file: join(folder, 'store.db'), keyFile: join(folder, 'store.key'), isKeyMade: true }) as const;

const api = controlApi(
  () => world.gateway.consoleUrl,
  () => dispatcher,
);
const at = (name: string) => ({ token, uri: PODS, prefix: `/k8s/${name}` });
const spec = (more: object = {}) => ({
  reason: 'a new cluster',
  server: { url: other.url, ca: other.caPem },
  credential: { token: other.impersonatorToken },
  reader: { token: other.readerToken },
  ...more,
});
const add = (name: string, more: object = {}, who = ada) =>
  api(who, 'POST', '/targets/registered', { name, ...spec(more) });

test('a target is registered, served at once, listed, and removed with its streams', async () => {
  assert.equal((await world.ask(at('shop-1'))).status, 404);
  const added = await add('shop-1');
  assert.equal(added.status, 201, JSON.stringify(added.body));
  assert.deepEqual([added.body.state, added.body.version, added.headers.etag], ['live', 1, '"1"']);
  assert.equal((await world.ask(at('shop-1'))).status, 200);
  const places = (await api(token, 'GET', '/targets')).body.items;
  assert.deepEqual(
    places.map(({ name, from, path }: { name: string; from: string; path: string }) => [name, from, path]),
    [
      ['demo', 'file', '/k8s/demo'],
      ['shop-1', 'api', '/k8s/shop-1'],
    ],
  );
  const watch = await request(`${world.gateway.url}/k8s/shop-1${PODS}?watch=1`, {
    dispatcher,
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(watch.statusCode, 200);
  const ended = watch.body.text();
  const removed = await api(ada, 'POST', '/targets/registered/shop-1/remove', { reason: 'sold' });
  assert.equal(removed.body.state, 'removed', JSON.stringify(removed.body));
  assert.match(await ended, /the target was removed/);
  assert.equal((await world.ask(at('shop-1'))).status, 404);
  const versions = (await api(eve, 'GET', '/targets/registered/shop-1/versions')).body.items;
  assert.deepEqual(
    versions.map(({ version, change, by, reason }: never) => [
      version,
      change,
      (by as { subject: string }).subject,
      reason,
    ]),
    [
      [2, 'removed', 'p:ada', 'sold'],
      [1, 'added', 'p:ada', 'a new cluster'],
    ],
  );
  const events = (await world.events()).filter((event) => event.type === 'target.changed');
  assert.deepEqual(
    events.map((event) => event.type === 'target.changed' && [event.change, event.version, event.by, event.reason]),
    [
      ['added', 1, 'p:ada', 'a new cluster'],
      ['removed', 2, 'p:ada', 'sold'],
    ],
  );
  assert.equal((await add('shop-1')).body.version, 3);
  assert.equal((await api(ada, 'POST', '/targets/registered/shop-1/remove', { reason: 'done' })).status, 200);
});

test('a credential is written and never read back: in no answer, no event, and in the store in no clear form', async () => {
  const secrets = [other.impersonatorToken, other.readerToken];
  const added = await add('shop-2');
  const seen = [
    added.body,
    (await api(ada, 'GET', '/targets/registered')).body,
    (await api(ada, 'GET', '/targets/registered/shop-2')).body,
    (await api(ada, 'GET', '/targets/registered/shop-2/versions')).body,
    await world.events(),
    world.log(),
  ].map((one) => JSON.stringify(one));
  const place = placeIn(join(world.folder, 'data'));
  const store = await openStoreReader(place, systemClock);
  const row = await store.get('target', 'shop-2');
  await store.close();
  for (const secret of secrets)
    for (const text of [...seen, JSON.stringify(row), readFileSync(place.file, 'latin1')])
      for (const form of [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('base64url')])
        assert.ok(!text.includes(form));
});

test('a credential goes to the address that it was given for: another address or authority wants it again', async () => {
  await add('shop-3');
  const replace = (more: object, headers = {}) =>
    api(ada, 'POST', '/targets/registered/shop-3/replace', { reason: 'moved', ...more }, headers);
  const server = { url: world.standin.url, ca: world.standin.caPem };
  for (const more of [
    { server },
    { server: { url: other.url, ca: world.standin.caPem } },
    { server: { url: other.url } },
    { server: { url: other.url, ca: other.caPem, tlsServerName: 'localhost' } },
    { server, credential: { token: other.impersonatorToken }, reader: {} },
  ]) {
    const no = await replace(more);
    assert.equal(no.body.code, 'TARGET_REFUSED', JSON.stringify(no.body));
  }
  assert.equal((await replace({ server: { url: other.url, ca: other.caPem } }, { 'if-match': '"7"' })).status, 412);
  const kept = await replace({ server: { url: other.url, ca: other.caPem }, reader: {}, podSecrets: ['shop'] });
  assert.deepEqual([kept.status, kept.body.version, kept.body.hasReader], [200, 2, true], JSON.stringify(kept.body));
  assert.equal((await world.ask(at('shop-3'))).status, 200);
  const arrived = world.standin.requests.length;
  const moved = await replace({
    server,
    credential: { token: world.standin.impersonatorToken },
    reader: { token: world.standin.readerToken },
  });
  assert.equal(moved.status, 200, JSON.stringify(moved.body));
  assert.equal((await world.ask(at('shop-3'))).status, 200);
  assert.ok(world.standin.requests.length > arrived);
  const [newest] = (await api(ada, 'GET', '/targets/registered/shop-3/versions')).body.items;
  assert.deepEqual(newest.changed, ['url', 'ca', 'podSecrets', 'credential', 'reader']);
});

test('T77: who may register: persons with the role for that name; a program, an auditor and a name beyond the role may not', async () => {
  assert.equal((await add('shop-4', {}, kim)).status, 201);
  assert.equal((await add('bank-1', {}, kim)).body.code, 'ROLE_REQUIRED');
  assert.equal((await add('shop-5', {}, eve)).body.code, 'ROLE_REQUIRED');
  assert.equal((await add('shop-5', {}, await world.token('bot', ['admins']))).body.code, 'ROLE_REQUIRED');
  await add('bank-2');
  for (const path of ['/targets/registered/bank-2', '/targets/registered/bank-2/versions'])
    assert.equal((await api(kim, 'GET', path)).status, 404);
  assert.equal(
    (await api(kim, 'POST', '/targets/registered/bank-2/remove', { reason: 'x' })).body.code,
    'ROLE_REQUIRED',
  );
  const reached = (await api(kim, 'GET', '/targets/registered')).body.items.map(({ name }: { name: string }) => name);
  assert.ok(reached.includes('shop-4') && !reached.includes('bank-2'), reached.join());
  assert.equal((await add('demo')).body.code, 'TARGET_EXISTS');
  assert.equal((await add('shop-4')).body.code, 'TARGET_EXISTS');
});

test('what is no https address, names a file, or trusts any certificate is not understood', async () => {
  for (const server of [
    { url: 'http://192.0.2.1' },
    { url: 'https://u:p@192.0.2.1' },
    { url: 'https://192.0.2.1?x=1' },
    { url: 'https://192.0.2.1', caFile: '/etc/passwd' },
    { url: 'https://192.0.2.1', insecure: true },
    { url: 'https://192.0.2.1', ca: 'not PEM' },
  ])
    assert.equal((await add('shop-6', { server })).status, 400, JSON.stringify(server));
  for (const credential of [{}, { tokenFile: '/etc/passwd' }, { exec: { command: 'id' } }, { token: 'a b' }])
    assert.equal((await add('shop-6', { credential })).status, 400, JSON.stringify(credential));
});

test('a cluster of EKS is registered by a role that the configuration names; of another role, and beside a credential, it is not', async () => {
  const eks = { cluster: 'shop', region: 'eu-west-1', roleArn: 'arn:aws:iam::111122223333:role/sallyport-shop' };
  const reach = { server: undefined, credential: undefined, reader: undefined, eks };
  const added = await add('shop-40', reach);
  assert.deepEqual(
    [added.status, added.body.url, added.body.credential, added.body.eks],
    [201, 'eks:eu-west-1/shop', 'role', eks],
    JSON.stringify(added.body),
  );
  const another = await add('shop-41', { ...reach, eks: { ...eks, roleArn: 'arn:aws:iam::111122223333:role/admin' } });
  assert.equal(another.body.code, 'TARGET_REFUSED', JSON.stringify(another.body));
  for (const more of [{ credential: { token: 't' } }, { server: { url: 'https://192.0.2.1' } }])
    assert.equal((await add('shop-41', { ...reach, ...more })).status, 400, JSON.stringify(more));
});

test('a kept token of a reader goes to no cluster that another role leads to', async () => {
  const eks = { cluster: 'shop', region: 'eu-west-1', roleArn: 'arn:aws:iam::111122223333:role/sallyport-shop' };
  const added = await add('shop-42', { server: undefined, credential: undefined, eks });
  assert.equal(added.status, 201, JSON.stringify(added.body));
  const replace = (more: object) =>
    api(ada, 'POST', '/targets/registered/shop-42/replace', { reason: 'moved', reader: {}, ...more });
  const another = { ...eks, roleArn: 'arn:aws:iam::111122223333:role/sallyport-bank' };
  for (const place of [another, { ...eks, externalId: 'other' }]) {
    const moved = await replace({ eks: place });
    assert.equal(moved.body.code, 'TARGET_REFUSED', JSON.stringify(moved.body));
  }
  const same = await replace({ eks, podSecrets: ['shop'] });
  assert.deepEqual([same.status, same.body.hasReader], [200, true], JSON.stringify(same.body));
});

test('a body that is too long is answered so, and whoever still sends it reads that', async () => {
  const answers = [70, 200, 900].map((kilobytes) => add('shop-6', { reason: 'x'.repeat(kilobytes * 1024) }));
  for (const { status, body } of await Promise.all(answers))
    assert.deepEqual([status, body.code], [413, 'BODY_TOO_LARGE'], JSON.stringify(body));
});

test('what a check finds: all is well, a right too much, a wrong authority, a credential that is not taken', async () => {
  const check = async (name: string) => (await api(ada, 'POST', `/targets/${name}/check`)).body;
  const stateOf = (checked: { checks: { check: string; state: string }[] }, of: string) =>
    checked.checks.find(({ check: each }) => each === of)?.state;
  await add('shop-7');
  const good = await check('shop-7');
  for (const each of ['reach', 'certificate', 'clock', 'credential', 'impersonation', 'reader'])
    assert.equal(stateOf(good, each), 'ok', JSON.stringify(good));
  await add('shop-8', { credential: { token: other.adminToken }, reader: undefined });
  const admin = await check('shop-8');
  assert.equal(stateOf(admin, 'rights'), 'failed', JSON.stringify(admin));
  assert.ok(admin.checks.find(({ check: each }: { check: string }) => each === 'rights').tooMuch.includes('* * of *'));
  await add('shop-9', { server: { url: other.url, ca: world.standin.caPem } });
  assert.equal(stateOf(await check('shop-9'), 'certificate'), 'failed');
  await add('shop-10', { credential: { token: 'wrong' } });
  const wrong = await check('shop-10');
  assert.deepEqual([stateOf(wrong, 'reach'), stateOf(wrong, 'credential')], ['ok', 'failed'], JSON.stringify(wrong));
  const demo = await check('demo');
  assert.equal(stateOf(demo, 'credential'), 'ok', JSON.stringify(demo));
});

test('the commands: add from a kubeconfig, list, show, check, change what is named alone, remove', async () => {
  const kubeconfig = join(world.folder, 'other.kubeconfig');
  writeFileSync(kubeconfig, other.kubeconfig(other.impersonatorToken));
  writeFileSync(join(world.folder, 'other.reader'), other.readerToken);
  const added = await commands.json([
    'target',
    'add',
    'shop-20',
    '--kubeconfig',
    kubeconfig,
    '--reader-token-file',
    'other.reader',
    '--reason',
    'moved in',
  ]);
  assert.deepEqual([added.state, added.hasReader, added.checked.target], ['live', true, 'shop-20']);
  assert.equal((await world.ask(at('shop-20'))).status, 200);
  const list = await commands.run(['target', 'list']);
  assert.match(list.output, /^demo +file +live/m);
  assert.match(list.output, /^shop-20 +api +live +https:\S+ +token .* p:ada$/m);
  assert.match((await commands.run(['target', 'list'], commands.as('dev'))).output, /^shop-20 +api +live$/m);
  const changed = await commands.json([
    'target',
    'add',
    'shop-20',
    '--replace',
    '--pod-secrets',
    'shop',
    '--reason',
    'logs',
  ]);
  assert.deepEqual([changed.version, changed.podSecrets, changed.hasReader], [2, ['shop'], true]);
  assert.equal((await world.ask(at('shop-20'))).status, 200);
  const shown = await commands.json(['target', 'show', 'shop-20']);
  assert.deepEqual(shown.versions[0].changed, ['podSecrets']);
  const no = await commands.run([
    'target',
    'add',
    'shop-20',
    '--replace',
    '--server',
    'https://192.0.2.9',
    '--reason',
    'away',
  ]);
  assert.equal(no.code, 1, no.output);
  assert.match(no.output, /wants its credentials again/);
  const checked = await commands.run(['target', 'check', 'shop-20']);
  assert.match(checked.output, /^credential +ok +it is taken as /m);
  const fromHere = await commands.run(['target', 'check', 'demo', '--config', 'sallyport.yaml']);
  assert.match(fromHere.output, /^reach +ok +Kubernetes v1\.\d+.* answers$/m);
  assert.equal((await commands.json(['target', 'remove', 'shop-20', '--reason', 'moved out'])).state, 'removed');
  assert.equal((await commands.run(['target', 'remove', 'shop-20', '--reason', 'again'])).code, 1);
});

test('a target of the store is there after a restart; one whose row was moved, or says something else of itself, does not open', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-targets-'));
  const place = placeIn(folder);
  const store = await openStore(place, { clock: systemClock, feedLostMs: 10_000, onUnsealed: () => {} });
  const targets = new Targets({
    store,
    record: async () => {},
    isConfigured: () => false,
    refusedPlace: async () => undefined,
    isRoleNamed: () => false,
    take() {},
  });
  const asked = targetAddSchema.parse({ name: 'shop-30', ...spec() });
  const kept = await targets.add(asked, { subject: 'ada', issuer: 'people' });
  for (const [name, more] of [
    ['shop-31', {}],
    ['shop-32', { url: world.standin.url }],
    ['shop-33', { upstreamIdentity: 'credential' }],
  ] as const)
    await store.exclusively('targets', (rows) =>
      rows.put(targetRow({ ...kept, name, spec: { ...kept.spec, ...more } as typeof kept.spec, version: 0 })),
    );
  const same = { ...kept, name: 'shop-34' };
  await targets.add({ ...asked, name: 'shop-34' }, { subject: 'ada', issuer: 'people' });
  const row = await store.get('target', 'shop-34');
  await store.exclusively('targets', (rows) =>
    rows.put(targetRow({ ...targetOf(row as Row), spec: { ...same.spec, upstreamIdentity: 'credential' } })),
  );
  await store.close();
  const people = await startIssuer();
  const config = `console: { port: 0 }\nstore: { sqlite: { file: "${place.file}" }, keyFile: "${place.keyFile}" }\n${LOOPBACK}`;
  const later = await startSmallWorld({ policy: POLICY, config, people: people.url });
  try {
    const who = { token: await later.token('dev'), uri: PODS };
    assert.equal((await later.ask({ ...who, prefix: '/k8s/shop-30' })).status, 200);
    for (const name of ['shop-31', 'shop-32', 'shop-33', 'shop-34']) {
      assert.equal((await later.ask({ ...who, prefix: `/k8s/${name}` })).status, 404, name);
      assert.match(later.log(), new RegExp(`target ${name} cannot be served`));
    }
  } finally {
    await later.stop();
    await people.close();
    rmSync(folder, { recursive: true });
  }
});

test('T42: by default no target by API is at this machine, at a link-local address or where clouds answer metadata, by name or by number', async () => {
  const people = await startIssuer();
  const closed = await startSmallWorld({ policy: POLICY, config: 'console: { port: 0 }\n', people: people.url });
  const own = new Agent({ connect: { ca: closed.caPem } });
  const ask = controlApi(
    () => closed.gateway.consoleUrl,
    () => own,
  );
  try {
    const who = await people.tokenFor('ada', ['admins']);
    for (const url of [
      'https://127.0.0.1:6443',
      'https://localhost:6443',
      'https://2130706433',
      'https://[::1]:6443',
      'https://[::ffff:127.0.0.1]',
      'https://169.254.169.254',
      'https://[fd00:ec2::254]',
      'https://0.0.0.0',
      closed.gateway.url,
      closed.gateway.consoleUrl as string,
    ]) {
      const no = await ask(who, 'POST', '/targets/registered', { name: 'inside', ...spec({ server: { url } }) });
      assert.equal(no.body.code, 'TARGET_REFUSED', `${url}: ${JSON.stringify(no.body)}`);
    }
  } finally {
    await own.destroy();
    await closed.stop();
    await people.close();
  }
});
