/* What upstream answers reaches its caller as it is, over both versions of HTTP; what belongs to one connection or to a whole origin ends here. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import { refusalReply } from '../../src/connectors/kubernetes/status.ts';
import { Refusal } from '../../src/model/refusal.ts';
import { newExchangeId } from '../../src/std/ids.ts';
import { bytesOf, openStream, VERSIONS } from '../support/client-stream.ts';
import type { SmallWorld } from '../support/small-world.ts';
import { startStreamWorld } from '../support/stream-world.ts';

let world: SmallWorld;
let token: string;
let answer: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;

before(async () => {
  world = await startStreamWorld({
    areMasksOpen: true,
    front: { onRequest: (request, response) => answer(request, response) },
  });
  token = await world.token('dev');
});
after(() => world.stop());

interface Reply {
  readonly uri: string;
  readonly accept?: string;
  /** Further headers of the request, which must arrive. */
  readonly asks?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
}

const NAMESPACE = '/api/v1/namespaces/shop';
const JSON_TYPE = { 'content-type': 'application/json' };
const ALL_BYTES = Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256));
const EXPIRED = '{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410}';
const HASH = '1A2B3C';

const REPLIES: readonly (readonly [string, Reply])[] = [
  ['a table', { uri: `${NAMESPACE}/pods`, accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json', headers: JSON_TYPE, body: '{"kind":"Table", "rows" : []}' }],
  ['metadata alone', { uri: `${NAMESPACE}/pods`, accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', headers: JSON_TYPE, body: '{"kind":"PartialObjectMetadataList"}' }],
  ['protobuf', { uri: `${NAMESPACE}/pods`, accept: 'application/vnd.kubernetes.protobuf', headers: { 'content-type': 'application/vnd.kubernetes.protobuf' }, body: ALL_BYTES }],
  ['a watch in protobuf', { uri: `${NAMESPACE}/pods?watch=1`, accept: 'application/vnd.kubernetes.protobuf;stream=watch', headers: { 'content-type': 'application/vnd.kubernetes.protobuf;stream=watch' }, body: ALL_BYTES }],
  ['CBOR', { uri: `${NAMESPACE}/pods`, accept: 'application/cbor', headers: { 'content-type': 'application/cbor' }, body: ALL_BYTES }],
  ['a watch in CBOR', { uri: `${NAMESPACE}/pods?watch=true`, accept: 'application/cbor-seq', headers: { 'content-type': 'application/cbor-seq' }, body: ALL_BYTES }],
  ['a page, with what continues it', { uri: `${NAMESPACE}/pods?limit=1&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ%3D%3D`, headers: JSON_TYPE, body: '{"metadata":{"continue":"abc","remainingItemCount":3}}' }],
  ['a list at a version', { uri: `${NAMESPACE}/pods?resourceVersion=7&resourceVersionMatch=NotOlderThan`, headers: JSON_TYPE, body: '{}' }],
  ['a watch that begins with a list', { uri: `${NAMESPACE}/pods?allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&sendInitialEvents=true&watch=true`, headers: JSON_TYPE, body: '{"type":"BOOKMARK"}\n' }],
  ['a version that is gone', { uri: `${NAMESPACE}/pods?resourceVersion=1&resourceVersionMatch=Exact`, status: 410, headers: JSON_TYPE, body: EXPIRED }],
  ['a watch whose version is gone', { uri: `${NAMESPACE}/pods?resourceVersion=1&watch=true`, status: 410, headers: JSON_TYPE, body: EXPIRED }],
  ['too many requests', { uri: `${NAMESPACE}/pods`, status: 429, headers: { ...JSON_TYPE, 'retry-after': '7', 'x-kubernetes-pf-flowschema-uid': 'a-b' }, body: '{"code":429}' }],
  ['two warnings', { uri: `${NAMESPACE}/pods`, headers: { ...JSON_TYPE, warning: ['299 - "one"', '299 - "two, \\"quoted\\""'] }, body: '{}' }],
  ['aggregated discovery', { uri: '/apis', accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList', headers: { 'content-type': 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList', etag: '"ABC"', vary: 'Accept' }, body: '{"kind":"APIGroupDiscoveryList"}' }],
  ['OpenAPI v3 by its hash', { uri: `/openapi/v3/apis/apps/v1?hash=${HASH}`, accept: 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf', headers: { 'content-type': 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf', etag: `"${HASH}"`, 'cache-control': 'public, immutable', expires: 'Sat, 01 Jan 2050 00:00:00 GMT', vary: 'Accept-Encoding' }, body: ALL_BYTES }],
  ['what has not changed', { uri: '/openapi/v3', asks: { 'if-none-match': `"${HASH}"` }, status: 304, headers: { etag: `"${HASH}"` } }],
  ['an empty answer', { uri: `${NAMESPACE}/pods`, status: 200, headers: { ...JSON_TYPE, 'content-length': '0' } }],
  ['headers that nobody knows', { uri: `${NAMESPACE}/pods`, headers: { 'audit-id': '1-2', 'x-new': 'ö\u00ff'.normalize(), 'content-type': 'text/plain' }, body: 'x' }],
]; // biome-ignore format: a table

for (const version of VERSIONS) {
  for (const [name, reply] of REPLIES) {
    test(`${name} passes as it is, over HTTP/${version}`, async () => {
      let seen: IncomingMessage | undefined;
      answer = (request, response) => {
        if (request.url !== reply.uri || request.headers['impersonate-user'] === undefined) return false;
        seen = request;
        response.writeHead(reply.status ?? 200, reply.headers).end(reply.body);
        return true;
      };
      const accept = reply.accept ?? 'application/json';
      const stream = await openStream(world, { version, uri: reply.uri, token, headers: { accept, ...reply.asks } });
      assert.equal(stream.status, reply.status ?? 200);
      assert.deepEqual(await bytesOf(stream), Buffer.from(reply.body ?? ''));
      for (const [header, value] of Object.entries(reply.headers)) {
        const expected = Array.isArray(value) ? value.join(', ') : value;
        assert.equal(String(stream.headers[header]), expected, header);
      }
      assert.equal(seen?.headers.accept, accept);
      for (const [header, value] of Object.entries(reply.asks ?? {})) assert.equal(seen?.headers[header], value);
    });
  }

  test(`trailers come last, and what belongs to upstream's connection or to an origin ends here, over HTTP/${version}`, async () => {
    const uri = `${NAMESPACE}/pods?labelSelector=trailers`;
    answer = (request, response) => {
      if (request.url !== uri) return false;
      response.writeHead(200, {
        trailer: 'x-sum',
        connection: 'keep-alive, x-hop',
        'keep-alive': 'timeout=5',
        'x-hop': '1',
        'proxy-authenticate': 'Basic',
        'set-cookie': ['a=b; Path=/', 'c=d'],
        'content-security-policy': 'script-src *',
        'alt-svc': 'h3="elsewhere:443"',
        'clear-site-data': '"*"',
        nel: '{}',
        'report-to': '{}',
      });
      response.write('body');
      response.addTrailers({ 'x-sum': '42' });
      response.end();
      return true;
    };
    const stream = await openStream(world, { version, uri, token });
    assert.equal(String(await bytesOf(stream)), 'body');
    assert.equal(stream.trailers()['x-sum'], '42');
    assert.equal(stream.headers['content-security-policy'], 'sandbox');
    for (const name of [
      'x-hop',
      'keep-alive',
      'proxy-authenticate',
      'set-cookie',
      'alt-svc',
      'clear-site-data',
      'nel',
      'report-to',
    ]) {
      if (name === 'keep-alive' && version === '1.1') continue; // the gateway's own, of its own connection
      assert.equal(stream.headers[name], undefined, name);
    }
  });
}

test('T42: a redirect is the caller’s to follow, and its credential or ours goes nowhere', async () => {
  const arrived: string[] = [];
  for (const status of [301, 302, 303, 307, 308]) {
    answer = (request, response) => {
      if (!request.url?.includes('redirect')) return false;
      arrived.push(request.url);
      response.writeHead(status, { location: `https://127.0.0.1:1/redirect-followed` }).end();
      return true;
    };
    const { status: seen, headers } = await world.ask({ token, uri: `${NAMESPACE}/pods/redirect-${status}` });
    assert.equal(seen, status);
    assert.equal(headers.location, 'https://127.0.0.1:1/redirect-followed');
  }
  assert.equal(arrived.length, 5);
});

for (const version of VERSIONS) {
  test(`a Location of the target has the path under which the caller has it, and not the target’s address, over HTTP/${version}`, async () => {
    const rows: readonly (readonly [uri: string, status: number, location: (host: string) => string, seen: string])[] = [
      [`/openapi/v3/apis/apps/v1?hash=OLD`, 301, () => `/openapi/v3/apis/apps/v1?hash=${HASH}`, `/k8s/demo/openapi/v3/apis/apps/v1?hash=${HASH}`],
      [`${NAMESPACE}/services/http:web:80/proxy`, 301, () => `${NAMESPACE}/services/http:web:80/proxy/`, `/k8s/demo${NAMESPACE}/services/http:web:80/proxy/`],
      [`${NAMESPACE}/pods/p/proxy/a`, 302, (host) => `https://${host}${NAMESPACE}/pods/p/proxy/b?c=d`, `/k8s/demo${NAMESPACE}/pods/p/proxy/b?c=d`],
      [`${NAMESPACE}/pods/p/proxy/c`, 302, () => 'd', 'd'],
      [`${NAMESPACE}/pods/p/proxy/d`, 302, () => '//elsewhere.test/', '//elsewhere.test/'],
    ]; // biome-ignore format: a table
    for (const [uri, status, location, seen] of rows) {
      answer = (request, response) => {
        if (request.url !== uri) return false;
        response.writeHead(status, { location: location(request.headers.host ?? '') }).end();
        return true;
      };
      const stream = await openStream(world, { version, uri, token });
      await bytesOf(stream);
      assert.deepEqual([stream.status, stream.headers.location], [status, seen]);
    }
  });
}

test('T42: an application behind a proxy that sends its caller to another target gains nothing: that is judged as any request', async () => {
  answer = (request, response) => {
    if (!request.url?.includes('/proxy/')) return false;
    response.writeHead(302, { location: '/k8s/other/logs/audit.log', 'set-cookie': 'token=x' }).end();
    return true;
  };
  const { status, headers } = await world.ask({ token, uri: `${NAMESPACE}/services/http:web:80/proxy/` });
  assert.deepEqual(
    [status, headers.location, headers['set-cookie'], headers['content-security-policy']],
    [302, '/k8s/demo/k8s/other/logs/audit.log', undefined, 'sandbox'],
  );
  const from = world.standin.requests.length;
  assert.equal((await world.ask({ token, uri: '/logs/audit.log' })).status, 403);
  assert.ok(!world.standin.requests.slice(from).some(({ target }) => target.includes('/logs/')));
});

test('T66: an eviction that its budget refuses stays upstream’s; a 429 of the gateway’s own says its code, which that one has not', async () => {
  const refused = JSON.stringify({
    kind: 'Status',
    status: 'Failure',
    reason: 'TooManyRequests',
    message: 'Cannot evict pod as it would violate the pod’s disruption budget.',
    details: { causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget web needs 1 healthy pods' }] },
    code: 429,
  });
  answer = (request, response) => {
    if (!request.url?.endsWith('/eviction')) return false;
    response.writeHead(429, { ...JSON_TYPE, 'retry-after': '10' }).end(refused);
    return true;
  };
  const body = JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'web' } });
  const uri = `${NAMESPACE}/pods/web/eviction`;
  const reply = await world.ask({ token, method: 'POST', uri, headers: JSON_TYPE, body });
  assert.deepEqual([reply.status, reply.body], [429, refused]);
  const own = refusalReply(new Refusal('TOO_MANY_REQUESTS', 'as many as it may'), {
    id: newExchangeId(0),
    method: 'GET',
    rawHeaders: [],
  });
  assert.match(Buffer.from(own.body).toString(), /"reason":"SallyportCode","message":"TOO_MANY_REQUESTS"/);
});
