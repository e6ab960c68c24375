import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationOf } from '../../test/support/operation.ts';
import { encodedRelease } from '../masking/helm/masked-release.ts';
import type { JsonObject, Operation } from '../model/operation.ts';
import { holdsAll } from './holds-all.ts';
import { type Release, releaseIn } from './release.ts';
import { type PendingRelease, releaseWords, withinRelease } from './within-release.ts';

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: 2
  template:
    spec:
      containers:
        - { name: web, image: "web:2", args: [serve, --fast], env: [{ name: MODE, value: new }], resources: { limits: { cpu: 1000m } } }
`;
const WEB_BEFORE = WEB.replace('web:2', 'web:1').replace('value: new', 'value: old }, { name: OLD, value: x');
const policy = (egress: string) =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: shut }\nspec: { podSelector: {}, egress: ${egress} }\n`;
const map = (name: string, more = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}${more} }\ndata: { a: b }\n`;
const JOB =
  'apiVersion: batch/v1\nkind: Job\nmetadata: { name: migrate }\nspec: { template: { spec: { restartPolicy: Never } } }\n';

function record(revision: number, status: string, manifests: readonly string[], part: object = {}): JsonObject {
  const release = {
    name: 'shop',
    namespace: 'team',
    version: revision,
    info: { status, description: 'x' },
    chart: { metadata: { name: 'shop', version: '1.2.3' } },
    config: { replicas: 2 },
    manifest: manifests.map((each) => `---\n# Source: shop/templates/x.yaml\n${each}`).join(''),
    hooks: [{ name: 'migrate', manifest: JOB, events: ['pre-upgrade'], last_run: { phase: '' } }],
    ...part,
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: { name: `sh.helm.release.v1.shop.v${revision}`, namespace: 'team', labels: { owner: 'helm', status } },
    data: { release: encodedRelease(Buffer.from(JSON.stringify(release)), 2) },
  };
}

const read = (secret: JsonObject) => releaseIn(secret) as Release;
const OLD = record(1, 'deployed', [
  WEB_BEFORE,
  map('gone'),
  map('stays', ', annotations: { helm.sh/resource-policy: keep }'),
]);
const NEW = record(2, 'pending-upgrade', [WEB, policy('[]'), map('added')]);
const PENDING: PendingRelease = { release: read(NEW), before: [read(OLD)] };

const PLURALS: Record<string, string> = {
  Deployment: 'apis/apps/v1/namespaces/team/deployments',
  NetworkPolicy: 'apis/networking.k8s.io/v1/namespaces/team/networkpolicies',
  ConfigMap: 'api/v1/namespaces/team/configmaps',
  Job: 'apis/batch/v1/namespaces/team/jobs',
  Secret: 'api/v1/namespaces/team/secrets',
};

function call(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  kind: string,
  name: string,
  body?: JsonObject,
  patch?: 'strategic' | 'apply' | 'merge',
): Operation {
  const manager = patch === 'apply' ? '?fieldManager=helm' : '';
  const uri = `/${PLURALS[kind]}${method === 'POST' ? '' : `/${name}`}${manager}`;
  const operation = operationOf({ method, uri });
  if (body === undefined) return operation;
  const bytes = Buffer.from(JSON.stringify(body));
  const asPatch = patch === undefined ? undefined : { type: patch, object: body };
  return {
    ...operation,
    body: { mediaType: '', bytes, object: patch === undefined ? body : undefined, patch: asPatch },
  } as Operation;
}

