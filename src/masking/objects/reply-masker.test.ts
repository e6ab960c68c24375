import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fc } from '../../../test/support/property.ts';
import { type Compare, MaskKey } from '../form/mask-key.ts';
import { PlaceMaker, type PlacePattern } from '../places/place.ts';
import { DEFAULT_MASKS } from '../rules/default-masks.ts';
import { type MaskedKind, MaskRules } from '../rules/mask-rules.ts';
import { Unwalkable } from '../tape/unwalkable.ts';
import { ReplyMasker, type ReplyMaskerOptions, type ReplyShape } from './reply-masker.ts';

const rules = new MaskRules();
const key = new MaskKey(Buffer.alloc(32, 7));
const secrets: MaskedKind = { apiGroup: '', resource: 'secrets', subresource: '' };
const pods: MaskedKind = { apiGroup: '', resource: 'pods', subresource: '' };
const mask = /masked-by-sallyport-[a-z2-7]{20}/g;

function masked(
  text: string,
  kind: MaskedKind,
  shape: ReplyShape = 'object',
  options: Partial<ReplyMaskerOptions> & { readonly cuts?: readonly number[]; readonly exchange?: string } = {},
): string {
  const masker = new ReplyMasker({
    plan: rules.planOf(kind),
    keying: { key, target: 'prod', exchange: options.exchange ?? 'x1', isComparable: true },
    shape,
    mayBeTable: true,
    listStepBytes: 0,
    ...options,
  });
  const bytes = Buffer.from(text);
  const out: Buffer[] = [];
  let from = 0;
  for (const cut of [...(options.cuts ?? []), bytes.length]) {
    out.push(masker.write(Buffer.from(bytes.subarray(from, cut))));
    from = cut;
  }
  out.push(masker.end());
  return Buffer.concat(out).toString();
}

/** The masks put as they decode, so that a table can say what it expects. */
function shown(text: string): string {
  return text
    .replace(/"([A-Za-z0-9+/]{20,}={0,2})"/g, (whole, encoded: string) => {
      const decoded = Buffer.from(encoded, 'base64').toString('latin1');
      return decoded.startsWith('masked-by-') ? `"b64(${decoded})"` : whole;
    })
    .replaceAll(mask, 'MASK');
}

for (const { id, example, nearMiss } of DEFAULT_MASKS) {
  const kindOf = ({ apiGroup, resource }: typeof example): MaskedKind => {
    const [name = '', subresource = ''] = resource.split('/');
    return { apiGroup, resource: name, subresource };
  };
  test(`${id} masks its example, and leaves its near miss byte for byte`, () => {
    const [before = '', value = '', after = ''] = example.object.split(/[«»]/);
    const out = masked(before + value + after, kindOf(example));
    ok(out.startsWith(before) && out.endsWith(after), out);
    ok(!out.includes(value), out);
    equal(masked(nearMiss.object, kindOf(nearMiss)), nearMiss.object);
  });
}

test('T50: what is not masked leaves as it came: numbers, escapes, order, duplicate keys, `__proto__`', () => {
  const text =
    '{ "z":12345678901234567890,"a":1.0,"a":-0.1e1,"__proto__":{"x":"\\u00e9\\/\\uD83D\\uDE00"},\n"metadata":{"uid":"u"},"data":{"k":"c2VjcmV0"} , "e":[ ] }\n';
  const out = masked(text, secrets);
  const [before, after] = text.split('c2VjcmV0') as [string, string];
  ok(out.startsWith(before) && out.endsWith(after));
});

test('T47: of what stands in an object twice each is masked: some readers take the first, others the last', () => {
  const rows = [
    '{"spec":{"kind":"Secret","kind":"Other","data":{"a":"«YQ==»"},"stringData":{"b":"«b»"},"data":{"c":"«Yw==»"},"stringData":{"d":"«d»"}}}',
    '{"spec":{"data":{"a":"«YQ==»"},"kind":"Other","kind":"Secret"}}',
    '{"spec":{"data":{"a":"«YQ==»"},"kind":"S\\u0065cret"}}',
    '{"spec":[{"name":"DB_PASSWORD","name":"a","value":"«one»"},{"value":"«one»","value":[],"name":"a","name":"TOKEN","value":"«two»"}]}',
    '{"spec":{"name":"a","name":"b","value":"one","value":"two","kind":"Other","data":{"a":"YQ=="},"data":{"c":"Yw=="}}}',
  ];
  for (const row of rows)
    equal(
      shown(masked(row.replaceAll(/[«»]/g, ''), pods)).replaceAll('b64(MASK)', 'MASK'),
      row.replaceAll(/«[^»]*»/g, 'MASK'),
    );
});

