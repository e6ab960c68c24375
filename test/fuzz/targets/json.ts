import assert from 'node:assert/strict';
import { DEFAULT_BODY_LIMITS } from '../../../src/connectors/kubernetes/body/body-limits.ts';
import { decodeUtf8 } from '../../../src/connectors/kubernetes/body/decode-utf8.ts';
import { readJson } from '../../../src/connectors/kubernetes/body/read-json.ts';
import type { JsonValue } from '../../../src/model/operation.ts';
import { Refusal } from '../../../src/model/refusal.ts';
import { fc } from '../../support/property.ts';
import type { FuzzTarget } from '../target.ts';

/** JSON bodies: what is read is what `JSON.parse` reads, and no key is there twice however it is written. */
export const target: FuzzTarget = {
  name: 'json',
  corpus: [
    '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","labels":{"a":"b"}}}',
    '{"a":[1,-2.5e3,true,false,null,"\\u0061\\n\\ud83e\\udd80"],"b":{}}',
    '[{"op":"replace","path":"/spec/replicas","value":0}]',
    '{"__proto__":9007199254740993}',
  ],
  dictionary: [
    ...['{', '}', '[', ']', ',', ':', '"', '\\', '\\u0061', '\\ud83e', '\\"', '"a":', '"a":1,', '"\\u0061":2,'],
    ...[
      '1',
      '-',
      '.',
      'e400',
      '0',
      '1.0',
      '9223372036854775808',
      'null',
      'true',
      ' ',
      '\n',
      '\0',
      '\xff',
      '\xef\xbb\xbf',
    ],
    '"__proto__":',
  ],
  inputs: fc.json({ maxDepth: 5 }).map((text) => Buffer.from(text)),
  check: (input) => laws(input, (text) => readJson(text, DEFAULT_BODY_LIMITS)),
  canary: (input) => laws(input, (text) => JSON.parse(text) as JsonValue),
};

function laws(input: Buffer, read: (text: string) => JsonValue): string {
  try {
    const text = decodeUtf8(input);
    const value = readOrRefuse(text, read);
    const other: unknown = JSON.parse(text);
    assert.equal(JSON.stringify(withoutExactText(value)), JSON.stringify(withoutExactText(other)), 'read another way');
    assert.equal(keysOf(value), keysWritten(text), 'a key is lost');
    return `${typeof value} ${Math.min(keysOf(value), 8)}`;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.message.replaceAll(/`[^`]*`|[0-9]+/g, '');
    throw thrown;
  }
}

/** JSON.parse, as the canary, says no by a SyntaxError. */
function readOrRefuse(text: string, read: (text: string) => JsonValue): JsonValue {
  try {
    return read(text);
  } catch (thrown) {
    if (thrown instanceof SyntaxError) throw new Refusal('BODY_UNREADABLE', 'not JSON');
    throw thrown;
  }
}

/** Integers that no double holds are text to the one reader and rounded by the other. */
function withoutExactText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutExactText);
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([key, each]) => [key, withoutExactText(each)]);
  }
  if (typeof value === 'string' && /^-?[0-9]{16,19}$/.test(value)) return 'exact';
  const isExact = typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER && Math.abs(value) < 2 ** 63;
  return isExact ? 'exact' : value;
}

function keysOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, each) => sum + keysOf(each), own);
}

/** The keys of a text that is JSON: the strings before a colon. */
function keysWritten(text: string): number {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:?)/gs)].filter(([, colon]) => colon === ':').length;
}
