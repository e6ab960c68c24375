/* Masks that come back through the whole gateway, before the stand-in: what is stored afterwards is what was stored before, or nothing was done. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Agent, request } from 'undici';
import { stringify } from 'yaml';
import { patternDetector } from '../../src/masking/detect/pattern-detector.ts';
import { MaskKey } from '../../src/masking/form/mask-key.ts';
import { seenObject } from '../../src/masking/objects/seen-object.ts';
import { MaskRules } from '../../src/masking/rules/mask-rules.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const SECRETS = '/api/v1/namespaces/shop/secrets';
const WEB = '/apis/apps/v1/namespaces/shop/deployments/web';
const LAST = 'kubectl.kubernetes.io/last-applied-configuration';
const canary = 'c4n4ry-of-the-t3st';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const canary64 = base64(canary);

/** As much of an object as is looked at here. */
interface Shown {
  metadata: { name: string; resourceVersion: string; uid: string; annotations?: Record<string, string> };
  data: Record<string, string>;
  spec: {
    template: { spec: { containers: { name: string; image: string; env: { name: string; value: string }[] }[] } };
  };
}

let world: SmallWorld;
let token: string;
let direct: Agent;

const folder = mkdtempSync(join(tmpdir(), 'sallyport-retired-'));
const RETIRED = new MaskKey(Buffer.alloc(32, 7));

before(async () => {
  const retired = join(folder, 'retired.key');
  writeFileSync(retired, Buffer.alloc(32, 7).toString('hex'));
  world = await startSmallWorld({
    config: `masks: { retiredKeyFiles: ["${retired}"] }
unsafe: { openGuards: [secret-mount], openMasks: [{ id: "*", callers: [{ subjects: [seer] }] }] }
`,
  });
  token = await world.token('dev');
  direct = new Agent({ connect: { ca: world.standin.caPem } });
  const web = await ask('GET', WEB);
  const containers = JSON.stringify([
    { name: 'sidecar', image: 'a' },
    { name: 'web', image: 'b', env: [{ name: 'HOST', value: 'db' }, { name: 'DB_PASSWORD', value: canary }] },
  ]); // biome-ignore format: short
  assert.equal(web.status, 200);
  const template = `{"spec":{"template":{"spec":{"containers":${containers}}}}}`;
  assert.equal((await stored('PATCH', WEB, template, 'application/merge-patch+json')).status, 200);
});
after(async () => {
  await direct.close();
  await world.stop();
  rmSync(folder, { recursive: true });
});

/** Beside the gateway, as who may do everything. */
async function stored(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  uri: string,
  body?: string,
  type = 'application/json',
) {
  const authorization = `Bearer ${world.standin.adminToken}`;
  const reply = await request(world.standin.url + uri, {
    method,
    dispatcher: direct,
    headers: { authorization, 'content-type': type },
    body: body ?? null,
  });
  return { status: reply.statusCode, object: (await reply.body.json()) as Shown };
}

function ask(
  method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE',
  uri: string,
  body?: string,
  type = 'application/json',
) {
  return world.ask({ token, method, uri, headers: { 'content-type': type }, ...(body === undefined ? {} : { body }) });
}

const shown = async (uri: string) => JSON.parse((await ask('GET', uri)).body) as Shown;

/** A new Secret, stored beside the gateway; its path. */
async function secret(name: string, annotations: Record<string, string> = {}): Promise<string> {
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'shop', annotations }, data: { password: canary64, other: base64('another one') } };
  assert.equal((await stored('POST', SECRETS, JSON.stringify(object))).status, 201);
  return `${SECRETS}/${name}`;
} // biome-ignore format: short

/** A message of protobuf: numbers of fields with text, bytes or messages. */
function message(...fields: readonly (readonly [number, Buffer | string])[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      const bytes = Buffer.from(value);
      return [
        Buffer.from([
          number * 8 + 2,
          ...(bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) | 128, bytes.length >> 7]),
        ]),
        bytes,
      ];
    }),
  );
}

const protobufSecret = ({ metadata, data }: Shown) =>
  Buffer.concat([
    Buffer.from('k8s\0'),
    message(
      [1, message([1, 'v1'], [2, 'Secret'])],
      [2, message(
        [1, message([1, metadata.name], [3, 'shop'], [5, metadata.uid], [6, metadata.resourceVersion])],
        ...Object.entries(data).map(([key, value]) => [2, message([1, key], [2, Buffer.from(value, 'base64')])] as const),
      )],
    ),
  ]); // biome-ignore format: nested as the message is

