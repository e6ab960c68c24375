import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf, operationOf } from '../../../../test/support/operation.ts';
import type { JsonObject, Operation } from '../../../model/operation.ts';
import { bytesSource } from '../../../std/byte-source.ts';
import type { Looked } from '../../connector.ts';
import type { ServedKind } from '../discovery/discovered-kinds.ts';
import type { Upstream, UpstreamRequest } from '../upstream/upstream.ts';
import { createPreview } from './look.ts';
import { LOOK_LIMITS } from './preview-limits.ts';

type Answers = Readonly<Record<string, JsonObject | number>>;

const caller = callerOf({ subject: 'dev', groups: ['ops'] });
const list = (...items: readonly JsonObject[]): JsonObject => ({ kind: 'List', items });
const named = (name: string, rest: JsonObject = {}): JsonObject => ({
  ...rest,
  metadata: { name, uid: `uid-${name}`, ...(rest.metadata as JsonObject) },
});
const ownedBy = (...owners: readonly string[]): JsonObject => ({
  metadata: { ownerReferences: owners.map((name) => ({ uid: `uid-${name}` })) },
});

const kind = (group: string, resource: string, version = 'v1'): ServedKind => ({
  group,
  version,
  resource,
  isNamespaced: true,
  verbs: ['delete', 'list'],
});
const SERVED = [kind('', 'pods'), kind('apps', 'replicasets'), kind('', 'configmaps'), kind('', 'events')];

/** What is looked up before an upstream that answers from a table of `METHOD path`, and what it was asked. */
async function lookedAt(operation: Operation, answers: Answers, readerAnswers: Answers = {}) {
  const asked: UpstreamRequest[] = [];
  const upstreamOf = (table: Answers): Upstream => ({
    async send(request) {
      asked.push(request);
      const answer = table[`${request.method} ${request.uri.split('?')[0]}`] ?? 404;
      const [status, body] = typeof answer === 'number' ? [answer, { message: 'no' }] : [200, answer];
      return { kind: 'unary', status, headers: [], body: bytesSource(Buffer.from(JSON.stringify(body))) };
    },
    upgrade: async () => assert.fail('a look never upgrades'),
    close: async () => {},
  });
  const preview = createPreview({
    reader: upstreamOf(readerAnswers),
    upstream: upstreamOf(answers),
    upstreamIdentity: 'caller',
    discovery: { served: async () => SERVED },
  });
  const { body } = operation;
  const sent = body === undefined ? undefined : { mediaType: body.mediaType, bytes: Buffer.from(body.bytes) };
  const looked: Looked = await preview(operation, sent, caller, new AbortController().signal);
  return { looked, asked };
}

const SHOP = '/api/v1/namespaces/shop';

test('T79: what would be done by asking is never sent: no dry run of token requests, reviews, evictions or bindings', async () => {
  const rows: readonly (readonly [string, string])[] = [
    [`${SHOP}/serviceaccounts/x/token`, 'authentication.k8s.io/v1'],
    [`${SHOP}/pods/p/eviction`, 'policy/v1'],
    [`${SHOP}/pods/p/binding`, 'v1'],
    ['/apis/authorization.k8s.io/v1/subjectaccessreviews', 'authorization.k8s.io/v1'],
    ['/apis/authentication.k8s.io/v1/tokenreviews', 'authentication.k8s.io/v1'],
    ['/apis/certificates.k8s.io/v1/certificatesigningrequests/x/approval', 'certificates.k8s.io/v1'],
  ];
  for (const [uri, apiVersion] of rows) {
    const operation = operationOf({
      method: 'POST',
      uri,
      mediaType: 'application/json',
      body: { apiVersion, kind: 'X' },
    });
    // The API server says that it keeps each of these groups itself.
    const services = Object.fromEntries(
      ['authentication.k8s.io', 'authorization.k8s.io', 'certificates.k8s.io'].map((group) => [
        `GET /apis/apiregistration.k8s.io/v1/apiservices/v1.${group}`,
        { spec: { group } },
      ]),
    );
    const { asked } = await lookedAt(operation, {}, services);
    assert.deepEqual(
      asked.filter(({ method }) => method !== 'GET'),
      [],
      uri,
    );
  }
});

