/*
 * Requests as any program can send them: every path that shows the world, in every form that a client can ask for.
 */
import { NAMESPACE } from './world.ts';

export interface RawWay {
  readonly method: string;
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const core = `/api/v1/namespaces/${NAMESPACE}`;
const apps = `/apis/apps/v1/namespaces/${NAMESPACE}`;
const custom = `/apis/canary.test/v1/namespaces/${NAMESPACE}`;

/** Lists. */
const lists = [
  '/api/v1/secrets',
  `${core}/secrets`,
  `${core}/configmaps`,
  `${core}/pods`,
  `${core}/events`,
  `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`,
  `${core}/services`,
  `${apps}/deployments`,
  `${apps}/replicasets`,
  `${apps}/statefulsets`,
  `${apps}/daemonsets`,
  `${apps}/controllerrevisions`,
  `/apis/batch/v1/namespaces/${NAMESPACE}/cronjobs`,
  `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`,
  `${custom}/widgets`,
  `${custom}/blobs`,
  '/apis/certificates.k8s.io/v1/certificatesigningrequests',
  '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
];

/** Single objects. */
const objects = [
  ...[
    'opaque',
    'annotated',
    'tls',
    'registry',
    'account',
    'fixed',
    'sh.helm.release.v1.three.v2',
    'sh.helm.release.v1.four.v1',
  ].map((name) => `${core}/secrets/${name}`),
  '/api/v1/namespaces/kube-system/secrets/bootstrap-token-canary',
  `${core}/configmaps/settings`,
  `${core}/configmaps/sh.helm.release.v1.maps.v1`,
  `${core}/pods/talks`,
  `${core}/pods/talks/status`,
  `${apps}/deployments/web`,
  `${apps}/deployments/web/status`,
  `${apps}/deployments/web/scale`,
  `${custom}/widgets/one`,
  `${custom}/widgets/one/status`,
  `${custom}/blobs/one`,
];

const table = (version: string) => `application/json;as=Table;v=${version};g=meta.k8s.io`;
const partial = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
const partialList = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

/** Every form: those of all clients of the table, and those that no client asks for. */
const accepts = [
  'application/json',
  'application/json, */*',
  '*/*',
  '',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/vnd.kubernetes.protobuf,application/json',
  'application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json',
  'application/cbor',
  'application/cbor;q=1,application/json;q=0.1',
  'application/cbor-seq',
  'text/html, application/yaml;q=0.9',
  `${table('v1')},application/json`,
  table('v1beta1'),
  `${table('v1')};q=0.5, application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io`,
  partial,
  partialList,
  `${partialList},${partial}`,
];

const tables = ['includeObject=Object', 'includeObject=Metadata', 'includeObject=None'];

const watches = (uri: string) =>
  [
    `${uri}?watch=1`,
    `${uri}?watch=true&allowWatchBookmarks=true`,
    `${uri}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan`,
    uri.replace('/v1/', '/v1/watch/'),
  ].map((one) => `${one}${one.includes('?') ? '&' : '?'}timeoutSeconds=1`);

const get = (uri: string, headers: Record<string, string> = {}): RawWay => ({ method: 'GET', uri, headers });
const accept = (value: string): Record<string, string> => (value === '' ? {} : { accept: value });

/** Reads of lists and objects; each answered before it ends by itself. */
export const rawReadingWays: readonly RawWay[] = [
  ...[...lists, ...objects].flatMap((uri) => accepts.map((value) => get(uri, accept(value)))),
  ...[...lists, ...objects].map((uri) => get(uri, { accept: 'application/json', 'accept-encoding': 'gzip' })),
  ...['br, zstd, deflate', 'identity;q=0, gzip', '*'].map((encoding) =>
    get(`${core}/secrets`, { 'accept-encoding': encoding }),
  ),
  ...lists.flatMap((uri) => tables.map((query) => get(`${uri}?${query}`, accept(`${table('v1')},application/json`)))),
  ...objects.map((uri) => get(`${uri}?includeObject=Object`, accept(table('v1')))),
  ...[
    '?pretty=true',
    '?limit=1',
    '?limit=2&resourceVersion=0',
    '?fieldSelector=metadata.name%3Dopaque',
    '?fieldSelector=type%3DOpaque',
    '?labelSelector=owner%3Dhelm',
    '?timeout=5s',
  ].map((query) => get(`${core}/secrets${query}`)),
  ...[
    '/',
    '/api',
    '/apis',
    '/openapi/v2',
    '/openapi/v3',
    '/version',
    '/metrics',
    '/logs/',
    '/nothing',
    '/api/v1/nothing',
    `${core}/secrets/none`,
  ].map((uri) => get(uri)),
];

/** Watches that end by themselves; over every list, in every spelling. */
export const rawWatches: readonly RawWay[] = [
  ...[`${core}/secrets`, `${core}/configmaps`, `${custom}/widgets`].flatMap((uri) =>
    watches(uri).flatMap((one) => [
      get(one, { accept: 'application/json' }),
      get(one, { accept: 'application/json', 'accept-encoding': 'gzip' }),
      get(one, { accept: 'application/vnd.kubernetes.protobuf;stream=watch,application/json;stream=watch' }),
      get(one, { accept: table('v1') }),
      get(`${one}&includeObject=Object`, { accept: table('v1') }),
      get(one, { accept: partial }),
    ]),
  ),
  get(`${core}/secrets?fieldSelector=metadata.name%3Dopaque&watch=1&timeoutSeconds=1`),
  get(`/api/v1/watch/namespaces/${NAMESPACE}/secrets/opaque?timeoutSeconds=1`),
  get(`${core}/secrets?watch=1&resourceVersion=1&timeoutSeconds=1`),
];

const patches = [
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

const secretPatch = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'opaque', labels: { raw: 'yes' } },
});

