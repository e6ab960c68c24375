import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import type { Operation } from '../../model/operation.ts';
import { Refusal } from '../../model/refusal.ts';
import type { Request, UpgradeProtocol } from '../../model/request.ts';
import { newExchangeId } from '../../std/ids.ts';
import { DEFAULT_BODY_LIMITS } from './body/body-limits.ts';
import type { DiscoveredKind } from './discovery/discovered-kinds.ts';
import type { Discovery } from './discovery/discovery.ts';
import { parseOperation } from './operation.ts';

/** What a target serves: the kinds that the rows name. */
const NAMESPACED: Record<string, string> = {
  '/v1/pods': 'Pod',
  '/v1/pods/exec': 'PodExecOptions',
  '/v1/pods/attach': 'PodAttachOptions',
  '/v1/pods/portforward': 'PodPortForwardOptions',
  '/v1/pods/proxy': 'PodProxyOptions',
  '/v1/pods/log': 'Pod',
  '/v1/pods/eviction': 'Eviction',
  '/v1/pods/ephemeralcontainers': 'Pod',
  '/v1/services': 'Service',
  '/v1/services/proxy': 'ServiceProxyOptions',
  'example.com/v1/pods/log': 'Log',
  '/v1/secrets': 'Secret',
  '/v1/serviceaccounts/token': 'TokenRequest',
  'apps/v1/deployments': 'Deployment',
  'example.com/v1/widgets': 'Widget',
  'external.metrics.k8s.io/v1beta1/queue-length': 'ExternalMetricValueList',
  'custom.metrics.k8s.io/v1beta2/pods/rate': 'MetricValueList',
  'custom.metrics.k8s.io/v1beta2/nodes/load': 'MetricValueList',
};
const CLUSTER_WIDE: Record<string, string> = {
  '/v1/nodes': 'Node',
  '/v1/nodes/proxy': 'NodeProxyOptions',
  '/v1/namespaces': 'Namespace',
  '/v1/namespaces/finalize': 'Namespace',
  'example.com/v1/clusterwidgets': 'ClusterWidget',
  'authorization.k8s.io/v1/selfsubjectaccessreviews': 'SelfSubjectAccessReview',
  'authentication.k8s.io/v1/tokenreviews': 'TokenReview',
};

const discovery: Discovery = {
  async find(group, version, resource, subresource): Promise<DiscoveredKind | undefined> {
    const key = `${group}/${version}/${resource}${subresource === '' ? '' : `/${subresource}`}`;
    const kind = NAMESPACED[key] ?? CLUSTER_WIDE[key];
    if (kind === undefined) return undefined;
    const groupVersionKind = kind === 'Eviction' ? { group: 'policy', version, kind } : { group, version, kind };
    return { kind, groupVersionKind, isNamespaced: key in NAMESPACED, verbs: [] };
  },
};

interface Asked {
  readonly body?: string;
  readonly upgrade?: UpgradeProtocol;
  readonly headers?: Record<string, string>;
}

function parse(line: string, { body = '', upgrade, headers = {} }: Asked = {}): Promise<Operation> {
  const [method = '', uri = ''] = line.split(' ');
  const bytes = Buffer.from(body);
  const sent = { ...(body === '' ? {} : { 'content-length': String(bytes.length) }), ...headers };
  const request: Request = {
    id: newExchangeId(0),
    method,
    uri,
    headers: new Map(Object.entries(sent).map(([name, value]) => [name, [value]])),
    warnings: [],
    impersonation: undefined,
    httpVersion: '1.1',
    peer: '127.0.0.1',
    token: undefined,
    upgrade: upgrade && { protocol: upgrade, socket: new PassThrough(), head: Buffer.alloc(0) },
    readBody: async () => bytes,
  };
  return parseOperation('prod', request, discovery, DEFAULT_BODY_LIMITS);
}

async function outcome(line: string, asked?: Asked): Promise<string> {
  try {
    const { verb, resource, subresource, power } = await parse(line, asked);
    return `${verb} ${resource}${subresource === '' ? '' : `/${subresource}`}${power === undefined ? '' : ` (${power})`}`;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.code;
    throw thrown;
  }
}

type Row = readonly [line: string, outcome: string, asked?: Asked];

