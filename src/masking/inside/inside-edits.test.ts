import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseAllDocuments } from 'yaml';
import { detection } from '../detect/detection.ts';
import { applyEdits } from './edit.ts';
import { type InsideFound, insideEdits } from './inside-edits.ts';
import { INSIDE_LIMITS } from './inside-limits.ts';

const builtIn = detection();

function masked(text: string, isBase64 = false): { readonly text: string; readonly found: readonly string[] } {
  const found: string[] = [];
  const maskOf = ({ detector, path, value, form }: InsideFound) => {
    found.push(`${detector} ${path} ${form} ${value.toString('utf8')}`);
    return 'MASK';
  };
  const bytes = Buffer.from(text, 'utf8');
  return {
    text: applyEdits(bytes, insideEdits(bytes, { detection: builtIn, maskOf, isBase64 })).toString('utf8'),
    found,
  };
}

/** A document, with each value that is masked between « and ». */
const ROWS: readonly [string, string][] = [
  [
    'JSON keeps blanks, escapes, numbers and duplicate keys',
    '{ "a":1.0, "\\u00e9": 9007199254740993,"password":"«c0rrect-h0rse»", "a" : [1,2 ,{"token":"«x9y8z7w6v5»"}]}\n',
  ],
  ['a key that tells by what stands behind `key` in it', 'key: x\nkey-password:\n  # why\n    «c0rrect-h0rse»\n'],
  ['a key behind a blank and what it is of', 'the key: x\nsigning key: «c0rrect-h0rse»\n"api  key": "«x9y8z7w6v5»"\n'],
  [
    'each below a name that says so of several, but what describes them',
    'tokens:\n  ci: «a1b2c3d4e5»\n  ci_id: b1b2c3d4e5\n  created-at: 2026-01-01T00:00:00Z\n  more:\n    a: a1b2c3d4e5\nsecrets: {a: a1b2c3d4e5}\n',
  ],
  ['the same in JSON', '{"api_keys":{"ci":"«a1b2c3d4e5»","owner":"b1b2c3d4e5"},"passwords":[{"a":"a1b2c3d4e5"}]}'],
  ['the configuration of Redis', 'requirepass «a1b2c3d4e5»\nmasterauth «f6g7h8i9j0»\nport 6379\n'],
  ['a script of SQL', "CREATE USER 'a' IDENTIFIED BY '«horse»';\nALTER USER b PASSWORD '«c0rrect-h0rse»';\n"],
  ['a key with escapes', '{"pass\\u0077ord":"«c0rrect-h0rse»"}'],
  [
    'a kubeconfig in block style',
    'apiVersion: v1\nkind: Config\nclusters:\n- name: c # é\n  cluster: {server: https://a}\nusers:\n- name: a\n  user:\n    token: «abc»\n    username: bob\n    password: «12 34»\n    client-key-data: «AAAA»\n    client-certificate-data: AAAA\n',
  ],
  [
    'a kubeconfig in flow style',
    "{users: [{name: a, user: {token: «abc», \"password\": \"«p'w»\", 'client-key-data': '«AA==»'}}]}\n",
  ],
  [
    'a piece of a kubeconfig',
    'user:\n  auth-provider:\n    config:\n      access-token: «abcd»\n      idp-issuer-url: https://a\n',
  ],
  [
    'a registry configuration',
    '{"auths":{"r.example:5000":{"username":"a","password":"«p»","auth":"«YTpwYXNz»","email":"a@b.example"}}}',
  ],
  ['the older registry configuration', '{"r.example":{"auth":"«dXNlcjpodW50ZXIy»"}}'],
  [
    'a Secret in a manifest',
    'a: b\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  x: «YQ==»\n  y: "«Yg==»"\nstringData:\n  z: |\n    «one\n    two»\n  empty: ""\n---\nkind: ConfigMap\ndata: {x: y}\n',
  ],
  [
    'pairs of an environment',
    'env:\n- name: DB_PASSWORD\n  value: «changeme»\n- {name: HOST, value: localhost}\n- name: TOKEN\n  valueFrom: {secretKeyRef: {name: a, key: token}}\n',
  ],
  [
    'a block in a block',
    'data:\n  config.yaml: |-\n    db:\n      password: "«c0rrect-h0rse»" # why\n      url: postgres://a:«hunter2»@db/x\n\n    other: 1\n  last: 1\n',
  ],
  ['JSON in YAML in JSON', '{"a":"x:\\n  y: \'{\\"password\\":\\"«c0rrect-h0rse»\\"}\'\\n  z: 1\\n","b":2}'],
  [
    'a private key in a block',
    'tls:\n  key: |\n    «-----BEGIN PRIVATE' +
      ' KEY-----\n    MHcCAQEEIBkg4LVWM9nuwNSk3yByxZpYRTBnVJk5oH9rc1MzXlpuoAoGCCqG\n    -----END PRIVATE' +
      ' KEY-----»\n  cert: x\n',
  ],
  [
    'an environment file',
    '# DB\nexport DB_PASSWORD="«c0rrect h0rse»"\nDB_HOST=localhost\nAPI_KEY=«a1b2c3d4e5» \nURL=redis://:«s3cr3t»@r:6379/0\n',
  ],
  [
    'a properties file',
    'spring.datasource.password = «c0rr\\\n   ect-h0rse9»\nspring.datasource.url=jdbc:x\n[section]\n;c\n',
  ],
  ['.properties with an escape in a key', 'a = b\npa\\ssword = «c0rrect h0rse 7»\npass\\u0077ord:«c0rrect h0rse 8»\n'],
  ['.properties whose key goes on in the next line', 'pass\\\n   word = «c0rrect h0rse 7»\r\nb = c\r\n'],
  ['.properties parted by blanks', '# c\na=b\nc: d\npassword\t«c0rrect h0rse 7»\ntoken \f x9\n'],
  ['.properties of one setting, parted by a blank', 'password «c0rrect-h0rse»\n'],
  ['.properties as Java writes them', 'url=redis\\://app\\:«s3cr3tpw1»@r\\:6379/0\nx={"token"\\:"«x9y8z7w6v5»"}\n'],
  ['.properties whose line ends in an escaped backslash', 'dir=C\\:\\\\\npassword=«c0rrect h0rse 7»\n'],
  ['.properties whose lines end in carriage returns', 'a=b\rpa\\ssword=«c0rrect h0rse 7»\rc=d\r'],
  ['.properties that another reader takes for YAML', 'host: a\npa\\ssword=«c0rrect h0rse 7»\nb: c\n'],
  [
    'settings of which some read as YAML, and others behind them do not',
    'x: 1\npa\\ssword=«c0rrect h0rse 7»\nAPI_KEY : «c0rrect-h0rse»\nx = y\nto\\ken=«c0rrect h0rse 8»\n',
  ],
  ['settings with escapes in JSON in YAML', 'a: \'{"b":"passw\\\\\\n   o\\\\\\n   rd = «c0rrect-h0rse»"}\'\n'],
  ['an environment file with a backslash in a value', 'DB_PASSWORD=«abc\\defgh1»\nA=b\n'],
  [
    'keys of TOML between quotation marks',
    '[db]\n"pass\\u0077ord" = "«c0rrect h0rse 7»"\n\'api.token\' = \'«c0rrect h0rse 8»\'\n',
  ],
  [
    'strings of TOML in several lines',
    'password = """\n«c0rrect h0rse 7\nand 8»"""\ntoken = \'\'\'«x9y8z7w6v5»\'\'\'\nsecret = ""\npass = \'\'\nhost = "db"\n',
  ],
  ['keys that stand there twice', 'password=«c0rrect h0rse 7»\npassword=«c0rrect h0rse 8»\n'],
  [
    'duplicates in JSON of which readers take the first or the last',
    '{"kind":"Secret","kind":"Other","data":{"a":"«YQ==»"},"data":{"b":"«Yg==»"},"x":[{"name":"DB_PASSWORD","name":"a","value":"«one»","value":"«two»"}]}',
  ],
  [
    'duplicates in YAML',
    'kind: Other\nkind: Secret\nstringData: {a: «one»}\nstringData: {b: «two»}\nenv:\n- name: TOKEN\n  name: a\n  value: «one»\n  value: «two»\n',
  ],
  ['fields as readers of Go find them', 'Kind: Secret\nData: {a: «YQ==»}\nSTRINGDATA: {b: «two»}\n'],
  ['JSON with an escape that is none in a key', '{"pa\\ssword":"«c0rrect-h0rse»"}'],
  ['JSON in lines', '{"pass\\u0077ord":"«c0rrect-h0rse»"}\n{"kind":"Secret","data":{"a":"«YQ==»"}}\n'],
  ['JSON and YAML behind a byte order mark', '\ufeff{"kind":"Secret","data":{"a":"«YQ==»"}}'],
  ['YAML behind a byte order mark', '\ufeffkind: Secret\ndata: {a: «YQ==»}\n'],
  ['a mapping behind an alias', 'x: &a {token: «abc»}\nusers:\n- user: *a\n'],
  ['data behind an alias', 'x: &a {p: «one»}\nkind: Secret\nstringData: *a\n'],
  ['a mapping that is merged', 'x: &a {stringData: {p: «one»}}\ny: &b {kind: Secret}\nz:\n  <<: [*a, *b]\n'],
  ['a name that is merged', 'n: &n {name: DB_PASSWORD}\nenv:\n- {<<: *n, value: «changeme»}\n'],
  ['a key that is an alias', 'x: &k password\n*k : «c0rrect-h0rse»\n? &l token\n: «x9y8z7w6v5»\n*l : «x9y8z7w6v6»\n'],
  [
    'an alias of a value that is masked in part where it is written',
    'x: &a "«token=x9y8z7w6v5 and s3cret-11»"\npassword: *a\n',
  ],
  ['a document behind the end of one', 'a: b\n...\nkind: Secret\nstringData: {x: «hello»}\n'],
  ['YAML whose lines end in carriage returns', 'a: b\rkind: Secret\rstringData: {x: «hello»}\r'],
  ['a line feed that is written as an escape', 'failed "x\\npassword=«c0rrect-h0rse»\\tz"'],
  [
    'sentences that begin with a word that tells',
    'Token abc-def for user: foo 1x\nSecret "abc-1x" was not found, tried again in 10s: x\n',
  ],
  ['an alias of a value at a place that tells', 'x: &a «c0rrect-h0rse»\npassword: *a\n'],
  ['a comment in YAML', 'a: 1\n# password: «c0rrect-h0rse»\nsecret_name: b\n'],
  ['YAML that is broken', 'password: «c0rrect-h0rse»\n\t- ]: {{\ntoken: "«x9y8z7w6v5»\n'],
  ['a text that is no document', 'failed with token=«x9y8z7w6v5», tried again'],
  [
    'what is filled in later',
    `password: \${DB_PASSWORD}\nuser: {token: "{{ .Values.token }}"}\nenv: [{name: TOKEN, value: $(OTHER)}]\n`,
  ],
  [
    'names and numbers',
    '{"secretName":"db-credentials-v2","tokens":4096,"token":null,"password":true,"key":"metadata.name"}',
  ],
];