test('T46: settings whose keys hide behind escapes are looked into, whatever else is not in their text', () => {
  const configMaps: MaskedKind = { apiGroup: '', resource: 'configmaps', subresource: '' };
  for (const text of [
    'pa\\ssword=c0rrect-h0rse 7',
    'pas\\\n  sword=c0rrect-h0rse 7',
    '"pass\\u0077ord": c0rrect-h0rse 7',
  ])
    for (const object of [{ data: { a: text } }, { spec: [{ a: text }, { b: 'x' }] }])
      ok(!masked(JSON.stringify(object), configMaps).includes('h0rse'), text);
});

test('T57: an object of so many names and values that each beside each takes too long is not shown', () => {
  const names = Array.from({ length: 3_000 }, (_, i) => `"name":"a${i}","value":"$(A)"`).join();
  throws(() => masked(`{"spec":{${names},"name":"token"}}`, pods), Unwalkable);
});

test('T47: values behind escaped keys are masked', () => {
  const out = masked('{"metadata":{"uid":"u"},"d\\u0061ta":{"\\u006b":"c2VjcmV0"}}', secrets);
  equal(shown(out), '{"metadata":{"uid":"u"},"d\\u0061ta":{"\\u006b":"b64(MASK)"}}');
});

test('T45: the last-applied-configuration has the same masks as the object', () => {
  const applied = JSON.stringify({ kind: 'Secret', data: { a: 'c2VjcmV0' }, stringData: { b: 'plain text' } });
  const text = JSON.stringify({
    metadata: { uid: 'u', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': applied } },
    data: { a: 'c2VjcmV0' },
  });
  const out = JSON.parse(masked(text, secrets)) as {
    metadata: { annotations: Record<string, string> };
    data: { a: string };
  };
  const inside = JSON.parse(Object.values(out.metadata.annotations)[0] as string) as typeof out & {
    stringData: { b: string };
  };
  equal(inside.data.a, out.data.a);
  ok(inside.stringData.b.startsWith('masked-by-'));
});

test('a last-applied-configuration that nobody can read is masked whole', () => {
  const out = masked(
    '{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\\"data\\":{\\"a\\":\\"c2Vjcm"}}}',
    secrets,
  );
  equal(shown(out), '{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"MASK"}}}');
});

test('T73: masks compare along one field of one object, and no wider', () => {
  const of = (uid: string, field: string, value: string, exchange = 'x') =>
    shownValue(masked(`{"metadata":{"uid":"${uid}"},"data":{"${field}":"${value}"}}`, secrets, 'object', { exchange }));
  equal(of('u', 'a', 'c2VjcmV0'), of('u', 'a', 'c2VjcmV0', 'y'));
  equal(
    new Set([of('u', 'a', 'c2VjcmV0'), of('v', 'a', 'c2VjcmV0'), of('u', 'b', 'c2VjcmV0'), of('u', 'a', 'b3RoZXI=')])
      .size,
    4,
  );
});

test('T73: nobody has masks made under the identity of another object: not by a field that calls itself items, nor by a metadata of its own', () => {
  const victim = shownValue(masked('{"metadata":{"uid":"victim"},"data":{"a":"c2VjcmV0"}}', secrets));
  const planted = '{"metadata":{"uid":"victim"},"kind":"Secret","data":{"a":"c2VjcmV0"}}';
  const other: MaskedKind = { apiGroup: 'example.com', resource: 'things', subresource: '' };
  for (const [text, shape] of [
    [`{"items":[${planted}],"metadata":{"uid":"mine"}}`, 'object'],
    [
      `{"kind":"Table","apiVersion":"example.com/v1","rows":[{"object":${planted}}],"metadata":{"uid":"mine"}}`,
      'object',
    ],
    [`{"items":[{"metadata":{"uid":"mine"},"spec":${planted}}]}`, 'list'],
    [`{"type":"ADDED","object":{"metadata":{"uid":"mine"},"items":[${planted}]}}\n`, 'watch'],
  ] as const) {
    const out = masked(text, other, shape);
    ok(!out.includes('c2VjcmV0'), out);
    ok(!out.includes(victim), out);
  }
});

test('T73: masks of values that the caller may have brought in compare with nothing', () => {
  const text = '{"metadata":{"uid":"u"},"data":{"a":"c2VjcmV0"}}';
  const of = (exchange: string) =>
    masked(text, secrets, 'object', { keying: { key, target: 'prod', exchange, isComparable: false } });
  ok(of('x') !== of('y'));
});

test('lists, tables, watches and rows are masked object by object', () => {
  const object = '{"metadata":{"uid":"u"},"data":{"a":"c2VjcmV0"}}';
  const single = masked(object, secrets);
  const table = (inner: string) =>
    `{"kind":"Table","apiVersion":"meta.k8s.io/v1","rows":[{"cells":["db",1],"object":${inner}},{"cells":[]}]}`;
  for (const [around, shape] of [
    [(inner: string) => `{"kind":"SecretList","items":[${inner} , ${inner}],"metadata":{}}`, 'list'],
    [(inner: string) => `{"items":null,"x":[${inner.replace(/.+/, '1')}]}`, 'list'],
    [table, 'list'],
    [table, 'object'],
    [(inner: string) => `{"type":"ADDED","object":${inner}}\n{"type":"MODIFIED","object":${inner}}\n`, 'watch'],
    [(inner: string) => `{"type":"ADDED","object":${table(inner)}}\n`, 'watch'],
  ] as const)
    equal(masked(around(object), secrets, shape), around(single));
});

test('T48: an event leaves with its own last byte', () => {
  const masker = new ReplyMasker({
    plan: rules.planOf(pods),
    keying: { key, target: 'prod', exchange: 'x', isComparable: true },
    shape: 'watch',
    mayBeTable: false,
  });
  const event = '{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n';
  const left = [event.slice(0, 10), event.slice(10, -1), '\n'].map((piece) =>
    masker.write(Buffer.from(piece)).toString(),
  );
  equal(left.join(''), event);
  equal(masker.write(Buffer.from(event)).toString(), event);
});

test('however the bytes are cut, the same comes out', () => {
  const object =
    '{"metadata":{"uid":"u","annotations":{"x":"password: \\"hunter2aB9\\"\\n"}},"data":{"a":"c2VjcmV0","b":""}}';
  const texts: readonly (readonly [string, ReplyShape])[] = [
    [object, 'object'],
    [`{"kind":"List","metadata":{"remainingItemCount":3},"items":[${object},${object}]}\n`, 'list'],
    [`{"type":"ADDED","object":${object}}\n{"type":"BOOKMARK","object":${object}}\n`, 'watch'],
  ];
  for (const [text, shape] of texts) {
    const whole = masked(text, secrets, shape);
    ok(!whole.includes('hunter2aB9') && !whole.includes('c2VjcmV0'), whole);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => {
        equal(masked(text, secrets, shape, { cuts: cuts.sort((a, b) => a - b) }), whole);
      }),
      { numRuns: 200 },
    );
  }
});

