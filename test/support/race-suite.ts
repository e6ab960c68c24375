// Requests whose decision hangs on the live object, and another writer who comes between the look-up and the request: the same on the stand-in and on a real
// API server.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ATTEMPT_LIMITS } from '../../src/pipeline/while-changed.ts';
import { type RaceCluster, type RaceWorld, type Sent, startRaceWorld } from './race-world.ts';

const OWN = `'existing != null && "labels" in existing.metadata && existing.metadata.labels.owner == "dev"'`;

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - id: own
    effect: allow
    verbs: [update, patch, delete]
    apiGroups: ["", apps]
    resources: [configmaps, pods, pods/status, deployments, deployments/scale]
    when: ${OWN}
  - { id: own-evictions, effect: allow, verbs: [create], apiGroups: [""], resources: [pods/eviction], when: ${OWN} }
  - id: safe
    effect: allow
    verbs: [patch]
    apiGroups: [""]
    resources: [configmaps]
    resourceNames: [copied]
    when: 'object.data.mode == "safe"'
  - { id: new, effect: allow, verbs: [create, update, patch], apiGroups: [""], resources: [configmaps, services], resourceNames: [new], when: 'existing == null' }
  - id: labelled
    effect: allow
    verbs: [patch]
    apiGroups: [""]
    resources: [configmaps]
    resourceNames: [labelled]
    when: 'existing.metadata.labels.team == "dev"'
    amend: [{ label: { key: seen, value: "yes" } }]
  - { id: debug, effect: allow, powers: [ephemeralcontainers] }
  - { id: plain, effect: allow, verbs: [patch], apiGroups: [""], resources: [configmaps], resourceNames: [plain] }