const json = 'application/json';
const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const apply = 'application/apply-patch+yaml';
const jsonPatch = 'application/json-patch+json';
const labels = { edited: 'now' };

type Write = readonly [
  name: string,
  method: 'PUT' | 'PATCH',
  type: string,
  query: string,
  body: (object: Shown) => string | Buffer,
];
const labelled = (object: Shown) => ({ ...object, metadata: { ...object.metadata, labels } });
const kind = { apiVersion: 'v1', kind: 'Secret' };
const WRITES: readonly Write[] = [
  ['JSON', 'PUT', json, '', (object) => JSON.stringify(labelled(object))],
  ['JSON with escapes of its own', 'PUT', json, '', (object) => JSON.stringify(labelled(object)).replaceAll('=', '\\u003d')],
  ['YAML', 'PUT', 'application/yaml', '', (object) => stringify(labelled(object))],
  ['JSON as YAML', 'PUT', 'application/yaml', '', (object) => JSON.stringify(labelled(object))],
  ['a merge patch', 'PATCH', merge, '', ({ data }) => JSON.stringify({ metadata: { labels }, data })],
  ['a strategic patch', 'PATCH', strategic, '', ({ data }) => JSON.stringify({ metadata: { labels }, data })],
  ['an apply', 'PATCH', apply, '?fieldManager=test&force=true', ({ metadata: { name }, data }) => stringify({ ...kind, metadata: { name, labels }, data })],
  ['a JSON patch', 'PATCH', jsonPatch, '', ({ data }) => JSON.stringify([{ op: 'add', path: '/metadata/labels', value: labels }, { op: 'replace', path: '/data', value: data }])],
]; // biome-ignore format: a table

for (const [name, method, type, query, body] of WRITES)
  test(`T49 T56: an object that is written back as it was shown, as ${name}, is stored as it was`, async () => {
    const uri = await secret(`a-${WRITES.findIndex((row) => row[0] === name)}`, {
      [LAST]: JSON.stringify({ ...kind, data: { password: canary64 } }),
    });
    const was = await stored('GET', uri);
    const reply = await ask(method, uri + query, String(body(await shown(uri))), type);
    assert.equal(reply.status, 200, reply.body);
    assert.ok(!reply.body.includes(canary64) && !reply.body.includes(canary), reply.body);
    const is = await stored('GET', uri);
    assert.deepEqual(is.object.data, was.object.data);
    assert.equal(is.object.metadata.annotations?.[LAST], was.object.metadata.annotations?.[LAST]);
    assert.deepEqual((is.object.metadata as { labels?: object }).labels, labels);
  });

test('T49 T56: the same in protobuf', async () => {
  const uri = await secret('b');
  const was = await stored('GET', uri);
  const reply = await request(`${world.gateway.url}/k8s/demo${uri}`, {
    method: 'PUT',
    dispatcher: new Agent({ connect: { ca: world.caPem } }),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/vnd.kubernetes.protobuf' },
    body: protobufSecret(await shown(uri)),
  });
  assert.equal(reply.statusCode, 200, await reply.body.text());
  assert.deepEqual((await stored('GET', uri)).object.data, was.object.data);
});

test('T49: a dry run is sent values too, and answers with masks', async () => {
  const uri = await secret('c');
  const reply = await ask('PUT', `${uri}?dryRun=All`, JSON.stringify(await shown(uri)));
  assert.equal(reply.status, 200, reply.body);
  assert.ok(!reply.body.includes(canary64));
});