/** Secrets within a Secret, `depth` deep. */
const nested = (depth: number, inner: string): string =>
  depth === 0 ? inner : `{"kind":"Secret","data":${nested(depth - 1, inner)}}`;

test('Secrets within Secrets are masked, and take no longer for being nested', () => {
  const things = { apiGroup: 'example.com', resource: 'things', subresource: '' };
  const leaf = '"aHVudGVyMg=="';
  for (const depth of [1, 2, 22, 100]) {
    const out = masked(`{"metadata":{"uid":"u"},"spec":${nested(depth, `{"a0":${leaf},"a1":${leaf}}`)}}`, things);
    ok(!out.includes(leaf), String(depth));
  }
  const big = `{${Array.from({ length: 20_000 }, (_, i) => `"a${i}":${leaf}`)}}`;
  throws(() => masked(`{"metadata":{"uid":"u"},"spec":${nested(40, big)}}`, things), Unwalkable);
});

test('what of a list has more to be masked than there is room for takes nothing behind it along', () => {
  const things = { apiGroup: 'example.com', resource: 'things', subresource: '' };
  const victim = '{"metadata":{"uid":"v"},"spec":{"kind":"Secret","data":{"password":"aHVudGVyMg=="}}}';
  const deep = `{"spec":{"kind":"Secret","data":{"a":${'['.repeat(950)}${'1,'.repeat(285_000)}1${']'.repeat(950)}}}}`;
  const list = `{"kind":"ThingList","items":[${victim},${deep},${victim}]}`;
  throws(() => masked(list, things, 'list'), Unwalkable);
});