const HELM = {
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  annotations: { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': 'team' },
};
const web = (part: JsonObject = {}): JsonObject => ({
  spec: { template: { spec: { containers: [{ name: 'web', image: 'web:2', ...part }] } } },
});
const live = (kind: string): JsonObject => ({ kind, metadata: {} });
const within = (operation: Operation, there: JsonObject | null = null) => withinRelease(PENDING, operation, there).kind;

test('a record is read as Helm writes it, and none that says another name, more data, or cannot be read', () => {
  const { name, revision, chart, objects, hooks, status } = read(NEW);
  assert.deepEqual(
    [name, revision, chart, status, objects.length, hooks[0]?.events],
    ['shop', 2, 'shop-1.2.3', 'pending-upgrade', 3, ['pre-upgrade']],
  );
  for (const [why, secret] of [
    ['another revision', { ...NEW, metadata: { name: 'sh.helm.release.v1.shop.v3' } }],
    ['another type', { ...NEW, type: 'Opaque' }],
    ['more beside it', { ...NEW, data: { ...(NEW.data as JsonObject), more: '' } }],
    ['no record', { ...NEW, data: { release: 'bm9uZQ==' } }],
    ['a manifest that is none', record(2, 'pending-upgrade', ['a: [b'])],
    [
      'a manifest that is longer than can be shown',
      record(2, 'pending-upgrade', [map('long'), `# ${'x'.repeat(170_000)}\n`]),
    ],
    ['an object without a name', record(2, 'pending-upgrade', ['kind: Pod\nmetadata: {}'])],
  ] as const)
    assert.equal(releaseIn(secret as JsonObject), undefined, why);
});

test('T57: a revision is as high as its record says, and nothing is counted up to it', () => {
  const last = Number.MAX_SAFE_INTEGER;
  const release = read(record(last, 'pending-upgrade', [WEB]));
  const write = (revision: number) => call('DELETE', 'Secret', `sh.helm.release.v1.shop.v${revision}`);
  const kinds = [1, last - 1, last, 10 ** 16].map(
    (each) => withinRelease({ release, before: [] }, write(each), null).kind,
  );
  assert.deepEqual(kinds, ['yes', 'yes', 'no', 'no']);
  for (const revision of [0, -1, 1.5, 2 ** 60])
    assert.equal(releaseIn(record(revision, 'pending-install', [WEB])), undefined);
});

test('what Helm makes, changes, deletes and runs for the release passes', () => {
  const added = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'added', namespace: 'team', ...HELM },
    data: { a: 'b' },
  };
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'migrate', namespace: 'team' },
    spec: { template: { spec: { restartPolicy: 'Never' } } },
  };
  assert.equal(within(call('POST', 'ConfigMap', 'added', added)), 'yes');
  assert.equal(within(call('PATCH', 'ConfigMap', 'added', added, 'apply')), 'yes');
  assert.equal(within(call('POST', 'Job', 'migrate', job)), 'yes');
  assert.equal(within(call('DELETE', 'Job', 'migrate'), live('Job')), 'yes');
  assert.equal(within(call('DELETE', 'Job', 'migrate')), 'yes', 'a hook that is not there');
  const applied = { ...added, metadata: { ...added.metadata, uid: 'u1', resourceVersion: '7' } };
  assert.equal(
    within(call('PATCH', 'ConfigMap', 'added', applied, 'apply'), { kind: 'ConfigMap', metadata: { uid: 'u1' } }),
    'yes',
  );
  assert.equal(within(call('DELETE', 'ConfigMap', 'gone'), live('ConfigMap')), 'yes');
  assert.equal(within(call('PATCH', 'Deployment', 'web', web(), 'strategic'), live('Deployment')), 'holds');
  const env = {
    $setElementOrder: 1,
    env: [
      { name: 'MODE', value: 'new' },
      { name: 'OLD', $patch: 'delete' },
    ],
    '$setElementOrder/env': [{ name: 'MODE' }],
  };
  const { $setElementOrder: _, ...sent } = env;
  assert.equal(
    within(call('PATCH', 'Deployment', 'web', web(sent as unknown as JsonObject), 'strategic'), live('Deployment')),
    'holds',
  );
  assert.equal(
    within(call('PATCH', 'Deployment', 'web', { metadata: { ...HELM } }, 'strategic'), live('Deployment')),
    'holds',
  );
});

