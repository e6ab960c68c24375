/*
 * What stands before the word `key` is what an object is searched for, so that `key` alone costs nothing: here is all that it could miss. Each name that tells by its `key`, in each
 * spelling, in each place where a reply may have it, however the bytes are cut.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTellingKey, KEYS_OF } from '../../src/masking/detect/telling-key.ts';
import { MaskKey } from '../../src/masking/form/mask-key.ts';
import { ReplyMasker, type ReplyShape } from '../../src/masking/objects/reply-masker.ts';
import { MaskRules } from '../../src/masking/rules/mask-rules.ts';

const rules = new MaskRules();
const keying = { key: new MaskKey(Buffer.alloc(32, 7)), target: 'prod', exchange: 'x', isComparable: true };
const secret = 'h0rse-c0rrect-b4ttery';

function masked(resource: string, shape: ReplyShape, text: string, step: number): string {
  const plan = rules.planOf({ apiGroup: '', resource, subresource: '' });
  const masker = new ReplyMasker({ plan, keying, shape, mayBeTable: true, listStepBytes: 0 });
  const bytes = Buffer.from(text);
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += step) out.push(masker.write(Buffer.from(bytes.subarray(at, at + step))));
  return Buffer.concat([...out, masker.end()]).toString();
}

/** Where a name and a value may stand in an object. */
const places: Readonly<Record<string, (name: string, value: string) => object>> = {
  'a line of settings': (name, value) => ({ data: { a: `b=c\n${name}=${value}\nkey=x` } }),
  'a line of settings behind escapes': (name, value) => ({ data: { a: `b\t\r\n\t${name}\t=\t${value}` } }),
  YAML: (name, value) => ({ data: { 'a.yaml': `key: x\nb:\n- ${name}: ${value}\n` } }),
  'JSON in a string': (name, value) => ({ data: { 'a.json': JSON.stringify({ key: 'x', [name]: value }) } }),
  'JSON in YAML in a string': (name, value) => ({ data: { a: `b: '${JSON.stringify({ [name]: value })}'\n` } }),
  'base64 in a ConfigMap': (name, value) => ({ binaryData: { a: Buffer.from(`${name}=${value}`).toString('base64') } }),
  'an annotation': (name, value) => ({ metadata: { annotations: { a: `${name}=${value}` } } }),
  'what was applied': (name, value) => ({
    metadata: {
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data: { a: `${name}=${value}` } }),
      },
    },
  }),
  'a field': (name, value) => ({ spec: { a: [{ [name]: value }] } }),
  'a field in what was applied': (name, value) => ({
    metadata: {
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: { a: { [name]: value } } }),
      },
    },
  }),
  // Of several a variable's name says nothing: `MAX_TOKENS` is a number.
  'a variable': (name, value) => ({ spec: { env: [{ value, name: name.replace(/s$/, '') }] } }),
  'an argument': (name, value) => ({ spec: { args: ['run', `--${name}`, value] } }),
  'an argument with its value': (name, value) => ({ spec: { args: [`--${name}=${value}`] } }),
  'managed fields': (name, value) => ({
    metadata: { managedFields: [{ fieldsV1: { 'f:a': { [`k:${JSON.stringify({ [name]: value })}`]: {} } } }] },
  }),
};
const spellings: Readonly<Record<string, (word: string) => string>> = {
  upper: (word) => `${word.toUpperCase()}_KEY`,
  camel: (word) => `${word}Key`,
  dashed: (word) => `my-${word}-key`,
  dotted: (word) => `a.${word}.key`,
  several: (word) => `${word}__keys`,
  'a kind of value behind': (word) => `${word}_key_base64`,
};
/** How a reply may carry the object. */
const replies: Readonly<Record<string, readonly [ReplyShape, (object: string) => string]>> = {
  object: ['object', (object) => object],
  list: ['list', (object) => `{"kind":"List","items":[{"a":"key"},${object},{"a":"key"}]}`],
  watch: ['watch', (object) => `{"type":"ADDED","object":${object}}\n`],
  table: [
    'list',
    (object) => `{"kind":"Table","apiVersion":"meta.k8s.io/v1","rows":[{"cells":["key"],"object":${object}}]}`,
  ],
};
/** The letters of `key`, and before it, as JSON may write them. */
const writings: Readonly<Record<string, (json: string) => string>> = {
  plain: (json) => json,
  escaped: (json) => json.replace(/k(?=eys?\b)/gi, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
  'escaped before it': (json) =>
    json.replace(/[a-z](?=[._-]*keys?\b)/gi, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
  blanks: (json) => json.replaceAll('":', '" :\n  '),
};

for (const [place, objectOf] of Object.entries(places))
  test(`T45: a value behind what a key is of is masked in ${place}, in each reply, spelling and writing, however it is cut`, () => {
    for (const word of KEYS_OF)
      for (const [spelling, nameOf] of Object.entries(spellings)) {
        const name = nameOf(word);
        assert.ok(isTellingKey(name), name);
        for (const [writing, written] of Object.entries(writings)) {
          const object = written(JSON.stringify({ metadata: { uid: '1' }, ...objectOf(name, secret) }));
          for (const [reply, [shape, around]] of Object.entries(replies))
            for (const step of [Number.POSITIVE_INFINITY, 7]) {
              const left = masked('configmaps', shape, around(object), step);
              assert.ok(!left.includes(secret), `${spelling} ${writing} ${reply}: ${left}`);
            }
        }
      }
  });