test('a value that begins like one that is filled in from elsewhere and goes on is masked, however long it is', () => {
  for (const length of [1, 252, 253, 254, 255, 300]) {
    const value = `\${${'+'.repeat(length)}}hunter2`;
    const pod = `{"spec":{"containers":[{"env":[{"name":"DB_PASSWORD","value":"${value}"}]}]}}`;
    ok(!masked(pod, pods).includes('hunter2'), String(length));
  }
});

test('T57: one object that is too large, nested too deep, broken off or followed by something is not shown', () => {
  throws(() => masked(`{"a":"${'x'.repeat(2_000)}"}`, pods, 'object', { objectBytesMax: 1_000 }), Unwalkable);
  throws(() => masked('['.repeat(2_000), pods), Unwalkable);
  throws(() => masked('{"a":', pods), Unwalkable);
  throws(() => masked('{"items":[{}', pods, 'list'), Unwalkable);
  throws(() => masked('{}{"data":{"a":"c2VjcmV0"}}', secrets), Unwalkable);
  throws(() => masked('{"items":[]}{"items":[{"data":{"a":"c2VjcmV0"}}]}', secrets, 'list'), Unwalkable);
});

test('a list is held object by object, whatever its length', () => {
  const masker = new ReplyMasker({
    plan: rules.planOf(pods),
    keying: { key, target: 'prod', exchange: 'x', isComparable: true },
    shape: 'list',
    mayBeTable: false,
    objectBytesMax: 100_000,
  });
  let bytes = masker.write(Buffer.from('{"items":[{}')).length;
  const item = Buffer.from(`,{"metadata":{"name":"${'x'.repeat(1_000)}"}}`);
  for (let i = 0; i < 1_000; i++) bytes += masker.write(item).length;
  bytes += masker.write(Buffer.from(']}')).length + masker.end().length;
  equal(bytes, 14 + 1_000 * item.length);
});

/** The pieces in which a list of Secrets leaves that comes in pieces of 16 KiB; with what is left when it ends. */
function piecesOf(text: string, objectBytesMax?: number): readonly Buffer[] {
  const masker = new ReplyMasker({
    plan: rules.planOf(secrets),
    keying: { key, target: 'prod', exchange: 'x1', isComparable: true },
    shape: 'list',
    mayBeTable: false,
    ...(objectBytesMax === undefined ? {} : { objectBytesMax }),
  });
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 16_384) pieces.push(masker.write(bytes.subarray(at, at + 16_384)));
  return [...pieces, masker.end()].filter(({ length }) => length > 0);
}

test('a list leaves in few pieces, with the bytes that it has in many', () => {
  const text = `{"items":[${Array.from({ length: 2_000 }, (_, i) => `{"metadata":{"uid":"${i}"},"data":{"a":"${'c2Vj'.repeat(20)}"}}`).join(',')}]}`;
  const pieces = piecesOf(text);
  equal(Buffer.concat(pieces).toString(), masked(text, secrets, 'list'));
  ok(pieces.length <= Math.ceil(text.length / (48 * 1024)), `${pieces.length} pieces of ${text.length} bytes`);
  for (const { length } of pieces) ok(length <= 64 * 1024, `${length} bytes`);
  // Where less may be held of one object, no more of a list is waited for; several objects may be more than one may.
  equal(Buffer.concat(piecesOf(text, 1_000)).toString(), Buffer.concat(pieces).toString());
});

