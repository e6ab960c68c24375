import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../object.ts';
import { schemaNameOf, schemas } from '../schema.ts';
import { strategicPatched } from './strategic.ts';

const pod = schemas[schemaNameOf('', 'v1', 'Pod') ?? ''];

const rows: readonly { name: string; target: JsonObject; patch: JsonObject; gives: JsonObject }[] = [
  {
    name: 'containers merge by name',
    target: { containers: [{ name: 'a', image: '1', tty: true }] },
    patch: { containers: [{ name: 'a', image: '2' }] },
    gives: { containers: [{ name: 'a', image: '2', tty: true }] },
  },
  {
    name: 'a new item comes before those that the patch does not name',
    target: { containers: [{ name: 'a' }] },
    patch: { containers: [{ name: 'b' }] },
    gives: { containers: [{ name: 'b' }, { name: 'a' }] },
  },
  {
    name: 'an item is deleted by its key',
    target: { containers: [{ name: 'a' }, { name: 'b' }] },
    patch: { containers: [{ name: 'a', $patch: 'delete' }] },
    gives: { containers: [{ name: 'b' }] },
  },
  {
    name: 'a list is replaced where the patch says so',
    target: { containers: [{ name: 'a' }] },
    patch: { containers: [{ $patch: 'replace' }, { name: 'b' }] },
    gives: { containers: [{ name: 'b' }] },
  },
  {
    name: 'tolerations have no key: they are replaced',
    target: { tolerations: [{ key: 'a' }] },
    patch: { tolerations: [{ key: 'b' }] },
    gives: { tolerations: [{ key: 'b' }] },
  },
  {
    name: 'null removes',
    target: { hostname: 'h', nodeName: 'n' },
    patch: { hostname: null },
    gives: { nodeName: 'n' },
  },
  {
    name: 'an order is kept',
    target: { containers: [{ name: 'a' }, { name: 'b' }] },
    patch: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
    gives: { containers: [{ name: 'b' }, { name: 'a' }] },
  },
  {
    name: 'only the keys that are retained stay',
    target: { volumes: [{ name: 'v', emptyDir: {} }] },
    patch: { volumes: [{ name: 'v', $retainKeys: ['name', 'configMap'], configMap: { name: 'c' } }] },
    gives: { volumes: [{ name: 'v', configMap: { name: 'c' } }] },
  },
];

for (const { name, target, patch, gives } of rows) {
  test(name, () => assert.deepEqual(strategicPatched({ spec: target }, { spec: patch }, pod), { spec: gives }));
}

test('members of a set are taken out by value', () => {
  const patched = strategicPatched(
    { metadata: { finalizers: ['a', 'b'] } },
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } },
    pod,
  );
  assert.deepEqual(patched, { metadata: { finalizers: ['b'] } });
});

test('a directive that is not known, and an item without its key, are refused', () => {
  assert.throws(() => strategicPatched({}, { spec: { $patch: 'sideways' } }, pod), /unknown patch type/);
  assert.throws(
    () => strategicPatched({ spec: { containers: [] } }, { spec: { containers: [{ image: 'x' }] } }, pod),
    /merge key: name/,
  );
});