for (const [name, row] of ROWS)
  test(`T46: ${name}: values are masked, and every other byte stays`, () => {
    const outcome = masked(row.replaceAll(/[«»]/g, ''));
    assert.equal(outcome.text, row.replaceAll(/«[^»]*»/g, 'MASK'));
  });

test('what is masked is told with its path, its detector and what it says', () => {
  const { found } = masked(
    'users:\n- user:\n    token: "a\\"b"\ndata:\n  x.json: \'{"auths":{"r":{"auth":"YTpi"}}}\'\n',
  );
  assert.deepEqual(found, [
    'kubeconfig users.0.user.token text a"b',
    'registry-auth data.x.json.auths.r.auth base64 YTpi',
  ]);
});

test('what stays open at its place is not masked for its look', () => {
  const bytes = Buffer.from('password: c0rrect-h0rse\n');
  assert.deepEqual(insideEdits(bytes, { detection: builtIn, maskOf: () => undefined }), []);
});

test('base64 of a document is masked inside and encoded again, where the place says that it is base64', () => {
  const text = Buffer.from('{"auths":{"r":{"auth":"YTpwYXNz"}}}').toString('base64');
  const inside = Buffer.from(masked(text, true).text, 'base64').toString();
  assert.equal(inside, '{"auths":{"r":{"auth":"MASK"}}}');
  const plain = Buffer.from('a: b\n').toString('base64');
  assert.equal(masked(plain, true).text, plain);
});