test('T59: what the release does not say is asked about by itself', () => {
  const added = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'added', namespace: 'team', ...HELM },
    data: { a: 'b' },
  };
  const shut = (egress: readonly JsonObject[]) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'shut', namespace: 'team', ...HELM },
    spec: { podSelector: {}, egress },
  });
  assert.equal(within(call('POST', 'NetworkPolicy', 'shut', shut([]) as unknown as JsonObject)), 'yes');
  const rows: readonly (readonly [why: string, Operation, JsonObject | null])[] = [
    ['another value', call('POST', 'ConfigMap', 'added', { ...added, data: { a: 'c' } }), null],
    ['one more field', call('POST', 'ConfigMap', 'added', { ...added, data: { a: 'b', c: 'd' } }), null],
    [
      'one more label',
      call('POST', 'ConfigMap', 'added', {
        ...added,
        metadata: { ...added.metadata, labels: { ...HELM.labels, x: 'y' } },
      }),
      null,
    ],
    [
      'a finalizer',
      call('POST', 'ConfigMap', 'added', {
        ...added,
        metadata: { ...added.metadata, finalizers: ['x'] },
      } as unknown as JsonObject),
      null,
    ],
    ['an empty rule, which opens', call('POST', 'NetworkPolicy', 'shut', shut([{}]) as unknown as JsonObject), null],
    [
      'an object of another name',
      call('POST', 'ConfigMap', 'other', { ...added, metadata: { ...added.metadata, name: 'other' } }),
      null,
    ],
    [
      'another kind of that name',
      call('POST', 'Job', 'added', { ...added, kind: 'Job', apiVersion: 'batch/v1' }),
      null,
    ],
    ['a delete of what stays', call('DELETE', 'Deployment', 'web'), live('Deployment')],
    ['a delete of what is to be kept', call('DELETE', 'ConfigMap', 'stays'), live('ConfigMap')],
    ['a delete of what is not there and is no hook', call('DELETE', 'ConfigMap', 'other'), null],
    [
      'the uid of another',
      call('PATCH', 'ConfigMap', 'added', { ...added, metadata: { ...added.metadata, uid: 'u2' } }, 'apply'),
      { kind: 'ConfigMap', metadata: { uid: 'u1' } },
    ],
    [
      'a delete that leaves what it owns behind',
      { ...call('DELETE', 'ConfigMap', 'gone'), options: { isDryRun: false, propagationPolicy: 'Orphan' } },
      live('ConfigMap'),
    ],
    [
      'a delete at once',
      { ...call('DELETE', 'ConfigMap', 'gone'), options: { isDryRun: false, gracePeriodSeconds: 0 } },
      live('ConfigMap'),
    ],
    [
      'an apply in the name of another, which would take away what that one applied',
      {
        ...call('PATCH', 'ConfigMap', 'added', added as unknown as JsonObject, 'apply'),
        options: { isDryRun: false, fieldManager: 'argocd-controller' },
      },
      null,
    ],
    ['a delete of what it never had', call('DELETE', 'ConfigMap', 'other'), live('ConfigMap')],
    ['another image', call('PATCH', 'Deployment', 'web', web({ image: 'evil:1' }), 'strategic'), live('Deployment')],
    ['another container', call('PATCH', 'Deployment', 'web', web({ name: 'side' }), 'strategic'), live('Deployment')],
    [
      'one more field of a container',
      call('PATCH', 'Deployment', 'web', web({ securityContext: { privileged: true } }), 'strategic'),
      live('Deployment'),
    ],
    [
      'arguments in another order',
      call('PATCH', 'Deployment', 'web', web({ args: ['--fast', 'serve'] }), 'strategic'),
      live('Deployment'),
    ],
    [
      'a container that is deleted and stays',
      call('PATCH', 'Deployment', 'web', web({ $patch: 'delete' }), 'strategic'),
      live('Deployment'),
    ],
    [
      'a list that is replaced',
      call('PATCH', 'Deployment', 'web', web({ $patch: 'replace' }), 'strategic'),
      live('Deployment'),
    ],
    [
      'an object that is replaced',
      call('PATCH', 'Deployment', 'web', { spec: { $patch: 'replace', replicas: 2 } }, 'strategic'),
      live('Deployment'),
    ],
    [
      'a field taken away that was never there',
      call('PATCH', 'Deployment', 'web', { spec: { paused: null } }, 'strategic'),
      live('Deployment'),
    ],
    [
      'a field taken away that stays',
      call('PATCH', 'Deployment', 'web', { spec: { replicas: null } }, 'strategic'),
      live('Deployment'),
    ],
    ['a list in part, where it is replaced', call('PATCH', 'Deployment', 'web', web(), 'merge'), live('Deployment')],
    [
      'a subresource',
      { ...call('PATCH', 'Deployment', 'web', { spec: { replicas: 2 } }, 'merge'), subresource: 'scale' },
      live('Deployment'),
    ],
    ['a power', { ...call('POST', 'ConfigMap', 'added', added), power: 'exec' }, null],
  ];
  for (const [why, operation, there] of rows) assert.equal(within(operation, there), 'no', why);
});

