import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../../test/support/property.ts';
import { Refusal } from '../../../model/refusal.ts';
import { appendJson, putJson } from './put-json.ts';

const PLACE = ['metadata', 'resourceVersion'];

function outcome(text: string): string {
  try {
    return putJson(text, PLACE, '7');
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.code;
    throw thrown;
  }
}

const TABLE: readonly (readonly [string, string, string])[] = [
  ['an empty object', '{}', '{"metadata":{"resourceVersion":"7"}}'],
  ['spaces', ' { } ', ' {"metadata":{"resourceVersion":"7"} } '],
  ['no metadata', '{"a":1.0}', '{"metadata":{"resourceVersion":"7"},"a":1.0}'],
  ['empty metadata', '{"metadata": {} }', '{"metadata": {"resourceVersion":"7"} }'],
  ['metadata', '{"x":[{"metadata":1}],"metadata" :\n{ "name":"a"}}', '{"x":[{"metadata":1}],"metadata" :\n{"resourceVersion":"7", "name":"a"}}'],
  ['an empty version', '{"metadata":{"resourceVersion":"" ,"name":"a"}}', '{"metadata":{"resourceVersion":"7" ,"name":"a"}}'],
  ['a null for a version', '{"metadata":{"resourceVersion":null}}', '{"metadata":{"resourceVersion":"7"}}'],
  ['a key with escapes', '{"\\u006detadata":{"name":"}{"}}', '{"\\u006detadata":{"resourceVersion":"7","name":"}{"}}'],
  ['quotes and brackets in strings', '{"a":"\\"}{[","metadata":{}}', '{"a":"\\"}{[","metadata":{"resourceVersion":"7"}}'],
  ['numbers that no double holds', '{"n":18446744073709551615,"f":1e3,"metadata":{"g":-0.10}}', '{"n":18446744073709551615,"f":1e3,"metadata":{"resourceVersion":"7","g":-0.10}}'],
  ['metadata that is null', '{"metadata":null}', 'BODY_UNREADABLE'],
  ['metadata that is a list', '{"metadata":[]}', 'BODY_UNREADABLE'],
]; // biome-ignore format: a table

for (const [name, text, expected] of TABLE) test(`putJson: ${name}`, () => assert.equal(outcome(text), expected));

for (const [text, expected] of [
  ['[]', '[1]'],
  [' [ ] ', ' [ 1] '],
  ['[{"a":"]"}]\n', '[{"a":"]"},1]\n'],
] as const) {
  test(`appendJson: ${text.trim()}`, () => assert.equal(appendJson(text, '1'), expected));
}

/** A JSON text of an object, with any spaces and any values, and metadata or none. */
const texts = fc
  .record({
    value: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })),
    metadata: fc.option(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), { nil: undefined }),
    spaces: fc.constantFrom('', ' ', '\n\t'),
  })
  .map(({ value, metadata, spaces }) => {
    const object = metadata === undefined ? withoutPlace(value) : { ...withoutPlace(value), metadata };
    return JSON.stringify(object, undefined, spaces);
  });

function withoutPlace(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'metadata'));
}

test('T50: every byte but the pin leaves as it came, and the pin is read where it belongs', () => {
  fc.assert(
    fc.property(texts, fc.string({ minLength: 1 }), (text, version) => {
      const put = putJson(text, PLACE, version);
      const before = JSON.parse(text);
      assert.deepEqual(JSON.parse(put), {
        ...before,
        metadata: { ...before.metadata, resourceVersion: version },
      });
      assert.ok(isInserted(text, put), put);
    }),
  );
});

/** Whether a text is another one with one run of bytes put in. */
function isInserted(before: string, after: string): boolean {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return start + end === before.length;
}

test('T50: a list with one more value is the list, byte for byte, and the value', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.constantFrom('', ' '), fc.jsonValue(), (list, spaces, value) => {
      const text = JSON.stringify(list, undefined, spaces);
      const appended = appendJson(text, JSON.stringify(value));
      assert.deepEqual(JSON.parse(appended), [...JSON.parse(text), JSON.parse(JSON.stringify(value))]);
      assert.ok(isInserted(text, appended));
    }),
  );
});