test('a server behind the API server may know no dry runs: none is sent to it, nor where that is not known', async () => {
  const operation = operationOf({
    method: 'POST',
    uri: '/apis/x.example/v1/namespaces/shop/things',
    mediaType: 'application/json',
    body: { apiVersion: 'x.example/v1', kind: 'Thing' },
  });
  const service = '/apis/apiregistration.k8s.io/v1/apiservices/v1.x.example';
  const sends = async (answers: Answers) =>
    (await lookedAt(operation, {}, answers)).asked.some(({ method }) => method === 'POST');
  assert.equal(await sends({}), false);
  assert.equal(await sends({ [`GET ${service}`]: 403 }), false);
  assert.equal(await sends({ [`GET ${service}`]: { spec: { group: 'x.example', service: { name: 's' } } } }), false);
  assert.equal(await sends({ [`GET ${service}`]: { spec: { group: 'x.example' } } }), true);
});

test('every dry run says so, and all is asked in its caller’s own name', async () => {
  const operation = operationOf({
    method: 'PUT',
    uri: `${SHOP}/configmaps/c?fieldManager=m`,
    mediaType: 'application/json',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } },
  });
  const { asked, looked } = await lookedAt(operation, {
    [`GET ${SHOP}/configmaps/c`]: named('c'),
    [`PUT ${SHOP}/configmaps/c`]: named('c', { data: { a: 'b' } }),
    [`GET ${SHOP}/pods`]: list(),
  });
  const writes = asked.filter(({ method }) => method !== 'GET');
  assert.deepEqual(
    writes.map(({ uri }) => uri),
    [`${SHOP}/configmaps/c?fieldManager=m&dryRun=All`],
  );
  for (const { identity } of asked) assert.deepEqual(identity, { subject: 'dev', groups: ['ops'] });
  assert.deepEqual(looked.states?.after.data, { a: 'b' });
});

test('an object goes when all its owners do, and not before', async () => {
  const { looked } = await lookedAt(
    operationOf({ method: 'DELETE', uri: '/apis/apps/v1/namespaces/shop/deployments/web' }),
    {
      'GET /apis/apps/v1/namespaces/shop/deployments/web': named('web'),
      'GET /apis/apps/v1/namespaces/shop/replicasets': list(
        named('rs', ownedBy('web')),
        named('other', ownedBy('api')),
      ),
      [`GET ${SHOP}/pods`]: list(named('p1', ownedBy('rs')), named('p2', ownedBy('rs', 'elsewhere')), named('free')),
      [`GET ${SHOP}/configmaps`]: list(named('c', ownedBy('p1'))),
    },
  );
  assert.deepEqual(
    looked.losses?.map(({ kind: which, names, running }) => [which, names, running]),
    [
      ['pods', ['p1'], 1],
      ['replicasets.apps', ['rs'], undefined],
      ['configmaps', ['c'], undefined],
    ],
  );
});

test('of a namespace: by kind, the volumes, and what may not be listed is told', async () => {
  const { looked } = await lookedAt(operationOf({ method: 'DELETE', uri: '/api/v1/namespaces/shop' }), {
    'GET /api/v1/namespaces/shop': named('shop'),
    [`GET ${SHOP}/pods`]: list(named('p')),
    'GET /apis/apps/v1/namespaces/shop/replicasets': 403,
    [`GET ${SHOP}/configmaps`]: { ...list(named('a')), metadata: { continue: 'x', remainingItemCount: 41 } },
    [`GET ${SHOP}/persistentvolumeclaims`]: list(
      named('db', { spec: { volumeName: 'pv1' } }),
      named('cache', { spec: { volumeName: 'pv2' } }),
      named('new', { spec: {} }),
    ),
    'GET /api/v1/persistentvolumes/pv1': { spec: { persistentVolumeReclaimPolicy: 'Delete' } },
    'GET /api/v1/persistentvolumes/pv2': { spec: { persistentVolumeReclaimPolicy: 'Retain' } },
  });
  assert.deepEqual(looked.losses, [
    { kind: 'pods', count: 1, names: ['p'], running: 1 },
    { kind: 'configmaps', count: 42, names: ['a'] },
  ]);
  assert.deepEqual(looked.volumes, [
    { claim: 'db', reclaims: 'Delete' },
    { claim: 'cache', reclaims: 'Retain' },
    { claim: 'new', reclaims: '' },
  ]);
  assert.match(looked.missing.join(), /what goes of replicasets\.apps: its caller may not list them/);
});

test('a kind that the target does not serve is none of what is missing', async () => {
  const { looked } = await lookedAt(operationOf({ method: 'DELETE', uri: '/api/v1/namespaces/shop' }), {
    'GET /api/v1/namespaces/shop': named('shop'),
  });
  assert.deepEqual([looked.losses, looked.missing], [[], []]);
});

