import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { JsonObject, JsonValue } from '../../model/operation.ts';
import { MaskKey } from '../form/mask-key.ts';
import { PlaceMaker } from '../places/place.ts';
import { type MaskedKind, MaskRules } from '../rules/mask-rules.ts';
import { withValues } from './leaves.ts';
import { type PutBack, putBack, putBackPatch } from './put-back.ts';
import { type Source, sourceOf, type View } from './source.ts';

const rules = new MaskRules();
const key = new MaskKey(Buffer.alloc(32, 7));
const view = (resource: string, apiGroup = ''): View => ({
  plan: rules.planOf({ apiGroup, resource, subresource: '' } satisfies MaskedKind),
  keying: { key, target: 'prod', exchange: '', isComparable: true },
});
const secrets = view('secrets');
const deployments = view('deployments', 'apps');
const maps = view('configmaps');
const applied = 'kubectl.kubernetes.io/last-applied-configuration';
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Go's way of writing JSON: what HTML would read is escaped. */
const written = (object: JsonValue) =>
  Buffer.from(JSON.stringify(object).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`));
const sourceIn = (object: JsonObject, as: View) => sourceOf(written(object), as);
const shownIn = <T extends JsonObject>(object: T, as: View) => structuredClone(sourceIn(object, as).shown) as T;

function outcome(done: PutBack, object: JsonValue): JsonValue | string {
  return done.kind === 'whole'
    ? JSON.parse(JSON.stringify(withValues(object, done.strings)))
    : `${done.kind} ${done.path.join('.')}`;
}
const back = (object: JsonValue, stored: JsonObject, as: View, others: readonly Source[] = []) =>
  outcome(putBack({ object }, [sourceIn(stored, as), ...others], as), object);

const secret = {
  kind: 'Secret',
  metadata: {
    name: 'db',
    uid: 'u1',
    annotations: {
      [applied]: JSON.stringify({ kind: 'Secret', data: { a: base64('hunter2') }, stringData: { b: 'p<q"r' } }),
    },
  },
  data: { a: base64('hunter2'), b: base64('other value'), tls: base64('-----BEGIN PRIVATE KEY-----\nAAAA\n') },
};

test('T49: an object that is written as it was shown is written as it is stored', () => {
  deepEqual(back(shownIn(secret, secrets), secret, secrets), secret);
});

test('T49: what is masked in base64 of a document is written as it is stored, in its place alone', () => {
  const env = base64('DB_HOST=db\nDB_PASSWORD=c0rrect-h0rse\n');
  const stored = {
    kind: 'ConfigMap',
    metadata: { name: 'conf', uid: 'u3', annotations: { env } },
    data: { env, other: 'a' },
  };
  const shown = shownIn(stored, maps);
  ok(/PASSWORD=masked-by-sallyport-/.test(Buffer.from(shown.data.env, 'base64').toString()));
  ok(/PASSWORD=masked-by-sallyport-/.test(Buffer.from(shown.metadata.annotations.env, 'base64').toString()));
  deepEqual(back(shown, stored, maps), stored);
  equal(back({ ...shown, data: { ...shown.data, other: shown.data.env } }, stored, maps), 'misplaced data.other');
  const edited = base64(`${Buffer.from(shown.data.env, 'base64')}NEW=1\n`);
  equal(back({ ...shown, data: { ...shown.data, env: edited } }, stored, maps), 'misplaced data.env');
});

test('T49: what is masked whole in `binaryData`, packed or in UTF-16, is written as it is stored', () => {
  const text = 'DB_PASSWORD=c0rrect-h0rse\n';
  const binaryData = {
    gzip: gzipSync(text).toString('base64'),
    utf16: Buffer.from(text, 'utf16le').toString('base64'),
    other: gzipSync('a=b\n').toString('base64'),
  };
  const stored = { kind: 'ConfigMap', metadata: { name: 'conf', uid: 'u3' }, binaryData };
  const shown = shownIn(stored, maps);
  deepEqual(
    Object.entries(binaryData).map(([name, value]) => shown.binaryData[name as 'gzip'] === value),
    [false, false, true],
  );
  ok(/^masked-by-sallyport-[a-z2-7]{20}$/.test(Buffer.from(shown.binaryData.gzip, 'base64').toString()));
  deepEqual(back(shown, stored, maps), stored);
  const moved = { ...shown, binaryData: { ...shown.binaryData, other: shown.binaryData.gzip } };
  equal(back(moved, stored, maps), 'misplaced binaryData.other');
});

test('T49: documents in a ConfigMap whose readers differ are written as they are stored', () => {
  const data = {
    'app.properties':
      'a = b\npa\\ssword = c0rrect h0rse 7\npass\\\n  word:c0rr\\u0065ct h0rse 8\nurl=redis\\://u\\:s3cr3tpw1@r\n',
    twice: 'token=abc\\d3fgh1\ntoken=abcd3fgh1\ntoken=abc\\d3fgh1\n',
    'a.yaml':
      'x: &a {p: one}\ny: &b {kind: Secret}\nz:\n  <<: [*a, *b]\n  stringData: *a\nk: &k token\n*k : x9y8z7w6v5\n',
    'b.json': '{"kind":"Secret","kind":"Other","data":{"a":"YQ=="},"data":{"a":"Yg=="}}',
    'c.json': '{"a":'.repeat(120).concat('{"password":"c0rrect-h0rse"}', '}'.repeat(120)),
    'd.xml': '<a><password>c0rrect-h0rse</password>\n<entry key="token">x9y8z7w6v5</entry></a>',
  };
  const stored = { kind: 'ConfigMap', metadata: { name: 'conf', uid: 'u2' }, data };
  const shown = shownIn(stored, maps);
  for (const [name, text] of Object.entries(data)) ok(shown.data[name as 'twice'] !== text, name);
  ok(!/c0rr|s3cr3t|d3fgh1|x9y8|YQ==|Yg==|one/.test(JSON.stringify(shown)), JSON.stringify(shown));
  deepEqual(back(shown, stored, maps), stored);
});

test('T49: a part of an object, and an annotation of kubectl that is new, get their values', () => {
  const { data, kind } = shownIn(secret, secrets);
  const plain = { kind: 'Secret', metadata: { name: 'db', uid: 'u1' }, data: secret.data };
  const object = { metadata: { annotations: { [applied]: `${JSON.stringify({ kind, data }, undefined, 1)}\n` } } };
  deepEqual(back(object, plain, secrets), {
    metadata: { annotations: { [applied]: `${JSON.stringify({ kind, data: secret.data }, undefined, 1)}\n` } },
  });
  deepEqual(back({ data: { a: data.a } }, secret, secrets), { data: { a: secret.data.a } });
});

test('T74: a mask is put back nowhere else', () => {
  const { data } = shownIn(secret, secrets);
  const other = { ...secret, metadata: { ...secret.metadata, uid: 'u2' } };
  const text = Buffer.from(data.a, 'base64').toString();
  const rows: readonly (readonly [JsonValue, string])[] = [
    [{ data: { b: data.a } }, 'stale data.b'],
    [{ data: { c: data.a } }, 'misplaced data.c'],
    [{ data: { a: base64(`x${text}`) } }, 'misplaced data.a'],
    [{ data: { a: base64(text.slice(0, 30)) } }, 'misplaced data.a'],
    [{ stringData: { a: text } }, 'misplaced stringData.a'],
    [{ metadata: { labels: { a: text } } }, 'misplaced metadata.labels.a'],
    [{ metadata: { labels: { [text]: 'a' } } }, `key metadata.labels.${text}`],
    [{ metadata: { annotations: { [applied]: JSON.stringify({ data: { b: data.a } }) } } }, `stale metadata.annotations.${applied}.data.b`],
    [{ metadata: { annotations: { [applied]: JSON.stringify({ metadata: { name: text } }) } } }, `misplaced metadata.annotations.${applied}.metadata.name`],
    [{ metadata: { annotations: { [applied]: `{"data":{"a":"${data.a}","a":"${data.a}"}}` } } }, `misplaced metadata.annotations.${applied}`],
    [{ metadata: { annotations: { note: `data ${text}` } } }, 'misplaced metadata.annotations.note'],
  ]; // biome-ignore format: a table
  for (const [object, expected] of rows) equal(back(object, secret, secrets), expected, JSON.stringify(object));
  equal(back({ data: { a: data.a } }, other, secrets), 'stale data.a');
});

test('a mask of a value that has changed since is stale', () => {
  const { data } = shownIn(secret, secrets);
  equal(back({ data }, { ...secret, data: { ...secret.data, a: base64('new') } }, secrets), 'stale data.a');
});

const env = (...pairs: readonly (readonly [string, string])[]) => pairs.map(([name, value]) => ({ name, value }));
type Variable = { readonly name: string; readonly value: string };
const sidecar = { name: 'sidecar', image: '', args: [''], env: [{ name: '', value: '' }] };
const workload = (variables: readonly Variable[], args: readonly string[] = []) => ({
  kind: 'Deployment',
  metadata: { name: 'web', uid: 'd1' },
  spec: {
    template: { spec: { containers: [sidecar, { name: 'web', image: '', args, env: variables }] as const } },
  },
});
const deployment = workload(env(['HOST', 'db'], ['DB_PASSWORD', 'p&ss<1>'], ['API_TOKEN', 'x9y8z7w6v5']), [
  '--verbose',
  '--url=postgres://app:hunter2@db/app',
]);

test('elements of a list are found by their names, else by what they say, wherever they stand', () => {
  const shown = shownIn(deployment, deployments).spec.template.spec.containers[1];
  const [host, password, token] = shown.env as readonly [Variable, Variable, Variable];
  const patch = (container: JsonValue) => ({ spec: { template: { spec: { containers: [container] } } } });
  deepEqual(
    back(patch({ name: 'web', env: [token, { name: 'NEW', value: '1' }, password, host] }), deployment, deployments),
    patch({
      name: 'web',
      env: env(['API_TOKEN', 'x9y8z7w6v5'], ['NEW', '1'], ['DB_PASSWORD', 'p&ss<1>'], ['HOST', 'db']),
    }),
  );
  deepEqual(
    back(patch({ name: 'web', args: ['--new', shown.args[1] as string] }), deployment, deployments),
    patch({ name: 'web', args: ['--new', '--url=postgres://app:hunter2@db/app'] }),
  );
  for (const moved of [
    { name: 'HOST', value: password.value },
    { name: 'API_TOKEN', value: password.value },
    { name: 'NOTE', value: password.value },
  ])
    ok(String(back(patch({ name: 'web', env: [moved] }), deployment, deployments)).match(/^(?:stale|misplaced) /));
  ok(String(back(patch({ name: 'sidecar', env: [password] }), deployment, deployments)).startsWith('misplaced'));
});

test('T74: a text that is changed beside its masks keeps its values, one that would show them is refused', () => {
  const config = (text: string) => ({
    kind: 'ConfigMap',
    metadata: { name: 'c', uid: 'c1' },
    data: { 'app.yaml': text },
  });
  const stored = config('db:\n  host: a\n  password: "c0rrect h0rse é"\nurl: redis://x:s3cr3tpw@r:1\n');
  const shown = shownIn(stored, maps).data['app.yaml'] as string;
  ok(!/c0rrect|s3cr3t/.test(shown));
  const changed = (from: string | RegExp, to: string) =>
    back({ data: { 'app.yaml': shown.replace(from, to) } }, stored, maps);
  deepEqual(changed('host: a', 'host: bé\n  port: 1'), {
    data: { 'app.yaml': 'db:\n  host: bé\n  port: 1\n  password: "c0rrect h0rse é"\nurl: redis://x:s3cr3tpw@r:1\n' },
  });
  for (const [from, to] of [
    ['password:', 'note:'],
    ['redis://x:', 'redis is '],
    [/masked-by-sallyport-(....)/, 'masked-by-sallyport-aaaa'],
    [/masked-by-sallyport-\w+/, 'masked-by-sallyport-'],
  ] as const)
    ok(/^(?:stale|misplaced) data.app.yaml$/.test(String(changed(from, to))), String(from));
});

test('T74: a JSON patch is looked at as what it makes of the object', () => {
  const own = [sourceIn(deployment, deployments)];
  const container = '/spec/template/spec/containers/1';
  const shown = shownIn(deployment, deployments).spec.template.spec.containers[1];
  const [, password, token] = shown.env as readonly [Variable, Variable, Variable];
  const run = (operations: readonly JsonValue[]) => outcome(putBackPatch(operations, own, deployments), operations);
  deepEqual(
    run([
      { op: 'add', path: `${container}/env/0`, value: { name: 'FIRST', value: '1' } },
      { op: 'replace', path: `${container}/env/2/value`, value: password.value },
      { op: 'replace', path: `${container}/env/3`, value: token },
    ]),
    [
      { op: 'add', path: `${container}/env/0`, value: { name: 'FIRST', value: '1' } },
      { op: 'replace', path: `${container}/env/2/value`, value: 'p&ss<1>' },
      { op: 'replace', path: `${container}/env/3`, value: { name: 'API_TOKEN', value: 'x9y8z7w6v5' } },
    ],
  );
  for (const operations of [
    [{ op: 'replace', path: `${container}/env/2/value`, value: password.value }],
    [{ op: 'add', path: '/metadata/labels', value: { a: password.value } }],
    [
      { op: 'replace', path: `${container}/env/1/name`, value: 'NOTE' },
      { op: 'replace', path: `${container}/env/1/value`, value: password.value },
    ],
    [
      { op: 'replace', path: `${container}/env/1/value`, value: password.value },
      { op: 'replace', path: `${container}/env/1/name`, value: 'NOTE' },
    ],
    [
      { op: 'replace', path: `${container}/env/1/value`, value: password.value },
      { op: 'replace', path: `${container}/env/1/value`, value: 'x' },
    ],
    [{ op: 'test', path: `${container}/env/1/value`, value: password.value }],
    [{ op: 'replace', path: `${container}/env/9/value`, value: password.value }],
  ])
    ok(/^(?:stale|misplaced) \d/.test(String(run(operations))), JSON.stringify(operations));
});

test('T50: a number that a rule masks is shown as 0, and put back by its place, digit by digit', () => {
  const mask = { kind: 'mask', rule: 'ours', form: 'text', compare: 'field' } as const;
  const plan = { ...maps.plan, place: new PlaceMaker([{ steps: ['spec', '**', 'pin'], action: mask }]).start() };
  const as = { ...maps, plan };
  const stored = Buffer.from(
    '{"metadata":{"uid":"u"},"spec":{"list":[{"name":"a","pin":12345678901234567890,"n":0},{"name":"b","pin":1.50}]}}',
  );
  const source = sourceOf(stored, as);
  const object = JSON.parse(JSON.stringify(source.shown)) as { spec: { list: unknown[] } };
  deepEqual(object.spec.list, [
    { name: 'a', pin: 0, n: 0 },
    { name: 'b', pin: 0 },
  ]);
  const done = (body: JsonValue, patch = false) =>
    patch ? putBackPatch(body as JsonValue[], [source], as) : putBack({ object: body }, [source], as);
  deepEqual(done({ spec: { list: [...object.spec.list].reverse() as JsonValue } }), {
    kind: 'whole',
    strings: [
      { path: ['spec', 'list', '0', 'pin'], value: '1.50', isNumber: true },
      { path: ['spec', 'list', '1', 'pin'], value: '12345678901234567890', isNumber: true },
    ],
  });
  deepEqual(done([{ op: 'replace', path: '/spec/list/1', value: { name: 'b', pin: 0 } }], true), {
    kind: 'whole',
    strings: [{ path: ['0', 'value', 'pin'], value: '1.50', isNumber: true }],
  });
});

const packed = (release: JsonValue) => base64(gzipSync(JSON.stringify(release)).toString('base64'));
const unpackedOf = (text: string) =>
  JSON.parse(gunzipSync(Buffer.from(Buffer.from(text, 'base64').toString(), 'base64')).toString());
const release = (version: number, password: string, status: string) => ({
  name: 'shop',
  info: { status, notes: `login with ${password}` },
  chart: {
    metadata: { name: 'shop' },
    values: { auth: { password: '' } },
    files: [{ name: 'x.yaml', data: base64('password: "c0rrect-h0rse9"\n') }],
  },
  config: { auth: { password } },
  manifest: `---\n# Source: shop/templates/secret.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  password: ${base64(password)}\n---\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n`,
  hooks: [{ name: 'h', manifest: `kind: Secret\nmetadata: {name: h}\nstringData: {x: ${password}}\n` }],
  version,
});
const record = (version: number, password: string, status = 'deployed') => ({
  kind: 'Secret',
  type: 'helm.sh/release.v1',
  metadata: {
    name: `sh.helm.release.v1.shop.v${version}`,
    uid: `r${version}`,
    labels: { owner: 'helm', name: 'shop', status },
  },
  data: { release: packed(release(version, password, status)) },
});

