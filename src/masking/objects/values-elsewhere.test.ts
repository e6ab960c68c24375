/* Values of Secrets where operators and servers keep them: packed, in lists, in annotations of their own, in headers. */
import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { MaskKey } from '../form/mask-key.ts';
import { MaskRules } from '../rules/mask-rules.ts';
import { putBack } from '../written/put-back.ts';
import { sourceOf } from '../written/source.ts';
import { ReplyMasker } from './reply-masker.ts';

const value = 'c4n4ry-of-the-t3st';
const value64 = Buffer.from(value).toString('base64');
const packed = (text: string) => gzipSync(text).toString('base64');
const keying = { key: new MaskKey(Buffer.alloc(32, 7)), target: 'prod', exchange: 'x', isComparable: true };
const planOf = (resource: string, apiGroup = '') => new MaskRules().planOf({ apiGroup, resource, subresource: '' });

function seen(object: object, resource = 'configmaps', apiGroup = ''): string {
  const masker = new ReplyMasker({ plan: planOf(resource, apiGroup), keying, shape: 'object', mayBeTable: false });
  return Buffer.concat([masker.write(Buffer.from(JSON.stringify(object))), masker.end()]).toString();
}

const secret = { kind: 'Secret', apiVersion: 'v1', data: { a: value64 } };
const list = { kind: 'SecretList', apiVersion: 'v1', items: [{ metadata: { name: 'a' }, data: { a: value64 } }] };
const annotated = (kept: string) => ({
  ...secret,
  metadata: { name: 'a', uid: 'u', annotations: { 'example.com/kept': kept } },
});

for (const [what, object, resource, apiGroup] of [
  ['a Secret that is packed in its own annotation', annotated(packed(JSON.stringify(secret))), 'secrets', ''],
  ['one that is packed in the data of a ConfigMap', { data: { a: packed(JSON.stringify(secret)) } }, 'configmaps', ''],
  ['settings that are packed in a document', { data: { 'a.yaml': `b: ${packed(`password: ${value}`)}\n` } }, 'configmaps', ''],
  ['what is packed in what is packed', { spec: { a: packed(packed(`DB_PASSWORD=${value}`)) } }, 'things', 'example.com'],
  ['what an operator keeps of a Secret, without its kind', annotated(JSON.stringify({ data: { a: value64 }, type: 'Opaque' })), 'secrets', ''],
  ['a list of Secrets that do not say their kind, in JSON', { data: { a: JSON.stringify(list) } }, 'configmaps', ''],
  ['and in YAML', { data: { a: `kind: SecretList\nitems:\n- data:\n    a: ${value64}\n` } }, 'configmaps', ''],
  ['the header by which a probe shows who it is', { spec: { containers: [{ livenessProbe: { httpGet: { httpHeaders: [{ name: 'Authorization', value: `Basic ${value64}` }] } } }] } }, 'pods', ''],
  ['the header that a server is configured to send', { data: { 'nginx.conf': `proxy_set_header Authorization "Basic ${Buffer.from(`a:${value}`).toString('base64')}";` } }, 'configmaps', ''],
] as const) // biome-ignore format: a table
  test(`T46: ${what} is masked`, () => {
    const shown = seen(object, resource, apiGroup);
    const unpacked = [...shown.matchAll(/H4sI[\w+/=]+/g)].map(([one]) =>
      gunzipSync(Buffer.from(one, 'base64')).toString(),
    );
    for (const text of [shown, ...unpacked]) for (const form of [value, value64]) ok(!text.includes(form), text);
    ok(/masked-by-sallyport-|bWFza2VkLWJ5/.test(shown), shown);
    ok(!/H4sI/.test(shown), shown);
    ok(!shown.includes(Buffer.from(`a:${value}`).toString('base64')), shown);
  });

test('T46: and what is packed or kept and holds no such value stays as it came', () => {
  for (const [object, resource] of [
    [{ data: { a: packed('{"title":"requests","panels":[1,2]}'), b: 'H4sI is how it begins', c: 'H4sIAAAA' } }, 'configmaps'],
    [{ kind: 'Secret', metadata: { annotations: { a: '{"owner":"team-a"}', b: '{"data":{}}' } } }, 'secrets'],
    [{ data: { a: 'the authorization basic authentication of users; Authorization "Basic $credentials"' } }, 'configmaps'],
    [{ kind: 'List', items: [{ kind: 'ConfigMap', data: { a: 'b' } }] }, 'configmaps'],
  ] as const) // biome-ignore format: a table
    equal(seen(object, resource), JSON.stringify(object));
});

test('T57: what unpacks to far more than it is packed is masked whole, and not looked at', () => {
  const bomb = packed('a'.repeat(1024 * 1024));
  for (const field of ['data', 'binaryData']) {
    const shown = seen({ [field]: { a: bomb } });
    ok(!shown.includes(bomb) && /bWFza2VkLWJ5/.test(shown), shown.slice(0, 200));
  }
});

test('T49: a Secret is written back with what stands in its annotations', () => {
  for (const kept of [packed(JSON.stringify(secret)), JSON.stringify({ data: { a: value64 } })]) {
    const view = { plan: planOf('secrets'), keying };
    const source = sourceOf(Buffer.from(JSON.stringify(annotated(kept))), view);
    const done = putBack({ object: source.shown }, [source], view);
    ok(done.kind === 'whole', JSON.stringify(done));
    ok(done.strings.some((one) => one.value === kept));
  }
});
