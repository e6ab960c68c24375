import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fc } from '../../../../test/support/property.ts';
import { Refusal } from '../../../model/refusal.ts';
import { DEFAULT_BODY_LIMITS } from './body-limits.ts';
import { readJson } from './read-json.ts';

const limits = DEFAULT_BODY_LIMITS;

/** What the reader makes of a text: the JSON of its value, or its refusal. */
function outcome(text: string): string {
  try {
    return JSON.stringify(readJson(text, limits));
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    assert.equal(error.code, 'BODY_UNREADABLE');
    return `refused: ${error.message}`;
  }
}

describe('a strict JSON reader', () => {
  const table: readonly [text: string, want: string][] = [
    [' {"a":[1,-2.5,1e3,true,false,null,"x"],"b":{}} \r\n\t', '{"a":[1,-2.5,1000,true,false,null,"x"],"b":{}}'],
    ['"\\u0041\\ud83e\\udd80\\n\\/"', '"A🦀\\n/"'],
    ['[]', '[]'],
    ['-0', '0'],
    // T58: keys that are equal, also once their escapes are read.
    ['{"a":1,"a":1}', 'refused: key `a` is given twice in one object'],
    ['{"a":1,"\\u0061":2}', 'refused: key `a` is given twice in one object'],
    ['{"__proto__":1,"__proto__":2}', 'refused: key `__proto__` is given twice in one object'],
    // T50: what loses digits in a double keeps its text; what is no 64-bit integer is a double to the API server too.
    [
      '[9007199254740991,9007199254740993,-9223372036854775808]',
      '[9007199254740991,"9007199254740993","-9223372036854775808"]',
    ],
    ['[9223372036854775808,1.0,-0.1e1]', '[9223372036854776000,1,-1]'],
    ['1e400', 'refused: the body holds a number out of range'],
    // What is not JSON.
    ['', 'refused: the body ends before its JSON does'],
    ['{"a":1', 'refused: the body ends before its JSON does'],
    ['{"a":1}{}', 'refused: the body goes on behind its JSON, at character 7'],
    ['{"a":1,}', 'refused: the body is not JSON at character 7'],
    ['[1,]', 'refused: the body is not JSON at character 3'],
    ['{a:1}', 'refused: the body is not JSON at character 1'],
    ["{'a':1}", 'refused: the body is not JSON at character 1'],
    ['01', 'refused: the body goes on behind its JSON, at character 1'],
    ['+1', 'refused: the body is not JSON at character 0'],
    ['.5', 'refused: the body is not JSON at character 0'],
    ['1.', 'refused: the body goes on behind its JSON, at character 1'],
    ['NaN', 'refused: the body is not JSON at character 0'],
    ['nulL', 'refused: the body is not JSON at character 0'],
    ['/**/1', 'refused: the body is not JSON at character 0'],
    ['\u00a01', 'refused: the body is not JSON at character 0'],
    ['"a', 'refused: the body ends inside a string'],
    ['"a\\', 'refused: the escape at character 2 is none'],
    ['"\\x41"', 'refused: the escape at character 1 is none'],
    ['"\\u12g4"', 'refused: the escape at character 1 is none'],
    ['"a\nb"', 'refused: a string has a control character at character 2'],
    // Go puts U+FFFD in the place of half a pair, JavaScript keeps it.
    ['"\\ud83e"', 'refused: a string before character 8 has half a surrogate pair'],
    ['"\\udd80\\ud83e"', 'refused: a string before character 14 has half a surrogate pair'],
  ];
  for (const [text, want] of table) {
    test(`${JSON.stringify(text)} is ${want}`, () => assert.equal(outcome(text), want));
  }

  test('T50: __proto__ and constructor are keys like any other', () => {
    const object = readJson('{"__proto__":{"a":1},"constructor":2}', limits) as Record<string, unknown>;
    assert.deepEqual(Object.keys(object), ['__proto__', 'constructor']);
    assert.equal(object['a'], undefined);
    assert.equal((readJson('{}', limits) as Record<string, unknown>)['toString'], undefined);
  });

  test('T57: depth is bounded, at the bound and one over', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    assert.equal(outcome(nested(limits.depthMax)), nested(limits.depthMax));
    assert.equal(
      outcome(nested(limits.depthMax + 1)),
      `refused: the body is nested more than ${limits.depthMax} deep (\`limits.bodies.depthMax\`)`,
    );
    assert.match(outcome('{"a":'.repeat(1_000_000)), /^refused: the body is nested/);
  });

  test('T57: the number of values is bounded, at the bound and one over', () => {
    const list = (values: number) => `[${'0,'.repeat(values - 2)}0]`;
    assert.equal((readJson(list(limits.valuesMax), limits) as unknown[]).length, limits.valuesMax - 1);
    assert.equal(
      outcome(list(limits.valuesMax + 1)),
      `refused: the body holds more than ${limits.valuesMax} values (\`limits.bodies.valuesMax\`)`,
    );
  });

  test('what it accepts, JSON.parse reads the same way', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const got = JSON.stringify(readJson(text, limits)).replaceAll(/"(-?[0-9]{16,})"/g, '$1');
        assert.deepEqual(JSON.parse(got), JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('a text with one character changed is read as JSON.parse does, or refused', () => {
    const seed = '{"kind":"Pod","n":[1,-2.5e3,{"a":null}],"\\u0061":"\\n","t":true}';
    fc.assert(
      fc.property(fc.nat(seed.length - 1), fc.string({ maxLength: 2, unit: 'binary' }), (at, character) => {
        const text = seed.slice(0, at) + character + seed.slice(at + 1);
        const got = outcome(text);
        if (!got.startsWith('refused')) assert.deepEqual(JSON.parse(got), JSON.parse(text));
      }),
      { numRuns: 5000 },
    );
  });
});