function table(name: string, rows: readonly Row[]): void {
  describe(name, () => {
    for (const [line, expected, asked] of rows) {
      test(`${line} ${asked?.upgrade ?? ''} is ${expected}`, async () =>
        assert.equal(await outcome(line, asked), expected));
    }
  });
}

const POD = '/api/v1/namespaces/x/pods/p';

table('T17: a kind through a path of the other scope', [
  ['GET /api/v1/namespaces/x/nodes/n', 'KIND_UNKNOWN'],
  ['GET /api/v1/namespaces/x/nodes', 'KIND_UNKNOWN'],
  ['POST /api/v1/namespaces/x/nodes', 'KIND_UNKNOWN'],
  ['GET /apis/example.com/v1/namespaces/x/clusterwidgets/w', 'KIND_UNKNOWN'],
  ['GET /api/v1/watch/namespaces/x/nodes', 'KIND_UNKNOWN'],
  ['GET /api/v1/namespaces/x/namespaces/y', 'KIND_UNKNOWN'],
  ['GET /api/v1/namespaces/x/namespaces', 'KIND_UNKNOWN'],
  ['GET /api/v1/pods/p', 'KIND_UNKNOWN'],
  ['GET /api/v1/watch/pods/p', 'KIND_UNKNOWN'],
  ['GET /apis/example.com/v1/widgets/w', 'KIND_UNKNOWN'],
  ['POST /apis/apps/v1/deployments', 'KIND_UNKNOWN'],
  ['DELETE /apis/apps/v1/deployments', 'KIND_UNKNOWN'],
  ['GET /api/v1/nodes/n', 'get nodes'],
  ['GET /api/v1/namespaces/x', 'get namespaces'],
  ['GET /api/v1/namespaces', 'list namespaces'],
  ['GET /api/v1/watch/namespaces/x', 'watch namespaces'],
  ['GET /api/v1/pods', 'list pods'],
  ['GET /api/v1/pods?watch', 'watch pods'],
  ['GET /api/v1/pods?fieldSelector=metadata.name=p', 'list pods'],
  ['GET /api/v1/watch/pods', 'watch pods'],
  ['DELETE /api/v1/nodes', 'deletecollection nodes'],
]);

table('metrics are read, in namespaces and of what is in none', [
  ['GET /apis/external.metrics.k8s.io/v1beta1/namespaces/x/queue-length?labelSelector=a', 'list queue-length'],
  ['GET /apis/custom.metrics.k8s.io/v1beta2/namespaces/x/pods/*/rate?metricLabelSelector=a', 'get pods/rate'],
  ['GET /apis/custom.metrics.k8s.io/v1beta2/nodes/n/load', 'get nodes/load'],
  ['GET /apis/external.metrics.k8s.io/v1beta1/namespaces/x/queue-length?watch=1', 'KIND_UNKNOWN'],
  ['DELETE /apis/external.metrics.k8s.io/v1beta1/namespaces/x/queue-length', 'KIND_UNKNOWN'],
  ['POST /apis/external.metrics.k8s.io/v1beta1/namespaces/x/queue-length', 'KIND_UNKNOWN'],
]);

const PODS = '/api/v1/namespaces/x/pods';
const KNOWN =
  'labelSelector=a&fieldSelector=b%3Dc&limit=500&continue=x&resourceVersion=0&resourceVersionMatch=NotOlderThan&timeoutSeconds=9&timeout=9s&pretty=true&gracePeriodSeconds=0&propagationPolicy=Background';

table('T72: a delete of many takes only what every server reads', [
  [`DELETE ${PODS}?shardSelector=shardRange(object.metadata.uid)`, 'QUERY_AMBIGUOUS'],
  [`DELETE ${PODS}?labelSelectors=a`, 'QUERY_AMBIGUOUS'],
  ['DELETE /api/v1/pods?labelSelector=a&onlyThese=b', 'QUERY_AMBIGUOUS'],
  [`DELETE ${PODS}?=a`, 'QUERY_AMBIGUOUS'],
  [`DELETE ${PODS}?${KNOWN}`, 'deletecollection pods'],
  // Of one object, and of what is only read, a key that a server does not know changes nothing, or shows more of what may be seen.
  [`DELETE ${POD}?shardSelector=a`, 'delete pods'],
  [`GET ${PODS}?shardSelector=a`, 'list pods'],
]);