test('numbers below a masked place become 0, booleans and null stay', () => {
  const out = masked('{"data":{"a":{"b":[12,true,null,"x"]}}}', secrets);
  equal(shown(out), '{"data":{"a":{"b":[0,true,null,"b64(MASK)"]}}}');
});

test('a kubeconfig written out as an object is masked in its users', () => {
  const out = masked('{"spec":{"users":[{"name":"a","user":{"token":"abc","username":"bob"}}]}}', {
    apiGroup: 'example.com',
    resource: 'clusters',
    subresource: '',
  });
  deepEqual(shown(out), '{"spec":{"users":[{"name":"a","user":{"token":"MASK","username":"bob"}}]}}');
});

const widgets: MaskedKind = { apiGroup: 'example.com', resource: 'widgets', subresource: '' };
const look = 'a1b2c3d4e5f6';

test('T46: an argument behind a flag that tells is masked, and each of several behind a name that does', () => {
  for (const [text, expected] of [
    [`{"args":["--api-token","${look}","${look}"]}`, `{"args":["--api-token","MASK","${look}"]}`],
    [`{"args":["\\u002dpassword" , "${look}"]}`, '{"args":["\\u002dpassword" , "MASK"]}'],
    [`{"args":["--name","${look}","--password","changeme"]}`, `{"args":["--name","${look}","--password","changeme"]}`],
    [`{"args":["--password",["${look}"]]}`, `{"args":["--password",["${look}"]]}`],
    [
      `{"tokens":["${look}","b7c8d9e0f1a2"],"api-keys":{"x":"${look}"}}`,
      '{"tokens":["MASK","MASK"],"api-keys":{"x":"MASK"}}',
    ],
    ['{"env":[{"name":"MAX_TOKENS","value":"4096"}]}', '{"env":[{"name":"MAX_TOKENS","value":"4096"}]}'],
  ] as const)
    equal(shown(masked(text, pods)), expected);
});

test('T46: each value below a name that says so of several is masked, but what describes them', () => {
  const of = (value: string) =>
    `{"spec":{"tokens":{"ci":"${value}","cd":"plain words","ci_id":"${look}","more":{"a":"${look}"},"list":["${look}"]},"apiKeys":[{"a":"${look}"}],"secrets":{"a":"${look}"}}}`;
  equal(shown(masked(of(look), widgets)), of('MASK'));
  const data = (value: string) => `{"data":{".pgpass":"${value}"}}`;
  equal(shown(masked(data('db:5432:shop:app:c0rrect-h0rse'), widgets)), data('MASK'));
});

test('T46: what managed fields say of sets and keyed lists are values, and are masked as these', () => {
  const of = (fields: string) =>
    `{"metadata":{"managedFields":[{"manager":"m","fieldsV1":{"f:spec":${fields}}}],"uid":"u"}}`;
  for (const [fields, expected] of [
    [`{"f:tokens":{".":{},"v:\\"${look}\\"":{}}}`, '{"f:tokens":{".":{},"v:\\"MASK\\"":{}}}'],
    [`{"f:users":{"k:{\\"apiToken\\":\\"${look}\\"}":{}}}`, '{"f:users":{"k:{\\"apiToken\\":\\"MASK\\"}":{}}}'],
    [`{"f:any":{"v:\\"ghp_${'a1B2'.repeat(9)}\\"":{}}}`, '{"f:any":{"v:\\"ghp_MASK\\"":{}}}'],
  ] as const)
    equal(shown(masked(of(fields), widgets)), of(expected));
  for (const fields of [
    `{"f:names":{"v:\\"${look}\\"":{}}}`,
    '{"f:tokens":{"v:7":{},"v:\\"changeme\\"":{}}}',
    '{"f:env":{"k:{\\"name\\":\\"DB_PASSWORD\\"}":{".":{},"f:value":{}}}}',
  ])
    equal(masked(of(fields), widgets), of(fields));
});