test('T49: a mask that is a key is never written: whoever writes it is told so, in every kind of body, and what to do', async () => {
  const uri = '/api/v1/namespaces/shop/configmaps/keys';
  const key = `ghp_${'a1B2'.repeat(9)}`;
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'keys', namespace: 'shop' },
    data: { [key]: 'a', b: 'c' },
  };
  await stored('POST', '/api/v1/namespaces/shop/configmaps', JSON.stringify(object));
  const seen = JSON.parse((await ask('GET', uri)).body);
  const [masked = ''] = Object.keys(seen.data);
  assert.match(masked, /^ghp_masked-by-sallyport-/);
  const was = await stored('GET', uri);
  const rows: readonly (readonly ['PUT' | 'PATCH', string, unknown])[] = [
    ['PUT', json, seen],
    ['PATCH', merge, { data: { [masked]: null } }],
    ['PATCH', merge, { metadata: { annotations: { [LAST]: JSON.stringify({ data: { [masked]: 'a' } }) } } }],
    ['PATCH', apply, { ...object, data: { [masked]: 'a' } }],
    ['PATCH', jsonPatch, [{ op: 'remove', path: `/data/${masked}` }]],
    ['PATCH', jsonPatch, [{ op: 'add', path: '/data', value: { [masked]: 'a' } }]],
  ]; // biome-ignore format: a table
  for (const [method, type, body] of rows) {
    const query = type === apply ? '?fieldManager=test&force=true' : '';
    const reply = await ask(method, uri + query, JSON.stringify(body), type);
    assert.equal(reply.status, 422, reply.body);
    assert.match(reply.body, /is about a key that is shown as a mask.*write the key itself.*MASK_MISPLACED/s);
    assert.ok(!reply.body.includes(key), reply.body);
  }
  assert.deepEqual(await stored('GET', uri), was);
  assert.equal((await ask('PATCH', uri, JSON.stringify({ data: { b: 'd' } }), merge)).status, 200);
});

