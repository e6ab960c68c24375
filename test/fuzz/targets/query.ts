import assert from 'node:assert/strict';
import { parseQuery, type Query } from '../../../src/connectors/kubernetes/request/query.ts';
import { requestInfo } from '../../../src/connectors/kubernetes/request/request-info.ts';
import { Refusal } from '../../../src/model/refusal.ts';
import { fc } from '../../support/property.ts';
import type { FuzzTarget } from '../target.ts';

const KEYS = [
  'watch',
  'limit',
  'dryRun',
  'fieldSelector',
  'labelSelector',
  'command',
  'force',
  'Watch',
  'dry-run',
  'w%61tch',
  'x',
  '',
];
const PIECES = [
  '=',
  '&',
  '&&',
  ';',
  '+',
  '%20',
  '%2B',
  '%26',
  '%3D',
  '%25',
  '%00',
  '%ff',
  '%',
  '#',
  '?',
  '1',
  'true',
  'All',
  'metadata.name',
  ',',
  '!',
  '(',
  ')',
  ' in ',
];

/** Queries: the same pairs that every other reader sees, and no key with a meaning twice. */
export const target: FuzzTarget = {
  name: 'query',
  corpus: [
    'watch=1&limit=500',
    'fieldSelector=metadata.name%3Da&labelSelector=app%20in%20(a,b)',
    'command=sh&command=-c&stdin=true',
    'dryRun=All&fieldManager=kubectl',
  ],
  dictionary: [...KEYS, ...PIECES],
  inputs: fc
    .array(fc.tuple(fc.constantFrom(...KEYS), fc.array(fc.constantFrom(...PIECES), { maxLength: 5 })), { maxLength: 5 })
    .map((pairs) => Buffer.from(pairs.map(([key, pieces]) => `${key}=${pieces.join('')}`).join('&'), 'latin1')),
  check: (input) => laws(input, parseQuery),
  canary: (input) => laws(input, splitAtSemicolons),
};

function laws(input: Buffer, read: (raw: string) => Query): string {
  const raw = input.toString('latin1');
  try {
    const query = read(raw);
    const pairs = [...query].flatMap(([key, values]) => values.map((value) => `${key}=${value}`));
    const others = [...new URLSearchParams(`&${raw}`)].map(([key, value]) => `${key}=${value}`);
    assert.deepEqual(pairs.sort(), others.sort(), 'another reader reads other pairs');
    const info = requestInfo('GET', `/api/v1/pods?${raw}`);
    for (const key of ['watch', 'dryRun', 'fieldSelector', 'labelSelector', 'force']) {
      assert.ok((info.query.get(key)?.length ?? 0) <= 1, `${key} twice`);
    }
    return `${info.verb} ${info.name !== ''} ${info.fieldSelector !== ''} ${info.labelSelector !== ''}`;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.message.replace(/ *`.*$/s, '');
    throw thrown;
  }
}

/** The bug: `;` separates pairs as `&` does, which some readers do and others do not. */
function splitAtSemicolons(raw: string): Query {
  return parseQuery(raw.replaceAll(';', '&'));
}