test('documents are looked into to a depth of 4; below it values are still found by their look', () => {
  let text = '{"password":"c0rrect-h0rse"}';
  for (let depth = 0; depth < 6; depth++) text = JSON.stringify({ a: text });
  assert.doesNotMatch(masked(text).text, /h0rse/);
  let secret = '{"kind":"Secret","stringData":{"x":"hello"}}';
  for (let depth = 0; depth < 4; depth++) secret = JSON.stringify({ a: secret });
  assert.doesNotMatch(masked(secret).text, /hello/);
});

test('YAML in a string of several lines is read as it says, and written so that it says the same', () => {
  const text = 'a.yaml:\n  "kind: Secret\n\n  stringData:\n\n  \\  k: hel\\\n  lo\n\n  \\  n: x\\n"\n';
  assert.equal(
    parseAllDocuments(masked(text).text)[0]?.toJS()['a.yaml'],
    'kind: Secret\nstringData:\n  k: MASK\n  n: MASK\n',
  );
});

test('a document that is nested too deep, or whose aliases say too much, is masked whole', () => {
  const deep = (depth: number) => `${'{"a":'.repeat(depth)}{"kind":"Secret","data":{"x":"YQ=="}}${'}'.repeat(depth)}`;
  const names = [...'bcdefghijk'];
  const bomb = names
    .map((name, i) => `${name}: &${name} [${`*${i === 0 ? 'a' : names[i - 1]},`.repeat(9)}]`)
    .join('\n');
  for (const text of [deep(150), deep(20_000), `a: &a {kind: Secret, data: {x: "YQ=="}}\n${bomb}\n`])
    assert.doesNotMatch(masked(text).text, /YQ==|\*k/);
});

