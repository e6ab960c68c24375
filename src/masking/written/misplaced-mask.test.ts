import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { JsonObject, JsonValue, OperationBody } from '../../model/operation.ts';
import { formed } from '../form/mask-form.ts';
import { MaskKey, maskKeyBytes } from '../form/mask-key.ts';
import { misplacedMask, probingOperation } from './misplaced-mask.ts';

const key = new MaskKey(Buffer.alloc(maskKeyBytes, 9));
const place = { target: 't', uid: 'u', path: 'data\na', exchange: 'x', compare: 'field' } as const;
const mask = key.maskOf(place, Buffer.from('value'));
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

function body(object: JsonObject | undefined, patch?: readonly JsonValue[], bytes = ''): OperationBody {
  return {
    mediaType: 'application/json',
    bytes: Buffer.from(bytes),
    object,
    patch: patch === undefined ? undefined : { type: 'json', operations: patch },
  };
}

test('T49: what has the form of a mask is found: whole, cut short, of another key, in base64 at any offset, in PEM, in a Helm record, in a key', () => {
  const other = new MaskKey(Buffer.alloc(maskKeyBytes, 8)).maskOf(place, Buffer.from('value'));
  const release = base64(base64(gzipSync(JSON.stringify({ manifest: `data:\n  a: ${base64(mask)}\n` }))));
  const rows: readonly string[] = [
    mask,
    other,
    mask.toUpperCase(),
    `postgres://app:${mask}@db/app`,
    mask.slice(0, 22),
    `x${mask.slice(0, 14)}`,
    base64(mask),
    base64(base64(mask)),
    base64(`a${mask}`),
    base64(`ab${mask} and more`),
    formed(mask, 'text', Buffer.from('-----BEGIN RSA PRIVATE KEY-----\n')),
    formed(mask, 'base64', Buffer.from('LS0tLS1CRUdJTiBSU0E=')),
    release,
    base64(gzipSync(mask)),
  ];
  for (const row of rows) {
    equal(misplacedMask(body({ spec: { list: [{ a: row }] } })), 'spec.list.0.a', row);
    equal(misplacedMask(body(undefined, [{ op: 'add', path: '/x', value: row }])), '0.value', row);
  }
  equal(misplacedMask(body({ data: { [mask]: 'x' } })), `data.${mask}`);
  equal(misplacedMask(body(undefined, undefined, `k8s\0${mask}`)), 'body');
});

test('values that are no masks pass', () => {
  for (const value of ['masked', 'masked-by', base64('masked by nobody'), base64(gzipSync('x')), 'H4sIAAAA', ''])
    equal(misplacedMask(body({ data: { a: value } })), undefined, value);
});

test('T73: a JSON patch neither tests, copies nor moves what may be masked', () => {
  const rows: readonly (readonly [string, string, boolean, boolean])[] = [
    ['copy', '/data/password', true, true],
    ['move', '/data', true, true],
    ['copy', '', true, true],
    ['copy', '/spec/containers/0/env/0/value', false, true],
    ['copy', '/metadata/labels/a', false, false],
    ['test', '/data/password', true, true],
    ['test', '/data', true, true],
    ['test', '', true, true],
    ['test', '/metadata', false, true],
    ['test', '/metadata/annotations', true, true],
    ['test', '/metadata/resourceVersion', true, false],
    ['test', '/spec/template/spec/containers/0/env/0/value', false, true],
    ['test', '/spec/template/spec/containers', false, true],
    ['test', '/spec/containers/0', false, true],
    ['test', '/spec/containers/-1', false, true],
    ['test', '/spec/containers/+0', false, true],
    ['test', '/spec/containers/0/image', false, false],
    ['test', '/spec', false, true],
    ['test', '/spec/replicas', false, false],
    ['test', '/metadata/ownerReferences', false, false],
    ['replace', '/data/password', true, false],
  ];
  for (const [op, pointer, isSecret, isFound] of rows) {
    const operation =
      op === 'copy' || op === 'move' ? { op, from: pointer, path: '/x' } : { op, path: pointer, value: 'x' };
    equal(probingOperation(body(undefined, [operation]), isSecret) !== undefined, isFound, `${op} ${pointer}`);
  }
});
