/* Values of objects are masked on their way through the whole gateway, and no mask is written: with rules that name Secrets, so that masks alone stand before them. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import { createGunzip, gunzipSync, gzipSync } from 'node:zlib';
import { openStream, VERSIONS } from '../support/client-stream.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';
import { STREAM_POLICY } from '../support/stream-world.ts';

const SECRETS = '/api/v1/namespaces/shop/secrets';
const PODS = '/api/v1/namespaces/shop/pods';
const canary = 'c4n4ry-of-the-t3st';
const canary64 = Buffer.from(canary).toString('base64');
const applied = JSON.stringify({ kind: 'Secret', data: { password: canary64 } });
const secret = JSON.stringify({
  kind: 'Secret',
  metadata: {
    name: 'db',
    uid: 'u-1',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': applied },
  },
  data: { password: canary64 },
});
const pod = JSON.stringify({
  kind: 'Pod',
  metadata: { name: 'web', uid: 'u-2' },
  spec: { containers: [{ name: 'web', env: [{ name: 'DB_PASSWORD', value: canary }] }] },
});

let world: SmallWorld;
let token: string;
let answer: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;

before(async () => {
  world = await startSmallWorld({
    policy: STREAM_POLICY,
    front: { onRequest: (request, response) => answer(request, response) },
  });
  token = await world.token('dev');
});
after(() => world.stop());

/** What upstream answers to the next request of a path, and what it was asked with. */
function upstreamAnswers(
  path: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
  status = 200,
) {
  const asked: IncomingMessage[] = [];
  answer = (request, response) => {
    if (!request.url?.startsWith(path)) return false;
    asked.push(request);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    return true;
  };
  return asked;
}

const holdsCanary = (text: string) => text.includes(canary) || text.includes(canary64);