table('T18 T20: what the target does not serve', [
  ['GET /apis/example.com/v1/gadgets', 'KIND_UNKNOWN'],
  ['GET /apis/example.com/v2/widgets', 'KIND_UNKNOWN'],
  ['GET /api/v1/namespaces/x/deployments/d', 'KIND_UNKNOWN'],
  ['GET /apis/apps/v1/namespaces/x/deployments/d/status', 'KIND_UNKNOWN'],
  ['GET /api/v1/namespaces/x/pods/p/unheard', 'KIND_UNKNOWN'],
  ['GET /apis/unknown.example.com/v1', 'get '],
  ['GET /logs/', 'get '],
]);

table('T10 T35: upgrades', [
  [`GET ${POD}/exec`, 'get pods/exec (exec)', { upgrade: 'websocket' }],
  [`GET ${POD}/exec`, 'get pods/exec (exec)', { upgrade: 'spdy/3.1' }],
  [`POST ${POD}/exec`, 'create pods/exec (exec)', { upgrade: 'spdy/3.1' }],
  [`POST ${POD}/exec`, 'UPGRADE_UNSUPPORTED', { upgrade: 'websocket' }],
  [`PUT ${POD}/exec`, 'UPGRADE_UNSUPPORTED', { upgrade: 'spdy/3.1' }],
  [`HEAD ${POD}/exec`, 'UPGRADE_UNSUPPORTED', { upgrade: 'websocket' }],
  [`GET ${POD}/exec`, 'UPGRADE_UNSUPPORTED'],
  [`POST ${POD}/attach`, 'UPGRADE_UNSUPPORTED'],
  [`DELETE ${POD}/portforward`, 'UPGRADE_UNSUPPORTED'],
  [`GET ${POD}/attach`, 'get pods/attach (attach)', { upgrade: 'websocket' }],
  [`GET ${POD}/portforward`, 'get pods/portforward (portforward)', { upgrade: 'websocket' }],
  [`GET ${POD}/proxy/ws`, 'get pods/proxy (pods-proxy)', { upgrade: 'websocket' }],
  ['GET /api/v1/nodes/n/proxy/exec/x/p/c', 'get nodes/proxy (nodes-proxy)', { upgrade: 'websocket' }],
  [`GET ${POD}`, 'UPGRADE_UNSUPPORTED', { upgrade: 'websocket' }],
  [`GET ${POD}/log?follow=true`, 'UPGRADE_UNSUPPORTED', { upgrade: 'websocket' }],
  ['GET /api/v1/pods?watch=true', 'UPGRADE_UNSUPPORTED', { upgrade: 'websocket' }],
  ['GET /version', 'UPGRADE_UNSUPPORTED', { upgrade: 'spdy/3.1' }],
  [`POST ${POD}/exec`, 'create pods/exec (exec)', { upgrade: 'spdy/3.1', headers: { 'content-length': '0' } }],
  [`POST ${POD}/exec`, 'REQUEST_MALFORMED', { upgrade: 'spdy/3.1', body: 'x' }],
  [`POST ${POD}/exec`, 'REQUEST_MALFORMED', { upgrade: 'spdy/3.1', headers: { 'transfer-encoding': 'chunked' } }],
  [`GET ${POD}/proxy/ws`, 'REQUEST_MALFORMED', { upgrade: 'websocket', body: 'x' }],
]);

table('T22: a body where none belongs', [
  [`GET ${POD}`, 'REQUEST_MALFORMED', { body: '{}' }],
  [`GET ${POD}`, 'REQUEST_MALFORMED', { headers: { 'transfer-encoding': 'chunked' } }],
  [`GET ${POD}`, 'get pods', { headers: { 'content-length': '0' } }],
  ['POST /api/v1/watch/namespaces/x/pods', 'REQUEST_MALFORMED', { body: '{}' }],
]);