/** Changes that are not made, and what the server says of them; reviews and requests for tokens. */
export const rawWritingWays: readonly RawWay[] = [
  ...patches.flatMap((type) =>
    accepts.map((value) => ({
      method: 'PATCH',
      uri: `${core}/secrets/opaque?dryRun=All&fieldManager=raw&fieldValidation=Warn`,
      headers: { 'content-type': type, ...accept(value) },
      body: secretPatch,
    })),
  ),
  ...accepts.map((value) => ({
    method: 'POST',
    uri: `${core}/serviceaccounts/default/token`,
    headers: { 'content-type': 'application/json', ...accept(value) },
    body: '{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}',
  })),
  ...accepts.map((value) => ({
    method: 'DELETE',
    uri: `${core}/secrets?dryRun=All&labelSelector=owner%3Dhelm`,
    headers: accept(value),
  })),
  ...accepts.map((value) => ({ method: 'DELETE', uri: `${core}/secrets/tls?dryRun=All`, headers: accept(value) })),
  ...['application/json', 'application/vnd.kubernetes.protobuf', table('v1')].map((value) => ({
    method: 'POST',
    uri: `${core}/configmaps?dryRun=All`,
    headers: { 'content-type': 'application/yaml', accept: value },
    body: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: refuses}\n',
  })),
  {
    method: 'POST',
    uri: `${core}/configmaps?dryRun=All`,
    headers: { 'content-type': 'application/json' },
    body: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"warns"}}',
  },
];

/** What is watched and said over WebSocket: the text frames of the API server. */
export const webSocketWays: readonly string[] = [
  `${core}/secrets?watch=1&timeoutSeconds=1`,
  `${core}/configmaps?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1`,
  `/api/v1/watch/namespaces/${NAMESPACE}/secrets?timeoutSeconds=1`,
  `${custom}/widgets?watch=1&timeoutSeconds=1`,
  `${core}/pods/talks/log?tailLines=40`,
  `${core}/pods/talks/exec?stdout=1&stderr=1&command=sh&command=-c&command=${encodeURIComponent('env; cat /files/word /files/lines >&2')}`,
];
