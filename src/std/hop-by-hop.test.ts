import assert from 'node:assert/strict';
import test from 'node:test';
import { withoutHopByHop } from './hop-by-hop.ts';

const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  [
    'what is for the other end stays, in its order',
    ['Date', 'x', 'ETag', '"1"', 'etag', '"2"'],
    ['Date', 'x', 'ETag', '"1"', 'etag', '"2"'],
  ],
  [
    'what is for this hop goes, in any case',
    ['TE', 'x', 'Transfer-Encoding', 'chunked', 'kEEP-aLIVE', '1', 'UPGRADE', 'a', 'A', 'b'],
    ['A', 'b'],
  ],
  [
    'what Connection names goes, over several of it',
    ['CONNECTION', 'x-a , X-B', 'X-A', '1', 'x-b', '2', 'connection', ',x-c,', 'X-C', '3', 'X-D', '4'],
    ['X-D', '4'],
  ],
  ['nothing', [], []],
];
for (const [name, headers, expected] of rows) test(name, () => assert.deepEqual(withoutHopByHop(headers), expected));
