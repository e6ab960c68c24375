import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { DEFAULT_BODY_LIMITS } from '../../../src/connectors/kubernetes/body/body-limits.ts';
import { decodeUtf8 } from '../../../src/connectors/kubernetes/body/decode-utf8.ts';
import { readYaml } from '../../../src/connectors/kubernetes/body/read-yaml.ts';
import type { JsonValue } from '../../../src/model/operation.ts';
import { Refusal } from '../../../src/model/refusal.ts';
import { fc } from '../../support/property.ts';
import type { FuzzTarget } from '../target.ts';

const PIECES = [
  ...[
    'a: ',
    'b: ',
    '- ',
    '\n',
    '\n  ',
    '\n- ',
    '{',
    '}',
    '[',
    ']',
    ', ',
    ': ',
    '"',
    "'",
    '"x"',
    '|',
    '>-',
    '|2',
    '# c',
  ],
  ...[
    '? ',
    '&a ',
    '*a',
    '!!str ',
    '<<: ',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    'yes',
    'No',
    'on',
    'y',
    '~',
    'null',
    'true',
  ],
  ...[
    '0777',
    '0x1F',
    '0b1',
    '1_000',
    '1:20',
    '2001-01-01',
    '.5',
    '1.',
    '+1',
    '-1',
    '1e3',
    '.inf',
    '\\u0061',
    '\r',
    '\t',
  ],
];

/** YAML bodies: what is read, a reader of YAML 1.1 and one of 1.2 read the same way, and it holds nothing that JSON cannot. */
export const target: FuzzTarget = {
  name: 'yaml',
  corpus: [
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  labels: {a: b}\nspec:\n  containers:\n  - name: a\n',
    'a: |\n  x\n  y\nb: >-\n  z\nc: "d\\n"\n',
    '{"a": [1, -2.5, true, null]}',
  ],
  dictionary: PIECES,
  inputs: fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((pieces) => Buffer.from(pieces.join(''))),
  check: (input) => laws(input, (text) => readYaml(text, DEFAULT_BODY_LIMITS)),
  canary: (input) => laws(input, takeAsCore),
};

function laws(input: Buffer, read: (text: string) => JsonValue): string {
  try {
    const text = decodeUtf8(input);
    const value = read(text);
    const written = JSON.stringify(value);
    for (const version of ['1.1', '1.2'] as const) {
      const other: unknown = parse(text, {
        version,
        merge: false,
        mapAsMap: true,
        logLevel: 'error',
        schema: SCHEMAS[version],
      });
      assert.equal(plain(value), plain(other), `YAML ${version} is read another way`);
    }
    assert.ok(written !== undefined, 'not JSON');
    return written.replaceAll(/[^[\]{}":,]/g, '').slice(0, 40);
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.message.replaceAll(/`[^`]*`|[0-9]+/g, '');
    throw thrown;
  }
}

const SCHEMAS = { '1.1': 'yaml-1.1', '1.2': 'core' } as const;

/** A form in which dates, base-60 numbers, `.` and `e3`, strings to upstream and not to every reader of 1.1, are nothing to compare. */
function plain(value: unknown): string {
  if (value instanceof Date || typeof value === 'number' || typeof value === 'bigint') return 'scalar';
  if (typeof value === 'string') return /^[-+]?(?:[.0-9]|e[-+]?[0-9])/i.test(value) ? 'scalar' : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(plain).join()}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return `{${entries.map(([key, each]) => `${plain(key)}:${plain(each)}`).join()}}`;
}

/** The bug: YAML 1.2's core schema for all, to which `yes` is a string. */
function takeAsCore(text: string): JsonValue {
  try {
    return parse(text, { schema: 'core', merge: false, logLevel: 'error' }) as JsonValue;
  } catch {
    throw new Refusal('BODY_UNREADABLE', 'not YAML');
  }
}