test('a Secret behind what is taken apart of YAML is masked whole, however it says what it is', () => {
  const long = `a: b\nsecret: c\n${'x: y\n'.repeat(INSIDE_LIMITS.yamlBytesMax / 5)}`;
  for (const kind of [
    'kind: Secret',
    '{a: b, kind: Secret}',
    '"k\\x69nd": "S\\u0065cret"',
    'kind: !!str &a Secret',
    'x: &k Secret\nkind: *k',
  ])
    assert.doesNotMatch(masked(`${long}---\n${kind}\nstringData: {x: hello}\n`).text, /hello/, kind);
  assert.match(masked(`${long}---\nkind: Other\nstringData: {x: hello}\n`).text, /hello/);
});

test('a document of hostile shape takes time that is linear, and is masked all the same', () => {
  for (const text of [
    '['.repeat(200_000),
    '{"a":'.repeat(100_000),
    'a:\n'.repeat(40_000),
    ' - '.repeat(40_000),
    '"\\'.repeat(100_000),
    `{"a":"${'\\"'.repeat(500_000)}"}`,
    'a: &a [*a, *a]\n'.repeat(5_000),
    `x: y\n${' '.repeat(500_000)}\n`,
    `x: y\nkey${'\t'.repeat(500_000)}:\n`,
    `x: y\n${'keypass'.repeat(70_000)} \n`,
    'a=\\\n'.repeat(100_000),
    `x: y\n${'\\'.repeat(500_000)}\n`,
    `x: y\n${'kind: &a '.repeat(50_000)}\n`,
    `x: y\n${'{*'.repeat(200_000)}\n`,
    `x: y\n${"kind: 'a' ".repeat(50_000)}\n${' '.repeat(200_000)}`,
  ]) {
    const secret = `${text}\npassword: c0rrect-h0rse\n`;
    assert.doesNotMatch(masked(secret).text, /h0rse/);
  }
});

const ENCODED: readonly [string, string][] = [
  ['a file of an environment', 'DB_HOST=db\nDB_PASSWORD=«c0rrect-h0rse»\nA=é\n'],
  ['a kubeconfig', 'kind: Config\nusers:\n- name: a\n  user:\n    token: "«abc»"\n    client-key-data: "«AAAA»"\n'],
  ['JSON', '{"n": 9007199254740993,"db":{"apiKey":"«c0rrect-h0rse»"}}'],
  ['a Secret in a manifest', 'kind: Secret\nstringData:\n  x: "«hello»"\nmetadata: {name: token}\n'],
];

for (const [what, example] of ENCODED)
  test(`base64 of ${what} is masked inside, as base64 again, also wrapped, in a document and in base64 of one`, () => {
    const plain = example.replaceAll(/[«»]/g, '');
    const shown = example.replaceAll(/«[^»]*»/g, 'MASK');
    const [encoded, edited] = [plain, shown].map((text) => Buffer.from(text).toString('base64')) as [string, string];
    assert.equal(masked(encoded).text, edited);
    assert.equal(masked(`${encoded.replaceAll(/.{64}/g, '$&\n')}\n`).text, `${edited}\n`);
    const around = (value: string) => `app: x\nsecret-config: {a: 1}\nconfig: "${value}"\n`;
    assert.equal(masked(around(encoded)).text, around(edited));
    const twice = (value: string) => Buffer.from(around(value)).toString('base64');
    assert.equal(masked(twice(encoded)).text, twice(edited));
    const ofUrl = masked(Buffer.from(`${plain}?>`).toString('base64url')).text;
    assert.equal(Buffer.from(ofUrl, 'base64url').toString(), `${shown}?>`);
    assert.doesNotMatch(ofUrl, /[+/=]/);
  });