table('T58: a body of another object', [
  [
    'POST /api/v1/namespaces/x/pods',
    'create pods',
    { body: '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"}}' },
  ],
  ['POST /api/v1/namespaces/x/pods', 'BODY_MISMATCH', { body: '{"kind":"Secret","apiVersion":"v1"}' }],
  ['POST /api/v1/namespaces/x/pods', 'BODY_MISMATCH', { body: '{"metadata":{"namespace":"y"}}' }],
  [`PUT ${POD}`, 'BODY_MISMATCH', { body: '{"metadata":{"name":"q"}}' }],
  [`PUT ${POD}`, 'BODY_UNREADABLE', { body: '{"metadata":{"name":"p","name":"q"}}' }],
]);

test('T24: a delete is a dry run only where the API server takes it for one', async () => {
  const uri = `DELETE ${POD}?dryRun=All`;
  assert.equal((await parse(uri)).options.isDryRun, true);
  assert.equal(await outcome(uri, { body: '{}' }), 'QUERY_AMBIGUOUS');
  assert.equal(
    await outcome(uri, { body: '{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0}' }),
    'QUERY_AMBIGUOUS',
  );
  assert.equal((await parse(uri, { body: '{"dryRun":["All"]}' })).options.isDryRun, true);
  assert.equal((await parse(`DELETE ${POD}`, { body: '{"dryRun":["All"]}' })).options.isDryRun, true);
  assert.equal((await parse(`DELETE ${POD}`, { body: '{}' })).options.isDryRun, false);
});

describe('options of a write are those that the API server takes', () => {
  const rows: [string, Asked, Operation['options']][] = [
    [
      `DELETE ${POD}?gracePeriodSeconds=0&propagationPolicy=Foreground&uid=u&resourceVersion=1`,
      {},
      {
        isDryRun: false,
        gracePeriodSeconds: 0,
        propagationPolicy: 'Foreground',
        preconditions: { uid: 'u', resourceVersion: '1' },
      },
    ],
    [`DELETE ${POD}?orphanDependents=true`, {}, { isDryRun: false, propagationPolicy: 'Orphan' }],
    [
      `DELETE ${POD}`,
      { body: '{"propagationPolicy":"Background","preconditions":{"uid":"u"}}' },
      {
        isDryRun: false,
        propagationPolicy: 'Background',
        preconditions: { uid: 'u' },
      },
    ],
    [
      `PATCH ${POD}?fieldManager=me&force=true`,
      { headers: { 'content-type': 'application/apply-patch+yaml' }, body: 'kind: Pod\napiVersion: v1' },
      {
        isDryRun: false,
        force: true,
        fieldManager: 'me',
      },
    ],
    [`PUT ${POD}?force=false&dryRun=All`, {}, { isDryRun: true, force: false }],
    [
      `POST ${POD}/eviction?dryRun=All`,
      { body: '{"deleteOptions":{"gracePeriodSeconds":5}}' },
      { isDryRun: true, gracePeriodSeconds: 5 },
    ],
    [`POST ${POD}/eviction`, { body: '{"deleteOptions":{"dryRun":["All"]}}' }, { isDryRun: true }],
    [`GET ${POD}?dryRun=All`, {}, { isDryRun: false }],
    // T79: what is done anyway is no dry run.
    ['POST /api/v1/namespaces/x/serviceaccounts/s/token?dryRun=All', { body: '{"spec":{}}' }, { isDryRun: false }],
  ];
  for (const [line, asked, expected] of rows)
    test(line, async () => assert.deepEqual((await parse(line, asked)).options, expected));
  test('a grace period that is no number', async () =>
    assert.equal(await outcome(`DELETE ${POD}?gracePeriodSeconds=x`), 'QUERY_AMBIGUOUS'));
});

describe('T16 T29: what equals a delete by its path', () => {
  const rows: [string, readonly string[]][] = [
    [`POST ${POD}/eviction`, ['eviction']],
    ['DELETE /api/v1/namespaces/x/pods', ['deletecollection']],
    ['DELETE /api/v1/namespaces/x/pods?labelSelector=a', ['deletecollection']],
    ['PUT /api/v1/namespaces/x/finalize', ['finalizers']],
    [`DELETE ${POD}`, []],
    [`GET ${POD}`, []],
  ];
  for (const [line, expected] of rows) test(line, async () => assert.deepEqual((await parse(line)).equals, expected));
});