test('T84: what a column prints is masked by its name, and by the place that it comes from', () => {
  const description = 'Custom resource definition column (in JSONPath format): ';
  const definitions = [
    { name: 'Name', description: 'the name of the token' },
    { name: 'API Key', description: `${description}.spec.x` },
    { name: 'Word', description: `${description}.spec.users[0].password` },
    { name: 'Data', description: `${description}.data.a` },
  ];
  const table = (columns: unknown, cells: string) =>
    `{"kind":"Table","apiVersion":"meta.k8s.io/v1","columnDefinitions":${JSON.stringify(columns)},"rows":[{"cells":${cells}}]}`;
  const cells = JSON.stringify([look, look, look, 'aHVudGVyMg==', look, 7]);
  const hidden = `["${look}","MASK","MASK","b64(MASK)","${look}",7]`;
  for (const shape of ['object', 'list'] as const)
    equal(shown(masked(table(definitions, cells), secrets, shape)), table(definitions, hidden));
  const event = (columns: unknown, inner: string) => `{"type":"ADDED","object":${table(columns, inner)}}\n`;
  const watched = masked(event(definitions, cells) + event(null, cells), secrets, 'watch');
  equal(watched.split('\n').map(shown).join('\n'), event(definitions, hidden) + event(null, hidden));
});

test('T45: binary data of a ConfigMap is looked into where it was applied, too', () => {
  const data = { a: Buffer.from(`DB_PASSWORD=${look}\n`).toString('base64') };
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ binaryData: data }) };
  const out = masked(JSON.stringify({ metadata: { annotations }, binaryData: data }), {
    apiGroup: '',
    resource: 'configmaps',
    subresource: '',
  });
  ok(!out.includes(data.a.slice(0, -4)), out);
});

const events: MaskedKind = { apiGroup: '', resource: 'events', subresource: '' };

/** Masked and made safe to show; and how much of it was. */
function madeSafe(text: string, kind: MaskedKind, shape: ReplyShape = 'object', isMadeSafe = true) {
  const plan = rules.planOf(kind, { isMadeSafe });
  const keying = { key, target: 'prod', exchange: 'x', isComparable: true };
  const masker = new ReplyMasker({ plan, keying, shape, mayBeTable: false });
  const out = Buffer.concat([masker.write(Buffer.from(text)), masker.end()]).toString();
  return { out, neutralised: masker.neutralised };
}

test('T54: what does harm in events and annotations is shown instead of done, and counted', () => {
  const harm = '\\u001b]0;x\\u0007 a\u202eb \u{e0041} \\b';
  const safe = '␛]0;x␇ a\\\\u{202e}b \\\\u{e0041} ␈';
  for (const [kind, text] of [
    [events, `{"kind":"Event","message":"${harm}","reason":"x"}`],
    [events, `{"kind":"EventList","items":[{"note":"${harm}"}]}`],
    [pods, `{"metadata":{"annotations":{"a":"${harm}"},"uid":"u"}}`],
    [secrets, `{"metadata":{"annotations":{"a":"${harm}"}}}`],
  ] as const)
    deepEqual(madeSafe(text, kind), { out: text.replace(harm, safe), neutralised: 5 });
  const short = '{"metadata":{"annotations":{"a":"\u202e"}}}';
  equal(madeSafe(short, pods).out, short.replace('\u202e', '\\\\u{202e}'));
});

test('T54: and stays where it may be written back, and where a rule wants it as it is', () => {
  const text = '{"metadata":{"labels":{"a":"\u202e"}},"data":{"a":"\\u001b]0;x\\u0007\u202e"}}';
  deepEqual(madeSafe(text, { apiGroup: '', resource: 'configmaps', subresource: '' }), { out: text, neutralised: 0 });
  const event = '{"message":"\u202e and more"}';
  deepEqual(madeSafe(event, events, 'object', false), { out: event, neutralised: 0 });
  const emoji = '{"message":"👩\u200d💻 ❤\ufe0f می\u200cشود \\u001b[31mred\\u001b[0m"}';
  deepEqual(madeSafe(emoji, events), { out: emoji, neutralised: 0 });
});