test('of a scale: from, to, and the budgets whose selector means its pods', async () => {
  const web = '/apis/apps/v1/namespaces/shop/deployments/web';
  const budget = (name: string, selector: JsonObject, allows: number) =>
    named(name, { spec: { selector }, status: { disruptionsAllowed: allows } });
  const { looked } = await lookedAt(
    operationOf({
      method: 'PATCH',
      uri: `${web}/scale`,
      mediaType: 'application/merge-patch+json',
      body: { spec: { replicas: 1 } },
    }),
    {
      [`GET ${web}/scale`]: { kind: 'Scale', spec: { replicas: 3 } },
      [`PATCH ${web}/scale`]: { kind: 'Scale', spec: { replicas: 1 } },
      [`GET ${web}`]: named('web', { spec: { template: { metadata: { labels: { app: 'web', tier: 'x' } } } } }),
      'GET /apis/policy/v1/namespaces/shop/poddisruptionbudgets': list(
        budget('exact', { matchLabels: { app: 'web' } }, 0),
        budget('in', { matchExpressions: [{ key: 'tier', operator: 'In', values: ['x', 'y'] }] }, 1),
        budget('not', { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['x'] }] }, 1),
        budget('all', {}, 2),
        budget('other', { matchLabels: { app: 'api' } }, 0),
      ),
    },
  );
  assert.deepEqual(looked.scale, { from: 3, to: 1 });
  assert.deepEqual(
    looked.budgets?.map(({ name, allows }) => [name, allows]),
    [
      ['exact', 0],
      ['in', 1],
      ['all', 2],
    ],
  );
});

test('of how many pods of its workload a change takes some away at once: by a scale, a rollout, a delete of one, an eviction', async () => {
  const apps = '/apis/apps/v1/namespaces/shop';
  const workload = (kind: string, spec: JsonObject, status: JsonObject = {}) => ({
    ...named('web', { spec, status }),
    kind,
  });
  const template = (image: string) => ({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ image }] } });
  const changed = async (resource: string, before: JsonObject, after: JsonObject) => {
    const uri = `${apps}/${resource}/web`;
    const patch = operationOf({ method: 'PATCH', uri, mediaType: 'application/merge-patch+json', body: { a: 'b' } });
    return (await lookedAt(patch, { [`GET ${uri}`]: before, [`PATCH ${uri}`]: after })).looked.share;
  };
  const rollout = (resource: string, replicas: number, strategy: JsonObject, key = 'strategy', kind = 'Deployment') =>
    changed(
      resource,
      workload(kind, { replicas, template: template('a') }, { readyReplicas: replicas - 1 }),
      workload(kind, { replicas, template: template('b'), [key]: strategy }),
    );
  const rolling = (bounds: JsonObject) => ({ type: 'RollingUpdate', rollingUpdate: bounds });
  const share = (taken: number, replicas: number, resource = 'deployments') => ({
    workload: `${resource} \`web\``,
    taken,
    replicas,
    ready: replicas - 1,
  });
  assert.deepEqual(await rollout('deployments', 4, { type: 'Recreate' }), share(4, 4));
  assert.deepEqual(await rollout('deployments', 10, rolling({ maxUnavailable: '25%', maxSurge: '25%' })), share(2, 10));
  assert.deepEqual(await rollout('deployments', 3, rolling({ maxUnavailable: 0, maxSurge: 0 })), share(1, 3));
  assert.equal(await rollout('deployments', 3, rolling({ maxUnavailable: 0, maxSurge: 1 })), undefined);
  assert.deepEqual(
    await rollout('statefulsets', 5, { type: 'RollingUpdate' }, 'updateStrategy', 'StatefulSet'),
    share(1, 5, 'statefulsets'),
  );
  assert.equal(await rollout('statefulsets', 5, { type: 'OnDelete' }, 'updateStrategy', 'StatefulSet'), undefined);
  const same = { template: template('a') };
  assert.deepEqual(
    await changed(
      'deployments',
      workload('Deployment', { replicas: 5, ...same }, { readyReplicas: 4 }),
      workload('Deployment', { replicas: 1, ...same }),
    ),
    share(4, 5),
  );
  const pod = named('p', {
    metadata: { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', controller: true }] },
  });
  const set = {
    [`GET ${apps}/replicasets/web-1`]: named('web-1', { spec: { replicas: 2 }, status: { readyReplicas: 1 } }),
  };
  const gone = { workload: 'ReplicaSet `web-1`', taken: 1, replicas: 2, ready: 1 };
  const one = { [`GET ${SHOP}/pods/p`]: { ...pod, kind: 'Pod' } };
  const deleted = operationOf({ method: 'DELETE', uri: `${SHOP}/pods/p` });
  assert.deepEqual((await lookedAt(deleted, { ...one, ...set })).looked.share, gone);
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } };
  const evicted = operationOf({ method: 'POST', uri: `${SHOP}/pods/p/eviction`, mediaType: 'application/json', body });
  assert.deepEqual((await lookedAt(evicted, { ...one, ...set })).looked.share, gone);
  const unread = await lookedAt(deleted, { ...one, [`GET ${apps}/replicasets/web-1`]: 403 });
  assert.match(unread.looked.missing.join(), /of how many pods it is one: its caller may not get ReplicaSet `web-1`/);
});

