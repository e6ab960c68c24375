import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonValue } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import { requestInfo } from '../request/request-info.ts';
import type { ExpectedKind } from './agree.ts';
import { type ReadBody, readOperationBody } from './read-operation-body.ts';

const KINDS: Readonly<Record<string, ExpectedKind>> = {
  pods: { kind: 'Pod', group: '', version: 'v1', isNamespaced: true },
  'pods/eviction': { kind: 'Eviction', group: 'policy', version: 'v1', isNamespaced: true },
  'pods/exec': { kind: 'PodExecOptions', group: '', version: 'v1', isNamespaced: true },
  namespaces: { kind: 'Namespace', group: '', version: 'v1', isNamespaced: false },
  'serviceaccounts/token': { kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', isNamespaced: true },
  deployments: { kind: 'Deployment', group: 'apps', version: 'v1', isNamespaced: true },
  'deployments/scale': { kind: 'Scale', group: 'autoscaling', version: 'v1', isNamespaced: true },
  'deployments/status': { kind: 'Deployment', group: 'apps', version: 'v1', isNamespaced: true },
  jobs: { kind: 'Job', group: 'batch', version: 'v1', isNamespaced: true },
  cronjobs: { kind: 'CronJob', group: 'batch', version: 'v1', isNamespaced: true },
  clusterroles: { kind: 'ClusterRole', group: 'rbac.authorization.k8s.io', version: 'v1', isNamespaced: false },
  horizontalpodautoscalers: {
    kind: 'HorizontalPodAutoscaler',
    group: 'autoscaling',
    version: 'v2',
    isNamespaced: true,
  },
  widgets: { kind: 'Widget', group: 'example.com', version: 'v1', isNamespaced: true },
};

function read(method: string, uri: string, body: string | Buffer | JsonValue, contentType?: string): ReadBody {
  const path = requestInfo(method, uri);
  const resource = path.subresource === '' ? path.resource : `${path.resource}/${path.subresource}`;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return readOperationBody({ bytes, contentType, path, expected: KINDS[resource] });
}

function outcome(ask: () => ReadBody): string {
  try {
    const { body, options, equivalents } = ask();
    return JSON.stringify({
      ...(body?.object && { object: body.object }),
      ...(body?.patch && { patch: body.patch }),
      options,
      equivalents,
    });
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return `${error.code}: ${error.message}`;
  }
}

const PODS = '/api/v1/namespaces/a/pods';
const WEB = `${PODS}/web`;
const DEPLOYMENT = '/apis/apps/v1/namespaces/a/deployments/web';
const JOB = '/apis/batch/v1/namespaces/a/jobs/web';
const AUTOSCALERS = '/apis/autoscaling/v2/namespaces/a/horizontalpodautoscalers';

describe('a body agrees with its path', () => {
  const accepted: readonly [what: string, method: string, uri: string, body: JsonValue][] = [
    [
      'kind and version as the path takes them',
      'POST',
      PODS,
      { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'web' } },
    ],
    ['no kind, no version: the path has them', 'POST', PODS, { metadata: { generateName: 'web-' } }],
    ['empty and null ones are left out too', 'POST', PODS, { kind: '', apiVersion: null, metadata: null }],
    ['the namespace of the path', 'PUT', WEB, { metadata: { name: 'web', namespace: 'a' } }],
    [
      'a namespace in a cluster-scoped object is dropped by the server',
      'POST',
      '/apis/rbac.authorization.k8s.io/v1/clusterroles',
      { metadata: { name: 'x', namespace: 'y' } },
    ],
    [
      'a namespace as an object',
      'PUT',
      '/api/v1/namespaces/a',
      { kind: 'Namespace', metadata: { name: 'a', namespace: 'b' } },
    ],
    [
      'a scale is of its own group',
      'PUT',
      `${DEPLOYMENT}/scale`,
      { kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name: 'web' }, spec: { replicas: 3 } },
    ],
    [
      'an eviction of either version',
      'POST',
      `${WEB}/eviction`,
      { kind: 'Eviction', apiVersion: 'policy/v1beta1', metadata: { name: 'web' } },
    ],
    [
      'a token request without a name',
      'POST',
      '/api/v1/namespaces/a/serviceaccounts/x/token',
      { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1' },
    ],
    ['an update without a name is for upstream to refuse', 'PUT', WEB, { metadata: {} }],
  ];
  for (const [what, method, uri, body] of accepted) {
    test(what, () =>
      assert.match(
        outcome(() => read(method, uri, body)),
        /^\{/,
      ),
    );
  }

  const refused: readonly [method: string, uri: string, body: JsonValue | string, want: string][] = [
    ['POST', PODS, { kind: 'Secret' }, 'BODY_MISMATCH: `kind` is `Secret`, but this path takes `Pod`'],
    ['POST', PODS, { kind: 'PodList', items: [] }, 'BODY_MISMATCH: `kind` is `PodList`, but this path takes `Pod`'],
    ['POST', PODS, { kind: 'List', apiVersion: 'v1' }, 'BODY_MISMATCH: `kind` is `List`, but this path takes `Pod`'],
    ['POST', PODS, { kind: 'pod' }, 'BODY_MISMATCH: `kind` is `pod`, but this path takes `Pod`'],
    ['POST', PODS, { apiVersion: 'v2' }, 'BODY_MISMATCH: `apiVersion` is `v2`, but this path takes `v1`'],
    ['POST', PODS, { apiVersion: '/v1' }, 'BODY_MISMATCH: `apiVersion` is `/v1`, but this path takes `v1`'],
    [
      'PUT',
      DEPLOYMENT,
      { apiVersion: 'extensions/v1beta1' },
      'BODY_MISMATCH: `apiVersion` is `extensions/v1beta1`, but this path takes `apps/v1`',
    ],
    [
      'PUT',
      `${DEPLOYMENT}/scale`,
      { kind: 'Deployment', apiVersion: 'apps/v1' },
      'BODY_MISMATCH: `kind` is `Deployment`, but this path takes `Scale`',
    ],
    ['POST', PODS, { kind: 7 }, 'BODY_MISMATCH: `kind` in the body is not a string'],
    ['POST', PODS, { metadata: [] }, 'BODY_MISMATCH: `metadata` in the body is not an object'],
    [
      'POST',
      PODS,
      { metadata: { namespace: 'b' } },
      'BODY_MISMATCH: `metadata.namespace` is `b`, but the path says `a`',
    ],
    ['PUT', WEB, { metadata: { name: 'db' } }, 'BODY_MISMATCH: `metadata.name` is `db`, but the path says `web`'],
    [
      'POST',
      `${WEB}/eviction`,
      { metadata: { name: 'db' } },
      'BODY_MISMATCH: `metadata.name` is `db`, but the path says `web`',
    ],
    [
      'POST',
      `${WEB}/eviction`,
      { apiVersion: 'policy/v2' },
      'BODY_MISMATCH: `apiVersion` is `policy/v2`, but this path takes `policy/v1`',
    ],
    ['POST', PODS, [], 'BODY_UNREADABLE: the body is not an object'],
    ['POST', PODS, '{"kind":"Pod","Kind":"Secret"}', 'BODY_UNREADABLE: `Kind` differs from `kind` in case alone'],
    ['POST', PODS, '{"\u212aind":"Secret"}', 'BODY_UNREADABLE: `?ind` differs from `kind` in case alone'],
    ['POST', PODS, '{"\u017fpec":{}}', 'BODY_UNREADABLE: `?pec` differs from `spec` in case alone'],
    [
      'POST',
      PODS,
      { metadata: { Name: 'x' } },
      'BODY_UNREADABLE: `metadata.Name` differs from `metadata.name` in case alone',
    ],
    [
      'POST',
      PODS,
      { spec: { hostnetwork: true } },
      'BODY_UNREADABLE: `spec.hostnetwork` differs from `spec.hostNetwork` in case alone',
    ],
    [
      'POST',
      '/apis/apps/v1/namespaces/a/unknown',
      {},
      'BODY_MISMATCH: which kind this path takes is not known, so that its body cannot be read',
    ],
    ['POST', `${WEB}/exec?command=ls`, {}, 'REQUEST_MALFORMED: `exec` has no body'],
    ['GET', WEB, {}, 'REQUEST_MALFORMED: a get has no body'],
    ['GET', `${PODS}?watch=1`, {}, 'REQUEST_MALFORMED: a watch has no body'],
  ];
  for (const [method, uri, body, want] of refused) {
    test(`T58: ${method} ${uri} ${JSON.stringify(body)} is ${want}`, () =>
      assert.equal(
        outcome(() => read(method, uri, body)),
        want,
      ));
  }
});

describe('a body is read by its content type', () => {
  const yaml = 'kind: Pod\n';
  const json = '{"kind":"Pod"}';
  const protobuf = Buffer.from('k8s\0\x0a\x09\x0a\x02v1\x12\x03Pod\x12\x00', 'latin1');
  const cases: readonly [type: string | undefined, body: string | Buffer, want: RegExp][] = [
    [undefined, json, /^\{"object"/],
    ['', json, /^\{"object"/],
    ['Application/JSON ; Charset="UTF-8"', json, /^\{"object"/],
    ['application/json;', json, /^\{"object"/],
    ['application/yaml', yaml, /^\{"object"/],
    ['application/vnd.kubernetes.protobuf', protobuf, /^\{"object":\{"kind":"Pod","apiVersion":"v1","metadata":\{\}/],
    // The content type is believed, and nothing else.
    [undefined, yaml, /^BODY_UNREADABLE/],
    ['application/json', protobuf, /^BODY_UNREADABLE/],
    ['application/json', Buffer.from(`\ufeff${json}`), /^BODY_UNREADABLE: the body begins with a byte order mark/],
    ['application/json', Buffer.from(json, 'utf16le'), /^BODY_UNREADABLE/],
    ['application/json', Buffer.from([0x22, 0xff, 0x22]), /^BODY_UNREADABLE: the body is not UTF-8/],
    ['application/vnd.kubernetes.protobuf', json, /^BODY_UNREADABLE: the body is not Kubernetes protobuf/],
    ['application/json; charset=utf-16', json, /^MEDIA_TYPE_UNSUPPORTED/],
    ['application/json; charset=utf-8; charset=utf-16', json, /^MEDIA_TYPE_UNSUPPORTED/],
    ['application/json, application/yaml', json, /^MEDIA_TYPE_UNSUPPORTED/],
    ['application/json; charset', json, /^MEDIA_TYPE_UNSUPPORTED/],
    ['application/cbor', json, /^MEDIA_TYPE_UNSUPPORTED/],
    ['text/yaml', yaml, /^MEDIA_TYPE_UNSUPPORTED/],
    ['application/x-www-form-urlencoded', 'a=b', /^MEDIA_TYPE_UNSUPPORTED/],
    ['application/merge-patch+json', json, /^MEDIA_TYPE_UNSUPPORTED/],
  ];
  for (const [type, body, want] of cases) {
    test(`T56: ${type} with ${JSON.stringify(body.toString('latin1'))} is ${want}`, () =>
      assert.match(
        outcome(() => read('POST', PODS, body, type)),
        want,
      ));
  }

  test('a custom resource in protobuf is refused, whatever its envelope says', () => {
    const uri = '/apis/example.com/v1/namespaces/a/widgets';
    assert.match(
      outcome(() => read('POST', uri, protobuf, 'application/vnd.kubernetes.protobuf')),
      /^MEDIA_TYPE_UNSUPPORTED: `Widget` of `.*` has no protobuf form in Kubernetes/,
    );
  });

  test('what goes to a proxy, or to no resource, is kept and not read', () => {
    for (const uri of [`${WEB}/proxy/x`, '/api/v1/namespaces/a/services/s/proxy', '/metrics']) {
      const { body } = read('POST', uri, 'anything', 'Text/Plain; charset=x');
      assert.equal(body?.mediaType, 'text/plain');
      assert.equal(body?.object, undefined);
    }
  });

  test('an empty body is none', () => {
    assert.equal(read('POST', PODS, '').body, undefined);
    assert.equal(read('DELETE', WEB, '').body, undefined);
  });

  test('the body carries the bytes as they came', () => {
    const text = '{ "kind":"Pod",  "n": 1.0 }';
    const { body } = read('POST', PODS, text);
    assert.equal(Buffer.from(body?.bytes ?? []).toString(), text);
  });
});

describe('the options of a delete are those of its body', () => {
  const cases: readonly [uri: string, body: JsonValue, want: string][] = [
    [WEB, {}, '{"object":{},"options":{"isDryRun":false},"equivalents":[]}'],
    [
      WEB,
      {
        kind: 'DeleteOptions',
        apiVersion: 'apps/v1',
        dryRun: ['All'],
        gracePeriodSeconds: 0,
        propagationPolicy: 'Orphan',
        preconditions: { uid: 'u' },
      },
      '{"isDryRun":true,"gracePeriodSeconds":0,"propagationPolicy":"Orphan","preconditions":{"uid":"u"}}',
    ],
    [WEB, { orphanDependents: false }, '"propagationPolicy":"Background"'],
    [WEB, { kind: 'Pod' }, 'BODY_MISMATCH: the body of a delete is not `DeleteOptions`'],
    [WEB, { dryRun: ['all'] }, 'BODY_UNREADABLE: `dryRun` in the body is not a list of `All`'],
    [WEB, { dryRun: 'All' }, 'BODY_UNREADABLE: `dryRun` in the body is not a list of `All`'],
    [WEB, { gracePeriodSeconds: '0' }, 'BODY_UNREADABLE: `gracePeriodSeconds` in the body is not a number'],
    [WEB, { DryRun: ['All'] }, 'BODY_UNREADABLE: `DryRun` differs from `dryRun` in case alone'],
    // With a body, upstream reads no option from the query: this would delete.
    [`${WEB}?dryRun=All`, {}, 'QUERY_AMBIGUOUS: `dryRun` in the query would be ignored, since the delete has a body'],
    [`${WEB}?propagationPolicy=Orphan`, {}, 'QUERY_AMBIGUOUS: `propagationPolicy` in the query'],
    [`${WEB}?uid=u`, {}, 'QUERY_AMBIGUOUS: `uid` in the query'],
    [`${WEB}?uid=u`, { preconditions: { uid: 'u' } }, '"preconditions":{"uid":"u"}'],
    [`${WEB}?gracePeriodSeconds=0`, { gracePeriodSeconds: 30 }, 'QUERY_AMBIGUOUS: `gracePeriodSeconds` in the query'],
    [`${WEB}?gracePeriodSeconds=0`, { gracePeriodSeconds: 0 }, '"options":{"isDryRun":false,"gracePeriodSeconds":0}'],
    [`${PODS}?dryRun=All`, { dryRun: ['All'] }, '"options":{"isDryRun":true}'],
  ];
  for (const [uri, body, want] of cases) {
    test(`T24: DELETE ${uri} ${JSON.stringify(body)} is ${want}`, () => {
      const got = outcome(() => read('DELETE', uri, body));
      assert.ok(got.includes(want), got);
    });
  }

  test('an eviction has the options in it, and the dry run of its query where it has none of its own', () => {
    const evict = (deleteOptions: JsonValue) => read('POST', `${WEB}/eviction`, { deleteOptions }).options;
    assert.deepEqual(evict({ gracePeriodSeconds: 5 }), { gracePeriodSeconds: 5 });
    assert.deepEqual(evict({ dryRun: ['All'] }), { isDryRun: true });
    assert.deepEqual(evict(null), {});
  });
});

const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const APPLY = 'application/apply-patch+yaml';
const JSON_PATCH = 'application/json-patch+json';

describe('patches are read and bounded', () => {
  const cases: readonly [type: string | undefined, body: JsonValue | string, want: string][] = [
    [MERGE, { spec: null }, '{"patch":{"type":"merge","object":{"spec":null}}'],
    [STRATEGIC, { metadata: { name: 'web', labels: { a: 'b' } } }, '{"patch":{"type":"strategic"'],
    [APPLY, 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n', '{"patch":{"type":"apply"'],
    [APPLY, { apiVersion: 'v1', kind: 'Pod' }, '{"patch":{"type":"apply"'],
    [JSON_PATCH, [{ op: 'replace', path: '/kind', value: 'Pod' }], '{"patch":{"type":"json"'],
    [JSON_PATCH, [{ op: 'test', path: '/metadata/name', value: 'x' }], '{"patch":{"type":"json"'],
    [undefined, {}, 'MEDIA_TYPE_UNSUPPORTED: a body of no content type cannot be inspected here'],
    ['application/json', {}, 'MEDIA_TYPE_UNSUPPORTED'],
    ['application/apply-patch+cbor', {}, 'MEDIA_TYPE_UNSUPPORTED'],
    [MERGE, [], 'BODY_UNREADABLE: the patch is not an object'],
    [MERGE, '{"a":1,"a":2}', 'BODY_UNREADABLE: key `a` is given twice'],
    [MERGE, { kind: null }, 'BODY_MISMATCH: the patch takes `kind` away'],
    [MERGE, { apiVersion: 'v2' }, 'BODY_MISMATCH: `apiVersion` is `v2`'],
    [MERGE, { metadata: { namespace: 'b' } }, 'BODY_MISMATCH: `metadata.namespace` is `b`'],
    [STRATEGIC, { Metadata: {} }, 'BODY_UNREADABLE: `Metadata` differs from `metadata` in case alone'],
    [APPLY, 'a: yes\n', 'BODY_UNREADABLE: `yes` without quotes'],
    [JSON_PATCH, {}, 'BODY_UNREADABLE: the JSON patch is not a list'],
    [
      JSON_PATCH,
      [{ op: 'Add', path: '/a', value: 1 }],
      'BODY_UNREADABLE: an operation of the JSON patch has no known `op`',
    ],
    [JSON_PATCH, [{ op: 'add', value: 1 }], 'BODY_UNREADABLE: `add` in the JSON patch has no `path`'],
    [JSON_PATCH, [{ op: 'add', path: '/a' }], 'BODY_UNREADABLE: `add` in the JSON patch has no `value`'],
    [JSON_PATCH, [{ op: 'copy', path: '/a' }], 'BODY_UNREADABLE: `copy` in the JSON patch has no `from`'],
    [
      JSON_PATCH,
      [{ op: 'remove', path: 'x/spec' }],
      'BODY_UNREADABLE: a path in the JSON patch does not begin with `/`',
    ],
    [
      JSON_PATCH,
      [{ op: 'remove', path: '/a~2' }],
      'BODY_UNREADABLE: a path in the JSON patch has a `~` that is no escape',
    ],
    [JSON_PATCH, [{ op: 'replace', path: '/kind', value: 'Secret' }], 'BODY_MISMATCH: the JSON patch changes `kind`'],
    [
      JSON_PATCH,
      [{ op: 'replace', path: '/metadata/name', value: 'db' }],
      'BODY_MISMATCH: the JSON patch changes `metadata.name`',
    ],
    [
      JSON_PATCH,
      [{ op: 'copy', from: '/spec', path: '/metadata' }],
      'BODY_MISMATCH: the JSON patch changes `metadata.name`',
    ],
    [
      JSON_PATCH,
      [{ op: 'replace', path: '/metadata', value: { name: 'db' } }],
      'BODY_MISMATCH: `metadata.name` is `db`',
    ],
    [JSON_PATCH, [{ op: 'replace', path: '', value: { kind: 'Secret' } }], 'BODY_MISMATCH: `kind` is `Secret`'],
    [
      JSON_PATCH,
      Array(10_001).fill({ op: 'test', path: '' }),
      'BODY_TOO_LARGE: the JSON patch has more than 10000 operations',
    ],
  ];
  for (const [type, body, want] of cases) {
    test(`T56 T58: ${type} ${JSON.stringify(body).slice(0, 80)} is ${want}`, () => {
      const got = outcome(() => read('PATCH', WEB, body, type));
      assert.ok(got.startsWith(want), got);
    });
  }

  test('T57: CVE-2019-1002100, a patch that copies itself, is bounded by its operations and applied nowhere here', () => {
    const copies = Array.from({ length: 10_000 }, () => ({ op: 'copy', from: '/spec', path: '/spec/a' }));
    assert.equal(read('PATCH', WEB, copies, JSON_PATCH).body?.patch?.type, 'json');
  });
});

describe('T28: what a body makes a change equal', () => {
  const cases: readonly [method: string, uri: string, body: JsonValue, equals: string, type?: string][] = [
    // T69: an autoscaler that may scale to nothing.
    ['POST', AUTOSCALERS, { spec: { minReplicas: 0 } }, 'scale-to-zero'],
    ['POST', AUTOSCALERS, { spec: { minReplicas: 1, maxReplicas: 3 } }, ''],
    ['PATCH', `${AUTOSCALERS}/a`, { spec: { minReplicas: 0 } }, 'scale-to-zero', MERGE],
    ['PATCH', `${AUTOSCALERS}/a`, [{ op: 'copy', from: '/a', path: '/spec/minReplicas' }], 'scale-to-zero', JSON_PATCH],
    // Scale to zero, on the subresource and on the object.
    ['PUT', `${DEPLOYMENT}/scale`, { spec: { replicas: 0 } }, 'scale-to-zero'],
    ['PUT', `${DEPLOYMENT}/scale`, { spec: {} }, 'scale-to-zero'],
    ['PUT', `${DEPLOYMENT}/scale`, {}, 'scale-to-zero'],
    ['PUT', `${DEPLOYMENT}/scale`, { spec: { replicas: 1 } }, ''],
    ['PATCH', `${DEPLOYMENT}/scale`, { spec: { replicas: 0 } }, 'scale-to-zero', MERGE],
    ['PATCH', `${DEPLOYMENT}/scale`, { spec: { replicas: null } }, 'scale-to-zero', MERGE],
    ['PATCH', `${DEPLOYMENT}/scale`, { spec: null }, 'scale-to-zero', MERGE],
    ['PATCH', `${DEPLOYMENT}/scale`, { metadata: { labels: {} } }, '', MERGE],
    ['PATCH', `${DEPLOYMENT}/scale`, [{ op: 'remove', path: '/spec/replicas' }], 'scale-to-zero', JSON_PATCH],
    ['PATCH', `${DEPLOYMENT}/scale`, [{ op: 'replace', path: '/spec', value: {} }], 'scale-to-zero', JSON_PATCH],
    ['PUT', DEPLOYMENT, { spec: { replicas: 0 } }, 'scale-to-zero'],
    ['PUT', DEPLOYMENT, { spec: {} }, ''],
    ['PUT', `${DEPLOYMENT}/status`, { spec: { replicas: 0 } }, ''],
    ['PATCH', DEPLOYMENT, { spec: { replicas: 0 } }, 'scale-to-zero', APPLY],
    ['PATCH', DEPLOYMENT, { spec: { replicas: 2 } }, '', STRATEGIC],
    ['PATCH', DEPLOYMENT, [{ op: 'replace', path: '/spec/replicas', value: 0 }], 'scale-to-zero', JSON_PATCH],
    ['PATCH', DEPLOYMENT, [{ op: 'add', path: '/spec', value: { replicas: 0 } }], 'scale-to-zero', JSON_PATCH],
    [
      'PATCH',
      DEPLOYMENT,
      [{ op: 'copy', from: '/spec/minReadySeconds', path: '/spec/replicas' }],
      'scale-to-zero',
      JSON_PATCH,
    ],
    ['PATCH', DEPLOYMENT, [{ op: 'test', path: '/spec/replicas', value: 0 }], '', JSON_PATCH],
    ['PATCH', JOB, { spec: { parallelism: 0 } }, 'scale-to-zero', MERGE],
    ['PATCH', JOB, { spec: { suspend: true } }, 'scale-to-zero', MERGE],
    ['PATCH', JOB, [{ op: 'copy', from: '/spec/completions', path: '/spec/parallelism' }], 'scale-to-zero', JSON_PATCH],
    // Finalizers.
    ['PUT', WEB, { metadata: { finalizers: [] } }, 'finalizers'],
    ['PUT', WEB, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }, 'deletion-timestamp finalizers'],
    ['PUT', WEB, { metadata: { finalizers: ['x/y'] } }, ''],
    ['PUT', WEB, { metadata: {} }, ''],
    ['PATCH', WEB, { metadata: { finalizers: null } }, 'finalizers', MERGE],
    ['PATCH', WEB, { metadata: null }, 'finalizers', MERGE],
    [
      'PATCH',
      WEB,
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['x'] } },
      'finalizers patch-delete',
      STRATEGIC,
    ],
    ['PATCH', WEB, [{ op: 'remove', path: '/metadata/finalizers/0' }], 'finalizers', JSON_PATCH],
    [
      'PATCH',
      WEB,
      [{ op: 'move', from: '/metadata/finalizers', path: '/metadata/labels/x' }],
      'finalizers',
      JSON_PATCH,
    ],
    ['PATCH', WEB, [{ op: 'replace', path: '/metadata', value: { name: 'web' } }], 'finalizers', JSON_PATCH],
    // The rest.
    ['PATCH', WEB, { metadata: { deletionTimestamp: 'x' } }, 'deletion-timestamp', MERGE],
    ['PATCH', WEB, [{ op: 'add', path: '/metadata/deletionTimestamp', value: 'x' }], 'deletion-timestamp', JSON_PATCH],
    ['PATCH', WEB, { metadata: { ownerReferences: [{ uid: 'gone' }] } }, 'owner-references', MERGE],
    [
      'PATCH',
      WEB,
      [{ op: 'add', path: '/metadata/ownerReferences', value: [{ uid: 'x' }] }],
      'owner-references',
      JSON_PATCH,
    ],
    [
      'PATCH',
      WEB,
      [{ op: 'add', path: '/metadata/ownerReferences/-', value: { uid: 'x' } }],
      'owner-references',
      JSON_PATCH,
    ],
    ['PATCH', WEB, [{ op: 'copy', from: '/x', path: '/metadata/ownerReferences' }], 'owner-references', JSON_PATCH],
    ['PATCH', JOB, { spec: { ttlSecondsAfterFinished: 0 } }, 'ttl', MERGE],
    ['PATCH', JOB, [{ op: 'add', path: '/spec/ttlSecondsAfterFinished', value: 0 }], 'ttl', JSON_PATCH],
    ['PATCH', JOB, { spec: { activeDeadlineSeconds: 1 } }, 'ttl', MERGE],
    ['PATCH', '/api/v1/namespaces/a/pods/x', { spec: { activeDeadlineSeconds: 1 } }, 'ttl', MERGE],
    [
      'PATCH',
      '/apis/batch/v1/namespaces/a/cronjobs/x',
      { spec: { jobTemplate: { spec: { ttlSecondsAfterFinished: 0 } } } },
      'ttl',
      MERGE,
    ],
    ['PATCH', '/apis/example.com/v1/namespaces/a/widgets/x', { spec: { ttlStrategy: {} } }, 'ttl', MERGE],
    ['PATCH', WEB, { spec: { containers: [{ name: 'a', $patch: 'delete' }] } }, 'patch-delete', STRATEGIC],
    ['PATCH', WEB, { $patch: 'replace' }, 'finalizers patch-delete', STRATEGIC],
    ['PATCH', WEB, { metadata: { $retainKeys: ['name'] } }, 'finalizers', STRATEGIC],
    ['PATCH', `${DEPLOYMENT}/scale`, { spec: { $retainKeys: [] } }, 'scale-to-zero', STRATEGIC],
    ['PATCH', DEPLOYMENT, { spec: { strategy: { $retainKeys: ['type'] } } }, '', STRATEGIC],
    // A new object deletes nothing, whatever stands in it.
    [
      'POST',
      '/apis/batch/v1/namespaces/a/jobs',
      { metadata: { finalizers: [], ownerReferences: [{}] }, spec: { parallelism: 0, ttlSecondsAfterFinished: 5 } },
      '',
    ],
  ];
  for (const [method, uri, body, equals, type] of cases) {
    test(`${method} ${uri} ${type ?? ''} ${JSON.stringify(body)} equals ${equals || 'nothing'}`, () =>
      assert.equal([...read(method, uri, body, type).equivalents].sort().join(' '), equals));
  }
});