type Release = ReturnType<typeof release> & { info: { description?: string }; config: { more?: number } };

/** A record as a client writes it, whose release was read through the gateway. */
function rewritten(shown: ReturnType<typeof record>, change: (release: Release) => void) {
  const inside = unpackedOf(shown.data.release);
  change(inside);
  return { ...shown, data: { release: packed(inside) } };
}

test('T83: a record that is written again with another status keeps its values', () => {
  const stored = record(1, 'c0rrect-h0rse1');
  const shown = shownIn(stored, secrets);
  ok(!JSON.stringify(unpackedOf(shown.data.release)).includes('h0rse1'));
  const object = rewritten(shown, (inside) => { inside.info.status = 'superseded'; });
  const done = back(object, stored, secrets) as typeof stored;
  deepEqual(unpackedOf(done.data.release), { ...release(1, 'c0rrect-h0rse1', 'deployed'), info: { ...release(1, 'c0rrect-h0rse1', 'deployed').info, status: 'superseded' } });
  for (const change of [
    (inside: Release) => { inside.manifest += '# more'; },
    (inside: Release) => { inside.info.description = inside.config.auth.password; },
    (inside: Release) => { Object.assign(inside, { manifest: 'kind: ConfigMap\n', hooks: [] }); },
  ]) equal(back(rewritten(shown, change), stored, secrets), 'misplaced data.release');
}); // biome-ignore format: short functions