describe('what streams, changes or is secret', () => {
  const upgrade = 'websocket';
  const rows: [string, string, Asked?][] = [
    [`GET ${POD}`, ''],
    ['GET /api/v1/pods', ''],
    ['GET /api/v1/pods?watch=1', 'stream'],
    ['GET /api/v1/watch/pods', 'stream'],
    [`GET ${POD}/log`, ''],
    [`GET ${POD}/log?follow`, 'stream'],
    [`GET ${POD}/log?follow=false`, ''],
    [`GET ${POD}/exec`, 'stream change', { upgrade }],
    [`GET ${POD}/portforward`, 'stream change', { upgrade }],
    ['GET /api/v1/nodes/n/proxy/metrics', 'stream change'],
    [`DELETE ${POD}`, 'change'],
    ['DELETE /api/v1/namespaces/x/pods', 'change'],
    [`DELETE ${POD}?dryRun=All`, 'change'],
    ['POST /unheard', 'change'],
    ['GET /version', ''],
    ['GET /api/v1/secrets', 'secret'],
    ['GET /api/v1/secrets?watch=1', 'stream secret'],
    ['GET /api/v1/namespaces/x/secrets/s', 'secret'],
    [
      'PATCH /api/v1/namespaces/x/secrets/s',
      'change secret',
      { headers: { 'content-type': 'application/merge-patch+json' }, body: '{}' },
    ],
    ['POST /api/v1/namespaces/x/serviceaccounts/s/token', 'change secret', { body: '{}' }],
    ['POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews', '', { body: '{}' }],
    ['POST /apis/authentication.k8s.io/v1/tokenreviews', '', { body: '{}' }],
  ];
  for (const [line, expected, asked] of rows) {
    test(line, async () => {
      const { isStream, isChange, isSecret } = await parse(line, asked);
      const said = [isStream && 'stream', isChange && 'change', isSecret && 'secret'].filter(Boolean).join(' ');
      assert.equal(said, expected);
    });
  }
});

describe('what a stream asks of its pod', () => {
  const nothing = { container: undefined, argv: [], isTty: false, isStdin: false, ports: [], proxyPath: undefined };
  const rows: [string, Operation['stream'], Asked?][] = [
    [
      `GET ${POD}/exec?command=sh&command=-c&command=echo+a%3Bb&container=c&stdin=true&tty=0&stdout=1`,
      {
        ...nothing,
        container: 'c',
        argv: ['sh', '-c', 'echo a;b'],
        isStdin: true,
      },
      { upgrade: 'websocket' },
    ],
    [`GET ${POD}/attach?tty=&command=ignored`, { ...nothing, isTty: true }, { upgrade: 'websocket' }],
    [
      `GET ${POD}/portforward?ports=80&ports=443,8080`,
      { ...nothing, ports: [80, 443, 8080] },
      { upgrade: 'websocket' },
    ],
    [`GET ${POD}/log?container=c`, { ...nothing, container: 'c' }],
    [`GET ${POD}/proxy`, { ...nothing, proxyPath: '' }],
    [`GET ${POD}/proxy/`, { ...nothing, proxyPath: '/' }],
    [`GET ${POD}/proxy/a%20b/c/?x=1&x=2`, { ...nothing, proxyPath: '/a b/c/' }],
    ['GET /api/v1/nodes/n/proxy/exec/x/p/c', { ...nothing, proxyPath: '/exec/x/p/c' }],
    ['GET /api/v1/proxy/namespaces/x/services/s/a/b', { ...nothing, proxyPath: '/a/b' }],
    ['GET /apis/example.com/v1/namespaces/x/pods/p/log?container=c', undefined],
    [`GET ${POD}`, undefined],
  ];
  for (const [line, expected, asked] of rows)
    test(line, async () => assert.deepEqual((await parse(line, asked)).stream, expected));
  for (const ports of ['65536', 'x', '-1', '80,', '1e3']) {
    test(`port ${ports} is none`, async () => {
      assert.equal(await outcome(`GET ${POD}/portforward?ports=${ports}`, { upgrade: 'websocket' }), 'QUERY_AMBIGUOUS');
    });
  }
});
