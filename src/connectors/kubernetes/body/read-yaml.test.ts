import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Refusal } from '../../../model/refusal.ts';
import { DEFAULT_BODY_LIMITS } from './body-limits.ts';
import { readYaml } from './read-yaml.ts';

const limits = DEFAULT_BODY_LIMITS;

function outcome(text: string, bounds = limits): string {
  try {
    return JSON.stringify(readYaml(text, bounds));
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return `refused: ${error.message}`;
  }
}

describe('YAML as the API server reads it, or a refusal', () => {
  const twoWays = (word: string) =>
    [`a: ${word}\n`, `refused: \`${word}\` without quotes is read in two ways, at line 1`] as const;
  const table: readonly (readonly [text: string, want: string])[] = [
    ['kind: Pod\nspec:\n  - a: 1\n    b: -2.5\n  - "yes"\n', '{"kind":"Pod","spec":[{"a":1,"b":-2.5},"yes"]}'],
    ['---\na: |\n  x\n  y\nb: >-\n  x\n  y\nc: x y\n  z # c\n', '{"a":"x\\ny\\n","b":"x y","c":"x y z"}'],
    ['{a: b, "c": [d, 1e3]}', '{"a":"b","c":["d",1000]}'],
    ['a: ~\nb:\nc: null\nd: true\ne: FALSE\n', '{"a":null,"b":null,"c":null,"d":true,"e":false}'],
    ['a: 9007199254740993\n', '{"a":"9007199254740993"}'],
    // Strings to the API server, whatever YAML 1.1 says of them.
    ['a: 1:20\nb: 2001-01-01\nc: 1.2.3\nd: 08x\n', '{"a":"1:20","b":"2001-01-01","c":"1.2.3","d":"08x"}'],
    // T56: what two readers take two ways.
    ...['yes', 'No', 'on', 'OFF', 'y', 'N', '0777', '0o777', '0x1F', '0b101', '-0b11', '1_000', '+1', '.5', '1.'].map(
      twoWays,
    ),
    ...['.inf', '-.INF', '.nan', '0b-1', '-017', '1_0.5'].map(twoWays),
    ['a: 1\n"a": 2\n', 'refused: key `a` is given twice in one object, at line 2'],
    ['a:\n  # a comment\n  b c: 1\n\n  b c: 2\n', 'refused: key `b c` is given twice in one object, at line 5'],
    ['a: 1\r\na: 2\r\n', 'refused: key `a` is given twice in one object, at line 2'],
    ['---\na:\n  - b: yes\n', 'refused: `yes` without quotes is read in two ways, at line 3'],
    ['a: 1\nb: &x 1\n', 'refused: the YAML has an anchor, at line 2'],
    ['1: a\n', 'refused: the YAML has a key that is no string, at line 1'],
    ['true: a\n', 'refused: the YAML has a key that is no string, at line 1'],
    ['? [a]\n: b\n', 'refused: the YAML has a key that is no string, at line 1'],
    ['<<: {a: 1}\n', 'refused: the YAML has a merge key, at line 1'],
    ['{"<<": {"a": 1}}', 'refused: the YAML has a merge key'],
    ['a: &x 1\n', 'refused: the YAML has an anchor, at line 1'],
    ['a: &x {}\nb: *x\n', 'refused: the YAML has an anchor, at line 1'],
    ['a: !!str 1\n', 'refused: the YAML has a tag, at line 1'],
    ['! {a: 1}\n', 'refused: the YAML has a tag, at line 1'],
    ['a: [1:20key:]\n', 'refused: the YAML has a colon between brackets that is read in two ways, at line 1'],
    ['a: {b:c}\n', 'refused: the YAML has a colon between brackets that is read in two ways, at line 1'],
    ['a: {b:, c: d}\n', 'refused: the YAML has a colon between brackets that is read in two ways, at line 1'],
    ['a: {b: c, "d":e}\n', '{"a":{"b":"c","d":"e"}}'],
    ['%YAML 1.1\n---\na: 1\n', 'refused: the YAML has a directive'],
    ['a: 1\n---\nb: 2\n', 'refused: the YAML has more than one document'],
    ['a: 1\rb: 2\n', 'refused: the YAML has a character that is a line break to some readers'],
    ['a: "x\u2028y"\n', 'refused: the YAML has a character that is a line break to some readers'],
    ['a: |2\n    x\n', 'refused: the YAML has a block with a number for its indentation, at line 1'],
    ['a: |\n  x', 'refused: the YAML ends inside a block without a line break, at line 1'],
    ['just text', 'refused: the body is not an object'],
    ['a: "x', 'refused: the body is not YAML at line 1'],
    ['\ta: 1\n', 'refused: the body is not YAML at line 1'],
    ['{"a":1,"a":2}', 'refused: key `a` is given twice in one object, at line 1'],
  ];
  for (const [text, want] of table) test(`${JSON.stringify(text)} is ${want}`, () => assert.equal(outcome(text), want));

  test('T57: CVE-2019-11253, aliases that grow without bound, end at the first anchor', () => {
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (let i = 1; i < 30; i++)
      lines.push(
        `b${i}: &b${i} [${Array(9)
          .fill(`*b${i - 1}`)
          .join(',')}]`,
      );
    assert.equal(outcome(`${lines.join('\n')}\n`), 'refused: the YAML has an anchor, at line 1');
  });

  test('T57: depth is bounded before the parser recurses', () => {
    for (const text of ['['.repeat(50_000), '{a: '.repeat(15_000), '- '.repeat(30_000), '? '.repeat(30_000)]) {
      assert.match(
        outcome(text),
        /^refused: the body is nested more than 128 deep \(`limits.bodies.depthMax`\)$/,
        text.slice(0, 10),
      );
    }
    const indented = Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n');
    assert.match(outcome(indented), /^refused: the body is nested more than 128 deep \(`limits.bodies.depthMax`\)$/);
  });

  for (const [form, nested] of [
    [
      'maps',
      (depth: number) =>
        Array.from({ length: depth }, (_, i) => `${' '.repeat(i)}a:`)
          .join('\n')
          .concat(' b\n'),
    ],
    ['lists on a line', (depth: number) => `${'- '.repeat(depth)}b\n`],
    ['brackets', (depth: number) => `${'[ '.repeat(depth)}b${' ]'.repeat(depth)}\n`],
    [
      'brackets around nothing, in maps',
      (depth: number) => `a:\n b:\n  ${'['.repeat(depth - 2)}${']'.repeat(depth - 2)}\n`,
    ],
  ] as const) {
    test(`T57: depth is bounded, at the bound and one over: ${form}`, () => {
      assert.doesNotMatch(outcome(nested(limits.depthMax)), /^refused/);
      assert.match(
        outcome(nested(limits.depthMax + 1)),
        /^refused: the body is nested more than 128 deep \(`limits.bodies.depthMax`\)$/,
      );
    });
  }

  test('T57: the number of values is bounded, at the bound and one over', () => {
    const bounds = { ...limits, valuesMax: 4 };
    assert.equal(outcome('a: [b, c]\n', bounds), '{"a":["b","c"]}');
    assert.equal(
      outcome('a: [b, c, d]\n', bounds),
      'refused: the body holds more than 4 values (`limits.bodies.valuesMax`)',
    );
    assert.equal(
      outcome('a: [[], [], []]\n', bounds),
      'refused: the body holds more than 4 values (`limits.bodies.valuesMax`)',
    );
    // Before it is parsed, where brackets alone are more.
    assert.equal(
      outcome('[[], [], [], [], ', bounds),
      'refused: the body holds more than 4 values (`limits.bodies.valuesMax`)',
    );
  });

  test('T57: YAML that is not JSON is bounded in bytes, and JSON in its place is not', () => {
    const text = `a: ${'x'.repeat(limits.yamlBytesMax - 4)}\n`;
    assert.match(outcome(text), /^\{"a":"xxx/);
    assert.equal(
      outcome(`${text}#`),
      `refused: the YAML is larger than ${limits.yamlBytesMax} bytes (\`limits.bodies.yamlBytesMax\`)`,
    );
    assert.match(outcome(JSON.stringify({ a: 'x'.repeat(limits.yamlBytesMax) })), /^\{"a":"xxx/);
  });
});