test('base64 of a text in which nothing is secret, and of what is no text, is left', () => {
  for (const bytes of [
    Buffer.from('secretName: a\ntoken: none\nkey: x\n'),
    Buffer.from('\0\x01password=c0rrect-h0rse\xff', 'latin1'),
  ]) {
    const encoded = bytes.toString('base64');
    assert.equal(masked(encoded).text.slice(0, 12), encoded.slice(0, 12));
  }
  const left = Buffer.from('secretName: a\ntoken: none\nkey: x\n').toString('base64');
  assert.deepEqual(masked(left), { text: left, found: [] });
});

const LITTLE_ENDIAN = Buffer.from([0xff, 0xfe]);
const BIG_ENDIAN = Buffer.from([0xfe, 0xff]);
const inUtf16 = (text: string) => Buffer.from(text, 'utf16le');
const FORMS: Readonly<Record<string, (text: string) => Buffer>> = {
  gzip: (text) => gzipSync(text),
  'gzip in two members': (text) => Buffer.concat([gzipSync('a=b\n'), gzipSync(text)]),
  'gzip without its end': (text) => gzipSync(text).subarray(0, -5),
  'UTF-16 with its mark': (text) => Buffer.concat([LITTLE_ENDIAN, inUtf16(text)]),
  'UTF-16 without': inUtf16,
  'UTF-16 of the other order with its mark': (text) => Buffer.concat([BIG_ENDIAN, inUtf16(text).swap16()]),
  'UTF-16 of the other order without': (text) => inUtf16(text).swap16(),
};

for (const [form, written] of Object.entries(FORMS))
  test(`T47: base64 of a text in ${form} is masked whole where a value is in it, and else left`, () => {
    const encoded = written('# settings of the shop\nDB_PASSWORD=c0rrect-h0rse\n').toString('base64');
    assert.deepEqual(masked(encoded, true), { text: 'MASK', found: [`keyed-secret  base64 ${encoded}`] });
    const plain = written('# settings of the shop\nDB_HOST=db-1\n').toString('base64');
    assert.deepEqual(masked(plain, true), { text: plain, found: [] });
  });

test('T57: what gzip packs is masked whole where it is too large to be looked into, and left where it is none', () => {
  const large = gzipSync(Buffer.alloc(INSIDE_LIMITS.documentBytesMax + 1, 'x\n')).toString('base64');
  assert.deepEqual(masked(large, true), { text: 'MASK', found: [`embedded-secret  base64 ${large}`] });
  const none = Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).toString('base64');
  assert.deepEqual(masked(none, true), { text: none, found: [] });
});

test('a scalar that YAML itself would refuse is masked all the same', () => {
  for (const written of [
    "'c0rrect-h0rse",
    '"c0rrect-h0rse',
    '>q\n  c0rrect-h0rse\n',
    '|2\n  c0rrect-h0rse\n',
    "'c0rrect\n-h0rse",
    '`c0rrect\n  -h0rse',
    '@c0rrect\n  -h0rse',
    '"\\q c0rrect\n-h0rse"',
  ]) {
    for (const text of [`password: ${written}`, `a: {password: ${written}`])
      assert.doesNotMatch(masked(text).text, /c0rrect-h0rse/, text);
    assert.match(masked(`${written}: x\ntoken: x9y8z7w6v5\n`).text, /./);
  }
});

test('a mask of several lines stands in each style so that the document still reads the same', () => {
  const mask = '-----BEGIN MASKED VALUE-----\nAAAA\n-----END MASKED VALUE-----\n';
  for (const written of [
    'c0rrect-h0rse',
    '"c0rrect-h0rse"',
    "'c0rrect-h0rse'",
    '|\n  c0rrect-h0rse',
    '>-\n  c0rrect-h0rse',
    '"c0rrect\\\n  -h0rse"',
  ]) {
    const bytes = Buffer.from(`a: 1\npassword: ${written}\nb: 2\n`);
    const text = applyEdits(bytes, insideEdits(bytes, { detection: builtIn, maskOf: () => mask })).toString();
    const [document] = parseAllDocuments(text);
    assert.ok(document !== undefined && 'errors' in document);
    assert.deepEqual(document.errors, [], text);
    const { a, b, password } = document.toJS();
    assert.deepEqual(
      [a, b, String(password).replaceAll(/\s+/g, ' ').trim()],
      [1, 2, mask.replaceAll(/\s+/g, ' ').trim()],
      text,
    );
  }
});