test('T83: a rollback writes a stored revision as a new one; what was made of masks is refused', () => {
  const old = record(1, 'c0rrect-h0rse1', 'superseded');
  const others = [sourceIn(old, secrets), sourceIn(record(2, 'n3w-s3cret-v2'), secrets)].map(({ own: _, ...source }) => source);
  const made = (change: (release: Release) => void) => {
    const { metadata, ...rest } = rewritten(shownIn(old, secrets), (inside) => {
      Object.assign(inside, { version: 3, info: { ...inside.info, status: 'pending-rollback' } });
      change(inside);
    });
    return { ...rest, metadata: { name: 'sh.helm.release.v1.shop.v3', labels: metadata.labels } };
  };
  const create = (object: JsonValue) => outcome(putBack({ object }, others, secrets), object) as ReturnType<typeof record> | string;
  ok(typeof create(made(({ hooks }) => Object.assign(hooks[0] ?? {}, { last_run: { phase: 'Succeeded' } }))) !== 'string');
  const done = create(made(() => undefined));
  deepEqual(unpackedOf((done as ReturnType<typeof record>).data.release), { ...release(3, 'c0rrect-h0rse1', 'pending-rollback') });
  for (const change of [
    (inside: Release) => { inside.manifest = inside.manifest.replace('name: db', 'name: other'); },
    (inside: Release) => { inside.config.more = 1; },
    (inside: Release) => { inside.manifest = `data: {a: ${base64(inside.config.auth.password)}}`; },
  ]) equal(create(made(change)), 'misplaced data.release');
}); // biome-ignore format: short functions

test('T74: what was shown of one object is put into another only where that is its own', () => {
  const revision = { spec: { template: deployment.spec.template } };
  const shown = shownIn({ kind: 'ReplicaSet', metadata: { uid: 'rs1' }, ...revision }, view('replicasets', 'apps'));
  const own = { ...deployment, spec: { template: { spec: { containers: [{ name: 'web' }] } } } };
  const from: Source = {
    shown: { spec: shown.spec },
    stored: revision as JsonValue,
    isFor: (object) =>
      JSON.stringify((object as { spec?: { template?: JsonValue } }).spec?.template) ===
      JSON.stringify(shown.spec.template),
  };
  deepEqual(back({ spec: shown.spec }, own, deployments, [from]), revision);
  const changed = structuredClone(shown.spec);
  Object.assign(changed.template.spec.containers[1], { image: 'thief' });
  ok(String(back({ spec: changed }, own, deployments, [from])).startsWith('misplaced'));
});