test('of a scale from or to none, which the API server tells by leaving the number out', async () => {
  const scaled = async (before: JsonObject, after: JsonObject) => {
    const uri = '/apis/apps/v1/namespaces/shop/deployments/web/scale';
    const body = { spec: { replicas: 0 } };
    const { looked } = await lookedAt(
      operationOf({ method: 'PATCH', uri, mediaType: 'application/merge-patch+json', body }),
      {
        [`GET ${uri}`]: { kind: 'Scale', spec: before },
        [`PATCH ${uri}`]: { kind: 'Scale', spec: after },
      },
    );
    return looked.scale;
  };
  assert.deepEqual(await scaled({ replicas: 3 }, {}), { from: 3, to: 0 });
  assert.deepEqual(await scaled({}, { replicas: 1 }), { from: 0, to: 1 });
  assert.equal(await scaled({}, {}), undefined);
});

test('of a Secret: the workloads that are given it, and how', async () => {
  const pod = (name: string, owner: string, spec: JsonObject): JsonObject => ({
    metadata: {
      name,
      labels: { 'pod-template-hash': 'abc' },
      ownerReferences: owner === '' ? [] : [{ kind: 'ReplicaSet', name: `${owner}-abc`, controller: true }],
    },
    spec,
  });
  const { looked } = await lookedAt(operationOf({ method: 'DELETE', uri: `${SHOP}/secrets/s` }), {
    [`GET ${SHOP}/secrets/s`]: named('s'),
    [`GET ${SHOP}/pods`]: list(
      pod('a', 'web', { volumes: [{ secret: { secretName: 's' } }] }),
      pod('b', 'web', { containers: [{ env: [{ valueFrom: { secretKeyRef: { name: 's' } } }] }] }),
      pod('c', '', { imagePullSecrets: [{ name: 's' }] }),
      pod('d', '', { volumes: [{ projected: { sources: [{ secret: { name: 's' } }] } }] }),
      pod('e', '', { containers: [{ envFrom: [{ configMapRef: { name: 's' } }] }] }),
    ),
  });
  assert.deepEqual(looked.uses, [
    { kind: 'Deployment', names: ['web'], count: 1, as: ['volume', 'variable'] },
    { kind: 'Pod', names: ['c', 'd'], count: 2, as: ['image pull', 'volume'] },
  ]);
});

test('of a role: what is new in it, and who is bound to it', async () => {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const rule = (verb: string) => ({ verbs: [verb], apiGroups: [''], resources: ['secrets'] });
  const bound = (roleKind: string) => ({
    roleRef: { kind: roleKind, name: 'r' },
    subjects: [{ kind: 'ServiceAccount', namespace: 'shop', name: roleKind }],
  });
  const path = `${rbac}/namespaces/shop/roles/r`;
  const { looked } = await lookedAt(
    operationOf({
      method: 'PUT',
      uri: path,
      mediaType: 'application/json',
      body: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'r' } },
    }),
    {
      [`GET ${path}`]: named('r', { rules: [rule('list')] }),
      [`PUT ${path}`]: named('r', { rules: [rule('list'), rule('get')] }),
      [`GET ${rbac}/namespaces/shop/rolebindings`]: list(bound('Role'), bound('ClusterRole')),
    },
  );
  assert.deepEqual(looked.gains, [{ who: ['ServiceAccount shop/Role'], may: ['get secrets'] }]);
});

test('a look has so many reads, and tells what it did not come to', async () => {
  const many = Object.fromEntries(
    Array.from({ length: LOOK_LIMITS.readsMax }, (_, at) => [`GET /api/v1/persistentvolumes/pv${at}`, {}]),
  );
  const { asked } = await lookedAt(operationOf({ method: 'DELETE', uri: '/api/v1/namespaces/shop' }), {
    'GET /api/v1/namespaces/shop': named('shop'),
    [`GET ${SHOP}/persistentvolumeclaims`]: list(
      ...Array.from({ length: LOOK_LIMITS.readsMax }, (_, at) => named(`c${at}`, { spec: { volumeName: `pv${at}` } })),
    ),
    ...many,
  });
  assert.equal(asked.length, LOOK_LIMITS.readsMax);
});
