// Undo on the whole way: the object before a change is kept where a rule says so, and put back in the name of whoever asks, through policy like any request.

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Agent, request } from 'undici';
import { startIssuer } from '../../demo/issuer.ts';
import { runChild } from '../support/child.ts';
import type { FrontHandlers } from '../support/front.ts';
import { CLI } from '../support/gateway-process.ts';
import { type AskOptions, type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops, leads] }]
targets: [demo]
roles: [{ role: operator, callers: [{ groups: [leads] }] }]
rules:
  - { id: read, effect: allow, verbs: [get, list], apiGroups: ["", apps], resources: [configmaps, secrets, deployments, deployments/scale] }
  - id: all
    effect: allow
    verbs: [create, update, patch, delete]
    apiGroups: ["", apps]
    resources: [configmaps, secrets, deployments, deployments/scale]
    record: { preImage: true }
  - { id: widgets, effect: allow, verbs: [get, create, patch, update], apiGroups: [example.com], resources: [widgets], record: { preImage: true } }
  - { id: collections, effect: allow, verbs: [deletecollection], apiGroups: [""], resources: [configmaps], record: { preImage: true } }
  - { id: unkept, effect: allow, callers: [{ subjects: ["ci:dev"] }], verbs: [patch], apiGroups: [""], resources: [services] }
  - id: held
    effect: hold
    callers: [{ subjects: ["ci:asks"] }]
    verbs: [patch]
    apiGroups: [""]
    resources: [configmaps]
    hold: { approvers: [{ groups: [leads] }] }
    record: { preImage: true }
  - { id: never, effect: deny, callers: [{ subjects: ["p:ned"] }], verbs: [update, create, delete], apiGroups: [""], resources: [configmaps] }
