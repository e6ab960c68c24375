import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { detection } from '../detect/detection.ts';
import { applyEdits } from './edit.ts';
import { type InsideFound, insideEdits } from './inside-edits.ts';

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
  ]) {
    const secret = `${text}\npassword: c0rrect-h0rse\n`;
    assert.doesNotMatch(masked(secret).text, /h0rse/);
  }
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