`;

const CORE = '/api/v1/namespaces/race';
const APPS = '/apis/apps/v1/namespaces/race';
const MERGE = 'application/merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const APPLY = 'application/apply-patch+yaml';

interface Race extends Sent {
  readonly name: string;
  /** The object that is there first, and where. */
  readonly object: { readonly uri: string; readonly made: object | undefined };
}

const owner = { owner: 'dev' };
const map = { metadata: { name: 'a', labels: owner }, data: { a: '1.0' } };
const containers = [{ name: 'web', image: 'registry.test/busybox:1' }];
const web = {
  metadata: { name: 'web', labels: owner },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers } },
  },
};
const pod = { metadata: { name: 'web', labels: owner }, spec: { containers } };
const onMap = { object: { uri: `${CORE}/configmaps/a`, made: map }, uri: `${CORE}/configmaps/a` };
const onWeb = { uri: `${APPS}/deployments/web`, made: web };
const ofMap = (data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', labels: owner }, data });
const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'web', namespace: 'race' } };
const scaled = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'web', namespace: 'race' } };

/** Each way in which an object is changed or goes. */
const RACES: readonly Race[] = [
  { name: 'a merge patch', ...onMap, method: 'PATCH', type: MERGE, body: { data: { a: '2' } } },
  { name: 'a strategic merge patch', ...onMap, method: 'PATCH', type: STRATEGIC, body: { data: { a: '2' } } },
  { name: 'a JSON patch', ...onMap, method: 'PATCH', type: JSON_PATCH, body: [{ op: 'replace', path: '/data/a', value: '2' }] },
  { name: 'an apply', ...onMap, uri: `${onMap.uri}?fieldManager=x&force=true`, method: 'PATCH', type: APPLY, body: ofMap({ a: '2' }) },
  { name: 'an apply in YAML', ...onMap, uri: `${onMap.uri}?fieldManager=x&force=true`, method: 'PATCH', type: APPLY, body: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {owner: dev}\ndata: {a: "2"}\n' },
  { name: 'an update', ...onMap, method: 'PUT', body: ofMap({ a: '2' }) },
  { name: 'a delete', ...onMap, method: 'DELETE' },
  { name: 'a delete with options in its query', ...onMap, uri: `${onMap.uri}?propagationPolicy=Background`, method: 'DELETE' },
  { name: 'a delete with options', ...onMap, method: 'DELETE', body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' } },
  { name: 'a patch of a deployment', object: onWeb, uri: onWeb.uri, method: 'PATCH', type: STRATEGIC, body: { spec: { paused: true } } },
  { name: 'a patch of a scale', object: onWeb, uri: `${onWeb.uri}/scale`, method: 'PATCH', type: MERGE, body: { spec: { replicas: 1 } } },
  { name: 'an update of a scale', object: onWeb, uri: `${onWeb.uri}/scale`, method: 'PUT', body: { ...scaled, spec: { replicas: 1 } } },
  { name: 'a patch of a status', object: { uri: `${CORE}/pods/web`, made: pod }, uri: `${CORE}/pods/web/status`, method: 'PATCH', type: MERGE, body: { status: { message: 'patched' } } },
  { name: 'a delete of a pod', object: { uri: `${CORE}/pods/web`, made: pod }, uri: `${CORE}/pods/web`, method: 'DELETE' },
  { name: 'an eviction', object: { uri: `${CORE}/pods/web`, made: pod }, uri: `${CORE}/pods/web/eviction`, method: 'POST', body: eviction },
]; // biome-ignore format: a table

/** Registers the suite. `hasDebug`: the cluster serves ephemeral containers, as the stand-in does not. */
export function raceSuite(where: string, start: () => Promise<RaceCluster>, { hasDebug = false } = {}): void {
  describe(`another writer between look-up and request: ${where}`, { timeout: 240_000 }, () => {
    let race: RaceWorld;
    before(async () => {
      race = await startRaceWorld(POLICY, await start());
    });
    after(() => race.stop());
    for (const each of RACES) changesAndDeletes(each, () => race);
    results(() => race);
    for (const each of CREATIONS) creations(each, () => race);
    for (const each of CREATIONS) tries(each, () => race);
    versions(() => race);
    others(() => race);
    if (hasDebug) debug(() => race);
    journal(() => race);
  });
}

type Current = () => RaceWorld;

/** The object without what the other writer and time change. */
async function state({ direct }: RaceWorld, uri: string): Promise<object> {
  const { status, body } = await direct({ method: 'GET', uri });
  const { data, spec, status: stands, metadata } = JSON.parse(body);
  return { status, data, spec, message: stands?.message, isGoing: metadata?.deletionTimestamp };
}

function handOver({ direct }: RaceWorld, uri: string): Promise<unknown> {
  return direct({ method: 'PATCH', uri, type: MERGE, body: { metadata: { labels: { owner: 'ops' } } } });
}

function changesAndDeletes(sent: Race, current: Current): void {
  const { uri, made } = sent.object;

  test(`T31: ${sent.name} is not done to an object that the rule does not allow any more`, async () => {
    const race = current();
    await race.make(uri, made);
    const first = await state(race, uri);
    const { status, body, attempts } = await race.ask(sent, async (attempt) => attempt === 1 && handOver(race, uri));
    assert.equal(status, 403, body);
    assert.deepEqual(await state(race, uri), first);
    assert.equal(attempts, 1);
  });

  test(`${sent.name} is done all the same where the object changed once`, async () => {
    const race = current();
    await race.make(uri, made);
    const first = await state(race, uri);
    const { status, body, attempts } = await race.ask(
      sent,
      async (attempt) => attempt === 1 && race.annotate(uri, 'once'),
    );
    assert.ok(status === 200 || status === 201, body);
    assert.notDeepEqual(await state(race, uri), first);
    assert.equal(attempts, 2);
  });

  test(`${sent.name} is refused where the object changes every time`, async () => {
    const race = current();
    await race.make(uri, made);
    const first = await state(race, uri);
    const { status, body, attempts } = await race.ask(sent, (attempt) => race.annotate(uri, `${attempt}`));
    assert.equal(status, 409, body);
    assert.match(body, /"reason":"Conflict".*OBJECT_CHANGED/);
    assert.deepEqual(await state(race, uri), first);
    assert.equal(attempts, ATTEMPT_LIMITS.attemptsMax);
  });
}

function results(current: Current): void {
  test('T31: what a patch copies is what was judged', async () => {
    const race = current();
    const uri = `${CORE}/configmaps/copied`;
    const body = [{ op: 'copy', from: '/data/from', path: '/data/mode' }];
    await race.make(uri, { metadata: { name: 'copied' }, data: { from: 'safe', mode: 'none' } });
    const unsafe = { method: 'PATCH', uri, type: MERGE, body: { data: { from: 'unsafe' } } } as const;
    const refused = await race.ask({ method: 'PATCH', uri, type: JSON_PATCH, body }, () => race.direct(unsafe));
    assert.equal(refused.status, 403, refused.body);
    const { data } = JSON.parse((await race.direct({ method: 'GET', uri })).body);
    assert.deepEqual(data, { from: 'unsafe', mode: 'none' });
    await race.make(uri, { metadata: { name: 'copied' }, data: { from: 'safe', mode: 'none' } });
    const done = await race.ask({ method: 'PATCH', uri, type: JSON_PATCH, body });
    assert.equal(done.status, 200, done.body);
  });
}

const service = (externalName: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'new' },
  spec: { type: 'ExternalName', externalName },
});
const newMap = (a: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' }, data: { a } });

/** Requests that make their object where there is none, and what another writer makes first. */
const CREATIONS: readonly (Sent & { readonly name: string; readonly first: object })[] = [
  { name: 'an apply', method: 'PATCH', type: APPLY, uri: `${CORE}/configmaps/new?fieldManager=x&force=true`, body: newMap('two.test'), first: newMap('one.test') },
  { name: 'an update', method: 'PUT', uri: `${CORE}/services/new`, body: service('two.test'), first: service('one.test') },
]; // biome-ignore format: a table

function creations({ name, first, ...sent }: (typeof CREATIONS)[number], current: Current): void {
  test(`T31: ${name} that may only create makes its object, and never changes one that came first`, async () => {
    const race = current();
    const uri = sent.uri.split('?')[0] as string;
    await race.make(uri, undefined);
    const refused = await race.ask(sent, () =>
      race.direct({ method: 'POST', uri: uri.slice(0, -'/new'.length), body: first }),
    );
    assert.equal(refused.status, 403, refused.body);
    assert.match((await race.direct({ method: 'GET', uri })).body, /one\.test/);
    await race.make(uri, undefined);
    const done = await race.ask(sent);
    assert.equal(done.status, 201, done.body);
    await race.make(uri, undefined);
  });
}

/** Flux and `kubectl diff` take a version in the answer for an object that is there. */
function tries({ name, first, ...sent }: (typeof CREATIONS)[number], current: Current): void {
  test(`${name} as a dry run shows what it would make, without a version, and nothing that came first`, async () => {
    const race = current();
    const uri = sent.uri.split('?')[0] as string;
    const tried = { ...sent, uri: `${sent.uri}${sent.uri.includes('?') ? '&' : '?'}dryRun=All` };
    await race.make(uri, undefined);
    const done = await race.ask(tried);
    assert.equal(done.status, 201, done.body);
    assert.equal(JSON.parse(done.body).metadata.resourceVersion, undefined);
    const refused = await race.ask(tried, () =>
      race.direct({ method: 'POST', uri: uri.slice(0, -'/new'.length), body: first }),
    );
    assert.equal(refused.status, 403, refused.body);
    assert.doesNotMatch(refused.body, /one\.test/);
    await race.make(uri, undefined);
    // One that comes and goes under each try.
    const flickering = await race.ask(tried, async () => {
      await race.make(uri, first);
    });
    assert.doesNotMatch(flickering.body, /one\.test/);
    await race.make(uri, undefined);
  });
}

function versions(current: Current): void {
  const { uri, object } = onMap;
  const forced = {
    method: 'PATCH',
    type: APPLY,
    uri: `${uri}?fieldManager=x&force=true`,
    body: ofMap({ a: '2' }),
  } as const;

  test('T31: an apply that may only change does not make an object that has gone', async () => {
    const race = current();
    await race.make(uri, object.made);
    const { status, body } = await race.ask(forced, () => race.direct({ method: 'DELETE', uri }));
    assert.equal(status, 403, body);
    assert.equal((await race.direct({ method: 'GET', uri })).status, 404);
  });

  test('T31: a version that the caller foresees is not taken for the one that was judged', async () => {
    const race = current();
    await race.make(uri, object.made);
    const { resourceVersion } = JSON.parse((await race.direct({ method: 'GET', uri })).body).metadata;
    const wanted = ofMap({ a: '2' });
    const metadata = { ...wanted.metadata, resourceVersion: String(Number(resourceVersion) + 1) };
    const sent = { method: 'PUT', uri, body: { ...wanted, metadata } } as const;
    const { body, attempts } = await race.ask(sent, () => handOver(race, uri));
    assert.match(body, /OBJECT_CHANGED/);
    assert.equal(attempts, 0, 'nothing was forwarded');
  });

  test('a caller’s own version is the caller’s to lose', async () => {
    const race = current();
    await race.make(uri, object.made);
    const { resourceVersion } = JSON.parse((await race.direct({ method: 'GET', uri })).body).metadata;
    const sent = {
      method: 'PATCH',
      type: MERGE,
      uri,
      body: { metadata: { resourceVersion }, data: { a: '2' } },
    } as const;
    const { status, body, attempts } = await race.ask(sent, () => race.annotate(uri, 'once'));
    assert.equal(status, 409, body);
    assert.match(body, /the object has been modified/);
    assert.equal(attempts, 1);
  });
}

function others(current: Current): void {
  test('a conflict of fields is answered as ever, and not attempted on and on', async () => {
    const race = current();
    const { uri } = onMap;
    await race.make(uri, undefined);
    await race.direct({ method: 'PATCH', type: APPLY, uri: `${uri}?fieldManager=other`, body: ofMap({ a: '1' }) });
    const sent = { method: 'PATCH', type: APPLY, uri: `${uri}?fieldManager=x`, body: ofMap({ a: '2' }) } as const;
    const { status, body, attempts } = await race.ask(sent);
    assert.equal(status, 409);
    assert.match(body, /conflict with \\"other\\"/);
    assert.equal(attempts, 2);
  });

  test('an amended patch is held to its version too', async () => {
    const race = current();
    const uri = `${CORE}/configmaps/labelled`;
    await race.make(uri, { metadata: { name: 'labelled', labels: { team: 'dev' } } });
    const sent = { method: 'PATCH', uri, type: MERGE, body: { data: { a: '2' } } } as const;
    const { status, body, attempts } = await race.ask(
      sent,
      async (attempt) => attempt === 1 && race.annotate(uri, 'once'),
    );
    assert.equal(status, 200, body);
    assert.equal(JSON.parse(body).metadata.labels.seen, 'yes');
    assert.equal(attempts, 2);
  });

  test('what hangs on no object is held to nothing', async () => {
    const race = current();
    const uri = `${CORE}/configmaps/plain`;
    await race.make(uri, { metadata: { name: 'plain' } });
    const sent = { method: 'PATCH', uri, type: MERGE, body: { data: { a: '2' } } } as const;
    const { status, attempts } = await race.ask(sent, () => race.annotate(uri, 'once'));
    assert.equal(status, 200);
    assert.equal(attempts, 1);
  });
}

function debug(current: Current): void {
  test('T31: a debug container does not come into a pod that was put in the place of the one that was judged', async () => {
    const race = current();
    const uri = `${CORE}/pods/web`;
    const container = { name: 'debug', image: 'registry.test/busybox:1', command: ['sh'] };
    const body = { spec: { ephemeralContainers: [container] } };
    const sent = { method: 'PATCH', uri: `${uri}/ephemeralcontainers`, type: STRATEGIC, body } as const;
    const privileged = [{ ...containers[0], securityContext: { privileged: true } }];
    await race.make(uri, pod);
    const refused = await race.ask(sent, () => race.make(uri, { ...pod, spec: { containers: privileged } }));
    assert.equal(refused.status, 403, refused.body);
    assert.match(refused.body, /DENIED_BY_GUARD/);
    await race.make(uri, pod);
    const done = await race.ask(sent, async (attempt) => attempt === 1 && race.annotate(uri, 'once'));
    assert.equal(done.status, 200, done.body);
    assert.equal(done.attempts, 2);
  });
}

function journal(current: Current): void {
  test('the journal has each attempt, and what it was held to', async () => {
    const race = current();
    const { uri, object } = onMap;
    await race.make(uri, object.made);
    const sent = { uri, method: 'PATCH', type: MERGE, body: { data: { a: '3' } } } as const;
    await race.ask(sent, async (attempt) => attempt === 1 && race.annotate(uri, 'once'));
    const events = await race.world.events();
    const permitted = events.filter((event) => event.type === 'exchange.permitted');
    const exchange = permitted.at(-1)?.exchange;
    const held = permitted.flatMap(({ precondition, exchange: of }) =>
      of !== exchange || precondition === undefined || precondition === 'absent' ? [] : [precondition],
    );
    const { uid, resourceVersion } = JSON.parse((await race.direct({ method: 'GET', uri })).body).metadata;
    assert.deepEqual(
      held.map((each) => each.uid),
      [uid, uid],
    );
    const [first, second, last] = [...held.map((each) => Number(each.resourceVersion)), Number(resourceVersion)];
    assert.ok((first as number) < (second as number) && (second as number) < (last as number));
    const ended = events.find((event) => event.type === 'exchange.ended' && event.exchange === exchange);
    assert.ok(ended?.type === 'exchange.ended');
    assert.deepEqual(ended.outcome, { kind: 'answered', status: 200 });
  });
}