test('T54: a value beside what does harm is masked, in one annotation that was applied too', () => {
  const value = `ghp_${'a1B2'.repeat(9)}`;
  const { out, neutralised } = madeSafe(`{"message":"\u202etoken ${value} \\u001b[2J"}`, events);
  match(out, /^\{"message":"\\\\u\{202e\}token ghp_masked-by-sallyport-[a-z2-7]{20} ␛\[2J"\}$/);
  equal(neutralised, 2);
  const applied = JSON.stringify({ metadata: { annotations: { a: '\u202e' } }, data: { a: 'c2VjcmV0' } });
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': applied };
  const secret = madeSafe(JSON.stringify({ metadata: { annotations } }), secrets);
  ok(!secret.out.includes('c2VjcmV0') && !secret.out.includes('\u202e'), secret.out);
});

function shownValue(text: string): string {
  return (
    (JSON.parse(text) as { data: Record<string, string> }).data.a ?? (Object.values(JSON.parse(text).data)[0] as string)
  );
}

test('T46: a Helm record that is read by its name is masked inside, as in a list; in what is of another type it is masked whole', () => {
  const record = base64Of(gzipSync('{"name":"shop","config":{"password":"c0rrect-h0rse1"}}').toString('base64'));
  const object = (type: string) =>
    `{"kind":"Secret","type":"${type}","metadata":{"uid":"u"},"data":{"release":"${record}"}}`;
  const release = (text: string) => Buffer.from(JSON.parse(text).data.release, 'base64').toString();
  const shown = gunzipSync(Buffer.from(release(masked(object('helm.sh/release.v1'), secrets)), 'base64')).toString();
  match(shown, /^\{"name":"shop","config":\{"password":"masked-by-sallyport-[a-z2-7]{20}"\}\}$/);
  match(release(masked(object('Opaque'), secrets)), /^masked-by-sallyport-/);
});

function base64Of(text: string): string {
  return Buffer.from(text).toString('base64');
}

test('an object has the same masks in a list, where they are written at once, as alone: of each length, form and reach', () => {
  const lengths = [1, 31, 54, 55, 56, 118, 119, 246, 430, 500, 520, 4_000, 70_000];
  const values = [
    ...lengths.map((length) => 'Zm9v'.repeat(length).slice(0, length)),
    ...['LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1J', 'LS0tLS1CRUdJTi', 'LS0tLS1CRUdJT', 'é', '日本'],
    ...['-----BEGIN PRIVATE', '-----BEGIN ', '-----BEGIN', 'two\nlines', '"quoted"'],
  ];
  const odd = { 'two\nsteps': 'a', é: 'b', ['k'.repeat(1_200)]: 'c' };
  const secret = (uid: string, more = {}) => ({
    ...(uid === '' ? {} : { metadata: { uid } }),
    data: Object.fromEntries(values.map((value, index) => [`key.${index}`, value])),
    stringData: { values, number: 7, ...more },
  });
  const objects = [secret('u1'), secret('u2', odd), ...['ü"\\\n', 'u'.repeat(300), ''].map((uid) => secret(uid))];
  const texts = objects.map((object) => JSON.stringify(object));
  for (const compare of ['field', 'object', 'target'] as const)
    for (const isComparable of [true, false])
      for (const exchange of ['x1', 'x'.repeat(2_000)]) {
        const plan = rules.planOf(secrets, { masks: [] });
        const wider = { ...plan, place: new PlaceMaker(placesOf(compare)).start() };
        const options = { plan: wider, keying: { key, target: 'prod', exchange, isComparable } };
        const alone = texts.map((text) => masked(text, secrets, 'object', options));
        ok(!/Zm9vZm9v|日本|nlines|quoted/.test(alone.join('')));
        equal(masked(`{"items":[${texts.join()}]}`, secrets, 'list', options), `{"items":[${alone.join()}]}`);
      }
});

function placesOf(compare: Compare): readonly PlacePattern[] {
  const at = (key: string, form: 'text' | 'base64'): PlacePattern => ({
    steps: [key, '*'],
    action: { kind: 'mask', rule: 'r', form, compare },
  });
  return [at('data', 'base64'), at('stringData', 'text')];
}