test('T45 T46 T47 T84: no value leaves in an object, a list, a table, a watch or metadata alone', async () => {
  const table = `{"kind":"Table","apiVersion":"meta.k8s.io/v1","rows":[{"cells":["db"],"object":${secret}}]}`;
  for (const [uri, body, type] of [
    [`${SECRETS}/db`, secret, 'application/json'],
    [SECRETS, `{"kind":"SecretList","items":[${secret},${secret}]}`, 'application/json'],
    [SECRETS, table, 'application/json'],
    [`${SECRETS}?watch=true`, `{"type":"ADDED","object":${secret}}\n`, 'application/json;stream=watch'],
    [`${SECRETS}?watch=true&x=1`, `{"type":"ADDED","object":${table}}\n`, 'application/json'],
    [`${PODS}/web`, pod, 'application/json'],
    [PODS, `{"items":[${pod}]}`, 'application/json; charset=utf-8'],
  ] as const) {
    const path = uri.replace('&x=1', '');
    const asked = upstreamAnswers(path, body, { 'content-type': type });
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/vnd.kubernetes.protobuf,application/json';
    const reply = await world.ask({ token, uri: path, headers: { accept, 'accept-encoding': 'zstd, gzip, br' } });
    assert.equal(reply.status, 200, reply.body);
    assert.ok(!holdsCanary(reply.body) && /masked-by-sallyport-|bWFza2VkLWJ5/.test(reply.body), reply.body);
    assert.equal(asked[0]?.headers.accept, 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json');
    assert.equal(asked[0]?.headers['accept-encoding'], 'gzip');
  }
});

test('T47 T71: whoever accepts no JSON is told so, and nothing is sent', async () => {
  for (const accept of ['application/vnd.kubernetes.protobuf', 'application/cbor', 'application/json;q=0']) {
    const asked = upstreamAnswers(SECRETS, secret);
    const reply = await world.ask({ token, uri: `${SECRETS}/db`, headers: { accept } });
    assert.deepEqual([reply.status, asked.length], [406, 0]);
    assert.match(reply.body, /ENCODING_NOT_ACCEPTABLE/);
  }
});

test('T71: a Status in CBOR is not passed, since nobody could read what it says', async () => {
  const cbor = { 'content-type': 'application/cbor' };
  for (const status of [200, 409, 500]) {
    upstreamAnswers(SECRETS, Buffer.from(`\xd9\xd9\xf7\xa1gmessagex ${canary}`, 'latin1'), cbor, status);
    const reply = await world.ask({ token, uri: `${SECRETS}/db` });
    assert.ok(!holdsCanary(reply.body), `${status}: ${reply.body}`);
    assert.equal(reply.headers['content-type'], 'application/json', String(status));
  }
});

test('T47: what comes in a form that nobody can look into is not passed, whatever was asked for', async () => {
  for (const [body, headers] of [
    [secret, { 'content-type': 'application/vnd.kubernetes.protobuf' }],
    [secret, { 'content-type': 'text/plain' }],
    [secret, { 'content-type': 'application/yaml' }],
    [Buffer.from(secret, 'utf16le'), { 'content-type': 'application/json; charset=utf-16le' }],
    [gzipSync(secret), { 'content-encoding': 'deflate' }],
    [gzipSync(secret), { 'content-encoding': 'gzip, gzip' }],
  ] as const) {
    upstreamAnswers(SECRETS, body, headers);
    const reply = await world.ask({ token, uri: `${SECRETS}/db` });
    assert.equal(reply.status, 406, reply.body);
    assert.ok(!holdsCanary(reply.body));
  }
});

test('T47: what is in UTF-16 and does not say so breaks off before any of it has passed', async () => {
  for (const text of [secret, `\ufeff${secret}`]) {
    upstreamAnswers(SECRETS, Buffer.from(text, 'utf16le'), {});
    await assert.rejects(world.ask({ token, uri: `${SECRETS}/db` }));
  }
});

/** Resolves once an unpacked stream says so. */
async function untilUnpacked(unpacked: AsyncIterator<Buffer>, text: string): Promise<string> {
  let said = '';
  while (!said.includes(text)) said += String((await unpacked.next()).value);
  return said;
}

test('T47: a list that comes packed leaves packed and masked', async () => {
  const list = `{"kind":"SecretList","items":[${Array.from({ length: 3_000 }, () => secret).join(',')}]}`;
  const packed = gzipSync(list);
  const headers = { 'content-encoding': 'gzip', 'content-length': String(packed.length), etag: '"1"' };
  const asked = upstreamAnswers(SECRETS, packed, headers);
  for (const version of VERSIONS) {
    const reply = await openStream(world, { version, uri: SECRETS, token, headers: { 'accept-encoding': 'gzip' } });
    assert.deepEqual([reply.status, reply.headers['content-encoding']], [200, 'gzip']);
    assert.deepEqual([reply.headers['content-length'], reply.headers.etag], [undefined, undefined]);
    const parts: Buffer[] = [];
    for await (const part of reply.body) parts.push(part as Buffer);
    const text = gunzipSync(Buffer.concat(parts)).toString();
    assert.ok(!holdsCanary(text));
    assert.equal((JSON.parse(text) as { items: unknown[] }).items.length, 3_000);
  }
  assert.equal(asked[0]?.headers['accept-encoding'], 'gzip');
});

for (const version of VERSIONS)
  test(`T65: each event of a packed watch, a chain of gzip members, leaves masked and at once, over HTTP/${version}`, async () => {
    const began = Promise.withResolvers<ServerResponse>();
    answer = (request, response) => {
      if (!request.url?.startsWith(`${SECRETS}?watch`)) return false;
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.flushHeaders();
      began.resolve(response);
      return true;
    };
    const uri = `${SECRETS}?watch=true&sendInitialEvents=true&v=${version}`;
    const opening = openStream(world, { version, uri, token, headers: { 'accept-encoding': 'gzip' } });
    const response = await began.promise;
    const stream = await opening;
    assert.equal(stream.headers['content-encoding'], 'gzip');
    const unpacker = stream.body.pipe(createGunzip());
    const unpacked = unpacker[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    for (const type of ['ADDED', 'MODIFIED', 'DELETED']) {
      response.write(gzipSync(`{"type":"${type}","object":${secret}}\n`));
      const event = await untilUnpacked(unpacked, '\n');
      assert.ok(event.includes(type) && !holdsCanary(event), event);
    }
    response.end();
    assert.equal((await unpacked.next()).done, true);
  });

test('T46: values in warnings and in messages of failures are masked', async () => {
  upstreamAnswers(`${PODS}/web`, pod, { warning: `299 - "password: ${canary}"` });
  const reply = await world.ask({ token, uri: `${PODS}/web` });
  assert.ok(!holdsCanary(JSON.stringify(reply.headers)), JSON.stringify(reply.headers));
  answer = (request, response) => {
    if (!request.url?.startsWith(`${PODS}/gone`)) return false;
    response.writeHead(404, { 'content-type': 'text/plain' }).end(`not found: token=${canary}`);
    return true;
  };
  const gone = await world.ask({ token, uri: `${PODS}/gone` });
  assert.equal(gone.status, 404);
  assert.ok(!holdsCanary(gone.body), gone.body);
});

test('T49 T74: a mask that is written elsewhere never reaches the cluster, and the field is named', async () => {
  const asked = upstreamAnswers(SECRETS, secret);
  const shown = JSON.parse((await world.ask({ token, uri: `${SECRETS}/db` })).body) as {
    data: { password: string };
  };
  const mask = shown.data.password;
  asked.length = 0;
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db', namespace: 'shop' } };
  for (const [method, type, body] of [
    ['PUT', 'application/json', JSON.stringify({ ...object, data: { copy: mask } })],
    ['PUT', 'application/yaml', `apiVersion: v1\nkind: Secret\nmetadata: { name: db }\ndata: { copy: ${mask} }\n`],
    ['PATCH', 'application/merge-patch+json', JSON.stringify({ metadata: { labels: { a: mask.slice(0, 30) } } })],
    ['PATCH', 'application/json-patch+json', JSON.stringify([{ op: 'add', path: '/data/x', value: mask }])],
    [
      'PATCH',
      'application/json-patch+json',
      JSON.stringify([{ op: 'copy', from: '/data/password', path: '/metadata/labels/a' }]),
    ],
    [
      'PATCH',
      'application/json-patch+json',
      JSON.stringify([{ op: 'test', path: '/data/password', value: 'Z3Vlc3M=' }]),
    ],
  ] as const) {
    const reply = await world.ask({ token, method, uri: `${SECRETS}/db`, headers: { 'content-type': type }, body });
    assert.equal(reply.status, 422, reply.body);
    assert.match(reply.body, /MASK_MISPLACED/);
  }
  assert.equal(asked.filter(({ method }) => method !== 'GET').length, 0);
});

test('the journal tells how many values were masked, and no value', async () => {
  upstreamAnswers(`${PODS}/web`, pod);
  await world.ask({ token, uri: `${PODS}/web` });
  const events = await world.events();
  assert.ok(events.some((event) => event.type === 'exchange.ended' && event.output?.masked === 1));
  assert.ok(!holdsCanary(JSON.stringify(events)) && !holdsCanary(world.log()));
});
