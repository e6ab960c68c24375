import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { fc } from '../../../../test/support/property.ts';
import { Refusal } from '../../../model/refusal.ts';
import { DEFAULT_BODY_LIMITS } from '../body/body-limits.ts';
import { readYaml } from '../body/read-yaml.ts';
import { putYaml } from './put-yaml.ts';

const PLACE = ['metadata', 'resourceVersion'];

function outcome(text: string): string {
  try {
    return putYaml(text, PLACE, '7');
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.code;
    throw thrown;
  }
}

const TABLE: readonly (readonly [string, string, string])[] = [
  ['a block', 'kind: A\nmetadata:\n  name: a # name\nspec: {}\n', 'kind: A\nmetadata:\n  resourceVersion: "7"\n  name: a # name\nspec: {}\n'],
  ['comments and an end of lines of its own', '# first\r\nmetadata:\r\n    # second\r\n    name: a\r\n', '# first\r\nmetadata:\r\n    # second\r\n    resourceVersion: "7"\n    name: a\r\n'],
  ['no metadata', 'kind: A\n', 'metadata: {resourceVersion: "7"}\nkind: A\n'],
  ['no metadata behind a mark', '---\nkind: A\n', '---\nmetadata: {resourceVersion: "7"}\nkind: A\n'],
  ['brackets', 'metadata: {name: a}\n', 'metadata: {resourceVersion: "7", name: a}\n'],
  ['empty brackets', 'metadata: {}\n', 'metadata: {resourceVersion: "7"}\n'],
  ['brackets around all', '{kind: A}', '{metadata: {resourceVersion: "7"}, kind: A}'],
  ['a key in quotes', '"metadata":\n  "name": a\n', '"metadata":\n  resourceVersion: "7"\n  "name": a\n'],
  ['metadata without anything', 'metadata:\nkind: A\n', 'BODY_UNREADABLE'],
  ['an empty version', 'metadata:\n  resourceVersion: ""\n', 'BODY_UNREADABLE'],
]; // biome-ignore format: a table

for (const [name, text, expected] of TABLE) test(`putYaml: ${name}`, () => assert.equal(outcome(text), expected));

const words = fc.stringMatching(/^w[a-z0-9]{0,8}$/);
const objects = fc.record({
  spec: fc.dictionary(words, fc.oneof(words, fc.integer(), fc.array(words), fc.dictionary(words, words))),
  metadata: fc.dictionary(words, fc.oneof(words, fc.dictionary(words, words))),
});

test('T50: YAML with the pin is read as the same object, but for the pin, and every other byte is the caller’s', () => {
  fc.assert(
    fc.property(objects, fc.constantFrom(2, 4), (object, indent) => {
      const text = stringify(object, { indent });
      const put = putYaml(text, PLACE, '7');
      const read = (yaml: string) => JSON.parse(JSON.stringify(readYaml(yaml, DEFAULT_BODY_LIMITS)));
      assert.deepEqual(read(put), { ...read(text), metadata: { ...read(text).metadata, resourceVersion: '7' } });
      assert.equal(put.replace(/resourceVersion: "7"(, |\n *)?/, ''), text);
    }),
  );
});
