import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { DEFAULT_BODY_LIMITS } from '../../src/connectors/kubernetes/body/body-limits.ts';
import { readYaml } from '../../src/connectors/kubernetes/body/read-yaml.ts';
import { Refusal } from '../../src/model/refusal.ts';
import { leftOut } from '../support/left-out.ts';
import { fc } from '../support/property.ts';
import { buildOracle } from './build-oracle.ts';

/** Pieces of which few texts are YAML, and many of those are read in more than one way. */
const PIECES = [
  ...[
    'a',
    'key',
    'a: ',
    'b: ',
    '- ',
    '\n',
    '\n  ',
    '\n    ',
    '\n- ',
    '  ',
    '\t',
    ' ',
    '{',
    '}',
    '[',
    ']',
    ',',
    ', ',
    ':',
    ': ',
  ],
  ...[
    '"',
    "'",
    '"x"',
    "'y'",
    '|',
    '|-',
    '>',
    '>+',
    '|2',
    '#',
    ' # c',
    '?',
    '? ',
    '&a',
    '*a',
    '!!str ',
    '<<: ',
    '---',
    '\n---\n',
  ],
  ...[
    '...',
    '%',
    '@',
    '`',
    'yes',
    'no',
    'y',
    '~',
    'null',
    'true',
    'on',
    '1',
    '0777',
    '0x1',
    '1_000',
    '1:20',
    '2001-01-01',
    '.5',
  ],
  ...[
    '1.',
    '+1',
    '-1',
    '1e3',
    '-',
    '_',
    '.',
    '0o7',
    '0b1',
    '.inf',
    '1.0',
    '\\',
    '\\n',
    '\\u0041',
    '\\x41',
    '\\/',
    '\\ud83d',
  ],
  ...[
    '"a\\nb"',
    '\r',
    '\r\n',
    'é',
    '\u00a0',
    '0',
    '9223372036854775808',
    '1e400',
    '-0',
    'x: |\n  t\n',
    'x: >\n  t\n\n  u\n',
  ],
  ...[
    '!',
    '//',
    'a b',
    'a#b',
    '\u007f',
    '\0',
    'null: 1',
    '{a: b}',
    '[a, b]',
    '{"a":1}',
    '"a": 1',
    '-\n',
    '=',
    '\u0085',
    '\u2028',
  ],
];

describe('YAML is read as the API server reads it, or refused', () => {
  test('T56: random texts, side by side with sigs.k8s.io/yaml', () => {
    const program = buildOracle('yaml', 'v1.6.0');
    if (program === undefined) {
      leftOut('random YAML beside the API server’s own reader', 'install Go 1.25 or later (https://go.dev/dl)');
      return;
    }
    const texts = fc
      .sample(fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 14 }), { numRuns: 40_000 })
      .flatMap((pieces) => [pieces.join(''), `a: ${pieces.join('')}\n`]);
    const accepted = texts.flatMap((text) => {
      const value = accept(text);
      return value === undefined ? [] : [{ text, value }];
    });
    assert.ok(accepted.length > texts.length / 20, `only ${accepted.length} texts are YAML`);
    const { stdout, status } = spawnSync(program, {
      input: accepted.map(({ text }) => JSON.stringify(text)).join('\n'),
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    assert.equal(status, 0);
    const answers = stdout.trimEnd().split('\n');
    assert.equal(answers.length, accepted.length);
    accepted.forEach(({ text, value }, i) => {
      const answer = JSON.parse(answers[i] as string) as { value: unknown; error?: string };
      // What upstream refuses harms nobody.
      if (answer.error === undefined) assert.deepEqual(rounded(value), rounded(answer.value), JSON.stringify(text));
    });
  });
});

/** What the gateway reads; undefined where it refuses. */
function accept(text: string): unknown {
  try {
    return readYaml(text, DEFAULT_BODY_LIMITS);
  } catch (thrown) {
    if (thrown instanceof Refusal) return undefined;
    throw thrown;
  }
}

/** Integers that no double holds are text to the gateway, and rounded by JSON.parse. */
function rounded(value: unknown): unknown {
  if (typeof value === 'string') return /^-?[0-9]{16,19}$/.test(value) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rounded(each)]));
}