test('its records pass with another status, and with nothing else', () => {
  const put = (secret: JsonObject, name: string, there: JsonObject | null = null) =>
    within(call('PUT', 'Secret', name, secret), there);
  const at = (revision: number) => `sh.helm.release.v1.shop.v${revision}`;
  const manifests = [WEB, policy('[]'), map('added')];
  assert.equal(put(record(2, 'deployed', manifests), at(2)), 'yes');
  assert.equal(put(record(2, 'deployed', [WEB]), at(2)), 'no', 'another manifest');
  assert.equal(put(record(2, 'deployed', manifests, { config: { replicas: 9 } }), at(2)), 'no', 'other values');
  const olds = [WEB_BEFORE, map('gone'), map('stays', ', annotations: { helm.sh/resource-policy: keep }')];
  assert.equal(put(record(1, 'superseded', olds), at(1), OLD), 'yes');
  assert.equal(put(record(1, 'superseded', [map('evil')]), at(1), OLD), 'no', 'the next rollback would apply it');
  assert.equal(put(record(1, 'superseded', olds), at(1)), 'no', 'what is stored is not known');
  assert.equal(put(record(3, 'deployed', manifests), at(3)), 'no');
  assert.equal(within(call('DELETE', 'Secret', at(1)), live('Secret')), 'yes');
  assert.equal(within(call('DELETE', 'Secret', at(2)), live('Secret')), 'no');
  assert.equal(within(call('DELETE', 'Secret', 'sh.helm.release.v1.other.v1'), live('Secret')), 'no');
});

test('an object as it would be stored holds what the manifest says, with defaults and quantities as they are stored', () => {
  const wanted = {
    spec: { replicas: 2, template: { containers: [{ name: 'web', args: ['a'], cpu: '1000m', env: [] }] } },
  };
  const stored = (part: object = {}) =>
    ({
      spec: {
        replicas: 2,
        revisionHistoryLimit: 10,
        template: { containers: [{ name: 'side' }, { name: 'web', args: ['a'], cpu: '1', pull: 'Always', ...part }] },
      },
    }) as unknown as JsonObject;
  assert.equal(holdsAll(stored(), wanted), true);
  assert.equal(holdsAll(stored({ cpu: '2' }), wanted), false);
  assert.equal(holdsAll(stored({ args: [] }), wanted), false);
  assert.equal(holdsAll(stored({ env: [{ name: 'X' }] }), wanted), false, 'an empty list says that there is nothing');
  assert.equal(holdsAll({ data: { a: 'Yg==' } }, { stringData: { a: 'b' } }), true);
  assert.equal(holdsAll({ data: { a: 'Yw==' } }, { stringData: { a: 'b' } }), false);
});

test('what a yes covers is told object by object', () => {
  assert.deepEqual(releaseWords(PENDING), [
    'changes Deployment (apps) `web`',
    'makes NetworkPolicy (networking.k8s.io) `shut`',
    'makes ConfigMap `added`',
    'deletes ConfigMap `gone`',
    'runs Job (batch) `migrate` (pre-upgrade)',
    'writes the records of release `shop`, up to revision 2',
  ]);
});