`;

const keys = mkdtempSync(join(tmpdir(), 'sallyport-undo-'));
const keyFile = join(keys, 'pre-images.key');
let world: SmallWorld;
/** Which cluster is reached by the target's name. */
let behind: 'itself' | 'another' | 'not to be told' = 'itself';
let people: Awaited<ReturnType<typeof startIssuer>>;

before(async () => {
  writeFileSync(keyFile, 'k'.repeat(48));
  people = await startIssuer();
  const config = `console: { port: 0 }\njournal: { preImageKeyFile: ${keyFile} }\n`;
  const onRequest: FrontHandlers['onRequest'] = (asked, response) => {
    if (behind === 'itself' || asked.url !== '/api/v1/namespaces/kube-system') return false;
    const uid = behind === 'another' ? 'uid-of-another' : undefined;
    response.writeHead(uid === undefined ? 403 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'Namespace', metadata: { name: 'kube-system', uid } }));
    return true;
  };
  world = await startSmallWorld({ policy: POLICY, config, people: people.url, front: { onRequest } });
  for (const who of ['lea', 'ned']) writeFileSync(join(world.folder, who), await people.tokenFor(who, ['leads']));
});
after(async () => {
  await world.stop();
  await people.close();
  rmSync(keys, { recursive: true });
});

async function sallyport(args: readonly string[], who = 'lea') {
  const [program, ...first] = CLI;
  const env = {
    XDG_CONFIG_HOME: join(world.folder, 'config'),
    SALLYPORT_SERVER: world.gateway.consoleUrl as string,
    SALLYPORT_TOKEN_FILE: join(world.folder, who),
    SALLYPORT_CA_FILE: join(world.folder, 'data/ca.crt'),
  };
  return runChild(program, [...first, ...args], { env, cwd: world.folder });
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

const ask = async (options: AskOptions, who = 'dev') => world.ask({ token: await world.token(who), ...options });

const MAPS = '/api/v1/namespaces/shop/configmaps';

/** A write, and the exchange that did it. */
async function write(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', uri: string, body?: Json, who = 'dev') {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const sent = body === undefined ? {} : { headers: { 'content-type': type }, body: JSON.stringify(body) };
  const reply = await ask({ method, uri, ...sent }, who);
  const begun = (await world.events()).findLast((event) => event.type === 'exchange.begun');
  return { ...reply, exchange: begun?.type === 'exchange.begun' ? begun.exchange : '' };
}

/** The way back, once the catalog has the exchange. */
async function shown(exchange: string, who = 'lea'): Promise<Json> {
  for (;;) {
    const { code, output } = await sallyport(['undo', exchange, '-o', 'json'], who);
    if (/NOT_FOUND/.test(output)) continue;
    if (code === 0 || code === 1) return JSON.parse(output);
    assert.fail(output);
  }
}

/** Beside the gateway. */
async function admin(method: 'GET' | 'POST', path: string, body?: Json): Promise<Json> {
  const dispatcher = new Agent({ connect: { ca: world.standin.caPem } });
  const headers = { authorization: `Bearer ${world.standin.adminToken}`, 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const reply = await request(`${world.standin.url}${path}`, { method, dispatcher, headers, ...sent });
  const said = await reply.body.json();
  await dispatcher.destroy();
  return said;
}

const get = async (uri: string): Promise<Json> => JSON.parse((await ask({ uri })).body);

const mapOf = (name: string, data: Json = { a: 'one' }) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

test('a change is shown field by field, put back in the name of who asks, and recorded as any request', async () => {
  await write('POST', MAPS, mapOf('web'));
  const { exchange, status } = await write('PATCH', `${MAPS}/web`, { data: { a: 'two', b: 'new' } });
  assert.equal(status, 200);
  const way = await shown(exchange);
  assert.deepEqual(
    [way.operation, way.asked, way.changes.map(({ at }: Json) => at).sort()],
    ['update configmaps `web` in namespace `shop` to what it was', `PUT ${MAPS}/web`, ['/data/a', '/data/b']],
  );
  assert.equal((await get(`${MAPS}/web`)).data.a, 'two', 'nothing is done by looking');
  const done = await sallyport(['undo', exchange, '--apply']);
  assert.equal(done.code, 0, done.output);
  assert.match(done.output, /does not come back: its status/);
  assert.match(done.output, /undone \(200\), by exchange/);
  assert.deepEqual((await get(`${MAPS}/web`)).data, { a: 'one' });
  const events = await world.events();
  const put = events.findLast((event) => event.type === 'exchange.begun' && event.operation?.verb === 'update');
  assert.ok(put?.type === 'exchange.begun' && put.caller.subject === 'p:lea');
});

test('T76: what has changed since it was shown is not undone, nor by whom policy does not let', async () => {
  await write('POST', MAPS, mapOf('late'));
  const { exchange } = await write('PATCH', `${MAPS}/late`, { data: { a: 'two' } });
  const { digest } = await shown(exchange);
  await write('PATCH', `${MAPS}/late`, { data: { a: 'three' } });
  const late = await sallyport(['undo', exchange, '--digest', digest]);
  assert.deepEqual([late.code, /not the one with this digest/.test(late.output)], [2, true], late.output);
  const refused = await sallyport(['undo', exchange, '--apply'], 'ned');
  assert.equal(refused.code, 1, refused.output);
  assert.match(refused.output, /not shown: what it would change: its dry run is refused/);
  assert.match(refused.output, /not undone \(403\)/);
  assert.equal((await get(`${MAPS}/late`)).data.a, 'three');
});

test('what was deleted is made again, and says what does not come back; what was made is deleted, of that life alone', async () => {
  const made = await write('POST', MAPS, mapOf('gone', { keep: 'me' }));
  const from = world.standin.requests.length;
  const gone = await write('DELETE', `${MAPS}/gone`);
  const asked = world.standin.requests.slice(from).filter(({ target }) => target.startsWith(`${MAPS}/gone`));
  assert.deepEqual(
    asked.map(({ method }) => method),
    ['GET', 'DELETE'],
    'read once, for its way back and for the masks that may come back',
  );
  const way = await shown(gone.exchange);
  assert.match(way.lost.join(), /another uid/);
  assert.equal((await sallyport(['undo', gone.exchange, '--apply'])).code, 0);
  assert.deepEqual((await get(`${MAPS}/gone`)).data, { keep: 'me' });
  const again = await shown(gone.exchange);
  assert.deepEqual([again.kind, /another object of this name/.test(again.why)], ['none', true]);
  const other = await shown(made.exchange);
  assert.match(other.why, /another object of this name/, 'what was made again is not what it made');
  const fresh = await write('POST', MAPS, mapOf('fresh'));
  const back = await shown(fresh.exchange);
  assert.deepEqual([back.asked, back.missing], [`DELETE ${MAPS}/fresh`, []], 'its dry run is taken');
  assert.equal((await ask({ uri: `${MAPS}/fresh` })).status, 200, 'nothing is done by looking');
  assert.equal((await sallyport(['undo', fresh.exchange, '--apply'])).code, 0);
  assert.equal((await ask({ uri: `${MAPS}/fresh` })).status, 404);
});

test('a scale is undone by a scale', async () => {
  const at = '/apis/apps/v1/namespaces/shop/deployments/web';
  const { spec } = await get(at);
  const { exchange } = await write('PATCH', `${at}/scale`, { spec: { replicas: spec.replicas + 3 } });
  const way = await shown(exchange);
  assert.equal(way.asked, `PUT ${at}/scale`);
  assert.equal((await sallyport(['undo', exchange, '--apply'])).code, 0);
  assert.equal((await get(at)).spec.replicas, spec.replicas);
});

const WIDGETS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};

test('no dry run is sent to a server that is not known to take any, and it is said', async () => {
  const made = await admin('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', WIDGETS);
  assert.equal(made.kind, WIDGETS.kind);
  const at = '/apis/example.com/v1/namespaces/shop/widgets';
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } };
  assert.equal((await write('POST', at, widget)).status, 201);
  const { exchange } = await write('PATCH', `${at}/w`, { metadata: { labels: { a: 'b' } } });
  const before = (await world.events()).length;
  const way = await shown(exchange);
  assert.match(way.missing.join(), /not known whether the server of `example\.com` takes dry runs/);
  const verbs = (await world.events())
    .slice(before)
    .flatMap((event) => (event.type === 'exchange.begun' ? [event.operation?.verb] : []));
  assert.deepEqual([...new Set(verbs)], ['get']);
});

test('a secret comes back as it was, and neither who looks nor the disk has its value', async () => {
  const [old, next] = ['before-canary-value', 'after-canary-value'].map((text) => Buffer.from(text).toString('base64'));
  const at = '/api/v1/namespaces/shop/secrets';
  await write('POST', at, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'undone' }, data: { password: old } });
  const { exchange } = await write('PATCH', `${at}/undone`, { data: { password: next } });
  const way = await sallyport(['undo', exchange]);
  assert.ok(!way.output.includes(old as string) && !way.output.includes('canary'), way.output);
  const { digest, asked } = await shown(exchange);
  const { uid, resourceVersion } = (await get(`${at}/undone`)).metadata;
  const cluster = (await admin('GET', '/api/v1/namespaces/kube-system')).metadata.uid;
  const ofSeen = hash('sha256', JSON.stringify([exchange, asked, cluster, uid, resourceVersion]), 'hex');
  assert.equal(digest, ofSeen, 'no value can be tried on the digest: it is of what who looks sees anyway');
  assert.equal((await sallyport(['undo', exchange, '--apply'])).code, 0);
  assert.equal((await admin('GET', `${at}/undone`)).data.password, old);
  const folder = join(world.folder, 'data/pre-images');
  const files = readdirSync(folder);
  assert.ok(files.length > 5);
  for (const file of files) assert.ok(!readFileSync(join(folder, file)).includes('canary'));
});

test('T31: where another cluster is reached by the name of the target, nothing is undone there; nor is anything made again where that is not known', async () => {
  await write('POST', MAPS, mapOf('moved', { keep: 'canary' }));
  const patched = await write('PATCH', `${MAPS}/moved`, { data: { a: 'two' } });
  await write('POST', MAPS, mapOf('left', { keep: 'canary' }));
  const deleted = await write('DELETE', `${MAPS}/left`);
  const { digest } = await shown(deleted.exchange);
  try {
    behind = 'another';
    for (const { exchange } of [patched, deleted]) assert.match((await shown(exchange)).why, /another cluster now/);
    const late = await sallyport(['undo', deleted.exchange, '--digest', digest]);
    assert.equal(late.code, 1, late.output);
    behind = 'not to be told';
    assert.equal((await shown(patched.exchange)).kind, 'some', 'its uid says that it is the same object');
    assert.match((await shown(deleted.exchange)).why, /not known whether the target is still the cluster/);
  } finally {
    behind = 'itself';
  }
  assert.equal((await ask({ uri: `${MAPS}/left` })).status, 404);
  assert.equal((await sallyport(['undo', deleted.exchange, '--digest', digest])).code, 0);
});

test('there is none, and it says why: nothing kept, nothing changed, many at once', async () => {
  const many = await write('DELETE', `${MAPS}?labelSelector=none%3Dthere`);
  assert.equal(many.status, 200, many.body);
  assert.match((await shown(many.exchange)).why, /nothing is kept here/);
  const twice = await write('POST', MAPS, mapOf('web'));
  assert.equal(twice.status, 409);
  assert.match((await shown(twice.exchange)).why, /it changed nothing/);
  const read = await write('DELETE', `${MAPS}/web?dryRun=All`);
  assert.match((await shown(read.exchange)).why, /nothing is kept|changed nothing/);
});

test('who answers is told beforehand whether there will be a way back, and a held change has one', async () => {
  const waiting = write('PATCH', `${MAPS}/web`, { data: { a: 'held' } }, 'asks');
  let asked: Json;
  for (;;) {
    const { items } = JSON.parse((await sallyport(['approvals', 'list', '--state', 'pending', '-o', 'json'])).output);
    if (items.length > 0 && items[0].preview !== 'looking') {
      [asked] = items;
      break;
    }
  }
  assert.match(asked.shown.undo, /^`sallyport undo`, but for its status/);
  assert.match((await sallyport(['approvals', 'approve', asked.id])).output, /way back: `sallyport undo`/);
  const reply = await waiting;
  assert.equal(reply.status, 200, reply.body);
  const { usedBy } = JSON.parse((await sallyport(['approvals', 'show', asked.id, '-o', 'json'])).output);
  await shown(usedBy);
  assert.equal((await sallyport(['undo', usedBy, '--apply'])).code, 0);
  assert.equal((await get(`${MAPS}/web`)).data.a, 'one');
});