test('T74: what cannot be put back is refused by field, and nothing is done', async () => {
  const [uri, other] = [await secret('d'), await secret('e')];
  const [object, others] = [await shown(uri), await shown(other)];
  const mask = object.data.password as string;
  const plain = Buffer.from(mask, 'base64').toString();
  const was = [await stored('GET', uri), await stored('GET', other)];
  const rows: readonly (readonly ['PUT' | 'POST' | 'PATCH', string, string, unknown, RegExp])[] = [
    ['PUT', uri, json, { ...object, data: others.data }, /MASK_STALE.*`data\.|`data\.(?:password|other)`.*MASK_STALE/s],
    ['PATCH', uri, merge, { data: { other: mask } }, /`data.other`.*MASK_STALE/s],
    ['PATCH', uri, merge, { data: { more: mask } }, /`data.more`.*MASK_MISPLACED/s],
    ['PATCH', uri, merge, { metadata: { labels: { a: plain } } }, /`metadata.labels.a`.*MASK_MISPLACED/s],
    ['PATCH', uri, jsonPatch, [{ op: 'add', path: '/metadata/labels', value: { a: plain } }], /MASK_MISPLACED/],
    ['PATCH', uri, apply, { ...kind, metadata: { name: 'd' }, stringData: { password: plain } }, /MASK_MISPLACED/],
    ['PATCH', `${SECRETS}/none`, `${apply}`, { ...kind, metadata: { name: 'none' }, data: object.data }, /MASK_MISPLACED/],
    ['POST', SECRETS, json, { ...kind, metadata: { name: 'copy' }, data: object.data }, /MASK_MISPLACED/],
    ['POST', '/api/v1/namespaces/shop/configmaps', json, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'copy' }, data: { a: plain } }, /MASK_MISPLACED/],
    ['PUT', `${SECRETS}/d/status`.replace('/status', ''), json, { ...object, metadata: { ...object.metadata, resourceVersion: '1' } }, /OBJECT_CHANGED/],
  ]; // biome-ignore format: a table
  for (const [method, to, type, body, expected] of rows) {
    const query = type === apply ? '?fieldManager=test&force=true' : '';
    const reply = await ask(method, to + query, JSON.stringify(body), type);
    assert.ok(reply.status === 409 || reply.status === 422, `${reply.status} ${reply.body}`);
    assert.match(reply.body, expected);
    assert.ok(!reply.body.includes(canary64), reply.body);
  }
  assert.deepEqual([await stored('GET', uri), await stored('GET', other)], was);
});

test('a mask of a value that has changed since it was shown is a conflict, which says what to do', async () => {
  const uri = await secret('f');
  const object = await shown(uri);
  await stored('PATCH', uri, JSON.stringify({ data: { password: base64('a new password') } }), merge);
  const reply = await ask('PATCH', uri, JSON.stringify({ data: object.data }), merge);
  assert.equal(reply.status, 409, reply.body);
  assert.match(reply.body, /"reason":"Conflict".*MASK_STALE/s);
  assert.match(reply.body, /get the object again/);
  assert.equal((await stored('GET', uri)).object.data.password, base64('a new password'));
});

test('T49: masks that were made under a key that is retired now get their values, too', async () => {
  const uri = await secret('retired');
  const was = await stored('GET', uri);
  const plan = new MaskRules([], patternDetector).planOf({ apiGroup: '', resource: 'secrets', subresource: '' });
  const keying = { key: RETIRED, target: 'demo', exchange: '', isComparable: true };
  const before = JSON.parse(seenObject(JSON.stringify(was.object), plan, keying).text) as Shown;
  const now = await shown(uri);
  assert.notEqual(before.data.password, now.data.password);
  assert.notEqual(before.data.password, was.object.data.password);
  const reply = await ask('PUT', uri, JSON.stringify(labelled({ ...now, data: before.data })));
  assert.equal(reply.status, 200, reply.body);
  assert.deepEqual((await stored('GET', uri)).object.data, was.object.data);
  const unknown = { ...keying, key: new MaskKey(Buffer.alloc(32, 9)) };
  const { data } = JSON.parse(seenObject(JSON.stringify(was.object), plan, unknown).text) as Shown;
  const refused = await ask('PUT', uri, JSON.stringify({ ...(await shown(uri)), data }));
  assert.equal(refused.status, 409, refused.body);
});

test('an object that its caller has deleted is made anew from what it was shown, and for nobody else', async () => {
  const uri = await secret('h');
  const was = await stored('GET', uri);
  const object = await shown(uri);
  const { uid: _, resourceVersion: __, ...metadata } = object.metadata;
  assert.equal((await ask('DELETE', uri)).status, 200);
  const body = JSON.stringify({ ...object, metadata });
  const other = await world.ask({
    token: await world.token('other'),
    method: 'POST',
    uri: SECRETS,
    headers: { 'content-type': json },
    body,
  });
  assert.equal(other.status, 422, other.body);
  const reply = await ask('POST', SECRETS, body);
  assert.equal(reply.status, 201, reply.body);
  assert.ok(!reply.body.includes(canary64));
  assert.deepEqual((await stored('GET', uri)).object.data, was.object.data);
});

test('an environment in a workload is put back by name, wherever its elements stand', async () => {
  const was = (await stored('GET', WEB)).object.spec.template.spec.containers;
  const { env } = (await shown(WEB)).spec.template.spec
    .containers[1] as Shown['spec']['template']['spec']['containers'][0];
  assert.ok(!JSON.stringify(env).includes(canary));
  const containers = [{ name: 'web', env: [...env].reverse() }];
  const reply = await ask('PATCH', WEB, JSON.stringify({ spec: { template: { spec: { containers } } } }), strategic);
  assert.equal(reply.status, 200, reply.body);
  const is = (await stored('GET', WEB)).object.spec.template.spec.containers;
  const byName = (list: typeof was) =>
    list.map(({ name, env: pairs = [] }) => [name, pairs.map((pair) => pair.value).sort()]);
  assert.deepEqual(byName(is), byName(was));
});

test('neither the journal nor the log holds a value that was put back', async () => {
  const uri = await secret('g');
  assert.equal((await ask('PUT', uri, JSON.stringify(await shown(uri)))).status, 200);
  const text = JSON.stringify(await world.events()) + world.log();
  assert.ok(!text.includes(canary) && !text.includes(canary64));
});

test('T49: an object is read before it is deleted for who was shown masks of it alone', async () => {
  for (const [subject, reads] of [
    ['dev', 1],
    ['seer', 0],
  ] as const) {
    const uri = await secret(`kept-${subject}`);
    const from = world.standin.requests.length;
    const { status } = await world.ask({ token: await world.token(subject), method: 'DELETE', uri });
    assert.equal(status, 200);
    const asked = world.standin.requests.slice(from).filter(({ target }) => target.startsWith(uri));
    assert.deepEqual(
      asked.map(({ method }) => method),
      [...Array.from({ length: reads }, () => 'GET'), 'DELETE'],
      subject,
    );
  }
});
